// A minimal relying party: it shows the response of the provider.
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

export class RelyingParty {
  /** Listens on a free port. Its callback redirects to `onTo`, if given; `calls` has the requested addresses. */
  static async start({ onTo } = {}) {
    const party = new RelyingParty();
    Object.assign(party, { onTo, calls: [] });
    party.server = createServer((request, response) => {
      if (request.url === '/favicon.ico') return response.writeHead(204).end();
      party.calls.push(request.url);
      if (onTo) return response.writeHead(302, { location: onTo }).end();
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><html lang="en"><title>Back</title><h1>Back</h1></html>');
      return undefined;
    });
    await new Promise((resolve) => party.server.listen(0, '127.0.0.1', resolve));
    party.origin = `http://localhost:${party.server.address().port}`;
    party.redirectUri = `${party.origin}/callback`;
    party.postLogoutUri = `${party.origin}/signed-out`;
    return party;
  }

  /** An authorization request by this application. */
  request(issuer, clientId, extra = {}) {
    const verifier = randomBytes(32).toString('base64url');
    this.verifier = verifier;
    const url = new URL(`${issuer}/oauth2/authorize`);
    url.search = new URLSearchParams({
      client_id: clientId,
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: 'openid profile email offline_access',
      state: randomBytes(12).toString('base64url'),
      nonce: randomBytes(12).toString('base64url'),
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...extra,
    });
    return url.href;
  }

  /** Exchanges the code in the callback address, and returns the claims of the ID token. */
  async idToken(issuer, clientId, clientSecret, cameBackTo) {
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: new URL(cameBackTo).searchParams.get('code'),
        redirect_uri: this.redirectUri,
        code_verifier: this.verifier,
      }),
    });
    const { id_token: token } = await response.json();
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  }

  /** Stops listening. */
  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
