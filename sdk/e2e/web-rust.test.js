// Web mode of the module for Rust against a real Usher: the same addresses, cookies and redirects as that for Node.js.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { Browser } from './harness/browser.js';
import { freePort } from '../../tests/ports.mjs';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { RULES, Shop } from './harness/shop.js';

const app = (await applications()).find(({ name }) => name === 'rust');
const skip = app ? false : 'the application in Rust is not built';
const json = { accept: 'application/json' };
const ROUTES = ['/change', '/vault', '/impossible'].map((route) => ({ methods: ['*'], path: route, public: true }));

let server;
let shop;
let base;
let application;

before(async () => {
  if (skip) return;
  server = await Server.start({ USHER_TOKENS__ACCESS_TTL: '40s' });
  shop = await Shop.open(server);
  await shop.publish({ ...RULES, routes: [...RULES.routes, ...ROUTES] });
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  shop.module = await shop.client({
    name: 'Site',
    metadata: {
      redirect_uris: [`${base}/auth/callback`],
      post_logout_redirect_uris: [`${base}/`],
      backchannel_logout_uri: `${base}/auth/backchannel-logout`,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      scope: 'openid profile email offline_access roles usher:sync',
    },
  });
  const settings = { SECRET: 'a secret that is long enough for cookies', BASE_URL: base };
  application = await Application.start(app, shop, settings, port);
});
after(async () => {
  await application?.stop();
  await server?.stop();
});

const visit = async () => {
  const person = await shop.person([]);
  const browser = new Browser(person);
  const page = await browser.open(`${base}/me?tab=1`);
  assert.equal(page.status, 200, page.text);
  return { person, browser, page };
};
const me = async (browser) => JSON.parse((await browser.open(`${base}/me`)).text);
const isOver = async (browser) => (await browser.send(`${base}/me`, { headers: json })).status === 401;

