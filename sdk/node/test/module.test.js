import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { Usher, memoryStore } from '@usher-id/sdk';
import { createTestUsher } from '@usher-id/sdk/testing';
import { checkPermission } from '../dist/checks.js';
import { KeySet } from '../dist/issuer/keys.js';
import { acceptable } from '../dist/sync/host.js';
import { Sealer } from '../dist/web/seal.js';

const quiet = { info() {}, warn() {}, error() {} };
const make = async (options) => {
  const issuer = await createTestUsher({ logger: quiet, ...options });
  await issuer.usher.ready();
  return issuer;
};
const refused = (reason) => (cause) => {
  assert.equal(cause.reason, reason);
  return true;
};

test('a key that leaked is gone for good, and what it signed as well', async () => {
  const issuer = await make();
  const token = await issuer.token();
  assert.equal((await issuer.usher.verify(token)).kind, 'user');
  await issuer.revoke('kid', 'test');
  await assert.rejects(issuer.usher.verify(token), (cause) => ['token_revoked', 'key_unknown'].includes(cause.reason));
  assert.equal(issuer.usher.keys.has('test'), false);
  assert.equal((await issuer.usher.verify(await issuer.token())).kind, 'user', 'the next key is fetched');
  await issuer.close();
});

test('a key that leaked stays gone although a cache still serves it', async () => {
  const issuer = await make({ policy: false });
  const { keys: served } = issuer.usher.keys.state.jwks;
  const token = await issuer.token();
  await issuer.revoke('kid', 'test');
  const { fetch } = issuer.usher.settings;
  const cached = (url, init) => (String(url).endsWith('/jwks') ? Promise.resolve(Response.json({ keys: served })) : fetch(url, init));
  const usher = new Usher({ ...issuer.options, fetch: cached });
  await usher.ready();
  assert.equal(usher.keys.has('test'), false);
  await assert.rejects(usher.verify(token), refused('key_unknown'));
  await usher.close();
  await issuer.close();
});

test('a key whose notice was lost is fetched at once, and keys that nobody knows once in a second', async () => {
  const [old, next] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const jwk = async (kid, { publicKey }) => ({ ...(await exportJWK(publicKey)), kid, use: 'sig', alg: 'ES256' });
  let published = [await jwk('old', old)];
  let fetches = 0;
  const fetch = () => Promise.resolve(Response.json({ keys: published, fetches: (fetches += 1) }));
  const keys = new KeySet(fetch, () => Promise.resolve('https://id.example.com/jwks'));
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256', kid: 'next' }).sign(next.privateKey);
  const start = Date.now() / 1000;
  const verify = (kid, later) => keys.verify(token, { alg: 'ES256', kid }, start + later);
  await keys.refresh();
  await assert.rejects(verify('next', 0), refused('key_unknown'), 'it is not published yet');
  published = [await jwk('next', next)];
  await assert.rejects(verify('next', 0.5), refused('key_unknown'));
  await Promise.all([verify('next', 1), verify('next', 1)]);
  assert.equal(fetches, 3, 'who comes meanwhile waits for the same response');
  await assert.rejects(verify('other', 1.5), refused('key_unknown'));
  assert.equal(fetches, 3);
});

test('a new key is known at once, however recently the keys were fetched', async () => {
  const issuer = await make();
  await issuer.token();
  await issuer.usher.keys.refresh();
  await issuer.rotate();
  assert.equal((await issuer.usher.verify(await issuer.token())).kind, 'user');
  await issuer.close();
});

