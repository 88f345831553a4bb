// Accounts: registration, sign-in, a forgotten password, changes, several accounts in one browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage, follow, heading, newestEmail, signIn, submit, text, visitor, words } from './browser.js';
import { inspect } from './inspect.js';
import { browser, inEveryLanguage, inFreshBrowser, usher } from './suite.js';

const PASSWORD = 'a quiet harbour at dawn';

/** Opens a page of the account, signing in on the way. */
async function openSignedIn(page, path, email, password) {
  await page.goto(`${usher.issuer}${path}`);
  await signIn(page, email, password);
  await page.goto(`${usher.issuer}${path}`);
}

/** Goes from the first demo to the sign-in page. */
async function toSignIn(page) {
  await page.goto(`${usher.banner.demoA}/login`);
  assert.ok(await page.locator('#email[autocomplete^=username]').count(), 'the sign-in page');
}

/** Fills in the registration form, reached from the sign-in page. */
async function register(page, email) {
  await toSignIn(page);
  await follow(page, '.below a[href*="/register"]');
  await page.fill('#given_name', 'Bea');
  await page.fill('#family_name', 'Silva');
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
}

inFreshBrowser('a person registers, verifies the address with the code, and returns to the application', async (page) => {
  await register(page, 'bea@example.test');
  await inspect(page, 'register');
  await submit(page);
  await inspect(page, 'verify');
  await page.fill('#code', 'wrong');
  await submit(page);
  await inspect(page, 'verify-wrong', { again: true });
  const { code } = await newestEmail(page, usher.issuer, 'bea@example.test', 'Confirm');
  await page.fill('#code', code);
  await submit(page);
  await heading(page).getByText('Signed in as Bea Silva').waitFor();
  assert.match(await text(page, '[aria-labelledby=userinfo]'), /email_verified\s+true/);
});

inFreshBrowser('a person registers and verifies the address with the link', async (page) => {
  await register(page, 'link@example.test');
  await submit(page);
  const { link } = await newestEmail(page, usher.issuer, 'link@example.test', 'Confirm');
  await page.goto(link);
  await inspect(page, 'verify-link');
  await submit(page);
  await page.goto(`${usher.issuer}/account/profile`);
  await page.locator('.badge.good').first().waitFor();
});

inFreshBrowser('an invalid form says what is wrong, beside the field', async (page) => {
  await register(page, 'short@example.test');
  await page.evaluate(() => document.querySelectorAll('form').forEach((form) => form.setAttribute('novalidate', '')));
  await page.fill('#password', 'short');
  await submit(page);
  await page.locator('#password[aria-invalid=true]').waitFor();
  assert.equal(await page.inputValue('#given_name'), 'Bea', 'what was right is kept');
  await inspect(page, 'register-errors', { again: true });
});

inFreshBrowser('a registered address is not revealed', async (page) => {
  await register(page, usher.banner.email);
  await submit(page);
  assert.doesNotMatch(await text(page, 'main'), /already (registered|exists|taken)/i);
});

inFreshBrowser('a wrong password says so and keeps the address', async (page) => {
  await toSignIn(page);
  await signIn(page, usher.banner.email, 'not the password');
  await page.locator('[role=alert]:not([hidden])').waitFor();
  assert.equal(await page.inputValue('#email'), usher.banner.email);
  assert.equal(await page.inputValue('#password'), '');
  await inspect(page, 'sign-in-wrong', { again: true });
  const known = await text(page, '[role=alert]:not([hidden])');
  await signIn(page, 'nobody@example.test', 'not the password');
  assert.equal(await text(page, '[role=alert]:not([hidden])'), known, 'an unknown address looks the same');
});

inEveryLanguage('a forgotten password is replaced by email', async (page, language) => {
  const email = `forgetful-${language}@example.test`.toLowerCase();
  const [renewed, only] = ['another quiet harbour', { languages: [language] }];
  await register(page, email);
  await submit(page);
  const { code } = await newestEmail(page, usher.issuer, email, words(language, 'mail-verify-subject'));
  await page.fill('#code', code);
  await submit(page);
  await heading(page).getByText('Signed in as Bea Silva').waitFor();
  await page.context().clearCookies();

  await toSignIn(page);
  await follow(page, 'a[href*="/recover"]');
  await inspect(page, 'recover', only);
  await page.fill('#email', email);
  await submit(page);
  await inspect(page, 'recover-sent');
  const { link } = await newestEmail(page, usher.issuer, email, words(language, 'mail-recovery-subject'));
  await page.goto(link);
  await inspect(page, 'recover-password', only);
  await page.fill('#password', renewed);
  await submit(page);
  await inspect(page, 'recover-done');
  await page.goto(link);
  await inspect(page, 'recover-expired', only);

  await toSignIn(page);
  await signIn(page, email, PASSWORD);
  await page.locator('[role=alert]:not([hidden])').waitFor();
  await signIn(page, email, renewed);
  await heading(page).getByText('Signed in as Bea Silva').waitFor();
});

inFreshBrowser('the response for an unknown address looks the same as for a known one', async (page) => {
  await page.goto(`${usher.issuer}/recover`);
  await page.fill('#email', 'nobody@example.test');
  await submit(page);
  assert.match(await text(page, 'main'), /nobody@example\.test/);
});

inFreshBrowser('signing in leads to the page that was asked for', async (page) => {
  await page.goto(`${usher.issuer}/.well-known/change-password`);
  await signIn(page, usher.banner.email, usher.banner.password);
  assert.equal(new URL(page.url()).pathname, '/account/security');
});

