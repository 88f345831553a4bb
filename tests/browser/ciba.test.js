// Answering a sign-in that an application asks for by CIBA.
import assert from 'node:assert/strict';
import { heading, signIn, text } from './browser.js';
import { inspect } from './inspect.js';
import { inEveryLanguage, inFreshBrowser, usher } from './suite.js';

const GRANT = 'urn:openid:params:grant-type:ciba';
let bank;

/** A post of the client of the sample project. */
async function call(path, form) {
  if (!bank) {
    const [project] = await usher.command('project', 'list');
    const options = ['--type', 'web', '--name', 'Telephone banking', '--grant-type', GRANT];
    bank = await usher.command('client', 'create', '--project', project.id, ...options);
  }
  const authorization = `Basic ${btoa(`${bank.client_id}:${bank.client_secret}`)}`;
  const body = new URLSearchParams(form);
  return (await fetch(`${usher.issuer}${path}`, { method: 'POST', headers: { authorization }, body })).json();
}

const ask = async () => {
  const form = { scope: 'openid email', login_hint: usher.banner.email, binding_message: 'W4SCT' };
  return (await call('/oauth2/ciba', form)).auth_req_id;
};

const poll = (id) => call('/oauth2/token', { grant_type: GRANT, auth_req_id: id });

inEveryLanguage('a person sees what waits on the account page, and allows it', async (page, language) => {
  const id = await ask();
  const only = { languages: [language] };
  await page.goto(`${usher.issuer}/account`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await inspect(page, 'overview-request', only);
  await page.locator('.advice a[href*="/ciba"]').first().click();
  assert.equal(await text(page, '.user-code'), 'W4SCT');
  await inspect(page, 'consent-ciba', only);
  await page.locator('button[value=allow]').click();
  await page.waitForURL(/\/ciba\/done/);
  await inspect(page, 'ciba-allowed', only);
  assert.ok((await poll(id)).id_token);
});

inFreshBrowser('a person who did not start it says so, and nobody gets in', async (page) => {
  const id = await ask();
  await page.goto(`${usher.issuer}/ciba`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.locator('button[value=not-me]').click();
  await page.waitForURL(/\/ciba\/done/);
  assert.match(await heading(page).innerText(), /nobody got in/);
  await inspect(page, 'ciba-reported');
  assert.equal((await poll(id)).error, 'access_denied');
});
