// Search in the console: by keyboard, as a palette and as a page, and without JavaScript.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, heading, submit, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

let admin;
let project;
let client;
before(async () => {
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.goto(`${usher.issuer}/console/projects`);
  await admin.fill('#name', 'Greenhouse');
  await submit(admin);
  project = new URL(admin.url()).pathname.split('/')[3];
  await admin.goto(`${usher.issuer}/console/projects/${project}/clients/new`);
  await admin.fill('#name', 'Greenhouse Shop');
  await admin.check('#type-web');
  await admin.fill('#redirect_uris', 'http://localhost:9/auth/callback');
  await submit(admin);
  client = new URL(admin.url()).pathname.split('/')[3];
});
after(() => admin?.context().close());

const path = (page) => new URL(page.url()).pathname;
const field = (page) => page.locator('#palette-q');
const chosen = (page) => page.locator('#palette-list [aria-selected=true]');

/** Waits until the palette shows results for what was typed. */
async function type(page, text) {
  await field(page).fill(text);
  // The pages that are offered before anything is typed are there already.
  await page.waitForFunction(
    (typed) => document.querySelector('#palette-list .hit')?.textContent.toLowerCase().includes(typed),
    text,
  );
}

test('the palette opens by Ctrl K, follows the arrow keys, and Enter opens what is chosen', async () => {
  await admin.goto(`${usher.issuer}/console`);
  await admin.keyboard.press('Control+k');
  await admin.locator('#palette[open]').waitFor();
  assert.ok(await field(admin).evaluate((one) => one === document.activeElement), 'the field has the focus');
  await chosen(admin).waitFor();
  await inspect(admin, 'search-palette-empty', { languages: ['en'] });
  await type(admin, 'greenhouse');
  assert.equal(await field(admin).getAttribute('role'), 'combobox');
  assert.equal(await field(admin).getAttribute('aria-expanded'), 'true');
  const first = await field(admin).getAttribute('aria-activedescendant');
  assert.equal(await chosen(admin).getAttribute('id'), first);
  await admin.keyboard.press('ArrowDown');
  assert.notEqual(await field(admin).getAttribute('aria-activedescendant'), first);
  assert.match(await chosen(admin).innerText(), /Greenhouse Shop/);
  assert.match(await admin.locator('#palette [aria-live]').innerText(), /^\d+ results$/, 'the number is announced');
  await inspect(admin, 'search-palette', { languages: ['en'] });
  await Promise.all([admin.waitForEvent('load'), admin.keyboard.press('Enter')]);
  assert.equal(path(admin), `/console/clients/${client}`);
});

test('the arrow keys go round, and Escape and a click outside close the palette', async () => {
  await admin.goto(`${usher.issuer}/console`);
  await admin.keyboard.press('Meta+k');
  await chosen(admin).waitFor();
  const first = await chosen(admin).innerText();
  await admin.keyboard.press('ArrowUp');
  assert.equal(await chosen(admin).count(), 1);
  await admin.keyboard.press('ArrowDown');
  assert.equal(await chosen(admin).innerText(), first);
  await admin.keyboard.press('Escape');
  await admin.locator('#palette').waitFor({ state: 'hidden' });
  await admin.keyboard.press('Control+k');
  await admin.locator('#palette[open]').waitFor();
  await admin.mouse.click(5, 5);
  await admin.locator('#palette').waitFor({ state: 'hidden' });
});

test('what is not found says so, and what to do next', async () => {
  await admin.goto(`${usher.issuer}/console`);
  await admin.keyboard.press('Control+k');
  await field(admin).fill('zzzzz <b>x</b>');
  await admin.locator('.palette-note', { hasText: 'Nothing found' }).waitFor();
  assert.equal(await field(admin).getAttribute('aria-expanded'), 'false');
  assert.match(await admin.locator('#palette [aria-live]').innerText(), /Nothing found/);
  await inspect(admin, 'search-palette-none', { languages: ['en'] });
  await Promise.all([admin.waitForEvent('load'), admin.keyboard.press('Enter')]);
  assert.equal(path(admin), '/console/search');
  await inspect(admin, 'search-none');
});