inFreshBrowser('a password is changed and other browsers are signed out', async (page) => {
  const email = 'link@example.test';
  const elsewhere = await visitor(browser);
  await elsewhere.goto(`${usher.banner.demoA}/login`);
  await signIn(elsewhere, email, PASSWORD);
  await heading(elsewhere).getByText('Signed in as Bea Silva').waitFor();

  await openSignedIn(page, '/account/security', email, PASSWORD);
  await page.locator('#current_password').waitFor();
  await inspect(page, 'account-security');
  await page.fill('#current_password', 'not the password');
  await page.fill('#password', 'a third quiet harbour');
  await submit(page);
  await page.locator('#current_password[aria-invalid=true]').waitFor();
  await inspect(page, 'account-security-wrong', { again: true });
  await page.fill('#current_password', PASSWORD);
  await page.fill('#password', 'a third quiet harbour');
  await submit(page);
  await page.locator('.notice[role=status]').waitFor();

  await elsewhere.goto(usher.banner.demoA);
  assert.match(await elsewhere.locator('.notice').innerText(), /session at Usher has ended/);
  await elsewhere.context().close();
});

inFreshBrowser('a profile is changed, and applications see it', async (page) => {
  await openSignedIn(page, '/account/profile', 'bea@example.test', PASSWORD);
  await page.locator('#nickname').waitFor();
  await inspect(page, 'account-profile');
  await page.fill('#given_name', 'Beatriz');
  await page.fill('#birthdate', '1990-02-03');
  await submit(page);
  await page.locator('[role=status]').waitFor();
  await page.goto(`${usher.banner.demoA}/login`);
  await heading(page).getByText('Signed in as Beatriz Silva').waitFor();
});

inFreshBrowser('two people share a browser and choose an account', async (page) => {
  await toSignIn(page);
  await signIn(page, usher.banner.email, usher.banner.password);
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
  await page.goto(`${usher.banner.demoA}/login?prompt=select_account`);
  await inspect(page, 'accounts-one');
  await follow(page, 'button[name=account][value=new]');
  await signIn(page, 'bea@example.test', PASSWORD);
  await heading(page).getByText('Signed in as Beatriz Silva').waitFor();
  await page.goto(`${usher.banner.demoB}/login?prompt=select_account`);
  await inspect(page, 'accounts-two');
  await follow(page, page.locator('button[name=account]', { hasText: usher.banner.email }));
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
});

inFreshBrowser('one session is ended from the list', async (page) => {
  const elsewhere = await visitor(browser, { userAgent: 'Elsewhere/1.0' });
  await elsewhere.goto(`${usher.banner.demoB}/login`);
  await signIn(elsewhere, usher.banner.email, usher.banner.password);
  await heading(elsewhere).getByText(/^Signed in as Ana/).waitFor();
  await openSignedIn(page, '/account/sessions', usher.banner.email, usher.banner.password);
  await inspect(page, 'account-sessions');
  const rows = page.locator('.rows li', { has: page.locator('button[name=session]') });
  const before = await rows.count();
  const other = rows.filter({ hasNot: page.locator('.badge.good') }).first();
  await follow(page, other.locator('button[name=session]'));
  await page.locator('[role=status]').waitFor();
  assert.equal(await rows.count(), before - 1);
  await elsewhere.context().close();
});

for (const [locale, title] of [['pt-BR', /^Entre em/], ['uk', /^Вхід до/]]) {
  inFreshBrowser(`the pages speak ${locale}, chosen in the footer and kept`, async (page) => {
    await toSignIn(page);
    await chooseLanguage(page, locale);
    assert.match(await text(page, 'h1'), title);
    assert.equal(await page.getAttribute('html', 'lang'), locale);
    await page.goto(`${usher.issuer}/recover`);
    assert.equal(await page.getAttribute('html', 'lang'), locale);
    await page.goto(`${usher.banner.demoA}/login`);
    await signIn(page, usher.banner.email, 'not the password');
    await page.locator('[role=alert]:not([hidden])').waitFor();
    await signIn(page, usher.banner.email, usher.banner.password);
    await heading(page).getByText(/^Signed in as Ana/).waitFor();
  });
  test(`a browser that asks for ${locale} is answered in it`, async (page) => {
    const own = await visitor(browser, { locale });
    await own.goto(`${usher.banner.demoA}/login`);
    assert.equal(await own.getAttribute('html', 'lang'), locale);
    await own.context().close();
  });
}

const NAMES = {
  long: 'Wolfeschlegelsteinhausenbergerdorff'.repeat(4).slice(0, 117),
  emoji: '👩🏽‍🚀👨‍👩‍👧🏴󠁧󠁢󠁳󠁣󠁴󠁿'.repeat(9),
  rtl: 'محمد بن عبد الرحمن بن يوسف بن إبراهيم الخوارزمي المعروف بالبغدادي',
};

for (const [kind, name] of Object.entries(NAMES)) {
  inFreshBrowser(`a ${kind} name fits on every page that shows it`, async (page) => {
    const email = `name-${kind}@example.test`;
    await toSignIn(page);
    await follow(page, '.below a[href*="/register"]');
    await page.fill('#given_name', name);
    await page.fill('#email', email);
    await page.fill('#password', PASSWORD);
    await submit(page);
    const { code } = await newestEmail(page, usher.issuer, email, 'Confirm');
    await page.fill('#code', code);
    await submit(page);
    await page.locator('h1 bdi').waitFor();
    assert.equal(await text(page, 'h1 bdi'), name);
    for (const path of ['profile', 'security', 'data']) {
      await page.goto(`${usher.issuer}/account/${path}`);
      await inspect(page, `name-${kind}-${path}`, { languages: [] });
      const header = await page.locator('header.top').boundingBox();
      assert.ok(header.height < 64, `the header keeps its one line: ${header.height}`);
    }
    await page.goto(`${usher.issuer}/login/accounts`);
    await inspect(page, `name-${kind}-accounts`, { languages: [] });
  });
}
