// Inspects a page in three languages, light and dark, wide and narrow: takes screenshots, and checks accessibility with
// axe.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { listen } from './browser.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = fileURLToPath(new URL('../output/screenshots/', import.meta.url));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Rules of axe that depend on the colour scheme; the others run on the light page only. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];
const WIDTHS = [1280, 390];
/** The languages of the user interface. */
export const LANGUAGES = ['en', 'pt-BR', 'uk'];
/** What the browser's console reports for a response that is meant to be an error. */
const REFUSAL = /the server responded with a status of [45]/;

/** What axe finds on the page with the given rules or tags. */
async function faults(page, rules) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(document, { runOnly, iframes: false, resultTypes: ['violations'] }),
    rules,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help}: ${target.join(' ')} ${any[0]?.message ?? ''}`),
  );
}

/** Inspects the page in both colour schemes and at both widths; returns what is wrong. */
async function look(page, name) {
  const before = page.viewportSize();
  const found = [];
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const file = path.join(folder, `${name}-${colorScheme}-${width}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
      const rules = colorScheme === 'light' ? RULES : OF_COLOUR;
      for (const fault of await faults(page, rules)) found.push(`${name} ${colorScheme} ${width}: ${fault}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (overflow > 0) found.push(`${name} ${width}: ${overflow} px wider than the window`);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
  for (const fault of page.faults.filter((fault) => !REFUSAL.test(fault))) found.push(`${name}: ${fault}`);
  return found;
}

/**
 * The structure of a page without its language: elements, fields, and error codes. Recovery codes are left out, because
 * they differ each time.
 */
const shape = (page) =>
  page.locator('main *').evaluateAll((all) => {
    const known = (one) => one.tagName === 'CODE' && !one.id && !one.closest('li');
    return all.map((one) => [one.tagName, one.getAttribute('name'), known(one) ? one.textContent : ''].join()).join(' ');
  });

/**
 * Opens the same page in another language in its own tab, by the same request. The present page stays unchanged.
 */
async function inLanguage(page, language, body) {
  const { request, context } = { request: page.arrivedBy, context: page.context() };
  const cookies = await context.cookies();
  const tab = listen(await context.newPage());
  try {
    await tab.setViewportSize(page.viewportSize());
    await tab.route((url) => url.href === request.url(), (route) => {
      const url = new URL(request.url());
      url.searchParams.set('ui_locales', language);
      if (request.method() === 'GET') return route.continue({ url: url.href });
      const headers = { ...route.request().headers(), ...request.headers() };
      return route.continue({ url: url.href, method: request.method(), headers, postData: request.postDataBuffer() });
    });
    await tab.goto(request.url());
    await body(tab);
  } finally {
    await tab.close();
    await context.clearCookies({ name: /usher_lang$/ });
    await context.addCookies(cookies.filter(({ name }) => name.endsWith('usher_lang')));
  }
}

/**
 * Inspects the page under `name`, in each of `languages`, in both colour schemes and at both widths. The test fails if
 * axe finds anything, if the page is wider than its window, if its console has an error, or if the language is wrong.
 * A page that is the response to a form is requested in the other languages by submitting the form again, only if
 * `again` says that this is harmless; otherwise it is inspected in one language.
 */
export async function inspect(page, name, { languages, again = false } = {}) {
  await mkdir(folder, { recursive: true });
  const own = await page.getAttribute('html', 'lang');
  const repeatable = again || page.arrivedBy.method() === 'GET';
  const found = await look(page, `${name}-${own}`);
  const others = languages ?? (repeatable ? LANGUAGES : [own]);
  for (const language of others.filter((one) => one !== own)) {
    await inLanguage(page, language, async (tab) => {
      const spoken = await tab.getAttribute('html', 'lang');
      if (spoken !== language) found.push(`${name}: it speaks ${spoken}, asked for ${language}`);
      if ((await shape(tab)) !== (await shape(page))) found.push(`${name}: in ${language} it is another page`);
      found.push(...(await look(tab, `${name}-${language}`)));
    });
  }
  assert.deepEqual(found, []);
}

/** Inspects an email of each kind in the mail catcher, on its page there and as a mail program shows it. */
export async function inspectEmails(page, issuer) {
  await page.goto(`${issuer}/dev/mail`);
  const links = await page.locator('tbody th a').evaluateAll((all) => all.map((link) => [link.textContent, link.href]));
  const kinds = new Map(links.map(([subject, href]) => [subject.replace(/\d+/g, '#'), href]));
  const found = [];
  for (const [index, href] of [...kinds.values()].entries()) {
    await page.goto(href);
    if (index === 0) await inspect(page, 'dev-email');
    // The served page may run no script, so axe cannot run in it: its HTML is loaded into another page.
    const response = await page.request.get(`${href}/html`);
    await page.goto('about:blank');
    await page.setContent(await response.text());
    const language = await page.getAttribute('html', 'lang');
    found.push(...(await look(page, `email-${String(index).padStart(2, '0')}-${language}`)));
  }
  assert.deepEqual(found, []);
}
