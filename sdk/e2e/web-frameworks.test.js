// Web mode on the frameworks beside Express: the same addresses, cookies and redirects.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serve } from '@hono/node-server';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { Usher } from '@usher-id/sdk';
import * as onFastify from '@usher-id/sdk/fastify';
import * as onHono from '@usher-id/sdk/hono';
import * as onKoa from '@usher-id/sdk/koa';
import { createUsherNext } from '@usher-id/sdk/next';
import { Browser } from './harness/browser.js';
import { freePort } from '../../tests/ports.mjs';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

/** Each serves `GET /me` behind `requireAuth`; resolves with how it ends. */
const FRAMEWORKS = {
  async Fastify(usher, port) {
    const app = Fastify();
    await app.register(onFastify.usherFastify, { usher });
    app.get('/me', { preHandler: app.requireAuth() }, async (request) => request.auth.user);
    await app.listen({ port, host: 'localhost' });
    return () => app.close();
  },
  async Koa(usher, port) {
    const app = new Koa();
    app.use(onKoa.usher(usher));
    const me = (context) => (context.body = onKoa.getAuth(context).user);
    app.use((context) => onKoa.requireAuth()(context, async () => me(context)));
    const server = app.listen(port, 'localhost');
    return () => (server.closeAllConnections(), server.close());
  },
  async Hono(usher, port) {
    const app = new Hono();
    app.use(onHono.usher(usher));
    app.get('/me', onHono.requireAuth(), (context) => context.json(context.get('auth').user));
    const server = serve({ fetch: app.fetch, port, hostname: 'localhost' });
    return () => (server.closeAllConnections(), server.close());
  },
  async Next(usher, port) {
    const next = createUsherNext(usher);
    const me = next.withAuth((request, auth) => Response.json(auth.user));
    const fetch = async (request) => {
      const { pathname } = new URL(request.url);
      const handler = next.handlers[request.method];
      return (await next.proxy(request)) ?? (pathname.startsWith('/auth/') ? handler(request) : me(request));
    };
    const server = serve({ fetch, port, hostname: 'localhost' });
    return () => (server.closeAllConnections(), server.close());
  },
};

let server;
let shop;
before(async () => {
  server = await Server.start();
  shop = await Shop.open(server);
});
after(() => server?.stop());

for (const [name, listen] of Object.entries(FRAMEWORKS)) {
  test(`${name} signs people in, knows them, and hears that they have signed out`, async () => {
    const port = await freePort();
    const base = `http://localhost:${port}`;
    const client = await shop.client({
      name,
      metadata: {
        redirect_uris: [`${base}/auth/callback`],
        post_logout_redirect_uris: [`${base}/`],
        backchannel_logout_uri: `${base}/auth/backchannel-logout`,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        scope: 'openid profile email offline_access usher:sync',
      },
    });
    const usher = new Usher({
      mode: 'web',
      issuer: server.issuer,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      baseURL: base,
      secret: 'a secret that is long enough for cookies',
      policy: false,
    });
    const stop = await listen(usher, port);
    try {
      await usher.ready();
      const person = await shop.person([]);
      const browser = new Browser(person);
      const page = await browser.open(`${base}/me?x=1`);
      assert.deepEqual([page.url, page.status, JSON.parse(page.text).id], [`${base}/me?x=1`, 200, person.sub]);
      assert.deepEqual(
        browser.cookies(base).map(([each]) => each),
        ['usher-app'],
      );
      const told = await (await browser.send(`${base}/auth/me`)).json();
      assert.equal(told.user.email, person.email);
      assert.equal(
        (await browser.send(`${base}/auth/logout`, { method: 'POST', headers: { origin: 'https://evil.example' } }))
          .status,
        403,
      );
      await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
      const stored = () => usher.storage.get(`web:sid:${person.session}`);
      await until('the logout token is heard', async () => (await stored()) === undefined, { within: 10_000 });
      assert.equal((await browser.send(`${base}/me`, { headers: { accept: 'application/json' } })).status, 401);
    } finally {
      await stop();
      await usher.close();
    }
  });
}
