// Streamlit renders its page through a WebSocket, so the test needs a browser that runs scripts.
import { chromium } from '../../drivers/chromium.js';
import { throughUsher } from '../../drivers/spa.js';

export async function drive({ usher, base }, step) {
  const context = await (await chromium()).newContext({ locale: 'en-US' });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const press = (name) => page.getByRole('button', { name }).click();
  try {
    await step('sign in', async () => {
      await page.goto(base);
      await press('Sign in');
      await page.waitForURL((url) => url.href.startsWith(usher.issuer));
      await throughUsher(page, usher);
      await page.getByText(new RegExp(`${usher.person.name}.*${usher.person.email}`)).waitFor();
    });
    await step('sign out', async () => {
      await press('Sign out');
      await page.getByText('nobody').waitFor();
    });
    await step('sign out at Usher', async () => {
      // Streamlit sends prompt=select_account.
      await press('Sign in');
      await page.getByText(usher.person.email).click();
      await page.locator('input[name=password]').waitFor();
    });
  } finally {
    await context.close();
  }
}