describe('signing in', { skip }, () => {
  test('leads to Usher and back to what was wanted', async () => {
    const { person, browser, page } = await visit();
    const { sub, profile } = JSON.parse(page.text);
    assert.deepEqual([page.url, sub, profile.id, profile.email], [`${base}/me?tab=1`, person.sub, person.sub, person.email]);
    assert.deepEqual([profile.nonce, profile.aud], [undefined, undefined]);
    assert.deepEqual(browser.cookies(base).map(([name]) => name), ['usher-app'], 'the cookie of the sign-in is gone');
  });
  test('tells programs instead of leading them away', async () => {
    const response = await new Browser().send(`${base}/me`, { headers: json });
    assert.deepEqual([response.status, (await response.json()).code], [401, 'AUTH_REQUIRED']);
  });
  test('leads nobody to another site', async () => {
    for (const wanted of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', '/..//evil.example']) {
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
  test('believes no answer of another browser or issuer, and none twice', async () => {
    const mine = new Browser(await shop.person([]));
    const begun = await mine.send(`${base}/auth/login`);
    const kept = mine.cookies(base);
    const answer = (await mine.send(begun.headers.get('location'))).headers.get('location');
    assert.equal((await new Browser().send(answer)).status, 400);
    assert.equal((await mine.send(answer)).status, 303);
    for (const [name, value] of kept) mine.set(base, name, value);
    assert.equal((await mine.send(answer)).status, 400);

    const other = await mine.send(`${base}/auth/login`);
    const foreign = new URL((await mine.send(other.headers.get('location'))).headers.get('location'));
    foreign.searchParams.set('iss', 'https://evil.example');
    assert.equal((await mine.send(foreign.href)).status, 400);
  });
  test('gives a new session each time, and ends the one before', async () => {
    const { browser } = await visit();
    const [[, before]] = browser.cookies(base);
    await browser.open(`${base}/auth/login`);
    assert.notEqual(before, browser.cookies(base)[0][1]);
    const old = new Browser();
    old.set(base, 'usher-app', before);
    assert.ok(await isOver(old));
  });
  test('believes no cookie that it did not encrypt, and stores nothing in the clear', async () => {
    const { browser } = await visit();
    const { token } = await me(browser);
    const [[name, value]] = browser.cookies(base);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const stored = readFileSync(path.join(application.folder, 'store/values.json'), 'utf8');
    assert.ok(stored.includes('web:session:'));
    assert.ok(![token, value].some((secret) => stored.includes(secret)), 'neither tokens nor cookies');
    browser.set(base, name, `${value.slice(0, -4)}AAAA`);
    assert.ok(await isOver(browser));
  });
});

describe('going on', { skip }, () => {
  test('tells the pages of the application who is signed in, and nobody else', async () => {
    const { person, browser } = await visit();
    const response = await browser.send(`${base}/auth/me`);
    assert.deepEqual([response.headers.get('cache-control'), response.headers.get('vary')], ['no-store', 'Cookie']);
    const { user, permissions } = await response.json();
    assert.deepEqual([user.id, user.email, permissions['Order:read']], [person.sub, person.email, false]);
    assert.deepEqual(await (await new Browser().send(`${base}/auth/me`)).json(), { user: null, permissions: {} });
  });
  test('survives a restart of the application', async () => {
    const { person, browser } = await visit();
    await application.pause('SIGTERM');
    await application.resume();
    assert.equal((await me(browser)).sub, person.sub);
  });
  test('refreshes in silence, once for all requests at the same moment', async () => {
    const { browser } = await visit();
    const { token } = await me(browser);
    // Access tokens live for 40 s here and are replaced 30 s before their end.
    await until('another token', async () => (await me(browser)).token !== token, { within: 20_000, every: 500 });
    const tokens = await Promise.all(Array.from({ length: 8 }, async () => (await me(browser)).token));
    assert.equal(new Set(tokens).size, 1);
  });
  test('a role that is given is known at the next request', async () => {
    const { person, browser } = await visit();
    await person.give('editor');
    await until('the new role', async () => (await me(browser)).roles.includes('editor'), { within: 3000 });
  });
  test('asks for a newer sign-in and goes on with what was wanted (RFC 9470)', async () => {
    const { browser } = await visit();
    await new Promise((resolve) => setTimeout(resolve, 3200));
    const { visited, url } = await browser.open(`${base}/vault`);
    assert.ok(visited.some((each) => each.includes('/oauth2/authorize') && each.includes('max_age=2')), visited.join('\n'));
    assert.ok(url.startsWith(server.issuer), 'Usher asks for the password again');
  });
  test('who cannot reach a level is not redirected in a loop', async () => {
    const { browser } = await visit();
    const page = await browser.open(`${base}/impossible`);
    assert.ok(page.url.startsWith(server.issuer) || page.status >= 400, `${page.url} ${page.status}`);
  });
  test('a page of another site changes nothing', async () => {
    const { browser } = await visit();
    const post = async (headers) => (await browser.send(`${base}/change`, { method: 'POST', headers: { ...json, ...headers } })).status;
    assert.equal(await post({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await post({ 'sec-fetch-site': 'same-site' }), 403);
    assert.equal(await post({ origin: 'https://evil.example' }), 403);
    assert.equal(await post({ origin: base }), 200);
    assert.equal(await post({ 'sec-fetch-site': 'same-origin', origin: base }), 200);
  });
});

describe('ending', { skip }, () => {
  test('signing out here signs out at Usher as well, and leads back', async () => {
    const { browser } = await visit();
    const { visited } = await browser.open(`${base}/auth/logout`, { method: 'POST', headers: { origin: base } });
    assert.ok(visited.some((each) => each.includes('/oauth2/logout')));
    assert.ok(await isOver(browser));
  });
  test('a link or form of another site signs nobody out', async () => {
    const { browser } = await visit();
    const foreign = [{ headers: { 'sec-fetch-site': 'cross-site' } }, {}, { method: 'POST', headers: { origin: 'https://evil.example' } }];
    for (const options of foreign) assert.equal((await browser.send(`${base}/auth/logout`, options)).status, 403);
    assert.ok(!(await isOver(browser)));
    assert.equal((await browser.send(`${base}/auth/logout`, { headers: { 'sec-fetch-site': 'same-origin' } })).status, 303);
  });
  test('signing out at Usher ends the session here within a second', async () => {
    const { person, browser } = await visit();
    await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
    await until('it is over', () => isOver(browser), { within: 1000 });
  });
  test('a logout token of Usher ends the session; anything else ends nothing', async () => {
    const { person, browser } = await visit();
    const post = (token) =>
      fetch(`${base}/auth/backchannel-logout`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) });
    const { token } = await me(browser);
    for (const bad of ['', 'a.b.c', token]) assert.equal((await post(bad)).status, 400);
    assert.ok(!(await isOver(browser)));
    const index = () => readFileSync(path.join(application.folder, 'store/values.json'), 'utf8').includes(`web:sid:${person.session}`);
    await until('the session is stored', async () => index());
    await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
    await until('Usher has delivered it', async () => !index(), { within: 15_000 });
  });
});