test('a slash goes to the field in the bar, which shows results while one types', async () => {
  await admin.goto(`${usher.issuer}/console/projects/${project}`);
  await admin.keyboard.press('/');
  const bar = admin.locator('#search-bar');
  assert.ok(await bar.evaluate((one) => one === document.activeElement));
  assert.equal(await bar.inputValue(), '', 'the slash is not typed');
  await bar.fill('webhooks');
  const option = admin.locator('#search-bar-list [role=option]').first();
  await option.waitFor();
  assert.match(await option.innerText(), /Webhooks\s+Greenhouse/, 'of the project in which the reader is');
  await inspect(admin, 'search-bar', { languages: ['en'] });
  await bar.focus();
  await bar.fill('webhook');
  await option.waitFor();
  await admin.keyboard.press('Escape');
  await admin.locator('#search-bar-list').waitFor({ state: 'hidden' });
  await bar.fill('webhooks');
  await option.waitFor();
  await Promise.all([admin.waitForEvent('load'), admin.keyboard.press('Enter')]);
  assert.equal(path(admin), `/console/projects/${project}/webhooks`);
  // In a field a slash is a slash.
  await admin.fill('#url', '');
  await admin.locator('#url').press('/');
  assert.equal(await admin.inputValue('#url'), '/');
});

test('on a phone a button opens the palette', async () => {
  const phone = await visitor(browser, { viewport: { width: 390, height: 800 }, storageState: await admin.context().storageState() });
  await phone.goto(`${usher.issuer}/console`);
  await phone.locator('[data-search]').click();
  await type(phone, 'audit');
  await Promise.all([phone.waitForEvent('load'), phone.locator('#palette-list .hit').first().click()]);
  assert.equal(path(phone), '/console/audit');
  assert.deepEqual(phone.faults, []);
  await phone.context().close();
});

test('the page finds people, clients and settings, and a trace id finds its request', async () => {
  await admin.goto(`${usher.issuer}/console/search?q=greenhouse`);
  await inspect(admin, 'search-page');
  // Each language finds pages by its own words.
  await admin.goto(`${usher.issuer}/console/search?q=e`);
  await inspect(admin, 'search-page-many', { languages: ['en'] });
  await admin.goto(`${usher.issuer}/console/search`);
  await inspect(admin, 'search-page-empty');
  await admin.fill('#q', client);
  await submit(admin);
  assert.equal(path(admin), `/console/clients/${client}`, 'an id leads straight there');
  const refused = await fetch(
    `${usher.issuer}/oauth2/authorize?${new URLSearchParams({ client_id: client, redirect_uri: 'http://localhost:9/other', response_type: 'code', scope: 'openid' })}`,
    { redirect: 'manual' },
  );
  const trace = refused.headers.get('x-trace-id');
  // Attempts are written once a second.
  const attempt = admin.getByRole('link', { name: /^Attempt of \W*Greenhouse Shop/ });
  for (let tries = 0; tries < 50 && !(await attempt.count()); tries += 1) {
    await admin.waitForTimeout(200);
    await admin.goto(`${usher.issuer}/console/search?q=${trace}`);
  }
  await inspect(admin, 'search-trace', { languages: ['en'] });
  await follow(admin, attempt);
  assert.match(path(admin), new RegExp(`/clients/${client}/attempts/`));
});

test('without JavaScript the field in the bar and the link on phones open the page', async () => {
  const plain = await visitor(browser, { javaScriptEnabled: false, storageState: await admin.context().storageState() });
  await plain.goto(`${usher.issuer}/console`);
  await plain.fill('#search-bar', 'greenhouse');
  await Promise.all([plain.waitForEvent('load'), plain.press('#search-bar', 'Enter')]);
  assert.equal(path(plain), '/console/search');
  await follow(plain, plain.getByRole('link', { name: /^Greenhouse Shop/ }));
  assert.match(await heading(plain).innerText(), /Greenhouse Shop/);
  await plain.setViewportSize({ width: 390, height: 800 });
  await plain.locator('[data-search]').click();
  await plain.waitForURL('**/console/search');
  await plain.fill('#q', 'rotate keys');
  await submit(plain);
  await follow(plain, plain.getByRole('link', { name: 'Rotate keys' }));
  assert.equal(path(plain), '/console/keys/rotate');
  await plain.context().close();
});
