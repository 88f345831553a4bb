// From an empty folder to an application of one's own, with nothing but what the screen says; then the six commonest
// mistakes, each explained by the console on one page.
import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { follow, heading, submit, text, visitor } from './browser.js';
import { RelyingParty } from './relying_party.js';
import { browser, usher } from './suite.js';

/** Clicks that a newcomer may need after the setup. */
const CLICKS = 5;

let admin;
let party;
/** What the screen showed. */
const seen = {};
let clicks = 0;

before(async () => {
  party = await RelyingParty.start();
  admin = await visitor(browser);
});
after(() => party?.stop());

/** Clicks what leads on. */
async function click(target) {
  clicks += 1;
  await follow(admin, target);
}

test('five clicks after the setup an application has somebody signed in', async () => {
  await admin.goto(usher.banner.setup);
  await admin.fill('#given_name', 'Ada');
  await admin.fill('#family_name', 'Root');
  await admin.fill('#email', 'ada@example.test');
  await admin.fill('#password', 'a lighthouse keeper sleeps');
  await submit(admin);
  await admin.goto(`${usher.issuer}/console/first-run`);
  await admin.fill('#name', 'Greenhouse');
  await click('main form button.primary');
  await admin.check('#type-web');
  await admin.fill('#name', 'Greenhouse Shop');
  await admin.fill('#redirect_uris', party.redirectUri);
  await click('main form button.primary');
  Object.assign(seen, { id: (await text(admin, '#client-id')).trim(), secret: (await text(admin, '#secret')).trim() });
  seen.page = admin.url();
  await click('nav.tabs a[href*="quick-start"]');
  seen.issuer = (await text(admin, '#issuer')).trim();
  seen.attempts = await admin.getAttribute('nav.tabs a[href*="attempts"]', 'href');

  await admin.goto(party.request(seen.issuer, seen.id));
  if (new URL(admin.url()).origin !== party.origin) await click('button[value=allow]');
  await heading(admin).getByText('Back').waitFor();
  const claims = await party.idToken(seen.issuer, seen.id, seen.secret, admin.url());
  assert.equal(claims.email, 'ada@example.test');
  assert.ok(clicks <= CLICKS, `${clicks} clicks`);
});

/** The newest failed attempt is explained, by its title and advice. Attempts are written once a second. */
async function explained(title, advice) {
  for (let tries = 0; tries < 60; tries += 1) {
    await admin.goto(new URL(`${seen.attempts}?outcome=failed`, usher.issuer).href);
    const first = admin.locator('.log > ul > li').first();
    const said = (await first.count()) ? await first.innerText() : '';
    if (said.includes(title) && advice.test(said)) return;
    await admin.waitForTimeout(250);
  }
  assert.fail(`no attempt says “${title}”: ${await admin.locator('main').innerText()}`);
}

const ask = (changes) => fetch(party.request(seen.issuer, seen.id, changes), { redirect: 'manual' });

const token = (form, secret = seen.secret) =>
  fetch(`${seen.issuer}/oauth2/token`, {
    method: 'POST',
    headers: secret ? { authorization: `Basic ${btoa(`${seen.id}:${secret}`)}` } : {},
    body: new URLSearchParams(form),
  });

/** A code for the person who is signed in. */
async function code() {
  await admin.goto(party.request(seen.issuer, seen.id));
  return new URL(admin.url()).searchParams.get('code');
}

/** An assertion that is signed with the secret (RFC 7523), with a mistake. */
function assertion(changes) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: seen.id, sub: seen.id, aud: seen.issuer, jti: randomUUID(), iat: now, exp: now + 60, ...changes };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const message = `${part({ alg: 'HS256' })}.${part(claims)}`;
  const signature = createHmac('sha256', seen.secret).update(message).digest('base64url');
  return {
    grant_type: 'refresh_token',
    refresh_token: 'x',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${message}.${signature}`,
  };
}

test('a wrong redirect URI is compared character by character', async () => {
  await ask({ redirect_uri: `${party.redirectUri}/` });
  await explained('The redirect URI is not registered', /Every character counts/);
});

test('a wrong secret is named', async () => {
  await token({ grant_type: 'refresh_token', refresh_token: 'x' }, 'wrong');
  await explained('The client did not authenticate', /Compare the client id, the secret/);
});

test('a verifier that does not fit is named', async () => {
  const form = { grant_type: 'authorization_code', code: await code(), redirect_uri: party.redirectUri };
  await token({ ...form, code_verifier: 'x'.repeat(43) });
  await explained('PKCE failed', /Keep the verifier of each sign-in/);
});

test('a scope that the client may not have is named', async () => {
  await ask({ scope: 'orders:read' });
  await explained('The scope is not allowed', /Add the scope to the client/);
});

test('a wrong issuer and a wrong clock are named', async () => {
  await admin.goto(`${seen.page.split('?')[0]}/edit`);
  await admin.selectOption('#auth_method', 'client_secret_jwt');
  await submit(admin);
  await follow(admin, 'form[action$="/rotate-secret"] button');
  seen.secret = (await text(admin, '#secret')).trim();
  await token(assertion({ aud: 'http://localhost:9' }), '');
  await explained('The client did not authenticate', /aud is the issuer exactly as written here/);
  const late = Math.floor(Date.now() / 1000) - 900;
  await token(assertion({ iat: late, exp: late + 60 }), '');
  await explained('The client did not authenticate', /The clock of the client is \d+ seconds behind/);
});
