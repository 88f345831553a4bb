// The check-up of an application: a developer prepares it, runs it, and reads what the application accepts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, submit, text, visitor } from './browser.js';
import { CheckedApplication } from './checked_application.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

let admin;
let application;
let base;

/** A client of this type with the application's redirect URI; the address of its pages. */
async function client(type, name) {
  await admin.goto(`${usher.issuer}/console/projects`);
  await follow(admin, admin.getByRole('link', { name: 'Orchard', exact: true }));
  const project = new URL(admin.url()).pathname.split('/')[3];
  await admin.goto(`${usher.issuer}/console/projects/${project}/clients/new`);
  await admin.fill('#name', name);
  await admin.check(`#type-${type}`);
  await admin.fill('#redirect_uris', `${application.origin}/callback`);
  await submit(admin);
  const id = (await text(admin, '#client-id')).trim();
  return `${usher.issuer}/console/projects/${project}/clients/${id}`;
}

before(async () => {
  application = await CheckedApplication.start();
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.goto(`${usher.issuer}/console/projects`);
  await admin.fill('#name', 'Orchard');
  await submit(admin);
  base = await client('web', 'Orchard Shop');
});
after(async () => {
  await admin?.context().close();
  await application?.stop();
});

test('the page says what a check-up is and where its addresses must be', async () => {
  await follow(admin, admin.getByRole('link', { name: 'Check-up', exact: true }));
  await inspect(admin, 'check-up');
  await admin.fill('#sign_in_url', 'https://elsewhere.example.com/login');
  await admin.locator('main form[action$="/check-up"] button').click();
  await admin.locator('#sign_in_url-error').waitFor();
  await inspect(admin, 'check-up-elsewhere', { again: true });
});

test('an application that does not use the test provider gets a reason and no grade', async () => {
  await admin.fill('#sign_in_url', `${application.origin}/login`);
  await admin.locator('main form[action$="/check-up"] button').click();
  await admin.locator('#settings').waitFor();
  await inspect(admin, 'check-up-prepared');
  await admin.locator('form[action$="/start"] button').click();
  await admin.getByRole('heading', { name: /No grade/ }).waitFor();
  await inspect(admin, 'check-up-stopped');
});

test('a careless application learns what it accepts', async () => {
  const lines = (await text(admin, '#settings')).trim().split('\n');
  application.configure(Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2))));
  await admin.locator('form[action$="/start"] button').click();
  await admin.getByRole('heading', { name: /accepts what it must refuse/ }).waitFor({ timeout: 60_000 });
  const failed = await admin.locator('li.failed').evaluateAll((all) => all.map((one) => one.dataset.case));
  for (const name of ['wrong-iss', 'wrong-aud', 'expired', 'unsigned', 'bad-signature']) {
    assert.ok(failed.includes(name), `${name} in ${failed}`);
  }
  for (const name of ['sign-in', 'pkce', 'wrong-state', 'other-browser', 'replayed-state']) {
    assert.equal(await admin.locator(`li.passed[data-case="${name}"]`).count(), 1, name);
  }
  await admin.locator('li[data-case="wrong-iss"] summary').click();
  await inspect(admin, 'check-up-report', { again: true });
  await admin.emulateMedia({ media: 'print' });
  assert.equal(await admin.locator('#prepare-heading').isVisible(), false, 'the form is not printed');
  assert.equal(await admin.locator('li[data-case="expired"] .what').isVisible(), true);
  await admin.emulateMedia({ media: null });
});

test('the report and its buttons work without JavaScript', async () => {
  const storageState = await admin.context().storageState();
  const context = await browser.newContext({ javaScriptEnabled: false, storageState });
  const plain = await context.newPage();
  await plain.goto(`${base}/check-up`);
  assert.ok((await plain.locator('li.failed').count()) > 5);
  await plain.locator('form[action$="/end"] button').click();
  await plain.locator('[role=status]').waitFor();
  assert.equal(await plain.locator('[data-case]').count(), 0);
  await context.close();
});

test('an application in the browser is not guessed at', async () => {
  const spa = await client('spa', 'Orchard Leaf');
  await admin.goto(`${spa}/check-up`);
  assert.match(await text(admin, 'main'), /cannot be checked from here/);
  await inspect(admin, 'check-up-impossible');
});
