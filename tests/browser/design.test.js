// The design: every component in every state, and what the pages promise to hands, eyes and small windows.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { signIn } from './browser.js';
import { inspect } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { inFreshBrowser, usher } from './suite.js';

const party = await RelyingParty.start();
after(() => party.stop());

/** A client that asks for consent. */
async function boats() {
  const [project] = await usher.command('project', 'list');
  const made = ['client', 'create', '--project', project.id, '--type', 'web', '--name', 'Boats'];
  return usher.command(...made, '--redirect-uri', party.redirectUri);
}

/** Presses Tab until the focus is on an element that matches. Every element on the way shows its focus. */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const [there, ring] = await page.evaluate((wanted) => {
      const { activeElement: here } = document;
      return [here.matches(wanted), getComputedStyle(here).outlineStyle];
    }, selector);
    assert.notEqual(ring, 'none', `the focus on the way to ${selector} can be seen`);
    if (there) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}

inFreshBrowser('every component in every state', async (page) => {
  await page.goto(`${usher.issuer}/dev/components`);
  await inspect(page, 'dev-components');
  await page.click('[popovertarget=sample-menu]');
  assert.ok(await page.locator('#sample-menu').isVisible());
  await page.keyboard.press('Escape');
  assert.ok(!(await page.locator('#sample-menu').isVisible()), 'a menu closes without script of ours');
});

inFreshBrowser('signing in and consent need no pointer', async (page) => {
  const { client_id: id } = await boats();
  await page.goto(party.request(usher.issuer, id));
  await page.locator('#email').waitFor();
  await page.keyboard.type(usher.banner.email);
  await tabTo(page, '#password');
  await page.keyboard.type(usher.banner.password);
  await tabTo(page, 'main .primary');
  await Promise.all([page.waitForURL('**/consent?**'), page.keyboard.press('Enter')]);
  await tabTo(page, '.skip');
  await tabTo(page, '[name=decision][value=deny]');
  await tabTo(page, '[name=decision][value=allow]');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${party.redirectUri}**`);
  assert.ok(new URL(page.url()).searchParams.get('code'));
});

inFreshBrowser('signing in and registration fit a window of 900 pixels', async (page) => {
  const { client_id: id } = await boats();
  await page.goto(party.request(usher.issuer, id));
  const height = () => page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok((await height()) <= 900, `signing in needs ${await height()}`);
  await page.goto(`${usher.issuer}/register`);
  assert.ok((await height()) <= 900, `registration needs ${await height()}`);
});

inFreshBrowser('a scope that was allowed before is not new', async (page) => {
  const { client_id: id } = await boats();
  await page.goto(party.request(usher.issuer, id, { scope: 'openid email' }));
  await signIn(page, usher.banner.email, usher.banner.password);
  assert.equal(await page.locator('.scopes .badge').count(), 0, 'nothing is new at the first visit');
  await page.click('[value=allow]');
  await page.waitForURL(`${party.redirectUri}**`);
  await page.goto(party.request(usher.issuer, id, { scope: 'openid email profile' }));
  const groups = await page.locator('.scopes').allInnerTexts();
  assert.match(groups[0], /profile[^]*New/);
  assert.match(groups[1], /email/);
  await inspect(page, 'consent-new');
});

inFreshBrowser('times are those of the reader', async (page) => {
  await page.goto(`${usher.issuer}/account/sessions`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account/sessions`);
  const time = page.locator('main time').first();
  assert.equal(await time.innerText(), 'just now');
  assert.match(await time.getAttribute('title'), /^\w+ \d+, \d{4}, \d+:\d\d/);
});

inFreshBrowser('a window of 1920, 390 or 320 pixels holds every page', async (page) => {
  await page.goto(`${usher.issuer}/account`);
  await signIn(page, usher.banner.email, usher.banner.password);
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  for (const path of ['/account', '/account/security', '/account/sessions', '/login/accounts', '/dev/components']) {
    await page.goto(`${usher.issuer}${path}`);
    for (const width of [1920, 390, 320]) {
      await page.setViewportSize({ width, height: 900 });
      assert.ok((await wider()) <= 0, `${path} is wider than ${width}`);
    }
  }
});
