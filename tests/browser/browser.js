// Chromium, and the small moves every test makes in it.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** How long one wait may take, in milliseconds: the machine may be slow and busy. */
const PATIENCE = 30_000;

/** Debian's Chromium, without anything that would go looking on the network. */
export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

/** A person's browser: nobody has signed in here before. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  return listen(await context.newPage());
}

/** Keeps what goes wrong in a page, as `page.faults`, and the request that brought its document, as `page.arrivedBy`. */
export function listen(page) {
  page.faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(message.text());
  });
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) page.arrivedBy = request;
  });
  return page;
}

/**
 * Clicks what leads to another document, and returns when that document has loaded:
 * whatever is read afterwards is read from it, never from the page that was clicked in, nor from one that only leads on.
 */
export async function follow(page, target) {
  const element = typeof target === 'string' ? page.locator(target).first() : target;
  await Promise.all([page.waitForEvent('load'), element.click()]);
  await page.locator('meta[http-equiv=refresh]').waitFor({ state: 'detached' });
  await page.waitForLoadState();
}

/** Submits the page's form and waits for the answer. */
export const submit = (page) => follow(page, 'main form button[type=submit].primary');

/** Types e-mail address and password into the sign-in form, submits it and waits for the answer. */
export async function signIn(page, email, password) {
  await page.locator('#password').waitFor();
  if (await page.locator('#email[type=email]:not([readonly])').isVisible()) await page.fill('#email', email);
  await page.fill('#password', password);
  await submit(page);
}

/** Opens the setup link and becomes the first administrator. */
export async function becomeAdministrator(page, setup) {
  await page.goto(setup);
  await page.fill('#given_name', 'Ada');
  await page.fill('#family_name', 'Root');
  await page.fill('#email', 'ada@example.test');
  await page.fill('#password', 'a lighthouse keeper sleeps');
  await submit(page);
}

/** The words of the first element of the page that `selector` finds. */
export const text = (page, selector) => page.locator(selector).first().innerText();

/** The words under `key` in a language, of those that hold nothing that changes. */
export function words(language, key) {
  const folder = new URL(`../../translations/${language}/`, import.meta.url);
  for (const file of ['mail.ftl', 'account.ftl', 'upstream.ftl', 'login.ftl', 'common.ftl', 'console.ftl', 'factors.ftl']) {
    const found = new RegExp(`^${key} = (.+)$`, 'm').exec(readFileSync(new URL(file, folder), 'utf8'));
    if (found) return found[1];
  }
  throw new Error(`${language} has no words for ${key}`);
}

/** The heading of the page at hand. */
export const heading = (page) => page.locator('h1').first();

/** The number of the newest letter in the mail catcher, 0 while there is none: what comes later is newer. */
export async function newestLetter(page, issuer) {
  const tab = await page.context().newPage();
  try {
    await tab.goto(`${issuer}/dev/mail`);
    return Math.max(0, ...(await numbers(tab.locator('tbody a'))));
  } finally {
    await tab.close();
  }
}

/** The numbers of the letters that these links lead to. */
async function numbers(links) {
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  return addresses.map((address) => Number(/(\d+)$/.exec(address)[1]));
}

/**
 * The newest letter to `email` whose subject holds `subject` and whose number is above `after`:
 * `{ code, link }`, read in a tab of its own. Letters leave after the page that wrote them was answered, so it waits.
 */
export async function letter(page, issuer, email, subject, after = 0) {
  const tab = await page.context().newPage();
  try {
    for (const until = Date.now() + PATIENCE; ; ) {
      await tab.goto(`${issuer}/dev/mail`);
      const link = tab.locator('tbody tr', { hasText: email }).filter({ hasText: subject }).locator('th a').first();
      if ((await link.count()) && (await numbers(link))[0] > after) {
        await follow(tab, link);
        break;
      }
      if (Date.now() > until) throw new Error(`no letter "${subject}" to ${email} has arrived`);
      await tab.waitForTimeout(100);
    }
    const [code, link] = [tab.locator('#code'), tab.locator('a#link')];
    return {
      code: (await code.count()) ? (await code.innerText()).trim() : undefined,
      link: (await link.count()) ? await link.getAttribute('href') : undefined,
    };
  } finally {
    await tab.close();
  }
}
