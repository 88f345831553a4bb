// The account pages: inspected in three languages, light and dark, wide and narrow; and every action on them.
import assert from 'node:assert/strict';
import { follow, heading, newestEmail, newestEmailNumber, signIn, submit, text, visitor, words } from './browser.js';
import { inspect, inspectEmails } from './inspect.js';
import { browser, inEveryLanguage, inFreshBrowser, usher } from './suite.js';

const PAGES = ['', 'profile', 'security', 'sessions', 'identities', 'apps', 'activity', 'data'];

/** Signs in to the first demo application, which brings grant, consent and released claims with it. */
async function signInToDemo(page) {
  await page.goto(`${usher.banner.demoA}/login`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
}

const accountPage = (name) => `${usher.issuer}/account/${name}`;

inFreshBrowser('every account page looks right and links to every other', async (page) => {
  const phone = await visitor(browser, {
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  });
  await phone.goto(`${usher.banner.demoB}/login`);
  await signIn(phone, usher.banner.email, usher.banner.password);
  await heading(phone).getByText(/^Signed in as Ana/).waitFor();
  await phone.context().close();

  await signInToDemo(page);
  await page.goto(accountPage('profile'));
  for (const name of PAGES) {
    const path = name ? `/account/${name}` : '/account';
    await follow(page, `.account > nav:not(.only-phones) a[href="${path}"]`);
    assert.equal(new URL(page.url()).pathname, path);
    assert.equal(await page.locator('.account > nav:not(.only-phones) a[aria-current=page]').count(), 1);
    if (name !== 'identities') await inspect(page, `account-${name || 'overview'}`);
  }
});

inFreshBrowser('the collapsed part of the profile is open if it has values, and stores changes', async (page) => {
  await signInToDemo(page);
  await page.goto(accountPage('profile'));
  if (!(await page.locator('#country').isVisible())) await page.click('details.more summary');
  await page.fill('#country', 'Portugal');
  await inspect(page, 'account-profile-more');
  await submit(page);
  await page.locator('[role=status]').waitFor();
  assert.equal(await page.inputValue('#country'), 'Portugal');
});

inFreshBrowser('an application loses its access', async (page) => {
  await signInToDemo(page);
  await page.goto(accountPage('apps'));
  const apps = page.locator('section.app');
  const before = await apps.count();
  assert.match(await text(page, 'section.app details summary'), /has received/);
  await apps.first().locator('details summary').click();
  await inspect(page, 'account-apps-given');
  await follow(page, apps.first().locator('button[name=client]'));
  await page.locator('[role=status]').waitFor();
  assert.equal(await apps.count(), before - 1);
});

inFreshBrowser('activity is filtered by one heading', async (page) => {
  await signInToDemo(page);
  await page.goto(accountPage('activity'));
  await follow(page, '.filters a[href*="kind=sign-ins"]');
  await inspect(page, 'account-activity-sign-ins');
  assert.match(await text(page, '.log'), /Signed in/);
  assert.doesNotMatch(await text(page, '.log'), /Allowed/);
});

inEveryLanguage('signing out everywhere gives a receipt', async (page, language) => {
  await signInToDemo(page);
  await page.goto(accountPage('sessions'));
  await follow(page, 'button[formaction$="/end-all"]');
  await page.locator('.receipt').waitFor();
  assert.ok((await page.locator('.receipt li').count()) > 0);
  if (language === 'en') assert.match(await text(page, '.receipt'), /ends within \d+ minutes?|has ended/);
  await inspect(page, 'signed-out-receipt');
  await page.goto(`${usher.issuer}/login`);
  assert.match(await text(page, '.last-used'), /…@/);
  await inspect(page, 'sign-in-last-used', { languages: [language] });
});

/** A new person registers in the language of the browser, and verifies the address with the code. */
async function join(page, language, email, password) {
  await page.goto(`${usher.issuer}/register`);
  await page.fill('#given_name', 'Gil');
  await page.fill('#family_name', 'Vaz');
  await page.fill('#email', email);
  await page.fill('#password', password);
  await submit(page);
  await page.locator('#code').waitFor();
  const { code } = await newestEmail(page, usher.issuer, email, words(language, 'mail-verify-subject'));
  await page.fill('#code', code);
  await submit(page);
  await page.locator('.badge.good').first().waitFor();
}

inEveryLanguage('after an email about an unknown browser two clicks end every session', async (page, language) => {
  const [email, password] = [`startled-${language}@example.test`.toLowerCase(), 'a quiet harbour at noon'];
  await join(page, language, email, password);
  const seen = await newestEmailNumber(page, usher.issuer);
  const stranger = await visitor(browser);
  await stranger.goto(`${usher.issuer}/login`);
  await signIn(stranger, email, password);
  await stranger.waitForURL('**/account/profile');
  const { link } = await newestEmail(page, usher.issuer, email, words(language, 'mail-device-subject'), seen);
  await page.goto(link);
  await inspect(page, 'not-me', { languages: [language] });
  await follow(page, 'main form button[type=submit]');
  await inspect(page, 'not-me-done');
  await page.goto(link);
  await inspect(page, 'not-me-expired', { languages: [language] });
  await stranger.goto(accountPage('profile'));
  assert.equal(new URL(stranger.url()).pathname, '/login');
  await stranger.context().close();
  const back = await newestEmail(page, usher.issuer, email, words(language, 'mail-back-subject'), seen);
  await page.goto(back.link);
  await page.locator('#password').waitFor();
});

inEveryLanguage('a person downloads their data, changes the address, and deletes the account', async (page, language) => {
  const [email, renewed] = [`gone-${language}@example.test`.toLowerCase(), `gil-${language}@example.test`.toLowerCase()];
  const only = { languages: [language] };
  await join(page, language, email, 'a quiet harbour at dusk');

  await follow(page, 'a[href="/account/email"]');
  await inspect(page, 'change-email', only);
  await page.fill('#email', renewed);
  await submit(page);
  await page.locator('#code').waitFor();
  await inspect(page, 'change-email-code', only);
  const changed = await newestEmail(page, usher.issuer, renewed, '');
  await page.goto(changed.link);
  await inspect(page, 'change-email-link', only);
  await submit(page);
  await page.locator('[role=status]').waitFor();

  await page.goto(accountPage('data'));
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('form[action$="/download"] button')]);
  assert.equal(download.suggestedFilename(), 'my-data.json');
  await page.fill('#confirmation', 'not me');
  await follow(page, 'form[action$="/delete"] button');
  await page.locator('#confirmation[aria-invalid=true]').waitFor();
  await inspect(page, 'account-data-wrong');
  await page.fill('#confirmation', renewed);
  await follow(page, 'form[action$="/delete"] button');
  await inspect(page, 'account-gone');
  if (language === 'en') assert.match(await text(page, 'h1'), /deleted/);
  await page.goto(accountPage('profile'));
  assert.equal(new URL(page.url()).pathname, '/login');
});

inFreshBrowser('every kind of email looks right, in each language', async (page) => {
  await page.goto(`${usher.issuer}/dev/mail`);
  await inspect(page, 'dev-mail');
  await inspectEmails(page, usher.issuer);
});
