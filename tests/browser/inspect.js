// Looks at a page as many people see it: in three languages, light and dark, wide and narrow; keeps pictures, and asks
// axe what is amiss.
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
/** What the colour scheme can change: the rest is asked of the light page, which is the same document. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];
const WIDTHS = [1280, 390];
/** The languages of the house. */
export const LANGUAGES = ['en', 'pt-BR', 'uk'];
/** What the console says of an answer that was meant to be a refusal. */
const REFUSAL = /the server responded with a status of [45]/;

/** Faults axe finds on the page as it stands, by the rules or tags of rules that are given. */
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

/** Looks at the page as it stands, in both colour schemes and at both widths; gives back what is amiss. */
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
 * What a page is made of, whatever its language: its elements and fields, and the codes that programs know it by. Those of a
 * list are recovery codes, which are others each time.
 */
const shape = (page) =>
  page.locator('main *').evaluateAll((all) => {
    const known = (one) => one.tagName === 'CODE' && !one.id && !one.closest('li');
    return all.map((one) => [one.tagName, one.getAttribute('name'), known(one) ? one.textContent : ''].join()).join(' ');
  });

/**
 * Shows the same page in another language, in a tab of its own: the request that brought it is made once more.
 * The page at hand stays as it is, with whatever was typed into it.
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
 * Inspects the page at hand under `name`, in every one of `languages`, in both colour schemes and at both widths.
 * The test fails if axe finds anything, if the page is wider than its window, if its console tells of a fault, or if it
 * speaks another language than it was asked for.
 * A page that answers a form is made anew in the other languages by sending the form again, only if that is said to be
 * harmless with `again`; otherwise it is seen in its own language alone.
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

/** Inspects a letter of each kind in the mail catcher, on its page there and as a mail program shows it. */
export async function inspectLetters(page, issuer) {
  await page.goto(`${issuer}/dev/mail`);
  const links = await page.locator('tbody th a').evaluateAll((all) => all.map((link) => [link.textContent, link.href]));
  const kinds = new Map(links.map(([subject, href]) => [subject.replace(/\d+/g, '#'), href]));
  const found = [];
  for (const [index, href] of [...kinds.values()].entries()) {
    await page.goto(href);
    if (index === 0) await inspect(page, 'dev-letter');
    // Served, it may run no script at all, not even ours: the text is looked at by itself.
    const response = await page.request.get(`${href}/html`);
    await page.goto('about:blank');
    await page.setContent(await response.text());
    const language = await page.getAttribute('html', 'lang');
    found.push(...(await look(page, `letter-${String(index).padStart(2, '0')}-${language}`)));
  }
  assert.deepEqual(found, []);
}