describe('the client of a token', () => {
  test('is proven once: a token of another project is refused, although its audience was copied', async () => {
    const issuer = await make();
    const stranger = await issuer.token({ clientId: 'client_stranger', claims: { foreign: true } });
    await assert.rejects(issuer.usher.verify(stranger), refused('client_refused'));
    await assert.rejects(issuer.usher.verify(stranger), refused('client_refused'));
    const sibling = await issuer.token({ clientId: 'client_sibling' });
    assert.equal((await issuer.usher.verify(sibling)).clientId, 'client_sibling');
    issuer.away(true);
    assert.equal(
      (await issuer.usher.verify(await issuer.token({ clientId: 'client_sibling' }))).clientId,
      'client_sibling',
    );
    await assert.rejects(
      issuer.usher.verify(await issuer.token({ clientId: 'client_third' })),
      refused('introspection_failed'),
    );
    await issuer.close();
  });
  test('is not taken for a stranger because one of its tokens is revoked', async () => {
    const issuer = await make();
    const [doomed, good] = [
      await issuer.token({ clientId: 'client_sibling', sid: 'gone' }),
      await issuer.token({ clientId: 'client_sibling' }),
    ];
    await issuer.revoke('sid', 'gone');
    await assert.rejects(issuer.usher.verify(doomed), refused('token_revoked'));
    assert.equal((await issuer.usher.verify(good)).clientId, 'client_sibling');
    await issuer.close();
  });
  test('is one of those that are listed, where they are listed', async () => {
    const issuer = await make({ clients: ['client_shop'] });
    assert.equal((await issuer.usher.verify(await issuer.token({ clientId: 'client_shop' }))).clientId, 'client_shop');
    await assert.rejects(
      issuer.usher.verify(await issuer.token({ clientId: 'client_test' })),
      refused('client_refused'),
    );
    await issuer.close();
  });
});

test('tokens with keys that nobody knows fetch the keys once in a second, and keep nobody else waiting', async () => {
  let fetches = 0;
  const started = Date.now();
  const issuer = await make();
  const { refresh } = issuer.usher.keys;
  issuer.usher.keys.refresh = function counted() {
    fetches += 1;
    return refresh.call(this);
  };
  const [, claims, signature] = (await issuer.token()).split('.');
  for (let index = 0; index < 50; index += 1) {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `unknown-${index}` })).toString(
      'base64url',
    );
    await assert.rejects(issuer.usher.verify(`${header}.${claims}.${signature}`), refused('key_unknown'));
  }
  assert.ok(fetches <= 1 + (Date.now() - started) / 1000, `${fetches}`);
  assert.equal((await issuer.usher.verify(await issuer.token())).kind, 'user');
  await issuer.close();
});

test('a wrong project is noticed where the feed speaks of rules', async () => {
  const errors = [];
  const issuer = await createTestUsher({
    logger: { ...quiet, warn: (message, fields) => errors.push(fields?.message) },
    rules: { roles: {} },
  });
  const { fetch } = issuer.usher.settings;
  const usher = new Usher({
    ...issuer.options,
    logger: { ...quiet, warn: (message, fields) => errors.push(fields?.message) },
    fetch: (url, init) =>
      String(url).endsWith('/policy') ? Promise.resolve(new Response(null, { status: 404 })) : fetch(url, init),
  });
  await assert.rejects(
    usher.enforceRoutes({ method: 'GET', target: '/', header: () => undefined }, { auth: null, refusal: null }),
    refused('rules_missing'),
  );
  assert.ok(
    errors.some((message) => /is that its id\?/.test(message)),
    errors.join(),
  );
  await usher.close();
  await issuer.close();
});

test('a client of another project than the option names is noticed at once', async () => {
  const messages = [];
  const issuer = await make();
  const { fetch } = issuer.usher.settings;
  const usher = new Usher({
    ...issuer.options,
    logger: { ...quiet, warn: (message, fields) => messages.push(fields?.message) },
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (!String(url).endsWith('/sync/snapshot')) return response;
      return Response.json({ ...(await response.json()), project_id: 'another' });
    },
  });
  void usher.start();
  for (let tries = 0; messages.length === 0 && tries < 400; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.match(messages[0], /belongs to the project another, and the option project is/);
  assert.equal(usher.state.ready, false);
  await usher.close();
  await issuer.close();
});

