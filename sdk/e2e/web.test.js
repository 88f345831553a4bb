// Web mode against a real Usher: signing in, refreshing, stepping up, signing out, and hearing that a session is over.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import express from 'express';
import { memoryStore } from '@usher-id/sdk';
import { findAuth, getAuth, requireAuth, usher } from '@usher-id/sdk/express';
import { Browser } from './harness/browser.js';
import { freePort } from '../../tests/ports.mjs';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

let server;
let shop;
let client;
let base;
let module;
let listening;

before(async () => {
  server = await Server.start({ USHER_TOKENS__ACCESS_TTL: '40s' });
  shop = await Shop.open(server);
  base = `http://localhost:${await freePort()}`;
  client = await shop.client({
    name: 'Site',
    metadata: {
      redirect_uris: [`${base}/auth/callback`],
      post_logout_redirect_uris: [`${base}/`],
      backchannel_logout_uri: `${base}/auth/backchannel-logout`,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid profile email offline_access roles usher:sync',
    },
  });
  const app = express();
  module = usher({
    mode: 'web',
    issuer: server.issuer,
    clientId: client.client_id,
    clientSecret: client.client_secret,
    project: shop.project,
    baseURL: base,
    secret: 'a secret that is long enough for cookies',
    storage: memoryStore(),
    policy: false,
  });
  app.use(module);
  app.get('/', (request, response) => response.json({ somebody: findAuth(request)?.user.id ?? null }));
  app.get('/me', requireAuth(), (request, response) => response.json(getAuth(request).user));
  app.get('/token', requireAuth(), (request, response) => response.json({ token: getAuth(request).token }));
  app.post('/change', requireAuth(), (request, response) => response.json({ changed: true }));
  app.get('/vault', requireAuth({ maxAge: 2 }), (request, response) => response.json({ gold: true }));
  app.get('/impossible', requireAuth({ acr: 'aal9' }), (request, response) => response.json({}));
  listening = app.listen(new URL(base).port);
  await module.usher.ready();
});
after(async () => {
  listening?.close();
  listening?.closeAllConnections();
  await module?.usher.close();
  await server?.stop();
});

const visit = async () => {
  const person = await shop.person([]);
  const browser = new Browser(person);
  const page = await browser.open(`${base}/me?tab=1`);
  assert.equal(page.status, 200, page.text);
  return { person, browser, page };
};
const tokenOf = async (browser) => JSON.parse((await browser.open(`${base}/token`)).text).token;

describe('signing in', () => {
  test('leads to Usher and back to what was wanted', async () => {
    const { person, browser, page } = await visit();
    assert.equal(page.url, `${base}/me?tab=1`);
    const user = JSON.parse(page.text);
    assert.deepEqual([user.id, user.email], [person.sub, person.email]);
    assert.equal(user.nonce, undefined);
    assert.deepEqual(
      browser.cookies(base).map(([name]) => name),
      ['usher-app'],
      'the cookie of the sign-in is gone',
    );
  });
  test('tells programs instead of leading them away', async () => {
    const response = await new Browser().send(`${base}/me`, { headers: { accept: 'application/json' } });
    assert.deepEqual([response.status, (await response.json()).code], [401, 'AUTH_REQUIRED']);
  });
  test('leads nobody to another site', async () => {
    for (const wanted of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      'javascript:alert(1)',
      '/..//evil.example',
    ]) {
      const browser = new Browser(await shop.person([]));
      const { url } = await browser.open(`${base}/auth/login?return_to=${encodeURIComponent(wanted)}`);
      assert.equal(new URL(url).origin, base, wanted);
    }
  });
  test('goes on in two tabs at once', async () => {
    const browser = new Browser(await shop.person([]));
    const [one, other] = [
      await browser.send(`${base}/auth/login?return_to=/me?a`),
      await browser.send(`${base}/auth/login?return_to=/me?b`),
    ];
    assert.equal((await browser.open(one.headers.get('location'))).url, `${base}/me?a`);
    assert.equal((await browser.open(other.headers.get('location'))).url, `${base}/me?b`);
  });
  test('believes no answer that another browser asked for, and none twice', async () => {
    const mine = new Browser(await shop.person([]));
    const begun = await mine.send(`${base}/auth/login`);
    const kept = mine.cookies(base);
    const answer = (await mine.send(begun.headers.get('location'))).headers.get('location');
    const theirs = await new Browser().send(answer);
    assert.equal(theirs.status, 400);
    assert.equal((await mine.send(answer)).status, 303);
    for (const [name, value] of kept) mine.set(base, name, value);
    assert.equal((await mine.send(answer)).status, 400);
  });
  test('gives a new session each time, and ends the one before', async () => {
    const { browser } = await visit();
    const [[, before]] = browser.cookies(base);
    await browser.open(`${base}/auth/login`);
    const [[, later]] = browser.cookies(base);
    assert.notEqual(before, later);
    const old = new Browser();
    old.set(base, 'usher-app', before);
    assert.equal((await old.send(`${base}/me`, { headers: { accept: 'application/json' } })).status, 401);
  });
  test('believes no cookie that it did not seal', async () => {
    const { browser } = await visit();
    const [[name, value]] = browser.cookies(base);
    browser.set(base, name, `${value.slice(0, -4)}AAAA`);
    assert.deepEqual(JSON.parse((await browser.open(`${base}/`)).text), { somebody: null });
  });
});

