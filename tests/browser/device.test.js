// Connecting a device: the code is typed, compared and answered.
import assert from 'node:assert/strict';
import { heading, signIn, submit, text } from './browser.js';
import { inspect } from './inspect.js';
import { inEveryLanguage, inFreshBrowser, usher } from './suite.js';

let television;

/** A device of the sample project asks for codes. */
async function ask() {
  if (!television) {
    const [project] = await usher.command('project', 'list');
    television = await usher.command('client', 'create', '--project', project.id, '--type', 'device', '--name', 'Films on TV');
  }
  const form = { client_id: television.client_id, scope: 'openid profile email offline_access' };
  const headers = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0' };
  const answer = await fetch(`${usher.issuer}/oauth2/device`, { method: 'POST', headers, body: new URLSearchParams(form) });
  assert.equal(answer.status, 200);
  return answer.json();
}

/** The device asks for its tokens. */
async function poll(device) {
  const grant = 'urn:ietf:params:oauth:grant-type:device_code';
  const form = { grant_type: grant, client_id: television.client_id, device_code: device.device_code };
  return (await fetch(`${usher.issuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) })).json();
}

inEveryLanguage('a person connects a device', async (page, language) => {
  const device = await ask();
  const only = { languages: [language] };
  await page.goto(`${usher.issuer}/device`);
  await inspect(page, 'device', only);
  await page.fill('#user_code', device.user_code.toLowerCase().replace('-', ' '));
  await submit(page);
  await signIn(page, usher.banner.email, usher.banner.password);
  assert.equal(await text(page, '.user-code'), device.user_code);
  await inspect(page, 'consent-device', only);
  await page.locator('button[value=allow]').click();
  await page.waitForURL(/\/device\/done/);
  await inspect(page, 'device-allowed', only);
  assert.ok((await poll(device)).access_token);
});

inFreshBrowser('a wrong code says so beside the field and is kept', async (page) => {
  await page.goto(`${usher.issuer}/device`);
  await page.fill('#user_code', 'BCDF-GHJK');
  await submit(page);
  await page.locator('#user_code[aria-invalid=true]').waitFor();
  assert.equal(await page.inputValue('#user_code'), 'BCDF-GHJK');
  await inspect(page, 'device-wrong', { again: true });
});

inFreshBrowser('a link from a QR code asks before anything happens, and a no is told to the device', async (page) => {
  const device = await ask();
  await page.goto(device.verification_uri_complete);
  assert.equal(await page.inputValue('#user_code'), device.user_code);
  await inspect(page, 'device-filled');
  assert.equal((await poll(device)).error, 'authorization_pending');
  await submit(page);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.locator('button[value=deny]').click();
  await page.waitForURL(/\/device\/done/);
  assert.match(await heading(page).innerText(), /not connected/);
  await inspect(page, 'device-denied');
  assert.equal((await poll(device)).error, 'access_denied');
});
