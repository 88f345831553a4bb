// Providers in the console: listed, tested, added, and errors of their settings.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { becomeAdministrator, follow, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

const TEST_NOW = 'button[formaction$="/test"]';
let admin;
before(async () => {
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
});

const open = (path) => admin.goto(`${usher.issuer}/console${path}`);

/** The result of "Test now", line by line. */
const steps = () => admin.locator('[aria-labelledby=test-heading] li').allInnerTexts();

test('the list has the providers of development mode, and links to each', async () => {
  await open('');
  await follow(admin, 'a[href="/console/providers"]');
  assert.equal(await text(admin, 'h1'), 'Sign-in providers');
  for (const name of ['google', 'facebook', 'x']) {
    assert.match(await text(admin, `#callback-${name}`), new RegExp(`/upstream/${name}/callback$`));
  }
  await inspect(admin, 'console-providers');
  await follow(admin, admin.getByRole('link', { name: 'Google', exact: true }).first());
  assert.equal(new URL(admin.url()).pathname, '/console/providers/google');
  assert.match(await text(admin, '#callback'), /\/upstream\/google\/callback$/);
  await inspect(admin, 'console-provider');
});

test('"Test now" reaches the provider, step by step', async () => {
  await open('/providers/google');
  await follow(admin, TEST_NOW);
  assert.ok((await steps()).length > 1);
  for (const step of await steps()) assert.match(step, /Good$/);
  await inspect(admin, 'console-provider-tested', { again: true });
});

test('the page shows what a person with certain claims would get', async () => {
  await open('/providers/google');
  await admin.fill('#claims', '{"sub": "1101", "email": "una@gmail.com", "email_verified": true, "given_name": "Una"}');
  await follow(admin, '[aria-labelledby=claims-heading] button[type=submit]');
  assert.match(await text(admin, '[aria-labelledby=claims-heading] [role=status]'), /una@gmail\.com Verified/);
  await inspect(admin, 'console-provider-claims', { again: true });
});

test('a missing or invalid field of a new provider is reported beside the field', async () => {
  await open('/providers');
  await follow(admin, 'a.button[href*="kind=github"]');
  assert.equal(new URL(admin.url()).searchParams.get('kind'), 'github');
  await inspect(admin, 'console-provider-new');
  await admin.evaluate(() => document.querySelectorAll('form').forEach((form) => form.setAttribute('novalidate', '')));
  await admin.fill('#id', 'google');
  await submit(admin);
  await admin.locator('#id[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-provider-name-taken', { again: true });
  await admin.fill('#id', 'code-forge');
  await admin.fill('#client_id', 'usher-at-github');
  await admin.locator('details.more').evaluate((details) => { details.open = true; });
  await admin.fill('#rest', '[1]');
  await submit(admin);
  await admin.locator('#rest[aria-invalid=true]').waitFor();
  assert.equal(await admin.inputValue('#client_id'), 'usher-at-github', 'what was right is kept');
  await admin.fill('#rest', '');
  await submit(admin);
  await admin.locator('#client_secret[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-provider-errors', { again: true });
});

test('a valid provider is added, its test fails with a reason, and it is disabled and removed', async () => {
  await admin.fill('#client_secret', 'a secret of nobody');
  // No server listens there: the test must fail, and no request leaves this machine.
  await admin.fill('#base_url', 'http://127.0.0.1:9');
  await submit(admin);
  assert.equal(new URL(admin.url()).pathname, '/console/providers/code-forge');
  assert.doesNotMatch(await admin.content(), /a secret of nobody/);
  await inspect(admin, 'console-provider-added');
  await follow(admin, TEST_NOW);
  assert.match((await steps()).join('\n'), /Failed/);
  await inspect(admin, 'console-provider-test-failed', { again: true });
  await follow(admin, 'button[formaction$="/disable"]');
  assert.match(await text(admin, 'h1'), /Out of use/);
  await admin.getByText('Remove this provider').click();
  await follow(admin, 'button[formaction$="/remove"]');
  assert.equal(new URL(admin.url()).pathname, '/console/providers');
  assert.equal(await admin.locator('#callback-code-forge').count(), 0);
});

test('the browser reported no errors', () => {
  assert.deepEqual(admin.faults.filter((fault) => !/the server responded with a status of 4/.test(fault)), []);
});
