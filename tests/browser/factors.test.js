// Second factors and passkeys, with Chromium's virtual authenticator.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authenticator, totp } from './authenticators.js';
import { follow, heading, newestEmail, signIn, submit, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { browser, inFreshBrowser, usher } from './suite.js';

const PASSWORD = 'a quiet harbour at dawn';

/**
 * Keeps autofill of passkeys pending on every later page, until something else requests a passkey: the virtual
 * authenticator would sign in before any click. A page counts how often autofill was `begun` and `replaced`.
 */
const quietAutofill = (page) =>
  page.addInitScript(() => {
    const ask = navigator.credentials.get.bind(navigator.credentials);
    globalThis.autofill = { begun: 0, replaced: 0 };
    navigator.credentials.get = (options) => {
      if (options.mediation !== 'conditional') return ask(options);
      globalThis.autofill.begun += 1;
      return new Promise((_, reject) => {
        options.signal.addEventListener('abort', () => {
          globalThis.autofill.replaced += 1;
          reject(options.signal.reason);
        });
      });
    };
  });

/** Waits until autofill has begun this often on the page, and clicks the passkey button. */
async function takeOver(page, begun = 1) {
  await page.waitForFunction((begun) => globalThis.autofill.begun === begun, begun);
  await page.click('[data-passkey-button]');
}

/** Registers with a password, or without one up to the page that creates a passkey. */
async function register(page, email, password) {
  await page.goto(`${usher.issuer}/register`);
  await page.fill('#given_name', 'Bea');
  await page.fill('#family_name', 'Silva');
  await page.fill('#email', email);
  if (password) {
    await page.fill('#password', password);
    await submit(page);
  } else {
    await follow(page, 'button[name=passkey]');
  }
  const { code } = await newestEmail(page, usher.issuer, email, 'Confirm');
  await page.fill('#code', code);
  await submit(page);
}

async function signOut(page) {
  await page.goto(`${usher.issuer}/logout`);
  await follow(page, 'button[name=logout][value=yes]');
}

inFreshBrowser('a person registers without a password and signs in by autofill', async (page) => {
  const key = await authenticator(page);
  await register(page, 'key@example.test');
  await heading(page).getByText('Make a passkey').waitFor();
  await inspect(page, 'new-passkey');
  await page.click('[data-passkey-button]');
  await page.waitForURL('**/account/security?done=passkey');
  assert.equal((await key.credentials()).length, 1);
  await inspect(page, 'security-passkey');
  await key.answers(false);
  await signOut(page);
  await page.goto(`${usher.issuer}/login`);
  await inspect(page, 'sign-in-passkey');
  // No request may be pending when the key begins to answer; then the page signs in by itself, maybe before its load.
  await page.goto('about:blank');
  await key.answers(true);
  await page.goto(`${usher.issuer}/login`, { waitUntil: 'commit' });
  await page.waitForURL('**/account/profile');
});

inFreshBrowser('a passkey signs in by the button, and errors are shown', async (page) => {
  await authenticator(page);
  await quietAutofill(page);
  await register(page, 'button@example.test', PASSWORD);
  await page.goto(`${usher.issuer}/account/security/passkeys/new`);
  await page.click('[data-passkey-button]');
  await page.waitForURL('**/account/security?done=passkey');
  await page.goto(`${usher.issuer}/account/security/passkeys/new`);
  await page.click('[data-passkey-button]');
  await page.getByText('This device has a passkey for your account already.').waitFor();
  await signOut(page);
  await page.goto(`${usher.issuer}/login`);
  await takeOver(page);
  await page.waitForURL('**/account/profile');
  await signOut(page);
  await page.goto(`${usher.issuer}/login`);
  await page.evaluate(() => {
    const ask = navigator.credentials.get;
    navigator.credentials.get = (options) => (options.mediation === 'conditional' ? ask(options) : Promise.reject(new DOMException('', globalThis.fault)));
  });
  const faults = [
    ['NotAllowedError', 'Nothing was shown'],
    ['SecurityError', 'do not work at this address'],
    ['ConstraintError', 'cannot check that it is you'],
    ['NobodyKnowsThisError', 'could not use a passkey'],
  ];
  for (const [index, [name, words]] of faults.entries()) {
    await page.evaluate((name) => {
      globalThis.fault = name;
    }, name);
    await takeOver(page, index + 1);
    await page.locator('[data-passkey-error]:visible').getByText(words).waitFor();
    assert.equal(await page.locator('[data-passkey-error]:visible').count(), 1);
    assert.equal(await page.evaluate(() => globalThis.autofill.replaced), index + 1, 'the button took over from autofill');
  }
});

inFreshBrowser('an authenticator app, a recovery code and a remembered browser', async (page) => {
  await register(page, 'app@example.test', PASSWORD);
  await page.goto(`${usher.issuer}/account/security/totp`);
  await inspect(page, 'totp');
  const secret = await page.locator('#secret').innerText();
  await page.fill('#code', '000000');
  await submit(page);
  await inspect(page, 'totp-wrong', { again: true });
  assert.equal(await page.locator('#secret').innerText(), secret);
  await page.fill('#code', totp(secret));
  await submit(page);
  const codes = await page.locator('.codes code').allInnerTexts();
  assert.equal(codes.length, 10);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('a[download]')]);
  assert.equal(download.suggestedFilename(), 'usher-recovery-codes.txt');
  await follow(page, page.getByText('I have kept them'));
  await inspect(page, 'security-factors');
  await signOut(page);
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, 'app@example.test', PASSWORD);
  await inspect(page, 'second');
  await page.fill('#code', totp(secret, 1));
  await page.check('#remember');
  await submit(page);
  await page.waitForURL('**/account/profile');
  await signOut(page);
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, 'app@example.test', PASSWORD);
  await page.waitForURL('**/account/profile');
  await signOut(page);
  await page.context().clearCookies();
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, 'app@example.test', PASSWORD);
  await follow(page, page.getByText('Use a recovery code'));
  await inspect(page, 'second-recovery');
  await page.fill('#code', codes[0]);
  await submit(page);
  await page.waitForURL('**/account/profile');
  await page.goto(`${usher.issuer}/account/security`);
  await page.getByText('9 codes are left.').waitFor();
  await follow(page, 'button[formaction$="/codes/renew"]');
  await inspect(page, 'recovery-codes', { languages: [] });
});

