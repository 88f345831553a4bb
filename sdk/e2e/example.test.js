// The Express shop of sdk/examples, as its README says to start it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { Browser } from './harness/browser.js';
import { freePort } from '../../tests/ports.mjs';
import { start, until } from './harness/process.js';
import { Server } from './harness/server.js';

const shop = new URL('../examples/express-shop/', import.meta.url).pathname;
const skip = existsSync(path.join(shop, 'node_modules')) ? false : 'npm ci was not run in sdk/examples/express-shop';

test('people sign in at the example and water what the sample rules let them', { skip }, async () => {
  const server = await Server.start();
  let program;
  try {
    const tools = path.join(server.folder, 'bin');
    mkdirSync(tools);
    symlinkSync(path.resolve(process.env.USHER_BIN ?? '../../target/debug/usher'), path.join(tools, 'usher'));
    const port = await freePort();
    const env = { ...server.env, PATH: `${tools}:${process.env.PATH}`, ISSUER: server.issuer, PORT: String(port) };
    const settings = execFileSync('sh', [path.join(shop, 'register.sh')], { cwd: server.folder, env }).toString();
    for (const [, name, value] of settings.matchAll(/(\w+)=(\S+)/g)) env[name] = value;
    const base = `http://localhost:${port}`;
    program = start('node', [path.join(shop, 'server.js')], { cwd: shop, env });
    await until('the shop listens', async () => (await fetch(base)).ok, { program });

    const { response } = await server.api('POST', 'auth/login', {
      body: { email: 'ana@example.test', password: 'usher-demo' },
    });
    const [cookie] = response.headers.getSetCookie().map((line) => line.split(';')[0]);
    const ana = new Browser({ cookie, shop: { server } });
    assert.match((await ana.open(`${base}/auth/login`)).text, /page\.js/);
    assert.match((await ana.open(`${base}/page.js`)).text, /not yours to water/);
    const { user, permissions } = JSON.parse((await ana.open(`${base}/auth/me`)).text);
    assert.deepEqual([user.email, user.roles], ['ana@example.test', ['gardener']]);
    assert.equal(permissions['Plant:list'], true);
    assert.equal(JSON.parse((await ana.open(`${base}/plants`)).text).length, 3);
    const water = async (plant) =>
      (
        await ana.send(`${base}/plants/${plant}/water`, {
          method: 'POST',
          headers: { 'sec-fetch-site': 'same-origin' },
        })
      ).status;
    assert.deepEqual(
      [await water('fern'), await water('foxglove'), await water('agave'), await water('oak')],
      [200, 403, 403, 404],
    );
    await usePage(base);
    assert.equal((await new Browser().send(`${base}/plants`, { headers: { accept: 'application/json' } })).status, 401);
  } finally {
    await program?.stop();
    await server.stop();
  }
});

/** The page in a browser, where there is one: signing in, what may be done, signing out. */
async function usePage(base) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(executablePath)) return console.log('# there is no Chromium: the page itself was not tried');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(base);
    await page.click('text=Sign in');
    await page.fill('input[name=email]', 'ana@example.test');
    await page.fill('input[name=password]', 'usher-demo');
    await page.keyboard.press('Enter');
    await page.click('text=Water the fern');
    await page.waitForSelector('text=The fern was watered.');
    assert.deepEqual(await page.locator('li button').allInnerTexts(), ['Water the fern']);
    await page.click('text=Sign out');
    await page.waitForSelector('text=Sign in');
    assert.ok(page.url().startsWith(base), page.url());
  } finally {
    await browser.close();
  }
  return undefined;
}
