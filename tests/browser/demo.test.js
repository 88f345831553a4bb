// The demo applications: from the banner to being signed in on both, and sign-out.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { follow, heading, signIn, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

/** Signs in at the first demo with the credentials of the banner. */
async function signInAsTold(page) {
  const { demoA, email, password } = usher.banner;
  await page.goto(demoA);
  await follow(page, page.getByRole('link', { name: 'Sign in with Usher' }));
  await signIn(page, email, password);
  await heading(page).getByText(/^Signed in as Ana/).waitFor();
}

test('the banner leads to a signed-in application within seconds', async () => {
  const page = await visitor(browser);
  const began = Date.now();
  await signInAsTold(page);
  const took = usher.startedIn + Date.now() - began;
  console.log(`from start to "Signed in": ${took} ms`);
  assert.ok(took < 30_000, `it took ${took} ms`);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

for (const javaScriptEnabled of [true, false]) {
  describe(javaScriptEnabled ? 'with scripts' : 'without scripts', () => {
    let page;
    before(async () => {
      page = await visitor(browser, { javaScriptEnabled });
    });
    after(() => page.context().close());
    const look = (name, languages) => (javaScriptEnabled ? inspect(page, name, { languages }) : undefined);

    test('a visitor is asked to sign in', async () => {
      await page.goto(usher.banner.demoA);
      assert.equal(await text(page, 'h1'), 'Welcome to Greenhouse');
      await look('demo-a-signed-out', ['en']);
      await follow(page, page.getByRole('link', { name: 'Sign in with Usher' }));
      assert.ok(page.url().startsWith(usher.issuer));
      assert.equal(await text(page, 'h1'), 'Sign in to \u2068Greenhouse\u2069');
      await look('sign-in');
    });

    test('the password signs in at the first application', async () => {
      await signIn(page, usher.banner.email, usher.banner.password);
      assert.match(await text(page, 'h1'), /^Signed in as Ana/);
      assert.equal(new URL(page.url()).origin, usher.banner.demoA);
      assert.match(await text(page, '[aria-labelledby=userinfo]'), new RegExp(usher.banner.email));
      assert.match(await text(page, '[aria-labelledby=id-token]'), /signature checked, (RS|ES|PS)256/);
      await look('demo-a-signed-in', ['en']);
    });

    test('the second application signs in by itself', async () => {
      await page.goto(usher.banner.demoB);
      assert.match(await text(page, 'h1'), /^Signed in as Ana/);
      assert.equal(new URL(page.url()).origin, usher.banner.demoB);
      await look('demo-b-signed-in', ['en']);
    });

    test('a refresh gives new tokens', async () => {
      await page.goto(usher.banner.demoA);
      const old = await text(page, '#refresh-token');
      await follow(page, page.getByRole('button', { name: 'Refresh' }));
      assert.match(await text(page, '.notice'), new RegExp(`changed from ${old} to `));
      assert.notEqual(await text(page, '#refresh-token'), old);
      await look('demo-a-refreshed', ['en']);
    });

    test('signing out at one signs out of both', async () => {
      await follow(page, page.getByRole('button', { name: 'Sign out' }));
      assert.equal(await text(page, 'h1'), 'Welcome to Greenhouse');
      await page.goto(usher.banner.demoB);
      assert.match(await text(page, '.notice'), /Your session at Usher has ended/);
      await look('demo-b-ended', ['en']);
      await page.goto(usher.banner.demoA);
      assert.match(await text(page, 'main'), /You are not signed in/);
      await page.goto(`${usher.banner.demoA}/login`);
      assert.equal(await text(page, 'h1'), 'Sign in to \u2068Greenhouse\u2069');
      assert.deepEqual(page.faults, []);
    });
  });
}

test('an error of the provider is shown by the application', async () => {
  const page = await visitor(browser);
  await page.goto(`${usher.banner.demoA}/login?prompt=none`);
  assert.equal(await text(page, '#error-code'), 'login_required');
  await inspect(page, 'demo-error', { languages: ['en'] });
  await page.context().close();
});

test('another name of this machine leads to the one that works', async () => {
  const page = await visitor(browser);
  await page.goto(usher.banner.demoA.replace('localhost', '127.0.0.1'));
  assert.equal(new URL(page.url()).origin, usher.banner.demoA);
  await page.context().close();
});
