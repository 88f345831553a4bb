// Branding: the pages of the console, and what they change on sign-in pages and in emails. And how pages look for people
// who ask their system for other colours, more contrast, less motion, or paper.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { becomeAdministrator, follow, signIn, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { browser, inFreshBrowser, usher } from './suite.js';

const DRAWING =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48"><rect width="48" height="48" rx="10" fill="#1d6a43"/>' +
  '<path d="M14 34c0-12 8-20 20-20 0 12-8 20-20 20z" fill="#6fcf9b"/></svg>';
const screenshots = fileURLToPath(new URL('../output/screenshots/', import.meta.url));

let admin;
let party;
let project;
let client;
before(async () => {
  party = await RelyingParty.start();
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  [project] = await usher.command('project', 'list');
  const made = ['client', 'create', '--project', project.id, '--type', 'web', '--name', 'Garden diary'];
  client = await usher.command(...made, '--redirect-uri', party.redirectUri);
});
after(() => party?.stop());

/** The colour of the primary button, as the browser shows it. */
const button = (page) => page.locator('main .primary').evaluate((one) => getComputedStyle(one).backgroundColor);

test('a project is branded with a preview that follows what is typed', async () => {
  await admin.goto(`${usher.issuer}/console/projects/${project.id}/branding`);
  await inspect(admin, 'branding-empty');
  const frame = admin.frameLocator('iframe[name=preview]');
  await frame.locator('h1').waitFor();
  await admin.fill('#name', 'Greenhouse');
  await admin.fill('#accent', '#1d6a43');
  await frame.getByText('Greenhouse').first().waitFor();
  await frame.locator('link[href*="/brand/preview/1d6a43.css"]').waitFor({ state: 'attached' });

  await admin.fill('#accent', '#ffd400');
  await follow(admin, 'form[aria-labelledby=look-heading] .primary');
  assert.match(await text(admin, '#accent-error'), /too light/);
  const nearest = /#[0-9a-f]{6}/.exec(await text(admin, '.nearest'))[0];
  await inspect(admin, 'branding-too-light', { again: true });
  await admin.fill('#accent', nearest);
  await admin.fill('#accent', '#1d6a43');
  await admin.fill('#support_email', 'help@example.com');
  await admin.fill('#policy_uri', 'https://example.com/privacy');
  await admin.fill('#tos_uri', 'https://example.com/terms');
  await follow(admin, 'form[aria-labelledby=look-heading] .primary');
  assert.match(await text(admin, '.notice'), /saved/);

  await admin.setInputFiles('#logo', { name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(DRAWING) });
  await follow(admin, 'section[aria-labelledby=logo-heading] .primary');
  await inspect(admin, 'branding');
});

test('the installation has the same page', async () => {
  await admin.goto(`${usher.issuer}/console/branding`);
  await inspect(admin, 'branding-installation');
});

inFreshBrowser('sign-in pages have the colours, the logo and the links of the project', async (page) => {
  await page.goto(party.request(usher.issuer, client.client_id));
  await page.locator('#email').waitFor();
  assert.match(await page.title(), /Greenhouse$/);
  assert.ok(await page.locator('img.logo').evaluate((image) => image.complete && image.naturalWidth > 0), 'the logo');
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  assert.equal(await button(page), 'rgb(29, 106, 67)');
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  assert.notEqual(await button(page), 'rgb(29, 106, 67)', 'the dark scheme has a colour of its own');
  await inspect(page, 'branded-sign-in');
  await follow(page, page.getByRole('link', { name: 'Create an account' }));
  await inspect(page, 'branded-register');
  await page.goBack();
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.waitForURL('**/consent?**');
  await inspect(page, 'branded-consent');
});

inFreshBrowser('an email names the service and the application', async (page) => {
  await page.goto(party.request(usher.issuer, client.client_id));
  await follow(page, page.getByRole('link', { name: 'Forgot password?' }));
  await page.fill('#email', usher.banner.email);
  await follow(page, 'main .primary');
  await page.goto(`${usher.issuer}/dev/mail`);
  await follow(page, 'tbody th a');
  const shown = await page.request.get(`${page.url()}/html`);
  const html = await shown.text();
  assert.match(html, /Greenhouse/);
  assert.match(html, /Garden diary/);
  await page.goto('about:blank');
  await page.setContent(html);
  await inspect(page, 'branded-email', { languages: [] });
});

inFreshBrowser('how strong a new password is stands beside it in words', async (page) => {
  await page.goto(`${usher.issuer}/register`);
  for (const [typed, words] of [
    ['password123', /Weak/],
    ['abcdefghijkl', /Weak/],
    ['kqzvmxwplrtjbnh', /Fair/],
    ['my dog likes cheese', /Good/],
    ['correct horse battery staple', /Strong/],
    ['зелене яблуко на столі', /Strong/],
    ['', /^$/],
  ]) {
    await page.fill('#password', typed);
    assert.match((await text(page, '[data-strength]')).trim(), words, typed);
  }
  await page.fill('#password', 'my dog likes cheese');
  await inspect(page, 'register-strength', { languages: [] });
});

/** Takes a picture of a page with these media. */
async function photograph(page, name, media) {
  await mkdir(screenshots, { recursive: true });
  await page.emulateMedia(media);
  await page.screenshot({ path: path.join(screenshots, `${name}.png`), fullPage: true });
}

inFreshBrowser('forced colours, more contrast, less motion and paper', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await photograph(page, 'modes-sign-in-forced', { forcedColors: 'active' });
  assert.notEqual(await page.locator('main .primary').evaluate((one) => getComputedStyle(one).borderStyle), 'none');
  await photograph(page, 'modes-sign-in-contrast', { forcedColors: null, contrast: 'more' });
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account`);
  await photograph(page, 'modes-account-forced', { forcedColors: 'active', contrast: null });
  await photograph(page, 'modes-account-contrast', { forcedColors: null, contrast: 'more' });
  const line = () => page.locator('.card').first().evaluate((one) => getComputedStyle(one).borderTopColor);
  const sharp = await line();
  await page.emulateMedia({ contrast: null, reducedMotion: 'reduce' });
  assert.notEqual(await line(), sharp, 'lines are darker for who asks for contrast');
  const moves = await page.evaluate(() =>
    [...document.querySelectorAll('*')].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length,
  );
  assert.equal(moves, 0, 'nothing moves');
  await page.goto(`${usher.issuer}/account/activity`);
  await photograph(page, 'modes-activity-print', { media: 'print', reducedMotion: null });
  assert.ok(!(await page.locator('.top').isVisible()), 'paper has no navigation');
});
