// The console: an administrator creates a client; consent, refusals, and errors in its requests.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, heading, signIn, submit, text, visitor } from './browser.js';
import { inspect, LANGUAGES } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { browser, usher } from './suite.js';

let party;
let clientId;
let token;
let admin;
before(async () => {
  party = await RelyingParty.start();
  admin = await visitor(browser);
});
after(() => party?.stop());

test('the setup link makes the first administrator, once', async () => {
  await admin.goto(usher.banner.setup);
  await inspect(admin, 'setup');
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.waitForURL(/\/console/);
  const late = await visitor(browser);
  await late.goto(usher.banner.setup);
  assert.equal(await late.locator('#password').count(), 0);
  await inspect(late, 'setup-expired');
  await late.context().close();
});

/** The page shows a secret once, in this language, and says later that it was shown. */
async function shownOnce(selector, name, language) {
  const secret = (await text(admin, selector)).trim();
  assert.ok(secret.length > 20, 'it is shown');
  await inspect(admin, name, { languages: [language] });
  await admin.reload();
  assert.equal(await admin.locator(selector).count(), 0, 'it is shown once');
  await admin.locator('.warning[role=status]').waitFor();
  return secret;
}

/** Changes the language of the administrator. */
async function speak(language) {
  await admin.goto(`${usher.issuer}/account/profile`);
  await admin.selectOption('#locale', language);
  await submit(admin);
  assert.equal(await admin.getAttribute('html', 'lang'), language);
}

test('the administrator makes a project, whose token is shown once', async () => {
  for (const language of LANGUAGES) {
    await speak(language);
    await admin.goto(`${usher.issuer}/console/projects`);
    await admin.fill('#name', language === 'en' ? 'Harbour' : `Harbour ${language}`);
    await submit(admin);
    assert.match(await text(admin, '.sidebar [popovertarget=projects]'), /Harbour/);
    const made = await shownOnce('#token', 'console-token-made', language);
    token ??= made;
  }
  await speak('en');
  await admin.goto(`${usher.issuer}/console/projects`);
  await follow(admin, admin.getByRole('link', { name: 'Harbour', exact: true }));
  assert.match(await text(admin, '.sidebar [popovertarget=projects]'), /Harbour/);
  await inspect(admin, 'console-project-new');
});

test('the token is replaced by whoever has it', async () => {
  await follow(admin, '.sidebar a[href$="/token"]');
  await inspect(admin, 'console-token');
  await submit(admin);
  await admin.locator('#current_token[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-token-refused', { again: true });
  await admin.fill('#current_token', token);
  await submit(admin);
  const renewed = (await text(admin, '#token')).trim();
  assert.notEqual(renewed, token);
  token = renewed;
  await shownOnce('#token', 'console-token-rotated', 'en');
});