test('a poll names the host, and acknowledges the rules that apply', async () => {
  assert.equal(acceptable('shop (blue)/1\u00e9', 1), 'shopblue1');
  assert.equal(acceptable('web-1', 4711), 'web-1/4711');
  assert.equal(acceptable('x'.repeat(80), 4711).length, 64);
  assert.equal(acceptable('\u00e9', 4711), undefined);
  const polls = [];
  const issuer = await make({ rules: { roles: {} } });
  const { fetch } = issuer.usher.settings;
  const usher = new Usher({
    ...issuer.options,
    sync: { transport: 'longpoll' },
    fetch: (url, init) => {
      const { pathname, searchParams } = new URL(url);
      if (pathname.endsWith('/sync/events')) polls.push(searchParams);
      return fetch(url, init);
    },
  });
  await usher.ready();
  for (let tries = 0; polls.length === 0 && tries < 400; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(polls[0].get('host'), acceptable(hostname(), process.pid));
  assert.equal(polls.at(-1).get('rev'), '1');
  await usher.close();
  await issuer.close();
});

test('rules and keys that cannot be fetched are asked for again until they are there', async () => {
  // The timers of a module keep no process alive.
  const alive = setInterval(() => {}, 1000);
  let failing = true;
  const issuer = await createTestUsher({ logger: quiet, rules: { roles: { viewer: { 'Order:list': '*' } } } });
  const { fetch } = issuer.usher.settings;
  const usher = new Usher({
    ...issuer.options,
    fetch: (url, init) => {
      const fails = failing && (String(url).endsWith('/policy') || String(url).endsWith('/jwks'));
      return fails ? Promise.resolve(new Response(null, { status: 500 })) : fetch(url, init);
    },
  });
  void usher.start();
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(usher.state.ready, false, 'without keys and rules it is not ready');
  failing = false;
  await usher.ready();
  assert.equal((await usher.verify(await issuer.token({ roles: ['viewer'] }))).can('Order:list'), true);
  failing = true;
  await issuer.usher.ready();
  await issuer.publish({ roles: { viewer: { 'Order:list': 'deny' } } });
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal(usher.state.revision, 1);
  failing = false;
  for (let tries = 0; usher.state.revision !== 2 && tries < 400; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(usher.state.revision, 2);
  clearInterval(alive);
  await usher.close();
  await issuer.close();
});

test('without published rules nothing is allowed, and the answer says what to do', async () => {
  const warnings = [];
  const logger = { ...quiet, warn: (message) => warnings.push(message) };
  const issuer = await make({ rules: null, logger, policy: { onMissingRoute: 'allow' } });
  const { usher } = issuer;
  const request = { method: 'GET', target: '/orders', header: () => undefined };
  const authentication = { auth: await usher.verify(await issuer.token({ roles: ['viewer'] })), refusal: null };
  await assert.rejects(usher.enforceRoutes(request, authentication), refused('rules_unpublished'));
  await assert.rejects(checkPermission(authentication, 'Order:list'), (cause) => {
    assert.match(usher.answerTo(request, cause).body, /Publish them at Usher/);
    return refused('rules_unpublished')(cause);
  });
  assert.equal(authentication.auth.can('Order:list'), false);
  assert.equal(warnings.filter((message) => /no access rules are published/.test(message)).length, 1);
  await issuer.publish({ roles: { viewer: { 'Order:list': '*' } }, routes: [{ m: ['GET'], p: '/orders', auth: true }] });
  assert.equal((await usher.enforceRoutes(request, authentication)).rule.path, '/orders');
  await checkPermission(authentication, 'Order:list');
  await issuer.close();
});

test('a permission is required of a module that has access rules', async () => {
  const issuer = await make({ policy: false });
  const auth = await issuer.usher.verify(await issuer.token());
  await assert.rejects(checkPermission({ auth, refusal: null }, 'Order:list'), /policy: false turns them off/);
  await issuer.close();
});

test('a token of another project is refused by its project_id', async () => {
  const issuer = await make();
  await assert.rejects(
    issuer.usher.verify(await issuer.token({ claims: { project_id: 'another' } })),
    refused('project_wrong'),
  );
  await issuer.close();
});

test('decisions are told to the log of the application', async () => {
  const decisions = [];
  const issuer = await make({
    onDecision: (decision) => decisions.push(decision),
    rules: { roles: { viewer: { 'Order:list': '*' } } },
  });
  const auth = await issuer.usher.verify(await issuer.token({ sub: 'ana', roles: ['viewer'] }));
  auth.can('Order:list');
  auth.can('Order:burn');
  assert.deepEqual(
    decisions.map(({ permission, verdict, sub, revision }) => [permission, verdict, sub, revision]),
    [
      ['Order:list', 'allow', 'ana', 1],
      ['Order:burn', 'deny', 'ana', 1],
    ],
  );
  const { reasons, revision } = auth.explain('Order:list');
  assert.deepEqual([reasons, revision], [[{ role: 'viewer', rule: 'allow', holds: 'true' }], 1]);
  await issuer.close();
});

test('conditions ask what the application knows of the user and of the request', async () => {
  const conditions = { team: { in: ['resource.team', 'user.teams'] }, day: { eq: ['context.day', true] } };
  const issuer = await make({
    rules: { conditions, roles: { viewer: { 'Order:read': 'team', 'Shop:enter': 'day' } } },
    userAttributes: async ({ id }) => ({ teams: [`team of ${id}`] }),
    context: () => ({ day: true }),
  });
  const auth = await issuer.usher.verify(await issuer.token({ sub: 'ana', roles: ['viewer'] }));
  assert.equal(auth.can('Order:read', { team: 'team of ana' }), true);
  assert.equal(auth.can('Order:read', { team: 'team of bea' }), false);
  assert.equal(auth.can('Shop:enter'), true);
  assert.deepEqual(auth.permissions()['Order:read'].right, { value: ['team of ana'] });
  await issuer.close();
});

test('rules of a new revision are in force for the next request, and events tell of it', async () => {
  const issuer = await make({ rules: { roles: { viewer: { 'Order:list': '*' } } } });
  const headers = await issuer.token({ roles: ['viewer'] });
  const changed = once(issuer.usher, 'policyChanged');
  await issuer.publish({ roles: { viewer: { 'Order:list': 'deny' } } });
  assert.deepEqual((await changed)[0], { revision: 2 });
  assert.equal((await issuer.usher.verify(headers)).can('Order:list'), false);
  await issuer.close();
});

describe('a list that is stale', () => {
  // The timers of a module keep no process alive.
  let alive;
  before(() => (alive = setInterval(() => {}, 1000)));
  after(() => clearInterval(alive));
  const stale = async (onStale) => {
    const issuer = await make({ sync: { maxStaleness: 2, onStale } });
    const token = await issuer.token();
    await issuer.usher.verify(token);
    const since = once(issuer.usher, 'stale');
    issuer.away(true);
    await since;
    return { issuer, token };
  };
  test('is allowed by default', async () => {
    const { issuer, token } = await stale('allow');
    assert.equal((await issuer.usher.verify(token)).kind, 'user');
    await issuer.close();
  });
  for (const [onStale, reason] of [
    ['deny', 'list_stale'],
    ['introspect', 'introspection_failed'],
  ]) {
    test(`${onStale}: 503 while Usher is away, and well when it is back`, async () => {
      const { issuer, token } = await stale(onStale);
      await assert.rejects(issuer.usher.verify(token), refused(reason));
      issuer.away(false);
      for (let tries = 0; issuer.usher.state.stale && tries < 600; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal((await issuer.usher.verify(token)).kind, 'user');
      await issuer.close();
    });
  }
});

describe('an issuer that misbehaves', { concurrency: true }, () => {
  /** An issuer that answers as `change` has it. */
  const serve = async (change) => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'ES256' };
    let issuer;
    const server = createServer((request, response) => {
      const path = request.url.split('?')[0];
      const at = (name) => `${issuer}/${name}`;
      const usual = {
        '/.well-known/openid-configuration': {
          issuer,
          jwks_uri: at('jwks'),
          token_endpoint: at('token'),
          introspection_endpoint: at('introspect'),
          authorization_endpoint: at('authorize'),
        },
        '/jwks': { keys: [jwk] },
        '/token': { access_token: 'a', expires_in: 600 },
        '/introspect': { active: true },
        '/api/v1/sync/snapshot': {
          epoch: 'e1',
          cursor: 0,
          server_time: 0,
          revocations: [],
          policy: null,
          jwks: { etag: '' },
        },
      };
      const { status = 200, headers = {}, body = usual[path] } = change(path, issuer) ?? {};
      response.writeHead(body === undefined ? 404 : status, headers);
      response.end(JSON.stringify(body ?? {}));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    issuer = `http://127.0.0.1:${server.address().port}`;
    const usher = new Usher({
      issuer,
      clientId: 'c',
      clientSecret: 's',
      audience: 'api',
      policy: false,
      logger: quiet,
      sync: { transport: 'longpoll' },
    });
    const claims = { aud: 'api', client_id: 'c', sub: 'ana', scope: '' };
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
      .setIssuer(issuer)
      .setIssuedAt()
      .setExpirationTime('5m')
      .setJti('j')
      .sign(privateKey);
    const stop = async () => {
      await usher.close();
      server.closeAllConnections();
      server.close();
    };
    return { usher, token, stop };
  };
  const cases = {
    'calls itself by another name': (path) =>
      path.startsWith('/.well-known') ? { body: { issuer: 'https://evil.example' } } : undefined,
    'names keys of another origin': (path, issuer) =>
      path.startsWith('/.well-known')
        ? {
            body: {
              issuer,
              jwks_uri: 'https://evil.example/jwks',
              token_endpoint: `${issuer}/token`,
              introspection_endpoint: `${issuer}/i`,
              authorization_endpoint: `${issuer}/a`,
            },
          }
        : undefined,
    'redirects to keys': (path) =>
      path === '/jwks' ? { status: 302, headers: { location: 'https://evil.example/jwks' }, body: {} } : undefined,
    'redirects the discovery': (path) =>
      path.startsWith('/.well-known')
        ? { status: 301, headers: { location: 'https://evil.example/' }, body: {} }
        : undefined,
    'has no keys': (path) => (path === '/jwks' ? { body: { keys: 'none' } } : undefined),
    'sends a snapshot that is none': (path) => (path.endsWith('/snapshot') ? { body: { epoch: 'one' } } : undefined),
  };
  for (const [name, change] of Object.entries(cases)) {
    test(`${name}: nobody comes in`, async () => {
      const { usher, token, stop } = await serve(change);
      const began = Date.now();
      await assert.rejects(usher.verify(token), (cause) => cause.status === 503 || cause.status === 401);
      assert.ok(Date.now() - began < 9000);
      await stop();
    });
  }
  test('one that behaves lets its people in', async () => {
    const { usher, token, stop } = await serve(() => undefined);
    assert.equal((await usher.verify(token)).user.id, 'ana');
    await stop();
  });
});

test('a store that fails lets nobody in, and says that it is the store', async () => {
  const secret = 'a secret that is long enough for cookies';
  const store = memoryStore();
  const issuer = await make({ mode: 'web', baseURL: 'https://shop.test', secret, storage: store, audience: 'https://api.test' });
  const cookie = `__Host-usher-app=${await new Sealer([secret], 'cookie').seal({ id: 'somebody' })}`;
  const request = { method: 'GET', target: '/', header: (name) => (name === 'cookie' ? cookie : undefined) };
  assert.deepEqual(await issuer.usher.authenticate(request), { auth: null, refusal: null });
  store.get = async () => {
    throw new Error('no connection');
  };
  const { auth, refusal } = await issuer.usher.authenticate(request);
  assert.equal(auth, null);
  assert.deepEqual([refusal.status, refusal.reason], [503, 'store_unavailable']);
  await issuer.close();
});
