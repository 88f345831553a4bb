import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import express5 from 'express';
import express4 from 'express4';
import {
  authenticateUpgrade,
  findAuth,
  getAuth,
  requireAuth,
  requirePermission,
  requireRole,
  requireScope,
  usher,
} from '@usher-id/sdk/express';
import { createTestUsher } from '@usher-id/sdk/testing';
import { refuseForged } from '../dist/web/origin.js';

const RULES = {
  conditions: { own: { eq: ['resource.owner_id', 'user.id'] } },
  roles: { viewer: { 'Order:list': '*', 'Order:read': 'own' }, editor: { 'Order:read': '*' } },
  routes: [
    { m: ['GET'], p: '/health', public: true },
    { m: ['*'], p: '/open/*', public: true },
    { m: ['GET'], p: '/open/vault', need: 'Order:list' },
    { m: ['GET'], p: '/orders/:id', need: 'Order:read' },
    { m: ['GET'], p: '/admin', auth: true, acr: 'aal2' },
  ],
};
const ORDERS = { 1: { id: '1', owner_id: 'ana' }, 2: { id: '2', owner_id: 'bea' } };

for (const [version, express] of [
  ['4', express4],
  ['5', express5],
]) {
  describe(`Express ${version}`, () => {
    let test1;
    let server;
    let base;
    const logged = [];
    before(async () => {
      const logger = { info: (...all) => logged.push(all), warn: () => {}, error: (...all) => logged.push(all) };
      test1 = await createTestUsher({ rules: RULES, logger });
      const app = express();
      app.use(usher(test1.usher));
      app.get('/health', (request, response) => response.json({ somebody: findAuth(request)?.user.id ?? null }));
      app.get(
        '/orders/:id',
        requirePermission('Order:read', { load: (request) => ORDERS[request.params.id] }),
        (request, response) => response.json(getAuth(request).resource),
      );
      app.get('/open/vault', (request, response) => response.json({ secret: true }));
      app.get('/admin', (request, response) => response.json({ ok: true }));
      app.get('/open/me', requireAuth(), (request, response) => response.json(getAuth(request).user));
      app.get('/open/scope', requireScope('orders'), (request, response) => response.json({ ok: true }));
      app.get('/open/role', requireRole('editor', 'chief'), (request, response) => response.json({ ok: true }));
      app.get('/open/recent', requireAuth({ acr: 'aal2', maxAge: 60 }), (request, response) =>
        response.json({ ok: true }),
      );
      app.get('/open/fresh', requireAuth({ fresh: true }), (request, response) => response.json({ ok: true }));
      app.get('/open/forgets', requirePermission('Order:read'), (request, response) => {
        response.set('x-secret', 'yes').json({ secret: true });
      });
      app.get('/open/streams', requirePermission('Order:read'), (request, response) => {
        response.write('secret ');
        response.end('secret');
      });
      app.get('/open/asks', requirePermission('Order:read'), (request, response) => {
        const allowed = getAuth(request).can('Order:read', ORDERS[1]);
        response.status(allowed ? 200 : 403).json({ allowed });
      });
      server = app.listen(0);
      base = `http://127.0.0.1:${server.address().port}`;
      await test1.usher.ready();
    });
    after(async () => {
      server.close();
      server.closeAllConnections();
      await test1.close();
    });
    test('Express ignores case, and a rule protects its path in any case', async () => {
      const headers = await test1.asUser({ roles: ['viewer'] });
      const status = async (path, init) => (await fetch(base + path, init)).status;
      assert.deepEqual(
        [await status('/open/vault', { headers }), await status('/open/vault'), await status('/open/VAULT')],
        [200, 401, 400],
      );
      assert.equal(await status('/open/%56ault'), 400);
    });
    const get = async (path, user, headers = {}) => {
      const authorization = user ? await test1.asUser(user) : {};
      const response = await fetch(`${base}${path}`, { headers: { ...authorization, ...headers } });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: text.startsWith('{') ? JSON.parse(text) : null,
      };
    };

    test('lets everybody in where the route says so', async () => {
      assert.deepEqual((await get('/health')).body, { somebody: null });
      assert.deepEqual((await get('/health', { sub: 'ana' })).body, { somebody: 'ana' });
    });
    test('asks for a token without naming an error where none came', async () => {
      const { status, body, headers } = await get('/open/me');
      assert.deepEqual([status, body.code, headers.get('www-authenticate')], [401, 'AUTH_REQUIRED', 'Bearer']);
      assert.equal(headers.get('content-type'), 'application/problem+json');
      assert.equal(headers.get('cache-control'), 'no-store');
    });
    test('knows who sends a good token', async () => {
      assert.deepEqual((await get('/open/me', { sub: 'ana', roles: ['viewer'] })).body, {
        id: 'ana',
        roles: ['viewer'],
      });
    });
    test('says invalid_token of a token that is over, and why in the log alone', async () => {
      const { status, body, headers, text } = await get('/open/me', { expiresIn: -31 });
      assert.deepEqual([status, body.code], [401, 'AUTH_INVALID']);
      assert.match(headers.get('www-authenticate'), /error="invalid_token"/);
      assert.doesNotMatch(text, /token_expired/);
      assert.equal(logged.at(-1)[1].reason, 'token_expired');
    });
    test('names the trace of the request', async () => {
      const { body } = await get('/open/me', null, {
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      });
      assert.equal(body.traceId, '4bf92f3577b34da6a3ce929d0e0e4736');
    });
    test('reads no token from another scheme, and refuses two', async () => {
      assert.equal((await get('/open/me', null, { authorization: 'Basic YTpi' })).body.code, 'AUTH_REQUIRED');
      assert.equal(
        (await get('/open/me', null, { authorization: 'Bearer a.b.c, Bearer d.e.f' })).body.code,
        'REQUEST_INVALID',
      );
      assert.equal((await get('/open/me', null, { authorization: 'Bearer' })).body.code, 'AUTH_INVALID');
    });
    test('refuses a revoked session at once', async () => {
      const headers = await test1.asUser({ sid: 'doomed' });
      assert.equal((await get('/open/me', null, headers)).status, 200);
      await test1.revoke('sid', 'doomed');
      assert.equal((await get('/open/me', null, headers)).status, 401);
    });
    test('refuses everything that was issued before a mark, and nothing that was issued since', async () => {
      const before = await test1.asUser({ sub: 'eve' });
      await test1.revoke('sub', 'eve');
      assert.equal((await get('/open/me', null, before)).status, 401);
      assert.equal((await get('/open/me', { sub: 'eve' })).status, 200);
    });
    test('asks for scopes and roles', async () => {
      const missing = await get('/open/scope', { scope: 'openid' });
      assert.equal(missing.status, 403);
      assert.equal(missing.headers.get('www-authenticate'), 'Bearer error="insufficient_scope", scope="orders"');
      assert.equal((await get('/open/scope', { scope: 'openid orders' })).status, 200);
      assert.equal((await get('/open/role', { roles: ['viewer'] })).status, 403);
      assert.equal((await get('/open/role', { roles: ['editor'] })).status, 200);
    });
    test('asks for a stronger and newer sign-in (RFC 9470)', async () => {
      const { status, headers } = await get('/open/recent', { acr: 'aal1' });
      assert.equal(status, 401);
      assert.equal(
        headers.get('www-authenticate'),
        'Bearer error="insufficient_user_authentication", acr_values="aal2", max_age="60"',
      );
      assert.equal((await get('/open/recent', { acr: 'aal2', authTime: Date.now() / 1000 - 70 })).status, 401);
      assert.equal((await get('/open/recent', { acr: 'aal2' })).status, 200);
      assert.equal((await get('/admin', { acr: 'aal1' })).status, 401);
      assert.equal((await get('/admin', { acr: 'aal2' })).status, 200);
    });
    test('loads the resource that a permission depends on', async () => {
      assert.deepEqual((await get('/orders/1', { sub: 'ana', roles: ['viewer'] })).body, ORDERS[1]);
      assert.equal((await get('/orders/2', { sub: 'ana', roles: ['viewer'] })).status, 403);
      assert.equal((await get('/orders/2', { sub: 'ana', roles: ['editor'] })).status, 200);
      assert.equal((await get('/orders/3', { sub: 'ana', roles: ['viewer'] })).status, 404);
      assert.equal((await get('/orders/1', { sub: 'ana' })).status, 403);
      assert.equal((await get('/orders/1')).status, 401);
    });
    test('answers 500 for a handler that did not check the permission on the resource, before anything of it is sent', async () => {
      for (const path of ['/open/forgets', '/open/streams']) {
        const { status, text, headers } = await get(path, { roles: ['viewer'] });
        assert.equal(status, 500);
        assert.doesNotMatch(text, /secret/);
        assert.equal(headers.get('x-secret'), null);
      }
      assert.equal((await get('/open/forgets', { roles: ['editor'] })).status, 200);
      assert.equal((await get('/open/asks', { sub: 'ana', roles: ['viewer'] })).status, 200);
    });
    test('refuses what no route speaks of, and paths with two readings', async () => {
      assert.equal((await get('/nowhere', { roles: ['editor'] })).status, 403);
      assert.equal((await get('/open%2fme', { sub: 'ana' })).status, 400);
    });
    test('passes a preflight', async () => {
      const headers = { origin: 'https://page.example', 'access-control-request-method': 'GET' };
      assert.notEqual((await fetch(`${base}/orders/1`, { method: 'OPTIONS', headers })).status, 401);
    });
    test('asks Usher where a route wants to be sure', async () => {
      assert.equal((await get('/open/fresh', {})).status, 200);
      test1.away(true);
      const away = await get('/open/fresh', {});
      assert.deepEqual([away.status, away.body.code, away.headers.get('retry-after')], [503, 'UNAVAILABLE', '5']);
      test1.away(false);
    });
    test('lists the sessions that were used here, and reports them', async () => {
      await get('/open/me', { sub: 'zoe', sid: 'session-of-zoe' }, { 'user-agent': 'a browser' });
      const seen = test1.usher.sessions().find((each) => each.sid === 'session-of-zoe');
      assert.deepEqual([seen.sub, seen.requests, seen.userAgent], ['zoe', 1, 'a browser']);
      assert.ok(!JSON.stringify(seen).includes('127.0.0.1'));
      assert.ok(!test1.usher.sessions().some((each) => each.sid === 'doomed'));
      await test1.usher.reportSessions();
      assert.equal(test1.reported.filter((each) => each.sid === 'session-of-zoe').length, 1);
    });
  });
}

