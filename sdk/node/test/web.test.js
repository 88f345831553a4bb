// Web mode at an Usher whose answers the test decides: what a real one says rarely, late or never.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Usher, memoryStore } from '@usher-id/sdk';

const ISSUER = 'https://usher.test';
const BASE = 'https://shop.test';
const COOKIE = '__Host-usher-app';
const CLIENT = 'shop';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const keys = await generateKeyPair('ES256');
const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'test', use: 'sig', alg: 'ES256' };
const sign = (typ, claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'test', typ }).sign(keys.privateKey);
const seconds = () => Math.floor(Date.now() / 1000);

/** What the test decides. */
let says;
let store;
let usher;
const all = [];

beforeEach(async () => {
  says = { life: 600, audience: ISSUER, refreshes: 0, identity: {}, logged: [], refresh: async () => Response.json(await tokens()) };
  store = memoryStore();
  usher = new Usher({
    mode: 'web',
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: 'a secret of the tests',
    baseURL: BASE,
    secret: 'a secret that is long enough for cookies',
    policy: false,
    sync: { transport: 'off' },
    storage: store,
    fetch,
    logger: { info: (...said) => says.logged.push(said), warn() {}, error() {} },
  });
  all.push(usher);
  await usher.start();
  await usher.ready();
});
after(() => Promise.all(all.map((each) => each.close())));

async function tokens() {
  const now = seconds();
  const [exp, jti] = [now + says.life, `t${says.refreshes}`];
  const claims = { iss: ISSUER, aud: says.audience, sub: 'ana', sid: 's1', iat: now, exp, jti, client_id: CLIENT, urv: 0 };
  const access_token = await sign('at+jwt', { ...claims, scope: 'openid' });
  return { access_token, token_type: 'Bearer', expires_in: says.life, refresh_token: `r${says.refreshes}` };
}

async function fetch(input, { body } = {}) {
  const { pathname } = new URL(String(input));
  const at = (path) => new URL(path, ISSUER).href;
  if (pathname === '/.well-known/openid-configuration')
    return Response.json({
      issuer: ISSUER,
      jwks_uri: at('/jwks'),
      token_endpoint: at('/token'),
      introspection_endpoint: at('/introspect'),
      authorization_endpoint: at('/authorize'),
      end_session_endpoint: at('/logout'),
      authorization_response_iss_parameter_supported: true,
      id_token_signing_alg_values_supported: ['ES256'],
    });
  if (pathname === '/jwks') return Response.json({ keys: [jwk] }, { headers: { etag: '"keys"' } });
  if (pathname === '/api/v1/sync/snapshot')
    return Response.json({ epoch: 'e1', cursor: 0, server_time: seconds(), jwks: { etag: '"keys"' }, policy: null, revocations: [] });
  if (pathname !== '/token') return new Response(null, { status: 404 });
  const grant = new URLSearchParams(String(body)).get('grant_type');
  if (grant === 'client_credentials') return Response.json(await tokens());
  if (grant === 'refresh_token') {
    says.refreshes += 1;
    return says.refresh();
  }
  const now = seconds();
  const identity = { iss: ISSUER, aud: CLIENT, sub: 'ana', sid: 's1', iat: now, exp: now + 600, nonce: says.nonce };
  return Response.json({ ...(await tokens()), id_token: await sign('JWT', { ...identity, ...says.identity }) });
}

const request = (target, { method = 'GET', cookies = {}, body = '', ...headers } = {}) => {
  const cookie = Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ');
  const known = { cookie, ...headers };
  return { method, target, header: (name) => known[name] || undefined, body: async () => body };
};
const ask = (target, options) => usher.handle(request(target, options));
const cookiesOf = ({ cookies }) =>
  Object.fromEntries(cookies.map((cookie) => cookie.split(';')[0].split('=')).filter(([, value]) => value !== ''));
const beginAt = (begun) => new URL(begun.headers.location).searchParams;

