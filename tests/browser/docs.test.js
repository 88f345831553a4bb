// The page of the API: Swagger UI from our own files, under the strict content security policy.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { follow, launch, text, visitor } from './browser.js';
import { Usher } from './usher.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe in Swagger UI itself; no others are allowed. */
const OF_THE_LIBRARY = ['color-contrast', 'heading-order', 'region', 'select-name'];

let usher;
let browser;
before(async () => {
  usher = await Usher.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await usher?.stop();
});

test('/docs shows every operation, from our own files, with no fault of the policy', async () => {
  const page = await visitor(browser);
  const faults = [];
  const asked = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${usher.issuer}/docs`);
  await page.locator('.opblock').first().waitFor({ timeout: 30_000 });
  const document = await (await fetch(`${usher.issuer}/openapi.json`)).json();
  const operations = Object.values(document.paths).flatMap((item) => Object.keys(item));
  assert.equal(await page.locator('.opblock').count(), operations.length);
  const origin = new URL(usher.issuer).origin;
  assert.deepEqual(asked.filter((url) => !url.startsWith('data:') && new URL(url).origin !== origin), []);
  assert.deepEqual(faults, []);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
  assert.deepEqual(violations.map(({ id }) => id).filter((id) => !OF_THE_LIBRARY.includes(id)), []);
  await page.context().close();
});

test('an operation can be tried', async () => {
  const page = await visitor(browser);
  await page.goto(`${usher.issuer}/docs`);
  const operation = page.locator('#operations-projects-list_projects');
  await operation.waitFor({ timeout: 30_000 });
  await operation.locator('.opblock-summary-control').click();
  await operation.locator('button.try-out__btn').click();
  await operation.locator('button.execute').click();
  const status = operation.locator('.live-responses-table .response-col_status').last();
  await status.waitFor({ timeout: 30_000 });
  assert.match(await status.innerText(), /401/);
  await page.context().close();
});

test('no guide scrolls sideways on a phone', async () => {
  const page = await visitor(browser, { viewport: { width: 390, height: 844 } });
  await page.goto(`${usher.issuer}/docs/index`);
  const links = page.locator('main a[href]:not([href^="/"])');
  const addresses = await links.evaluateAll((all) => all.map(({ href }) => href.split('#')[0]));
  assert.ok(addresses.some((address) => address.endsWith('/docs/compatibility')), addresses.join());
  for (const address of new Set(addresses)) {
    await page.goto(address);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, address);
  }
  await page.context().close();
});

test('the guides are pages of our own, and lead to each other', async () => {
  const page = await visitor(browser);
  await page.goto(`${usher.issuer}/docs`);
  await follow(page, page.getByRole('link', { name: /^Guides/ }));
  for (const name of ['Sign people in to your app', 'the guide for yours', 'Spring Security']) {
    await follow(page, page.getByRole('main').getByRole('link', { name, exact: true }));
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document));
    assert.deepEqual(violations.map(({ id }) => id), [], page.url());
  }
  assert.equal(await text(page, 'h1'), 'Spring Security (Spring Boot)');
  assert.equal(new URL(page.url()).pathname, '/docs/guides/spring');
  assert.deepEqual(page.faults, []);
  await page.context().close();
});