test('the request that opens a WebSocket is authenticated, and passes the route rules', async () => {
  const secret = 'a secret that is long enough for cookies';
  const web = { mode: 'web', baseURL: 'https://shop.test', secret, audience: 'https://api.test' };
  const issuer = await createTestUsher({ rules: RULES, logger: { info() {}, warn() {}, error() {} }, ...web });
  await issuer.usher.ready();
  const middleware = usher(issuer.usher);
  const opens = (url, headers = {}) => {
    const all = { upgrade: 'websocket', connection: 'Upgrade', ...headers };
    return authenticateUpgrade(middleware, { method: 'GET', url, headers: all, rawHeaders: Object.entries(all).flat(), socket: {} });
  };
  const viewer = await issuer.asUser({ sub: 'ana', roles: ['viewer'] });
  assert.equal((await opens('/open/socket', viewer)).user.id, 'ana');
  assert.equal(await opens('/open/socket'), null);
  const reason = (wanted) => (cause) => cause.reason === wanted;
  await assert.rejects(opens('/open/vault'), reason('token_missing'));
  await assert.rejects(opens('/open/vault', await issuer.asUser()), reason('permission_denied'));
  await assert.rejects(opens('/elsewhere', viewer), reason('route_unlisted'));
  await issuer.close();
});

test('a page of another site opens no WebSocket with a session', () => {
  const asked = (headers) => ({ method: 'GET', target: '/', header: (name) => headers[name] });
  const opened = (headers) => refuseForged(asked({ upgrade: 'websocket', ...headers }), 'https://shop.test');
  // A browser always says which page opens it.
  for (const headers of [{}, { origin: 'https://evil.test' }, { 'sec-fetch-site': 'cross-site' }, { origin: 'null' }])
    assert.throws(() => opened(headers), (cause) => cause.reason === 'request_forged');
  opened({ origin: 'https://shop.test', 'sec-fetch-site': 'same-origin' });
});
