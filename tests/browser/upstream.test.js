// Sign-in with Google, Facebook and X at three applications leads to the same account.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { follow, heading, newestEmail, signIn } from './browser.js';
import { inspect } from './inspect.js';
import { RelyingParty } from './relying_party.js';
import { inEveryLanguage, inFreshBrowser, usher } from './suite.js';

const NAMES = { google: 'Google', facebook: 'Facebook', x: 'X' };
let party;
let client;
let sub;
let simulator;
let seenSimulator = false;
before(async () => {
  party = await RelyingParty.start();
  const project = (await usher.command('project', 'create', '--name', 'Third')).id;
  const made = ['client', 'create', '--project', project, '--type', 'web', '--name', 'Third site'];
  client = await usher.command(...made, '--redirect-uri', party.redirectUri, '--first-party');
});
after(() => party?.stop());

/** The three applications: how to sign in at each, and the subject of its ID token. */
const sites = {
  google: {
    open: (page) => page.goto(`${usher.banner.demoA}/login`),
    claims: async (page) => JSON.parse(await page.locator('#id-token-json').textContent()),
  },
  facebook: {
    open: (page) => page.goto(`${usher.banner.demoB}/login`),
    claims: async (page) => JSON.parse(await page.locator('#id-token-json').textContent()),
  },
  x: {
    open: (page) => page.goto(party.request(usher.issuer, client.client_id)),
    claims: (page) => party.idToken(usher.issuer, client.client_id, client.client_secret, page.url()),
  },
};

/** Goes from the sign-in page to the provider and back, as this person of the provider. */
async function through(page, provider, name) {
  await follow(page, `.providers [data-provider=${provider}]`);
  await page.waitForURL(/^http:\/\/127\.0\.0\.1/);
  simulator = new URL(page.url()).origin;
  if (!seenSimulator) {
    seenSimulator = true;
    await inspect(page, 'simulator', { languages: ['en'] });
  }
  await page.fill('#name', name);
  await follow(page, page.getByRole('button', { name: 'Sign in' }));
}

/** Sends a command to the simulator; returns its response. */
async function send(order, path = 'send') {
  const response = await fetch(`${simulator}/_sim/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  return response.json().catch(() => undefined);
}

/** On the page that offers to link an account with the address: signs in and links. */
async function linkBySigningIn(page, provider) {
  assert.equal(await heading(page).innerText(), 'Is this your account?');
  await inspect(page, `upstream-confirm-${provider}`);
  await follow(page, 'main a.button.primary');
  assert.equal(await page.inputValue('#email'), usher.banner.email);
  await signIn(page, usher.banner.email, usher.banner.password);
  await inspect(page, `upstream-confirm-${provider}-signed-in`);
  await follow(page, 'form[action*="/upstream/ask/confirm"] button');
}

const signedIn = async (page, provider) => {
  await page.waitForURL((url) => url.origin !== usher.issuer && url.origin !== simulator);
  return sites[provider].claims(page);
};

inFreshBrowser('Google knows the address of an account: its owner signs in, and the two are linked', async (page) => {
  await sites.google.open(page);
  await inspect(page, 'sign-in-with-providers');
  await through(page, 'google', 'ana');
  await linkBySigningIn(page, 'google');
  ({ sub } = await signedIn(page, 'google'));
  assert.ok(sub);
});

inFreshBrowser('Facebook verifies no address: a code does, and then the account is linked', async (page) => {
  await sites.facebook.open(page);
  await through(page, 'facebook', 'ana');
  assert.equal(await heading(page).innerText(), 'Your email address');
  await inspect(page, 'upstream-address');
  await follow(page, 'form[action*="/upstream/ask/mail"] button.primary');
  const { code } = await newestEmail(page, usher.issuer, usher.banner.email, 'Your code');
  await inspect(page, 'upstream-address-code');
  await page.fill('#code', '00000000');
  await follow(page, 'main form button.primary');
  assert.match(await page.locator('[role=alert]').innerText(), /code/i);
  await inspect(page, 'upstream-address-code-wrong');
  await page.fill('#code', code);
  await follow(page, 'main form button.primary');
  await linkBySigningIn(page, 'facebook');
  assert.equal((await signedIn(page, 'facebook')).sub, sub);
});

inFreshBrowser('X has verified the address: the account is linked at a third application', async (page) => {
  await sites.x.open(page);
  await through(page, 'x', 'ana');
  await linkBySigningIn(page, 'x');
  assert.equal((await signedIn(page, 'x')).sub, sub);
});

for (const provider of Object.keys(NAMES)) {
  inFreshBrowser(`from then on ${NAMES[provider]} signs the same person in at once`, async (page) => {
    await sites[provider].open(page);
    await through(page, provider, 'ana');
    const claims = await signedIn(page, provider);
    assert.equal(claims.sub, sub);
    assert.deepEqual(claims.amr, ['fed']);
  });
}

inFreshBrowser('a new person signs in with X at once, and sees it linked', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await through(page, 'x', 'newcomer');
  await page.waitForURL(/\/account\//);
  await page.goto(`${usher.issuer}/account/identities`);
  await inspect(page, 'identities-newcomer');
  await follow(page, 'button[name=unlink]');
  assert.match(await page.locator('[role=alert]').innerText(), /last way/i);
});

inFreshBrowser('an identity is unlinked and linked again from the account', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account/identities`);
  assert.equal(await page.locator('button[name=unlink]').count(), 3);
  await inspect(page, 'identities');
  await follow(page, page.getByRole('button', { name: 'Unlink X' }));
  assert.equal(await page.locator('button[name=unlink]').count(), 2);
  await follow(page, 'button[name=link][value=x]');
  await page.fill('#name', 'ana');
  await follow(page, page.getByRole('button', { name: 'Sign in' }));
  await page.waitForURL(/\/account\/identities/);
  assert.equal(await page.locator('button[name=unlink]').count(), 3);
});

