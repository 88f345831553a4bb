import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createUsherNext } from '@usher-id/sdk/next';
import { createTestUsher } from '@usher-id/sdk/testing';
import { requestOf } from '../dist/http/web.js';
import { refuseForged } from '../dist/web/origin.js';

let issuer;
let next;
before(async () => {
  const routes = [
    { m: ['GET'], p: '/', public: true },
    { m: ['GET'], p: '/orders', need: 'Order:list' },
  ];
  issuer = await createTestUsher({
    rules: { roles: { viewer: { 'Order:list': '*' } }, routes },
    logger: { info() {}, warn() {}, error() {} },
  });
  await issuer.usher.ready();
  next = createUsherNext(issuer.usher);
});
after(() => issuer.close());

const request = async (path, user) =>
  new Request(`https://shop.example${path}`, { headers: user ? await issuer.asUser(user) : {} });

test('the proxy lets requests go on, or answers them', async () => {
  assert.equal(await next.proxy(await request('/')), undefined);
  assert.equal(await next.proxy(await request('/orders?page=2', { roles: ['viewer'] })), undefined);
  assert.equal((await next.proxy(await request('/orders'))).status, 401);
  assert.equal((await next.proxy(await request('/orders', {}))).status, 403);
  assert.equal((await next.proxy(await request('/other', { roles: ['viewer'] }))).status, 403);
});
test('auth() tells who sends a request', async () => {
  assert.equal((await next.auth(await request('/', { sub: 'ana' }))).user.id, 'ana');
  assert.equal(await next.auth(await request('/')), null);
});
test('withAuth wraps a route handler', async () => {
  const handler = next.withAuth((_, auth, context) => Response.json({ id: auth.user.id, context }), { acr: 'aal2' });
  assert.equal((await handler(await request('/'))).status, 401);
  assert.equal((await handler(await request('/', { acr: 'aal1' }))).status, 401);
  const answer = await handler(await request('/', { sub: 'ana', acr: 'aal2' }), { params: 5 });
  assert.deepEqual(await answer.json(), { id: 'ana', context: { params: 5 } });
});
test('addresses of web mode are not there in bearer mode', async () => {
  assert.equal((await next.handlers.GET(await request('/auth/login'))).status, 404);
});

test('a page of another site calls no server action with a session, although the method is not known', () => {
  const called = (headers) => refuseForged(requestOf(new Headers(headers)), 'https://shop.test');
  for (const headers of [{ origin: 'https://evil.test' }, { origin: 'null' }, { origin: 'https://shop.test', 'sec-fetch-site': 'same-site' }])
    assert.throws(() => called(headers), (cause) => cause.reason === 'request_forged');
  called({ origin: 'https://shop.test', 'sec-fetch-site': 'same-origin' });
  called({ 'sec-fetch-site': 'cross-site' }); // a link to a page
});
