// Chromium, and the actions that every test uses.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** How long one wait may take, in milliseconds: the machine may be slow and busy. */
const PATIENCE = 30_000;

/** Chromium without background requests to the network. */
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

/** A new browser context, in which nobody has signed in. */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  return listen(await context.newPage());
}

/** Records errors of a page in `page.faults`, and the request of its document in `page.arrivedBy`. */
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
 * Clicks an element that opens another document, and returns when that document has loaded. Pages that only redirect
 * are skipped.
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

/** The text of the first element that `selector` finds. */
export const text = (page, selector) => page.locator(selector).first().innerText();

/** The text of the message `key` in a language. The message must have no variables. */
export function words(language, key) {
  const folder = new URL(`../../translations/${language}/`, import.meta.url);
  for (const file of ['mail.ftl', 'account.ftl', 'upstream.ftl', 'login.ftl', 'common.ftl', 'console.ftl', 'factors.ftl']) {
    const found = new RegExp(`^${key} = (.+)$`, 'm').exec(readFileSync(new URL(file, folder), 'utf8'));
    if (found) return found[1];
  }
  throw new Error(`${language} has no words for ${key}`);
}

/** Chooses another language in the menu of a page for signing in. */
export async function chooseLanguage(page, language) {
  await page.click('[popovertarget=languages]');
  await follow(page, `a[hreflang="${language}"]`);
}

/** The heading of the page. */
export const heading = (page) => page.locator('h1').first();

/** The number of the newest email in the mail catcher, 0 if there is none. Later emails have higher numbers. */
export async function newestEmailNumber(page, issuer) {
  const tab = await page.context().newPage();
  try {
    await tab.goto(`${issuer}/dev/mail`);
    return Math.max(0, ...(await numbers(tab.locator('tbody a'))));
  } finally {
    await tab.close();
  }
}

/** The numbers of the emails that these links open. */
async function numbers(links) {
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  return addresses.map((address) => Number(/(\d+)$/.exec(address)[1]));
}

/**
 * The newest email to `email` whose subject contains `subject` and whose number is above `after`:
 * `{ code, link }`, read in its own tab. Emails are sent after the response of the page, so this waits.
 */
export async function newestEmail(page, issuer, email, subject, after = 0) {
  const tab = await page.context().newPage();
  try {
    for (const until = Date.now() + PATIENCE; ; ) {
      await tab.goto(`${issuer}/dev/mail`);
      const link = tab.locator('tbody tr', { hasText: email }).filter({ hasText: subject }).locator('th a').first();
      if ((await link.count()) && (await numbers(link))[0] > after) {
        await follow(tab, link);
        break;
      }
      if (Date.now() > until) throw new Error(`no email "${subject}" to ${email} has arrived`);
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
