// Detours of a sign-in: an email opened in another browser, Back, a second tab, another language.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage, follow, heading, newestEmail, signIn, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, inFreshBrowser, usher } from './suite.js';

const PASSWORD = 'a quiet harbour at dawn';

/** A test in two new browsers: on a desktop, with or without JavaScript, and on a phone. */
function atDeskAndPhone(name, body) {
  for (const javaScriptEnabled of [true, false]) {
    test(`${name} (${javaScriptEnabled ? 'with' : 'without'} a script)`, async () => {
      const [laptop, phone] = [await visitor(browser, { javaScriptEnabled }), await visitor(browser)];
      try {
        await body(laptop, phone, javaScriptEnabled);
      } finally {
        await laptop.context().close();
        await phone.context().close();
      }
    });
  }
}

/** Registers at the first demo, up to the page that waits for the code. */
async function register(page, email) {
  await page.goto(`${usher.banner.demoA}/login`);
  await follow(page, '.below a[href*="/register"]');
  await page.fill('#given_name', 'Bea');
  await page.fill('#family_name', 'Silva');
  await page.fill('#email', email);
  await page.fill('#password', PASSWORD);
  await submit(page);
}

atDeskAndPhone('a password renewed on a phone returns to the application at the laptop', async (laptop, phone, script) => {
  const email = `renewed-${script}@example.test`;
  await usher.command('user', 'create', '--email', email);
  await laptop.goto(`${usher.banner.demoA}/login`);
  await follow(laptop, 'a[href*="/recover"]');
  await laptop.fill('#email', email);
  await submit(laptop);
  if (script) await inspect(laptop, 'recover-waits');
  const { link } = await newestEmail(phone, usher.issuer, email, 'password');
  await phone.goto(link);
  await phone.fill('#password', PASSWORD);
  const goesOn = script ? laptop.waitForURL(/\/login\?/) : undefined;
  await submit(phone);
  assert.match(await text(phone, 'main'), /Continue in the window where you began/);
  if (script) await inspect(phone, 'recover-done-elsewhere');
  if (script) await goesOn;
  else await follow(laptop, 'main a.button[href*="/login"]');
  assert.equal(await laptop.inputValue('#email'), email);
  await laptop.fill('#password', PASSWORD);
  await submit(laptop);
  await heading(laptop).getByText(/^Signed in/).waitFor();
});

atDeskAndPhone('a registration confirmed on a phone goes on at the laptop', async (laptop, phone, script) => {
  const email = `joined-${script}@example.test`;
  await register(laptop, email);
  const { link } = await newestEmail(phone, usher.issuer, email, 'Confirm');
  await phone.goto(link);
  await phone.fill('#password', PASSWORD);
  const goesOn = script ? laptop.waitForURL((url) => url.href.startsWith(usher.banner.demoA)) : undefined;
  await submit(phone);
  assert.match(await text(phone, 'main'), /Continue in the window where you began/);
  if (script) await inspect(phone, 'verified-elsewhere');
  if (script) await goesOn;
  else await follow(laptop, 'form[action*="/verify/continue"] button');
  await heading(laptop).getByText('Signed in as Bea Silva').waitFor();
});

inFreshBrowser('Back and a second tab after signing in lead on to the application', async (page) => {
  const tab = await page.context().newPage();
  await tab.goto(`${usher.banner.demoA}/login`);
  await page.goto(`${usher.banner.demoA}/login`);
  const signInPage = page.url();
  await signIn(page, usher.banner.email, usher.banner.password);
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
  await tab.reload();
  await heading(tab).getByText(/^Signed in as Ana/).waitFor();
  await tab.close();
  await page.goto(signInPage);
  await heading(page).getByText('You are signed in').waitFor();
  await inspect(page, 'already-signed-in');
  await follow(page, 'main a.primary');
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
  await page.goto(signInPage);
  await follow(page, 'main .below a');
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
  await page.goto(`${usher.issuer}/login`);
  await inspect(page, 'sign-in-already');
  await follow(page, 'main a.primary');
  assert.equal(new URL(page.url()).pathname, '/account/profile');
});

inFreshBrowser('another language keeps what was typed, and no password', async (page) => {
  await page.goto(`${usher.issuer}/register`);
  await page.fill('#given_name', 'Bea');
  await page.fill('#email', 'bea@example.test');
  await page.fill('#password', PASSWORD);
  await chooseLanguage(page, 'uk');
  assert.equal(await page.getAttribute('html', 'lang'), 'uk');
  assert.deepEqual([await page.inputValue('#given_name'), await page.inputValue('#email')], ['Bea', 'bea@example.test']);
  assert.equal(await page.inputValue('#password'), '');
  assert.doesNotMatch(page.url(), /harbour|bea/i);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

inFreshBrowser('an address that was typed goes along to the next form', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await page.fill('#email', 'bea@example.test');
  await follow(page, 'a[href*="/recover"]');
  assert.equal(await page.inputValue('#email'), 'bea@example.test');
  await follow(page, '.below a[href*="/login"]');
  await follow(page, '.below a[href*="/register"]');
  assert.equal(await page.inputValue('#email'), 'bea@example.test');
  assert.doesNotMatch(page.url(), /bea/);
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
});

inFreshBrowser('Tab leads from the address to the password to the button, and Caps Lock is told', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await page.focus('#email');
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.type);
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'password');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'submit');
  await page.focus('#password');
  await page.evaluate(() => {
    const pressed = new KeyboardEvent('keyup', { key: 'A', modifierCapsLock: true, bubbles: true });
    document.getElementById('password').dispatchEvent(pressed);
  });
  assert.equal(await text(page, '[data-caps=password]'), 'Caps Lock is on.');
  await inspect(page, 'sign-in-caps-lock', { languages: ['en'] });
});

test('text typed while the session ended is kept, without a script too', async () => {
  const page = await visitor(browser, { javaScriptEnabled: false });
  try {
    await page.goto(`${usher.issuer}/account/profile`);
    await signIn(page, usher.banner.email, usher.banner.password);
    await page.fill('#nickname', 'Anita');
    await page.context().clearCookies({ name: 'usher' });
    await submit(page);
    const [tab] = await Promise.all([page.context().waitForEvent('page'), page.click('main a.primary')]);
    await tab.waitForLoadState();
    await signIn(tab, usher.banner.email, usher.banner.password);
    await follow(page, 'main form button[type=submit]');
    assert.equal(await page.inputValue('#nickname'), 'Anita');
  } finally {
    await page.context().close();
  }
});
