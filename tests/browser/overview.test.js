// The overview of the installation, its event log, keys, health and settings, for administrators; without script as well.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { becomeAdministrator, follow, heading, signIn, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

let admin;
before(async () => {
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
});

/** Signs somebody in to the first demo, and tries a wrong password before. */
async function somebodySignsIn() {
  const page = await visitor(browser);
  await page.goto(`${usher.banner.demoA}/login`);
  await signIn(page, usher.banner.email, 'not the password');
  await signIn(page, usher.banner.email, usher.banner.password);
  await heading(page).getByText('Signed in as').waitFor();
  await page.context().close();
}

/** Opens the overview when the first events have been counted, which happens a moment after them. */
async function openCounted(page) {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    await page.goto(`${usher.issuer}/console`);
    if (await page.getByRole('img', { name: /^Sign-ins on each/ }).count()) return;
    await page.waitForTimeout(500);
  }
  throw new Error('the overview counted no event');
}

test('the overview shows what is left to set up, and then what happens', async () => {
  await openCounted(admin);
  await inspect(admin, 'console-overview-fresh');
  await somebodySignsIn();
  await admin.getByRole('button', { name: 'I have a copy' }).click();
  await admin.locator('.notice[role=status]').waitFor();
  await admin.goto(`${usher.issuer}/console`);
  const chart = admin.getByRole('img', { name: /^Sign-ins on each of the last 30 days/ });
  await chart.waitFor();
  await admin.getByText('Show as a table').click();
  assert.equal(await admin.locator('details[open] tbody tr').count(), 30, 'the same numbers as a table');
  await admin.getByText('Show as a table').click();
  await inspect(admin, 'console-overview');
  await follow(admin, admin.getByRole('link', { name: '7 days' }));
  await admin.getByRole('img', { name: /last 7 days/ }).waitFor();
});

test('the event log is filtered, one event is opened, and a filter is saved', async () => {
  await follow(admin, admin.getByRole('link', { name: 'Audit log' }).first());
  await admin.goto(`${usher.issuer}/console/audit?kind=user.created`);
  await inspect(admin, 'console-audit');
  await admin.goto(`${usher.issuer}/console/audit`);
  await admin.fill('#address', 'nowhere');
  await follow(admin, admin.getByRole('button', { name: 'Apply' }));
  await admin.locator('#address[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-audit-refused', { again: true });
  await admin.fill('#address', '');
  await admin.selectOption('#kind', 'session.sign_in_failed');
  await follow(admin, admin.getByRole('button', { name: 'Apply' }));
  const events = admin.locator('.log tbody tr:not(.day)');
  assert.equal(await events.count(), 1);
  await admin.fill('#name', 'Failed sign-ins');
  await follow(admin, admin.getByRole('button', { name: 'Save' }));
  await inspect(admin, 'console-audit-saved');
  await follow(admin, events.first().getByRole('link'));
  assert.match(await text(admin, 'pre'), /"session\.sign_in_failed"/);
  await inspect(admin, 'console-event');
  await follow(admin, admin.getByRole('link', { name: 'All events of this request' }));
  assert.equal(await events.count(), 1);
});

test('the event log is exported as it is filtered', async () => {
  await admin.goto(`${usher.issuer}/console/audit?kind=sign-ins`);
  const downloading = admin.waitForEvent('download');
  await admin.getByRole('link', { name: 'Export CSV' }).click();
  const file = await downloading;
  assert.equal(file.suggestedFilename(), 'audit-log.csv');
});

test('keys are shown on a timeline, rotated, and revoked after a question', async () => {
  await follow(admin, admin.getByRole('link', { name: 'Keys' }));
  await admin.getByRole('img', { name: /keys\. The next change/ }).waitFor();
  await inspect(admin, 'console-keys');
  await follow(admin, admin.getByRole('link', { name: 'Rotate now' }));
  await inspect(admin, 'console-keys-rotate');
  await submit(admin);
  await inspect(admin, 'console-keys-rotated');
  await follow(admin, admin.getByRole('link', { name: /^Revoke key/ }).first());
  await inspect(admin, 'console-key-revoke');
  await follow(admin, admin.getByRole('link', { name: 'Keep it' }));
});

test('the health page runs the checks and sends a test email', async () => {
  await follow(admin, admin.getByRole('link', { name: 'Health' }));
  await follow(admin, admin.getByRole('button', { name: 'Check now' }));
  await inspect(admin, 'console-health');
  await follow(admin, admin.getByRole('button', { name: 'Send a test email' }));
  await admin.goto(`${usher.issuer}/dev/mail`);
  await admin.getByText('Test email from Usher').waitFor();
});

test('settings are found by name', async () => {
  await admin.goto(`${usher.issuer}/console/settings`);
  await inspect(admin, 'console-settings');
  await admin.fill('#q', 'session.idle');
  await follow(admin, admin.getByRole('button', { name: 'Find' }));
  assert.equal(await admin.locator('.settings > li').count(), 1);
});

test('without script the same tasks work', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false, storageState: await admin.context().storageState() });
  const page = await context.newPage();
  await page.goto(`${usher.issuer}/console`);
  await page.getByText('Show as a table').click();
  await page.goto(`${usher.issuer}/console/audit`);
  await page.selectOption('#kind', 'people');
  await page.getByRole('button', { name: 'Apply' }).click();
  assert.match(await page.locator('.log').textContent(), /User created/);
  await page.goto(`${usher.issuer}/console/health`);
  await page.getByRole('button', { name: 'Count again' }).click();
  await page.getByText('Counting again').first().waitFor();
  await context.close();
});
