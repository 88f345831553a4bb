// Looks at a page as many people see it: light and dark, wide and narrow; keeps pictures, and asks axe what is amiss.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const folder = fileURLToPath(new URL('../output/screenshots/', import.meta.url));
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [1280, 390];

/** Faults axe finds on the page as it stands. */
async function faults(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (tags) => globalThis.axe.run(document, { runOnly: tags, iframes: false, resultTypes: ['violations'] }),
    RULES,
  );
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any }) => `${id}: ${help}: ${target.join(' ')} ${any[0]?.message ?? ''}`),
  );
}

/**
 * Inspects the page at hand under `name`, in both colour schemes and at both widths.
 * The test fails if axe finds anything, or if the page is wider than its window.
 */
export async function inspect(page, name) {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const file = path.join(folder, `${name}-${colorScheme}-${width}.png`);
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled' });
      for (const fault of await faults(page)) found.push(`${name} ${colorScheme} ${width}: ${fault}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) found.push(`${name} ${colorScheme} ${width}: ${overflow} px wider than the window`);
    }
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
  assert.deepEqual(found, []);
}