inEveryLanguage('an identity of another user is not linked', async (page, language) => {
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account/identities`);
  await follow(page, 'button[name=link][value=x]');
  await page.fill('#name', 'newcomer');
  await follow(page, page.getByRole('button', { name: 'Sign in' }));
  assert.equal(await page.locator('main code').first().innerText(), 'IDENTITY_TAKEN');
  await inspect(page, 'upstream-taken', { languages: [language] });
  await page.goto(`${usher.issuer}/account/identities`);
  assert.equal(await page.locator('button[name=unlink]').count(), 3);
});

inEveryLanguage('a person refuses at the provider, and returns with one click', async (page, language) => {
  await page.goto(`${usher.issuer}/login`);
  await through(page, 'google', 'denied');
  assert.equal(await page.locator('main code').first().innerText(), 'PROVIDER_DENIED');
  await inspect(page, 'upstream-denied', { languages: [language] });
  await follow(page, page.locator('main a.button').last());
  assert.equal(new URL(page.url()).pathname, '/login');
});

inEveryLanguage(
  'a provider that is down costs one button, and nothing else',
  async (page, language) => {
    await page.goto(`${usher.issuer}/login`);
    await send({ fault: 'html_502', provider: 'google', endpoint: 'token' }, 'faults');
    try {
      await through(page, 'google', 'ana');
      assert.equal(await page.locator('main code').first().innerText(), 'PROVIDER_UNAVAILABLE');
      await inspect(page, 'upstream-unavailable', { languages: [language] });
    } finally {
      await fetch(`${simulator}/_sim/faults`, { method: 'DELETE' });
    }
    await page.goto(`${usher.issuer}/login`);
    await through(page, 'facebook', 'ana');
    await page.waitForURL(/\/account\//);
  },
  { expected: /the server responded with a status of [45]/ },
);

inEveryLanguage('the questions are in the language of the person', async (page, language) => {
  await page.goto(`${usher.issuer}/login`);
  await through(page, 'facebook', `stranger-${language.toLowerCase()}`);
  assert.equal(await page.locator('html').getAttribute('lang'), language);
  await follow(page, 'button[formaction*="/upstream/ask/skip"]');
  await page.waitForURL(/\/account\//);
  await page.goto(`${usher.issuer}/account/identities`);
  await inspect(page, 'identities-stranger', { languages: [language] });
});

inFreshBrowser('two accounts are merged, and separated again', async (page) => {
  await page.goto(`${usher.issuer}/login`);
  await through(page, 'x', 'second-self');
  await page.waitForURL(/\/account\//);
  await page.goto(`${usher.issuer}/login`);
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account/identities`);
  await inspect(page, 'identities-other-account');
  await follow(page, 'button[name=merge]');
  await page.locator('[role=status]').waitFor();
  assert.equal(await page.locator('button[name=unlink]').count(), 4);
  await inspect(page, 'identities-merged');
  await follow(page, 'button[name=undo]');
  await page.locator('[role=status]').waitFor();
  assert.equal(await page.locator('button[name=unlink]').count(), 3);
});

inFreshBrowser('Google reports a deleted account: its sessions end, and the password still signs in', async (page) => {
  await sites.google.open(page);
  await through(page, 'google', 'ana');
  await signedIn(page, 'google');
  await page.goto(`${usher.issuer}/account/identities`);
  assert.equal(await page.locator('button[name=unlink]').count(), 3);
  const to = `${usher.issuer}/upstream/google/notices`;
  const { status } = await send({ kind: 'google_risc', to, persona: 'ana', event: 'account-purged' });
  assert.equal(status, 202);
  await page.goto(`${usher.issuer}/account/identities`);
  assert.equal(new URL(page.url()).pathname, '/login');
  await signIn(page, usher.banner.email, usher.banner.password);
  await page.goto(`${usher.issuer}/account/identities`);
  assert.equal(await page.locator('button[name=unlink]').count(), 2);
  await inspect(page, 'identities-provider-lost');
});

inFreshBrowser('Facebook requests a deletion, and the person can see that it was done', async (page) => {
  const to = `${usher.issuer}/upstream/facebook/data-deletion`;
  const { status, body } = await send({ kind: 'facebook_data_deletion', to, persona: 'stranger-en' });
  assert.equal(status, 200);
  await page.goto(JSON.parse(body).url);
  await inspect(page, 'upstream-deletion');
});
