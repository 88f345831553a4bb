// A project with clients, people and access rules, as the applications of these tests belong to it.
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { until } from './process.js';

const REDIRECT = 'http://localhost:4000/callback';

/** The access rules: a viewer reads their own orders, an editor every order. */
export const RULES = {
  entities: {
    Order: { attributes: { owner_id: 'string', total: 'int' }, actions: { list: 'collection', read: 'item' } },
  },
  user: {},
  context: {},
  token: {},
  conditions: { own: { eq: ['resource.owner_id', 'user.id'] } },
  roles: {
    viewer: { title: 'Viewer', grants: { 'Order:list': 'allow', 'Order:read': 'own' } },
    editor: { title: 'Editor', grants: { 'Order:*': 'allow' } },
  },
  routes: [
    { methods: ['GET'], path: '/health', public: true },
    { methods: ['GET'], path: '/state', public: true },
    { methods: ['GET'], path: '/sessions', public: true },
    { methods: ['GET'], path: '/me', auth: true },
    { methods: ['GET'], path: '/fresh', auth: true, fresh: true },
    { methods: ['GET'], path: '/orders', need: 'Order:list' },
    { methods: ['GET'], path: '/orders/:id', need: 'Order:read' },
    { methods: ['GET'], path: '/unchecked/:id', need: 'Order:read' },
  ],
};

export class Shop {
  /** Makes the project at a server and publishes its rules. */
  static async open(server, name = `Shop ${randomBytes(4).toString('hex')}`) {
    const shop = new Shop();
    shop.server = server;
    const project = await server.usher(['project', 'create', '--name', name]);
    [shop.project, shop.token] = [project.id, project.token];
    // An identifier belongs to one API of the server.
    shop.audience = `https://api-${randomBytes(4).toString('hex')}.shop.example`;
    await shop.api(shop.audience);
    shop.web = await shop.client({ name: 'Shop' });
    shop.module = await shop.client({
      name: 'Module',
      metadata: { grant_types: ['client_credentials'], scope: 'orders usher:sync', redirect_uris: [] },
      type: 'machine',
    });
    await shop.publish(RULES);
    return shop;
  }

  /** An API of the project. */
  api(identifier) {
    const api = ['--identifier', identifier, '--name', 'Orders', '--scope', 'orders'];
    return this.server.usher(['api', 'create', '--project', this.project, ...api]);
  }

  /** A client of the project. */
  async client({ name, type = 'web', metadata = {} }) {
    const scope = 'openid profile email offline_access roles orders';
    const document = {
      client_name: name,
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      scope,
      audience: [this.audience],
      first_party: true,
      ...metadata,
    };
    // By the command line, for first-party clients, whose people are not asked for consent, are made by administrators alone.
    const file = path.join(this.server.folder, `${randomBytes(6).toString('hex')}.json`);
    await writeFile(file, JSON.stringify(document));
    return this.server.usher([
      'client',
      'create',
      '--project',
      this.project,
      '--type',
      type,
      '--name',
      name,
      '--from-json',
      file,
    ]);
  }

  /** Publishes access rules; the new revision. */
  async publish(rules) {
    const path = `projects/${this.project}/policy`;
    const draft = await this.server.api('GET', `${path}/draft`, { token: this.token });
    const headers = { 'if-match': draft.response.headers.get('etag') };
    const put = await this.server.api('PUT', `${path}/draft`, { token: this.token, headers, body: rules });
    const published = await this.server.api('POST', `${path}/publish`, {
      token: this.token,
      headers: { 'if-match': put.response.headers.get('etag') },
      body: {},
    });
    return published.body.revision;
  }

  /** A new person, signed in at Usher, with these roles. */
  async person(roles = ['viewer']) {
    const email = `${randomBytes(6).toString('hex')}@example.test`;
    const password = `a quiet green door ${randomBytes(4).toString('hex')}`;
    await this.server.usher(['user', 'create', '--email', email, '--password-stdin'], password);
    const person = new Person(this, { email, password });
    await person.signIn();
    for (const role of roles) await person.give(role);
    if (roles.length > 0) await this.#isKnown('sub', person.sub);
    return person;
  }

  /** Waits for an entry of the feed: a role that is given ends the tokens that were issued before. */
  async #isKnown(kind, name) {
    await until(`the feed names ${name}`, async () => {
      const { body } = await this.server.api('GET', 'sync/snapshot', { token: this.token });
      return body.revocations.some((entry) => entry.k === kind && entry.v === name);
    });
  }
}

/** An administrator, signed in at Usher: `{ cookie }`. */
export async function administrator(server) {
  const [email, password] = [
    `${randomBytes(6).toString('hex')}@example.test`,
    `a loud red roof ${randomBytes(4).toString('hex')}`,
  ];
  await server.usher(['user', 'create', '--email', email, '--admin', '--password-stdin'], password);
  return new Person({ server }, { email, password }).signIn();
}

export class Person {
  constructor(shop, credentials) {
    Object.assign(this, { shop, ...credentials });
  }

  /** Signs in at Usher: a new session. */
  async signIn() {
    const { email, password } = this;
    const { response, body } = await this.shop.server.api('POST', 'auth/login', { body: { email, password } });
    this.cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    [this.sub, this.session] = [body.user.sub, body.session_id];
    return this;
  }

  async give(role) {
    const body = { role, subject: { type: 'user', id: this.sub } };
    const made = await this.shop.server.api('POST', `projects/${this.shop.project}/assignments`, {
      token: this.shop.token,
      body,
    });
    (this.assignments ??= {})[role] = made.body.id;
  }

  async take(role) {
    await this.shop.server.api('DELETE', `projects/${this.shop.project}/assignments/${this.assignments[role]}`, {
      token: this.shop.token,
    });
  }

  /** Tokens of a client, by the authorization code flow in the browser that is signed in. */
  async tokens(client = this.shop.web, scope = 'openid offline_access roles orders') {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      scope,
      state: 'state',
      nonce: 'nonce',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const sent = await this.shop.server.send('GET', `/oauth2/authorize?${query}`, { cookie: this.cookie });
    const location = sent.headers.get('location') ?? '';
    if (!location.startsWith(REDIRECT)) throw new Error(`no code: ${sent.status} ${location}`);
    const code = new URL(location).searchParams.get('code');
    return this.shop.server.grant(client, {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: verifier,
    });
  }

  refresh(client, refreshToken) {
    return this.shop.server.grant(client, { grant_type: 'refresh_token', refresh_token: refreshToken });
  }
}
