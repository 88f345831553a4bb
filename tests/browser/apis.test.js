// APIs in the console, and what the consent page says of them.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { becomeAdministrator, follow, heading, signIn, submit, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, inFreshBrowser, usher } from './suite.js';

const ORDERS = 'https://api.shop.example';
const CALLBACK = 'http://localhost:1/callback';

let admin;
let client;
before(async () => {
  await usher.command('project', 'create', '--name', 'Shop');
  await usher.command('project', 'create', '--name', 'Partner');
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.goto(`${usher.issuer}/console/projects`);
  await follow(admin, admin.getByRole('link', { name: 'Shop', exact: true }));
});

test('an administrator adds an API and changes it', async () => {
  await follow(admin, '.sidebar a[href$="/apis"]');
  await inspect(admin, 'console-apis-none');
  await admin.fill('#identifier', 'https://api.shop.example#orders');
  await admin.fill('#name', 'Orders');
  await admin.fill('#scopes', 'openid');
  await submit(admin);
  await admin.locator('#identifier[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-apis-refused', { again: true });
  await admin.fill('#identifier', ORDERS);
  await admin.fill('#scopes', 'orders:read = See your orders\norders:write = Place orders for you');
  await submit(admin);
  await inspect(admin, 'console-api-added');
  await admin.selectOption('#token_format', 'opaque');
  await submit(admin);
  assert.equal(await admin.inputValue('#token_format'), 'opaque');
  assert.match(await admin.inputValue('#scopes'), /^orders:read = See your orders\n/);
});

test('an administrator allows a client of another project, and no longer', async () => {
  const partner = await usher.command('client', 'create', '--project', 'Partner', '--type', 'machine', '--name', 'P');
  await admin.fill('#client_id', 'client_nobody');
  await follow(admin, 'form[action$="/allow"] button');
  await admin.locator('#client_id[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-api-client-unknown', { again: true });
  await admin.fill('#client_id', partner.client_id);
  await admin.fill('#scope', 'orders:read');
  await follow(admin, 'form[action$="/allow"] button');
  const row = admin.locator('.rows li', { hasText: partner.client_id });
  assert.match(await row.innerText(), /orders:read/);
  await inspect(admin, 'console-api');
  await follow(admin, row.locator('button'));
  assert.equal(await row.count(), 0);
});

test('the APIs of a project are listed', async () => {
  await usher.command('api', 'create', '--project', 'Shop', '--identifier', 'https://bank.shop.example', '--name', 'Bank');
  await follow(admin, '.sidebar a[href$="/apis"]');
  assert.equal(await admin.locator('.rows li').count(), 2);
  await inspect(admin, 'console-apis');
});

inFreshBrowser('the consent page names the API and what its scopes permit', async (page) => {
  const scope = 'openid email offline_access orders:read orders:write';
  const about = ['--name', 'Corner shop', '--redirect-uri', CALLBACK, '--scope', scope];
  client = await usher.command('client', 'create', '--project', 'Shop', '--type', 'web', ...about);
  const query = { client_id: client.client_id, redirect_uri: CALLBACK, response_type: 'code', scope };
  const resources = [ORDERS, 'https://bank.shop.example'].map((resource) => ['resource', resource]);
  await page.goto(`${usher.issuer}/oauth2/authorize?${new URLSearchParams([...Object.entries(query), ...resources])}`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await heading(page).waitFor();
  const main = await page.locator('main').innerText();
  for (const said of ['Use Orders for you', 'See your orders', 'Use Bank for you', 'bank.shop.example']) {
    assert.ok(main.includes(said), `${said}: ${main}`);
  }
  await inspect(page, 'consent-apis');
});
