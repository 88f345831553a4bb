import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createTestUsher } from '@usher-id/sdk/testing';
import { RULES, applications } from './applications.js';

for (const [name, listen] of Object.entries(applications)) {
  describe(name, () => {
    let issuer;
    let application;
    before(async () => {
      issuer = await createTestUsher({ rules: RULES, logger: { info() {}, warn() {}, error() {} } });
      application = await listen(issuer.usher);
      await issuer.usher.ready();
    });
    after(async () => {
      await application.stop();
      await issuer.close();
    });
    const get = async (path, user, headers = {}) => {
      const authorization = user ? await issuer.asUser(user) : {};
      const response = await fetch(`${application.base}${path}`, { headers: { ...authorization, ...headers } });
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: text.startsWith('{') ? JSON.parse(text) : null,
      };
    };

    test('knows who sends a request, and lets everybody in where that is public', async () => {
      assert.deepEqual((await get('/open/who')).body, { somebody: null });
      assert.deepEqual((await get('/open/who', { sub: 'ana' })).body, { somebody: 'ana' });
      assert.deepEqual((await get('/open/me', { sub: 'ana', roles: ['viewer'] })).body, {
        id: 'ana',
        roles: ['viewer'],
      });
    });
    test('answers as RFC 6750 and RFC 9457 have it', async () => {
      const nobody = await get('/open/me');
      assert.deepEqual(
        [nobody.status, nobody.body.code, nobody.headers.get('www-authenticate')],
        [401, 'AUTH_REQUIRED', 'Bearer'],
      );
      assert.match(nobody.headers.get('content-type'), /^application\/problem\+json/);
      const over = await get('/open/me', { expiresIn: -60 });
      assert.deepEqual([over.status, over.body.code], [401, 'AUTH_INVALID']);
      assert.match(over.headers.get('www-authenticate'), /error="invalid_token"/);
      const step = await get('/open/strong', { acr: 'aal1' });
      assert.match(step.headers.get('www-authenticate'), /insufficient_user_authentication.*acr_values="aal2"/);
      const scope = await get('/open/scope', { scope: 'openid' });
      assert.deepEqual([scope.status, scope.body.details], [403, { scope: 'orders' }]);
      assert.equal((await get('/open/me', null, { authorization: 'Bearer a.b.c, Bearer d.e.f' })).status, 400);
    });
    test('asks for scopes, roles and permissions', async () => {
      assert.equal((await get('/open/scope', { scope: 'orders' })).status, 200);
      assert.equal((await get('/open/role', { roles: ['viewer'] })).status, 403);
      assert.equal((await get('/open/role', { roles: ['editor'] })).status, 200);
      assert.deepEqual((await get('/orders/1', { sub: 'ana', roles: ['viewer'] })).body, { id: '1', owner_id: 'ana' });
      assert.equal((await get('/orders/2', { sub: 'ana', roles: ['viewer'] })).status, 403);
      assert.equal((await get('/orders/3', { sub: 'ana', roles: ['viewer'] })).status, 404);
    });
    test('enforces the route rules before any handler', async () => {
      assert.equal((await get('/orders/1')).status, 401);
      assert.equal((await get('/orders/1', { sub: 'ana' })).status, 403);
      assert.equal((await get('/nowhere', { roles: ['editor'] })).status, 403);
    });
    test('sends nothing of a handler that did not check the permission on the resource', async () => {
      const { status, text, headers } = await get('/open/forgets', { roles: ['viewer'] });
      assert.equal(status, 500);
      assert.doesNotMatch(text, /secret/);
      assert.equal(headers.get('x-secret'), null);
      assert.equal((await get('/open/forgets', { roles: ['editor'] })).status, 200);
    });
    test('refuses what was revoked', async () => {
      const headers = await issuer.asUser({ sid: 'doomed' });
      assert.equal((await get('/open/me', null, headers)).status, 200);
      await issuer.revoke('sid', 'doomed');
      assert.equal((await get('/open/me', null, headers)).status, 401);
    });
  });
}