async function callBack(query = '', more = '') {
  const begun = await ask(`/auth/login?${query}`);
  const said = beginAt(begun);
  says.nonce = said.get('nonce');
  const answer = `/auth/callback?${new URLSearchParams({ code: 'c', state: said.get('state'), iss: ISSUER })}${more}`;
  return { answer: await ask(answer, { cookies: cookiesOf(begun) }), again: () => ask(answer, { cookies: cookiesOf(begun) }) };
}
async function signIn() {
  const { answer } = await callBack();
  assert.equal(answer.status, 303, answer.body);
  return cookiesOf(answer);
}
async function status(cookies) {
  const { auth, refusal } = await usher.authenticate(request('/me', { cookies }));
  return auth ? 200 : (refusal?.status ?? 401);
}
const notice = async (claims = {}) => {
  const now = seconds();
  const good = { iss: ISSUER, aud: CLIENT, iat: now, exp: now + 120, jti: 'j1', sid: 's1', events: { [EVENT]: {} } };
  return new URLSearchParams({ logout_token: await sign('logout+jwt', { ...good, ...claims }) }).toString();
};
const notify = async (claims) =>
  (await ask('/auth/backchannel-logout', { method: 'POST', body: await notice(claims) })).status;

test('a session that is signed out while its tokens are fetched stays over', async () => {
  says.life = 20; // so that the next request fetches new tokens
  const cookies = await signIn();
  let tell;
  const told = new Promise((resolve) => (tell = resolve));
  says.refresh = async () => {
    await told;
    return Response.json(await tokens());
  };
  const running = status(cookies);
  while (says.refreshes === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal((await ask('/auth/logout', { method: 'POST', cookies, origin: BASE })).status, 303);
  tell();
  assert.equal(await running, 401);
  assert.equal(await status(cookies), 401);
});

test('a session that was ended at one process does not come back when another records its use', async () => {
  const cookies = await signIn();
  const { get } = store;
  const { now } = Date;
  try {
    Date.now = () => now() + 50_000;
    assert.equal(await status(cookies), 200);
    // The other process ends it: its values are gone. This one has read it a moment ago, and records its use each minute.
    store.get = async (name) => (name.startsWith('web:session:') ? undefined : get.call(store, name));
    Date.now = () => now() + 61_000;
    assert.equal(await status(cookies), 401);
  } finally {
    Date.now = now;
  }
});

test('a session that was copied in the store is none', async () => {
  const written = new Map();
  const { set } = store;
  store.set = async (name, ...more) => {
    written.set(name, more);
    return set.call(store, name, ...more);
  };
  const sessionKey = () => [...written.keys()].findLast((name) => name.startsWith('web:session:') && !name.endsWith(':used'));
  const mine = await signIn();
  const here = sessionKey();
  const theirs = await signIn();
  await set.call(store, here, ...written.get(sessionKey()));
  const { now } = Date;
  Date.now = () => now() + 16_000; // so that the session is read from the store
  try {
    assert.deepEqual([await status(mine), await status(theirs)], [401, 200]);
  } finally {
    Date.now = now;
  }
});

test('while Usher is away a session lasts as long as its token, and requests do not wait for it one after the other', async () => {
  says.life = 20;
  const cookies = await signIn();
  says.refresh = async () => new Response(null, { status: 502 });
  for (let each = 0; each < 10; each += 1) assert.equal(await status(cookies), 200);
  assert.ok(says.refreshes <= 2, String(says.refreshes));
  const { now } = Date;
  Date.now = () => now() + 55_000;
  try {
    assert.equal(await status(cookies), 503);
    assert.equal((await ask('/auth/me', { cookies })).status, 503, 'nobody can say whether somebody is signed in');
    Date.now = () => now() + 60_000;
    says.refresh = async () => Response.json(await tokens());
    assert.equal(await status(cookies), 200, 'nobody was signed out');
  } finally {
    Date.now = now;
  }
});

test('a session whose grant has ended is over, and one whose client is refused is not', async () => {
  says.life = 20;
  const cookies = await signIn();
  const { refresh } = says;
  const challenge = { 'www-authenticate': 'Basic realm="usher"' };
  for (const headers of [challenge, {}]) {
    says.refresh = async () => Response.json({ error: 'invalid_client' }, { status: 401, headers });
    assert.equal(await status(cookies), 401);
  }
  says.refresh = refresh;
  assert.equal(await status(cookies), 200);
  says.refresh = async () => Response.json({ error: 'invalid_grant' }, { status: 400 });
  assert.equal(await status(cookies), 401);
  says.refresh = refresh;
  assert.equal(await status(cookies), 401);
});

test('a token that the application refuses signs nobody in and leads nobody round', async () => {
  says.audience = 'https://api.other.example';
  assert.equal((await callBack()).answer.status, 400);
});

test('an ID token about somebody else, or of another sign-in, signs nobody in, and the log says why', async () => {
  for (const [identity, cause] of [[{ sub: 'eve' }, /claim_invalid/], [{ nonce: 'n' }, /nonce/], [{ aud: 'other' }, /aud/]]) {
    says.identity = identity;
    assert.equal((await callBack()).answer.status, 400);
    assert.match(says.logged.at(-1)[1].cause, cause);
  }
});

test('an answer counts once whatever cookies are kept, and no parameter twice', async () => {
  const { answer, again } = await callBack();
  assert.equal(answer.status, 303);
  assert.equal((await again()).status, 400);
  for (const wrong of ['&code=d', '&state=x', '&iss=https%3A%2F%2Fevil.example'])
    assert.equal((await callBack('', wrong)).answer.status, 400, wrong);
});

test('one of several levels is enough', async () => {
  assert.equal((await callBack('acr_values=aal9%20aal8')).answer.status, 401);
  says.identity = { acr: 'aal2' };
  assert.equal((await callBack('acr_values=aal3%20aal2')).answer.status, 303);
});

test('what Usher may be told of a sign-in is passed on', async () => {
  const said = beginAt(await ask('/auth/login?prompt=login&login_hint=ana&ui_locales=uk&client_id=evil&scope=all'));
  assert.deepEqual([said.get('prompt'), said.get('login_hint'), said.get('ui_locales')], ['login', 'ana', 'uk']);
  assert.deepEqual([said.getAll('client_id'), said.getAll('scope').length], [[CLIENT], 1]);
  assert.notEqual(said.get('scope'), 'all');
});

test('a notice counts once every session is over, and then ends no new one', async () => {
  const cookies = await signIn();
  const { delete: remove } = store;
  store.delete = async () => {
    throw new Error('no connection');
  };
  assert.equal(await notify(), 503);
  store.delete = remove;
  assert.equal(await notify(), 200);
  assert.equal(await status(cookies), 401);
  const again = await signIn();
  assert.equal(await notify(), 200);
  assert.equal(await status(again), 200);
});

test('a logout token of another purpose, client or time ends nothing', async () => {
  const cookies = await signIn();
  const now = seconds();
  for (const wrong of [
    { aud: 'other' },
    { iss: 'https://evil.example' },
    { nonce: 'n' },
    { events: {} },
    { events: { [EVENT]: true } },
    { iat: now - 300 },
    { iat: now + 60 },
    { exp: now - 60 },
    { sid: undefined },
    { jti: undefined },
  ])
    assert.equal(await notify(wrong), 400, JSON.stringify(wrong));
  assert.equal(await status(cookies), 200);
});

test('one session at Usher has a limited number of sessions here', async () => {
  const sessions = [];
  for (let each = 0; each < 21; each += 1) sessions.push(await signIn());
  assert.deepEqual([await status(sessions[0]), await status(sessions[1]), await status(sessions[20])], [401, 200, 200]);
});

test('a cookie of any content and length is nobody', async () => {
  const { [COOKIE]: value } = await signIn();
  for (const changed of ['', 'A'.repeat(8000), value.slice(0, -1), `${value}A`, `${value}.`, value.split('').reverse().join('')])
    assert.equal(await status({ [COOKIE]: changed }), 401, changed.slice(0, 20));
});
