// Shared by the suites. Importing it starts one Usher and one Chromium for the file, and ends them after its tests.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { launch, visitor } from './browser.js';
import { LANGUAGES } from './inspect.js';
import { Usher } from './usher.js';

/** The Usher of this file. */
export const usher = await Usher.start();
/** The Chromium of this file. */
export const browser = await launch().catch(async (cause) => {
  await usher.stop();
  throw cause;
});

after(async () => {
  await browser.close();
  await usher.stop();
});

/**
 * A test in a new browser with the language `locale`, whose page is passed to `body`. Its console may have no errors
 * except those that are `expected`.
 */
export const inFreshBrowser = (
  name,
  body,
  { expected = /the server responded with a status of 4/, locale = 'en-US' } = {},
) =>
  test(name, async () => {
    const page = await visitor(browser, { locale });
    try {
      await body(page);
      assert.deepEqual(page.faults.filter((fault) => !expected.test(fault)), []);
    } finally {
      await page.context().close();
    }
  });

/** A test in each language: the browser requests it, and every page must be in it. */
export const inEveryLanguage = (name, body, { expected } = {}) => {
  for (const language of LANGUAGES) {
    inFreshBrowser(`${name} (${language})`, (page) => body(page, language), { expected, locale: language });
  }
};