inFreshBrowser('a person with a passkey and an authenticator app chooses between them', async (page) => {
  const key = await authenticator(page);
  await register(page, 'both@example.test', PASSWORD);
  await page.goto(`${usher.issuer}/account/security/passkeys/new`);
  await page.click('[data-passkey-button]');
  await page.waitForURL('**/account/security?done=passkey');
  await page.goto(`${usher.issuer}/account/security/totp`);
  const secret = await page.locator('#secret').innerText();
  await page.fill('#code', totp(secret));
  await submit(page);
  await follow(page, page.getByText('I have kept them'));
  await inspect(page, 'security-everything');
  await signOut(page);
  await key.answers(false);
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, 'both@example.test', PASSWORD);
  await inspect(page, 'second-both');
  await page.fill('#code', '000000');
  await submit(page);
  await inspect(page, 'second-wrong', { again: true });
  await key.answers(true);
  await page.click('[data-passkey-button]');
  await page.waitForURL('**/account/profile');
});

inFreshBrowser('a first passkey made on the way into an application leads there', async (page) => {
  await authenticator(page);
  await page.goto(`${usher.banner.demoA}/login`);
  await follow(page, '.below a[href*="/register"]');
  await page.fill('#given_name', 'Pia');
  await page.fill('#email', 'pia@example.test');
  await follow(page, 'button[name=passkey]');
  const { code } = await newestEmail(page, usher.issuer, 'pia@example.test', 'Confirm');
  await page.fill('#code', code);
  await submit(page);
  await page.click('[data-passkey-button]');
  await heading(page).getByText(/^Signed in as Pia/).waitFor();
});

inFreshBrowser('an application that requires two factors leads to setting up a second one, or back', async (page) => {
  const party = await RelyingParty.start();
  try {
    const { id } = await usher.command('project', 'create', '--name', 'Vault');
    const made = ['client', 'create', '--project', id, '--type', 'web', '--name', 'Vault', '--first-party'];
    const client = await usher.command(...made, '--redirect-uri', party.redirectUri);
    await usher.command('project', 'require', '--project', id, '--second-factor', 'on');
    await page.goto(party.request(usher.issuer, client.client_id));
    await signIn(page, usher.banner.email, usher.banner.password);
    await inspect(page, 'enrol');
    await follow(page, 'main a.button.primary');
    await inspect(page, 'enrol-totp');
    await page.goBack();
    await follow(page, 'form[action="/login/enrol"] button');
    assert.equal(new URL(page.url()).searchParams.get('error'), 'unmet_authentication_requirements');
  } finally {
    party.stop();
  }
});

test('without JavaScript an authenticator app works and passkeys say why they do not', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  await register(page, 'plain@example.test', PASSWORD);
  await page.goto(`${usher.issuer}/account/security/passkeys/new`);
  assert.match(await page.locator('noscript').innerText(), /Passkeys need JavaScript/);
  await page.goto(`${usher.issuer}/account/security/totp`);
  const secret = await page.locator('#secret').innerText();
  await page.fill('#code', totp(secret));
  await submit(page);
  assert.equal(await page.locator('.codes code').count(), 10);
  await page.context().close();
});
