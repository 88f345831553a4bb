// The pages of a client: a developer finds out why sign-ins fail, and mends them, without JavaScript too.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

const CALLBACK = 'http://localhost:9/auth/callback';
let admin;
let clientId;
let secret;
let base;

before(async () => {
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.goto(`${usher.issuer}/console/projects`);
  await admin.fill('#name', 'Greenhouse');
  await submit(admin);
  await admin.goto(`${usher.issuer}/console/projects`);
  await follow(admin, admin.getByRole('link', { name: 'Greenhouse', exact: true }));
  const project = new URL(admin.url()).pathname.split('/')[3];
  await follow(admin, 'a[href*="clients/new"], a.button.primary');
  await admin.fill('#name', 'Greenhouse Shop');
  await admin.check('#type-web');
  await admin.fill('#redirect_uris', CALLBACK);
  await submit(admin);
  clientId = (await text(admin, '#client-id')).trim();
  secret = (await text(admin, '#secret')).trim();
  base = `${usher.issuer}/console/projects/${project}/clients/${clientId}`;
});
after(() => admin?.context().close());

const authorize = (changes) => {
  const asked = { client_id: clientId, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid', state: 's', ...changes };
  return fetch(`${usher.issuer}/oauth2/authorize?${new URLSearchParams(asked)}`, { redirect: 'manual' });
};

const token = (form, credentials = `${clientId}:${secret}`) =>
  fetch(`${usher.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(credentials)}` },
    body: new URLSearchParams(form),
  });

/** Opens the attempts when there are so many: they are written once a second. */
async function attempts(number) {
  for (let tries = 0; tries < 50; tries += 1) {
    await admin.goto(`${base}/attempts`);
    if ((await admin.locator('.log > ul > li').count()) >= number) return;
    await admin.waitForTimeout(200);
  }
  assert.fail(`there are no ${number} attempts`);
}

test('a client without attempts says what will be here', async () => {
  await admin.goto(`${base}/attempts`);
  await inspect(admin, 'attempts-none');
  await admin.goto(`${base}/quick-start`);
  await inspect(admin, 'quick-start');
  await follow(admin, 'a[href$="?stack=django"]');
  assert.match(await text(admin, '#code'), new RegExp(clientId));
  await inspect(admin, 'quick-start-django');
  await admin.goto(`${base}/claims`);
  await inspect(admin, 'claims-preview');
});

test('each of the commonest mistakes is explained on one page', async () => {
  await token({ grant_type: 'refresh_token', refresh_token: 'x' }, `${clientId}:wrong`);
  await token({ grant_type: 'client_credentials' });
  await authorize({ scope: 'orders:read' });
  await authorize({ code_challenge: 'x', code_challenge_method: 'plain' });
  await authorize({ redirect_uri: 'http://localhost:9/auth/Callback/' });
  await attempts(5);
  const titles = await admin.locator('.log .what > strong').allInnerTexts();
  const expected = [
    'The redirect URI is not registered',
    'PKCE failed',
    'The scope is not allowed',
    'The grant type is not allowed',
    'The client did not authenticate',
  ];
  for (const title of expected) assert.ok(titles.includes(title), `${title} in ${titles}`);
  assert.equal(await admin.locator('.log details[open] > .log-body').count(), 1, 'one is open');
  await inspect(admin, 'attempts');
  await admin.locator('summary.button').first().click();
  await inspect(admin, 'attempts-confirm', { again: true });
});

test('a redirect URI is registered by two presses, without JavaScript too', async () => {
  const context = await browser.newContext({
    javaScriptEnabled: false,
    storageState: await admin.context().storageState(),
  });
  const plain = await context.newPage();
  await plain.goto(`${base}/attempts?outcome=failed`);
  await plain.locator('summary.button').first().click();
  await plain.locator('form[action$="/fix"] button').first().click();
  await plain.locator('[role=status]').waitFor();
  assert.equal(await plain.locator('form[action$="/fix"]').count(), 0);
  await context.close();
  await admin.goto(`${usher.issuer}/console/clients/${clientId}`);
  assert.match(await text(admin, 'main'), /auth\/Callback\//);
  await inspect(admin, 'client-settings');
});