/** Makes somebody who has an account a member, with the project's token. */
async function addMember(email, role) {
  const response = await fetch(`${usher.issuer}/api/v1${new URL(admin.url()).pathname.replace('/console', '')}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ email, role }),
  });
  assert.equal(response.status, 201, await response.text());
}

test('members are invited, added, changed and removed', async () => {
  await follow(admin, '.sidebar a[href$="/members"]');
  await inspect(admin, 'console-members-none');
  await admin.fill('#email', 'nobody@example.test');
  await admin.check('#role-viewer');
  await follow(admin, 'form[action$="/members"] button');
  await admin.locator('.notice[role=status]').waitFor();
  await inspect(admin, 'console-members-invited');
  await follow(admin, 'button[formaction$="/withdraw"]');
  assert.equal(await admin.locator('button[formaction$="/withdraw"]').count(), 0);
  await addMember(usher.banner.email, 'owner');
  await addMember('ada@example.test', 'viewer');
  await follow(admin, '.sidebar a[href$="/members"]');
  await inspect(admin, 'console-members');
  const ada = admin.locator('.rows li', { hasText: 'ada@example.test' });
  await ada.locator('select').selectOption('developer');
  await follow(admin, ada.locator('button:not([formaction])'));
  assert.equal(await ada.locator('select').inputValue(), 'developer');
  await follow(admin, ada.locator('button[formaction$="/remove"]'));
  assert.equal(await ada.count(), 0);
  await follow(admin, admin.locator('.rows button[formaction$="/remove"]'));
  await admin.locator('[role=alert]').waitFor();
  await inspect(admin, 'console-members-last-owner', { again: true });
  await follow(admin, '.crumbs a');
});

test('a webhook is added, tested, disabled and deleted', async () => {
  await follow(admin, '.sidebar a[href$="/webhooks"]');
  await inspect(admin, 'console-webhooks-none');
  await admin.fill('#url', 'http://shop.example/hook');
  await submit(admin);
  await admin.locator('#url[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-webhooks-refused', { again: true });
  await admin.fill('#url', `${party.origin}/hook`);
  await admin.fill('#description', 'Tells the boats');
  await admin.uncheck('[name="event.*"]');
  await admin.locator('.events summary', { hasText: 'People' }).click();
  await admin.check('[name="event.user.deleted"]');
  await inspect(admin, 'console-webhook-events', { languages: ['en'] });
  await submit(admin);
  await shownOnce('#secret', 'console-webhook-secret', 'en');
  await follow(admin, 'button[formaction$="/test"]');
  const tried = admin.locator('.rows > li', { hasText: 'webhook.test' });
  for (const until = Date.now() + 30_000; !(await tried.locator('.badge.good').count()); ) {
    assert.ok(Date.now() < until, 'the test is delivered');
    await admin.waitForTimeout(200);
    await admin.reload();
  }
  await tried.locator('summary').click();
  assert.match(await tried.locator('.points').innerText(), /answered 200/);
  assert.match(await text(admin, 'pre.json .name'), /^"/, 'the message is indented and marked');
  await admin.getByRole('img', { name: /^The last attempt took/ }).waitFor();
  assert.ok(await admin.isChecked('[name="event.user.deleted"]') && !(await admin.isChecked('[name="event.*"]')));
  await inspect(admin, 'console-webhook-delivered');
  await follow(admin, 'button[formaction$="/disable"]');
  await inspect(admin, 'console-webhook-off');
  await follow(admin, '.sidebar a[href$="/webhooks"]');
  await inspect(admin, 'console-webhooks');
  await follow(admin, '.rows a');
  await follow(admin, 'a.danger[href$="/delete"]');
  await inspect(admin, 'console-confirm');
  await follow(admin, 'form[action$="/delete"] button');
  assert.equal(await admin.locator('.rows').count(), 0);
  await follow(admin, '.crumbs a');
});

test('a client with an invalid redirect URI is refused with a reason', async () => {
  await follow(admin, 'a[href*="clients/new"], a.button.primary');
  await inspect(admin, 'console-client-new');
  await admin.fill('#name', 'Boats');
  await admin.check('#type-web');
  await admin.fill('#redirect_uris', 'http://boats.example/callback');
  await submit(admin);
  await admin.locator('#redirect_uris[aria-invalid=true]').waitFor();
  await inspect(admin, 'console-client-errors', { again: true });
});

test('the administrator makes a client that asks for consent', async () => {
  await admin.check('#type-web');
  await admin.fill('#redirect_uris', party.redirectUri);
  await admin.fill('#post_logout_redirect_uris', party.postLogoutUri);
  await admin.uncheck('#first_party');
  await submit(admin);
  clientId = (await text(admin, '#client-id')).trim();
  await shownOnce('#secret', 'console-client-secret', 'en');
  await admin.goto(`${usher.issuer}/console/projects`);
  await inspect(admin, 'console-home-projects');
  await follow(admin, admin.getByRole('link', { name: 'Harbour', exact: true }));
  await inspect(admin, 'console-project');
  await follow(admin, admin.getByRole('link', { name: 'Boats' }));
  assert.equal((await text(admin, '#client-id')).trim(), clientId);
  assert.equal(await admin.locator('#secret').count(), 0, 'the secret is shown once');
  await inspect(admin, 'console-client');
  for (const language of ['pt-BR', 'uk']) {
    // A rotation does not end a secret that was created within the last ten seconds.
    await admin.waitForTimeout(10_500);
    await speak(language);
    await admin.goto(`${usher.issuer}/console/clients/${clientId}`);
    await follow(admin, 'form[action$="/rotate-secret"] button');
    await shownOnce('#secret', 'console-client-secret', language);
  }
  await speak('en');
  await admin.goto(`${usher.issuer}/console/clients/${clientId}`);
});

test('the administrator changes the client', async () => {
  await follow(admin, 'a[href$="/edit"]');
  await inspect(admin, 'console-client-edit');
  await admin.fill('#name', 'Little Boats');
  await admin.selectOption('#id_token_alg', 'ES256');
  await admin.selectOption('#id_token_claims', 'minimal');
  await admin.fill('#roles_claim', 'sub');
  await submit(admin);
  await inspect(admin, 'console-client-edit-refused');
  assert.match(await text(admin, '#roles_claim-error'), /roles, groups/);
  await admin.fill('#roles_claim', 'groups');
  await submit(admin);
  assert.match(await text(admin, 'h1'), /^Little Boats/);
  assert.match(await text(admin, 'main'), /ES256, only what was requested by name/);
  await inspect(admin, 'console-client-changed');
});

test('pages of administrators are not found without their rights', async () => {
  const page = await visitor(browser);
  await page.goto(`${usher.issuer}/console/providers`);
  await signIn(page, usher.banner.email, usher.banner.password);
  assert.equal(await page.locator('.sidebar').count(), 0);
  assert.equal(await page.locator('a[href*="new-provider"]').count(), 0);
  await inspect(page, 'console-forbidden');
  await page.context().close();
});

test('a person is asked, says no, is asked again, says yes, and is not asked a third time', async () => {
  const page = await visitor(browser);
  const ask = () => page.goto(party.request(usher.issuer, clientId));
  const back = () => new URL(page.url()).searchParams;
  await ask();
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.locator('button[name=decision]').first().waitFor();
  assert.match(await text(page, 'main'), /Little Boats/);
  await inspect(page, 'consent');
  await follow(page, 'button[name=decision][value=deny]');
  await page.waitForURL(`${party.redirectUri}**`);
  assert.equal(back().get('error'), 'access_denied');
  assert.equal(back().get('iss'), usher.issuer);

  await ask();
  await follow(page, 'button[name=decision][value=allow]');
  await page.waitForURL(`${party.redirectUri}**`);
  assert.ok(back().get('code'));
  await ask();
  assert.ok(page.url().startsWith(party.redirectUri), 'no page in between');
  await page.context().close();
});

test('an unregistered address shows both sides and goes nowhere', async () => {
  const page = await visitor(browser);
  const sent = `${party.origin}/callbacks`;
  const response = await page.goto(party.request(usher.issuer, clientId, { redirect_uri: sent }));
  assert.equal(response.status(), 400);
  assert.match(await text(page, 'main'), /\/callbacks/);
  assert.ok((await page.locator('.sides mark').count()) > 0, 'the difference is marked');
  await inspect(page, 'mismatch');
  await page.context().close();
});

test('a request that cannot be answered shows what happened', async () => {
  const page = await visitor(browser);
  const response = await page.goto(party.request(usher.issuer, 'no-such-client'));
  assert.equal(response.status(), 400);
  assert.match(await text(page, 'main'), /invalid_client|invalid_request|unauthorized_client/);
  await inspect(page, 'error');
  const lost = await page.goto(`${usher.issuer}/no/such/page`);
  assert.equal(lost.status(), 404);
  await inspect(page, 'error-not-found');
  await page.context().close();
});

test('other mistakes go back to the application', async () => {
  const page = await visitor(browser);
  await page.goto(party.request(usher.issuer, clientId, { response_type: 'token' }));
  assert.equal(new URL(page.url()).searchParams.get('error'), 'unsupported_response_type');
  await page.context().close();
});

test('signing out without a hint is confirmed first', async () => {
  const page = await visitor(browser);
  await page.goto(`${usher.issuer}/account/profile`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.locator('#nickname').waitFor();
  await page.goto(`${usher.issuer}/oauth2/logout`);
  await page.locator('button[name=logout]').first().waitFor();
  await inspect(page, 'logout-confirm');
  await follow(page, 'button[name=logout][value=no]');
  await page.goto(`${usher.issuer}/account/profile`);
  await page.locator('#nickname').waitFor();
  await page.goto(`${usher.issuer}/oauth2/logout`);
  await follow(page, 'button[name=logout][value=yes]');
  await heading(page).waitFor();
  await inspect(page, 'signed-out', { again: true });
  await page.goto(`${usher.issuer}/account/profile`);
  assert.ok(await page.locator('#password').count(), 'the account asks to sign in');
  await page.context().close();
});

test('another name of this machine shows which address works', async () => {
  const page = await visitor(browser);
  await page.goto(usher.issuer.replace('localhost', '127.0.0.1'));
  assert.ok(await page.locator(`a[href^="${usher.issuer}"]`).count());
  await inspect(page, 'wrong-host', { languages: ['en'] });
  await page.context().close();
});