describe('going on', () => {
  test('tells the pages of the application who is signed in, and nobody else', async () => {
    const { person, browser } = await visit();
    const response = await browser.send(`${base}/auth/me`);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const { user, permissions } = await response.json();
    assert.deepEqual([user.id, permissions], [person.sub, {}]);
    assert.deepEqual(await (await new Browser().send(`${base}/auth/me`)).json(), { user: null, permissions: {} });
  });
  test('refreshes in silence, once for all requests at the same moment', async () => {
    const { browser } = await visit();
    const before = await tokenOf(browser);
    // Access tokens live for 40 s here and are replaced 30 s before their end.
    await until('another token', async () => (await tokenOf(browser)) !== before, { within: 20_000, every: 500 });
    const tokens = await Promise.all(Array.from({ length: 8 }, () => tokenOf(browser)));
    assert.equal(new Set(tokens).size, 1);
  });
  test('a role that is given is known at the next request', async () => {
    const { person, browser } = await visit();
    await person.give('editor');
    await until(
      'the new role',
      async () => JSON.parse((await browser.open(`${base}/me`)).text).roles.includes('editor'),
      { within: 3000 },
    );
  });
  test('asks for a newer sign-in and goes on with what was wanted (RFC 9470)', async () => {
    const { browser } = await visit();
    await new Promise((resolve) => setTimeout(resolve, 3200));
    const { visited, url } = await browser.open(`${base}/vault`);
    assert.ok(
      visited.some((each) => each.includes('/oauth2/authorize') && each.includes('max_age=2')),
      visited.join('\n'),
    );
    assert.ok(url.startsWith(server.issuer), 'Usher asks for the password again');
  });
  test('a page of another site changes nothing', async () => {
    const { browser } = await visit();
    const post = async (headers) => (await browser.send(`${base}/change`, { method: 'POST', headers })).status;
    assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await post({ 'sec-fetch-site': 'same-site' }), 403);
    assert.equal(await post({ origin: 'https://evil.example' }), 403);
    assert.equal(await post({ origin: base }), 200);
    assert.equal(await post({ 'sec-fetch-site': 'same-origin', origin: base }), 200);
  });
});

describe('ending', () => {
  const isOver = async (browser) =>
    (await browser.send(`${base}/me`, { headers: { accept: 'application/json' } })).status === 401;
  test('signing out here signs out at Usher as well, and leads back', async () => {
    const { browser } = await visit();
    const { url, visited } = await browser.open(`${base}/auth/logout`, { method: 'POST', headers: { origin: base } });
    assert.ok(visited.some((each) => each.includes('/oauth2/logout')));
    assert.ok(url.startsWith(base) || (await isOver(browser)), url);
    assert.ok(await isOver(browser));
  });
  test('a link or form of another site signs nobody out', async () => {
    const { browser } = await visit();
    for (const options of [
      { headers: { 'sec-fetch-site': 'cross-site' } },
      {},
      { method: 'POST', headers: { origin: 'https://evil.example' } },
    ])
      assert.equal((await browser.send(`${base}/auth/logout`, options)).status, 403);
    assert.ok(!(await isOver(browser)));
    assert.equal(
      (await browser.send(`${base}/auth/logout`, { headers: { 'sec-fetch-site': 'same-origin' } })).status,
      303,
    );
  });
  test('signing out at Usher ends the session here within a second', async () => {
    const { person, browser } = await visit();
    await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
    await until('it is over', () => isOver(browser), { within: 1000 });
  });
  test('a logout token ends the session; one that Usher did not sign ends nothing', async () => {
    const { browser } = await visit();
    const post = (token) =>
      fetch(`${base}/auth/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) });
    for (const token of ['', 'a.b.c', await tokenOf(browser)]) assert.equal((await post(token)).status, 400);
    assert.ok(!(await isOver(browser)));
  });
  test('Usher delivers its logout tokens', async () => {
    const { person } = await visit();
    await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
    await until(
      'the session is gone from the store',
      async () => (await module.usher.storage.get(`web:sid:${person.session}`)) === undefined,
      { within: 15_000 },
    );
  });
});
