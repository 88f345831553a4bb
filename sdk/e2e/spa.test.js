// A single-page application's sign-in against a real Usher. What a page has by itself stands in for it here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from './harness/browser.js';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

const PAGE = 'http://localhost:4100';
let server;
let shop;
let client;
let createUsherBrowser;

/** A page at an address: `location`, `history`, storage that ends with the tab. */
function openPage(href, storage = new Map()) {
  const page = { went: null, sent: [] };
  const place = {
    get href() {
      return page.url.href;
    },
    get search() {
      return page.url.search;
    },
    get pathname() {
      return page.url.pathname;
    },
    get origin() {
      return page.url.origin;
    },
    assign: (url) => (page.went = String(url)),
    replace: (url) => (page.went = String(url)),
  };
  page.url = new URL(href);
  page.storage = storage;
  const kept = {
    getItem: (key) => storage.get(key) ?? null,
    setItem: (key, value) => storage.set(key, value),
    removeItem: (key) => storage.delete(key),
    key: (index) => [...storage.keys()][index] ?? null,
    get length() {
      return storage.size;
    },
  };
  const globals = {
    location: place,
    sessionStorage: kept,
    localStorage: kept,
    history: { replaceState: (state, title, url) => (page.url = new URL(url, page.url)) },
  };
  globals.window = { ...globals, self: null, addEventListener() {}, removeEventListener() {}, crypto };
  globals.window.self = globals.window.top = globals.window;
  globals.self = globals.window;
  for (const [name, value] of Object.entries(globals))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return page;
}

before(async () => {
  server = await Server.start({ USHER_TOKENS__ACCESS_TTL: '33s' });
  shop = await Shop.open(server);
  client = await shop.client({
    name: 'Till',
    type: 'spa',
    metadata: { redirect_uris: [`${PAGE}/`], post_logout_redirect_uris: [`${PAGE}/`] },
  });
  openPage(`${PAGE}/`);
  ({ createUsherBrowser } = await import('@usher-id/sdk/browser'));
});
after(() => server?.stop());

const make = () =>
  createUsherBrowser({
    authority: server.issuer,
    clientId: client.client_id,
    redirectUri: `${PAGE}/`,
    apis: ['https://api.shop.example'],
  });

test('signs in, comes back to where it began, refreshes in silence, signs out', async () => {
  const person = await shop.person(['viewer']);
  const first = openPage(`${PAGE}/orders?page=2`);
  const before = make();
  assert.equal(await before.handleCallback(), null);
  assert.deepEqual(await before.authHeaders(), {});
  // The page is left before either of them is done.
  void before.signIn();
  const sent = await until('the sign-in', async () => first.went);
  const page = openPage(await new Browser(person).allow(sent, PAGE), first.storage);
  const usher = make();
  const [user] = await Promise.all([usher.handleCallback(), usher.handleCallback()]);
  assert.deepEqual([user.id, user.email, user.roles], [person.sub, person.email, ['viewer']]);
  assert.equal(page.url.href, `${PAGE}/orders?page=2`);
  const claims = ({ authorization }) => JSON.parse(Buffer.from(authorization.split('.')[1], 'base64url'));
  const token = claims(await usher.authHeaders());
  assert.ok(token.aud.includes(shop.audience));
  await until('another token', async () => claims(await usher.authHeaders()).jti !== token.jti, {
    within: 8000,
    every: 200,
  });

  const requests = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (url, init) => requests.push([String(url), init.headers.get('authorization')]);
  await usher.fetch('https://api.shop.example/orders');
  await usher.fetch('https://evil.example/orders');
  globalThis.fetch = fetch;
  assert.match(requests[0][1], /^Bearer /);
  assert.equal(requests[1][1], null, 'another origin is sent no token');

  void usher.signOut();
  await until('the sign-out', async () => page.went);
  assert.equal(usher.user, null);
  assert.ok(page.went.startsWith(`${server.issuer}/oauth2/logout`));
  assert.ok(![...page.storage.keys()].some((key) => key.includes('oidc.user')));
});

test('an answer that was not asked for signs nobody in', async () => {
  openPage(`${PAGE}/?code=stolen&state=unknown`);
  await assert.rejects(make().handleCallback());
});
