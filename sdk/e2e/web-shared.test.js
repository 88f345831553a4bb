// Web mode on several processes that share a store, as behind a load balancer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import express from 'express';
import Keyv from 'keyv';
import { keyvStore } from '@usher-id/sdk';
import { getAuth, requireAuth, usher } from '@usher-id/sdk/express';
import { Browser } from './harness/browser.js';
import { freePorts } from '../../tests/ports.mjs';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

let server;
let shop;
let base;
const processes = [];

before(async () => {
  server = await Server.start({ USHER_TOKENS__ACCESS_TTL: '36s' });
  shop = await Shop.open(server);
  const ports = await freePorts(2);
  base = `http://localhost:${ports[0]}`;
  const client = await shop.client({
    name: 'Site',
    metadata: {
      redirect_uris: [`${base}/auth/callback`],
      post_logout_redirect_uris: [`${base}/`],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid offline_access usher:sync',
    },
  });
  const keyv = new Keyv();
  for (const port of ports) {
    const module = usher({
      mode: 'web',
      issuer: server.issuer,
      clientId: client.client_id,
      clientSecret: client.client_secret,
      baseURL: base,
      scope: 'openid offline_access',
      secret: 'a secret that is long enough for cookies',
      storage: keyvStore(keyv),
      policy: false,
    });
    const app = express();
    app.use(module);
    app.get('/token', requireAuth(), (request, response) => response.json({ token: getAuth(request).token }));
    processes.push({ module, listening: app.listen(port), url: `http://localhost:${port}` });
    await module.usher.ready();
  }
});
after(async () => {
  for (const { module, listening } of processes) {
    listening.close();
    listening.closeAllConnections();
    await module.usher.close();
  }
  await server?.stop();
});

test('a session that began at one process is known at the other, and refreshed by either', async () => {
  const [one, other] = processes;
  const person = await shop.person([]);
  const browser = new Browser(person);
  const token = async ({ url }) => {
    // The load balancer: the browser knows one address alone.
    const [[name, value]] = browser.cookies(base);
    const headers = { cookie: `${name}=${value}`, accept: 'application/json' };
    const response = await fetch(`${url}/token`, { headers });
    return response.status === 200 ? (await response.json()).token : response.status;
  };
  await browser.open(`${base}/auth/login?return_to=/token`);
  const first = await token(one);
  assert.equal(await token(other), first);

  // Access tokens live for 36 s here, and are replaced 30 s before their end: both processes do that at once, again and again.
  const seen = new Set([first]);
  await until(
    'several refreshes',
    async () => {
      for (const each of await Promise.all([token(one), token(other), token(one), token(other)])) {
        assert.equal(typeof each, 'string', `answered ${each}`);
        seen.add(each);
      }
      return seen.size > 3;
    },
    { within: 30_000, every: 300 },
  );
});

test('a session that was ended at one process is over at the other, although its cookie was kept', async () => {
  const [, other] = processes;
  const browser = new Browser(await shop.person([]));
  await browser.open(`${base}/auth/login?return_to=/token`);
  const [[name, value]] = browser.cookies(base);
  const status = async () => {
    const response = await fetch(`${other.url}/token`, {
      headers: { cookie: `${name}=${value}`, accept: 'application/json' },
    });
    return response.status;
  };
  assert.equal(await status(), 200);
  // Only here: nobody follows the way on to Usher.
  await browser.send(`${base}/auth/logout`, { method: 'POST', headers: { origin: base } });
  await until('the session is over at the other process', async () => (await status()) === 401, {
    within: 20_000,
    every: 500,
  });
});
