// Who may make an account on the way to a project: the page of the console, and what sign-in pages then offer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, newestEmail, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { browser, inFreshBrowser, usher } from './suite.js';

let admin;
let party;
let project;
let client;
before(async () => {
  party = await RelyingParty.start();
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  [project] = await usher.command('project', 'list');
  const made = ['client', 'create', '--project', project.id, '--type', 'web', '--name', 'Garden diary'];
  client = await usher.command(...made, '--redirect-uri', party.redirectUri);
});
after(() => party?.stop());

const settings = () => admin.goto(`${usher.issuer}/console/projects/${project.id}/sign-in`);
const save = () => follow(admin, 'main .form-foot .primary');
const offered = (page) =>
  page.locator('.providers [data-provider]').evaluateAll((all) => all.map((one) => one.dataset.provider));

test('an owner chooses domains, providers and their order', async () => {
  await settings();
  await inspect(admin, 'project-sign-in');
  await admin.check('#sign_up-domains');
  await save();
  assert.match(await text(admin, '#domains-error'), /at least one domain/);
  await inspect(admin, 'project-sign-in-refused', { again: true });
  await admin.fill('#domains', 'example.com\nexample.org');
  await admin.check('#providers');
  await admin.selectOption('#place-x', '1');
  await admin.selectOption('#place-google', '2');
  await save();
  assert.match(await text(admin, '.notice'), /saved/);
  assert.equal(await admin.locator('#domains').inputValue(), 'example.com\nexample.org');
  await inspect(admin, 'project-sign-in-domains');
});

inFreshBrowser('the pages offer those providers, and say which addresses fit', async (page) => {
  await page.goto(party.request(usher.issuer, client.client_id));
  await page.locator('#email').waitFor();
  assert.deepEqual(await offered(page), ['x', 'google']);
  await follow(page, page.getByRole('link', { name: 'Create an account' }));
  assert.deepEqual(await offered(page), ['x', 'google']);
  await page.fill('#given_name', 'Una');
  await page.fill('#email', 'una@elsewhere.test');
  await page.fill('#password', 'a lighthouse keeper sleeps');
  await follow(page, 'main form .primary');
  assert.match(await text(page, '#email-error'), /organisation/);
  await inspect(page, 'register-domains', { again: true });
});

test('an owner lets nobody make an account', async () => {
  await settings();
  await admin.check('#sign_up-invited');
  await admin.uncheck('#password_sign_up');
  await save();
  await inspect(admin, 'project-sign-in-invited');
});

inFreshBrowser('whoever has no account goes back to the application', async (page) => {
  await page.goto(`${party.request(usher.issuer, client.client_id)}&prompt=create`);
  await page.locator('h1').waitFor();
  await inspect(page, 'no-sign-up');
  await follow(page, page.getByRole('button', { name: /Go back to/ }));
  assert.equal(new URL(page.url()).searchParams.get('error'), 'access_denied');
});

test('an owner lets people begin with a passkey', async () => {
  await settings();
  await admin.check('#sign_up');
  await save();
});

inFreshBrowser('without passwords, registration begins with a passkey', async (page) => {
  await page.goto(party.request(usher.issuer, client.client_id));
  await page.locator('#email').waitFor();
  await follow(page, page.getByRole('link', { name: 'Create an account' }));
  assert.equal(await page.locator('#password').count(), 0);
  await inspect(page, 'register-passkey');
});

test('an owner invites somebody who has no account', async () => {
  await admin.goto(`${usher.issuer}/console/projects/${project.id}/members`);
  await admin.fill('#email', 'nina@example.test');
  await admin.check('#role-developer');
  await follow(admin, 'section[aria-labelledby=add-heading] .primary');
  assert.match(await text(admin, '.notice'), /invitation is sent/);
  await inspect(admin, 'members-invited');
});

inFreshBrowser('the invited person makes an account and is a member', async (page) => {
  const { link } = await newestEmail(page, usher.issuer, 'nina@example.test', 'invited');
  await page.goto(link);
  await inspect(page, 'invitation');
  await page.fill('#given_name', 'Nina');
  await page.fill('#password', 'a lighthouse keeper sleeps');
  await follow(page, 'main form .primary');
  assert.match(await text(page, '.notice'), /You are a member/);
  await inspect(page, 'members-joined');
  await page.goto(link);
  await inspect(page, 'invitation-over');
});
