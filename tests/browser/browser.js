// Chromium, and the small moves every test makes in it.
import { chromium } from 'playwright-core';

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
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error') page.faults.push(message.text());
  });
  page.on('pageerror', (error) => page.faults.push(String(error)));
  return page;
}

/** Types e-mail address and password into the sign-in form and submits it. */
export async function signIn(page, email, password) {
  if (await page.locator('#email[type=email]').isVisible()) await page.fill('#email', email);
  await page.fill('#password', password);
  await page.click('main form button[type=submit].primary');
}

/** The heading of the page at hand. */
export const heading = (page) => page.locator('h1').first();

/** The newest letter to `email` in the mail catcher: `{ code, link }`, read in a tab of its own. */
export async function letter(page, issuer, email, subject = '') {
  const tab = await page.context().newPage();
  try {
    for (let attempt = 0; ; attempt += 1) {
      await tab.goto(`${issuer}/dev/mail`);
      const row = tab.locator('tbody tr', { hasText: email }).filter({ hasText: subject }).first();
      if (await row.count()) {
        await row.locator('a').first().click();
        break;
      }
      if (attempt === 50) throw new Error(`no letter to ${email} has arrived`);
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
