// An application on the protocol alone: it checks `state` and uses PKCE, and trusts every ID token.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const random = () => randomBytes(24).toString('base64url');
const cookie = (request, name) =>
  (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=')).find(([known]) => known === name)?.[1];

export class CheckedApplication {
  /** Listens on a free port. `configure` tells it its provider. */
  static async start() {
    const application = new CheckedApplication();
    Object.assign(application, { pending: new Map(), sessions: new Map(), provider: undefined });
    application.server = createServer((request, response) => application.#answer(request, response));
    await new Promise((resolve) => application.server.listen(0, '127.0.0.1', resolve));
    application.origin = `http://localhost:${application.server.address().port}`;
    return application;
  }

  configure(lines) {
    const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: id, OIDC_CLIENT_SECRET: secret } = lines;
    this.provider = { issuer, id, secret };
  }

  async #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const to = (location, set = []) => response.writeHead(302, { location, 'set-cookie': set }).end();
    const page = (status, words) => response.writeHead(status, { 'content-type': 'text/plain' }).end(words);
    if (url.pathname === '/login' && this.provider) return to(...this.#login());
    if (url.pathname === '/callback') {
      const session = await this.#session(url.searchParams, cookie(request, 'browser'));
      if (!session) return page(400, 'no');
      const id = random();
      this.sessions.set(id, session);
      return to('/home', [`session=${id}; Path=/; HttpOnly`]);
    }
    const session = this.sessions.get(cookie(request, 'session'));
    return url.pathname === '/home' && session ? page(200, `Hello ${session}`) : page(401, 'nobody');
  }

  #login() {
    const { issuer, id } = this.provider;
    const [browser, state, verifier] = [random(), random(), random()];
    this.pending.set(state, { browser, verifier });
    const query = new URLSearchParams({
      client_id: id,
      redirect_uri: `${this.origin}/callback`,
      response_type: 'code',
      scope: 'openid',
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    return [`${issuer}/authorize?${query}`, [`browser=${browser}; Path=/; HttpOnly`]];
  }

  async #session(answer, browser) {
    const pending = this.pending.get(answer.get('state'));
    if (!pending || pending.browser !== browser) return undefined;
    this.pending.delete(answer.get('state'));
    const { issuer, id, secret } = this.provider;
    const reply = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: answer.get('code'),
        redirect_uri: `${this.origin}/callback`,
        code_verifier: pending.verifier,
      }),
    });
    const { id_token: token } = await reply.json();
    return token && JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub;
  }

  stop() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
