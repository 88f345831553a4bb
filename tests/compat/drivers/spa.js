// Drives an application that runs in the browser: it has a button for each action, and `#user` shows who is signed in.
import assert from 'node:assert/strict';
import { chromium } from './chromium.js';

const PATIENCE = 20_000;

/** Types the password, if Usher asks for it, and allows what it asks. */
export async function throughUsher(page, { issuer, person }, until) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
    if (page.isClosed() || (until && (await until()))) return;
    try {
      if (!page.url().startsWith(issuer)) {
        if (!until) return;
        await page.waitForTimeout(50);
      } else if (await page.locator('input[name=password]').isVisible()) {
        await page.fill('input[name=email]', person.email);
        await page.fill('input[name=password]', person.password);
        await leave(page, () => page.keyboard.press('Enter'));
      } else if (await page.locator('button[name=decision][value=allow]').isVisible()) {
        await leave(page, () => page.click('button[name=decision][value=allow]'));
      } else {
        await page.waitForTimeout(50);
      }
    } catch (cause) {
      if (!/closed|destroyed|detached|navigat/i.test(cause.message)) throw cause;
    }
  }
  throw new Error(`no end in ${PATIENCE} ms, at ${page.isClosed() ? 'a closed page' : page.url()}`);
}

/** Runs an action that leaves the document, and waits until another one is loaded or the window is closed. */
async function leave(page, action) {
  const gone = Promise.race([page.waitForEvent('framenavigated'), page.waitForEvent('close')]);
  await action();
  await gone;
}

/** Signs in, does what the application offers, signs out. */
export async function drive({ row, usher, base }, step) {
  const browser = await chromium();
  const context = await browser.newContext({ locale: 'en-US', ignoreHTTPSErrors: row.https });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  const user = () => page.locator('#user').innerText();
  const shows = (words) => page.locator('#user').getByText(words).waitFor().catch(async (cause) => {
    throw new Error(`${page.url()} shows ${await user().catch(() => 'no #user')}\n${said.join('\n')}\n${cause.message}`);
  });
  const press = (what) => page.locator(`#${what}`).click();
  const result = (words) => page.locator('#result').getByText(words).waitFor().catch(async (cause) => {
    throw new Error(`${await page.locator('#result').innerText()}\n${said.join('\n')}\n${cause.message}`);
  });
  /** Presses a button that opens a window, and signs in there. */
  const inWindow = async (what) => {
    const [popup] = await Promise.all([context.waitForEvent('page'), press(what)]);
    await throughUsher(popup, usher, () => popup.isClosed());
  };

  try {
    await step('sign in', async () => {
      await page.goto(base);
      await shows('nobody');
      await press('sign-in');
      await page.waitForURL((url) => url.href.startsWith(usher.issuer)).catch(async (cause) => {
        throw new Error(`at ${page.url()}: ${await page.locator('#result').innerText()}\n${said.join('\n')}\n${cause.message}`);
      });
      await throughUsher(page, usher);
      await shows(usher.person.email);
      assert.match(await user(), new RegExp(usher.person.name));
    });
    for (const what of ['userinfo', 'refresh', 'silent'].filter((offered) => row.offers.includes(offered))) {
      await step(what, async () => {
        await press(what);
        await result(`${what}: ok`);
      });
    }
    await step('sign out', async () => {
      await press('sign-out');
      await page.waitForURL((url) => url.href.startsWith(base));
      await shows('nobody');
    });
    await step('sign out at Usher', async () => {
      await press('sign-in');
      await page.locator('input[name=password]').waitFor();
      await page.goto(base);
      await shows('nobody');
    });
    if (row.offers.includes('popup')) {
      await step('popup', async () => {
        await inWindow('sign-in-popup');
        await shows(usher.person.email);
        if (row.offers.includes('sign out by popup')) {
          await inWindow('sign-out-popup');
          await shows('nobody');
        }
      });
    }
  } finally {
    await context.close();
  }
}
