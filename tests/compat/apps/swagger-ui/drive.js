// Presses "Authorize", and tries out an operation with the token.
import assert from 'node:assert/strict';
import { chromium } from '../../drivers/chromium.js';
import { throughUsher } from '../../drivers/spa.js';

export async function drive({ usher, base }, step) {
  const context = await (await chromium()).newContext({ locale: 'en-US' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  try {
    await step('popup', async () => {
      await page.goto(base);
      await page.click('button.authorize');
      const [popup] = await Promise.all([context.waitForEvent('page'), page.click('.modal-ux button.authorize')]);
      // The page of Swagger UI closes the window after it has passed the code to its opener.
      await throughUsher(popup, usher, () => popup.isClosed());
    });
    await step('sign in', async () => {
      await page.getByText('Authorized').first().waitFor().catch(async (cause) => {
        throw new Error(`${await page.locator('.modal-ux').innerText()}\n${cause.message}`);
      });
    });
    await step('api', async () => {
      await page.click('.modal-ux button.btn-done');
      await page.click('.opblock-summary-control');
      await page.click('button.try-out__btn');
      await page.click('button.execute');
      const answer = page.locator('.live-responses-table .microlight').first();
      await answer.waitFor();
      assert.match(await answer.innerText(), new RegExp(usher.person.email));
    });
    await step('sign out', async () => {
      await page.click('button.authorize');
      await page.getByRole('button', { name: 'Remove authorization' }).click();
      await page.locator('.modal-ux button.authorize').waitFor();
    });
  } finally {
    await context.close();
  }
}
