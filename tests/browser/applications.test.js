// Third-party front ends: popups, callbacks that redirect, and the other response modes.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after } from 'node:test';
import { authenticator, totp } from './authenticators.js';
import { follow, heading, newestEmail, listen, signIn, submit, visitor } from './browser.js';
import { RelyingParty } from './relying_party.js';
import { browser, inFreshBrowser, usher } from './suite.js';

const locate = createRequire(import.meta.url).resolve;
const SWAGGER = path.dirname(locate('swagger-ui-dist/package.json'));
const OIDC_CLIENT = path.join(path.dirname(locate('oidc-client-ts/package.json')), 'dist/browser');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };
const PASSWORD = 'a quiet harbour at dawn';
const servers = [];

/** A web server of an application: `pages` by path, everything else from `folder`. */
async function serve(folder, pages) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const page = pages(origin)[pathname];
    try {
      const body = page ?? (await readFile(path.join(folder, path.basename(pathname))));
      response.setHeader('content-type', page ? 'text/html; charset=utf-8' : (TYPES[path.extname(pathname)] ?? 'text/plain'));
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${server.address().port}`;
  servers.push(server);
  return origin;
}

after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

/** A client of the sample project. */
async function client(type, ...options) {
  const [project] = await usher.command('project', 'list');
  return usher.command('client', 'create', '--project', project.id, '--type', type, '--name', 'Stock', ...options);
}

/** Opens a popup by `act`, and returns its page. */
async function popup(page, act) {
  const [opened] = await Promise.all([page.context().waitForEvent('page'), act()]);
  await opened.waitForLoadState();
  return opened;
}

const signInAsAna = (page) => signIn(page, usher.banner.email, usher.banner.password);

inFreshBrowser('Swagger UI signs in by its own popup and redirect page', async (page) => {
  const spec = (authorizationUrl, tokenUrl) => ({
    openapi: '3.0.0',
    info: { title: 'Stock', version: '1' },
    paths: {},
    components: {
      securitySchemes: {
        usher: { type: 'oauth2', flows: { authorizationCode: { authorizationUrl, tokenUrl, scopes: { openid: 'who' } } } },
      },
    },
  });
  let id;
  const origin = await serve(SWAGGER, (own) => ({
    '/': `<!doctype html><html lang="en"><title>API</title><link rel="icon" href="data:,">
      <link rel="stylesheet" href="/swagger-ui.css"><div id="ui"></div><script src="/swagger-ui-bundle.js"></script>
      <script>
        const ui = SwaggerUIBundle({ dom_id: '#ui', oauth2RedirectUrl: '${own}/oauth2-redirect.html',
          spec: ${JSON.stringify(spec(`${usher.issuer}/oauth2/authorize`, `${usher.issuer}/oauth2/token`))} });
        ui.initOAuth({ clientId: '${id}', usePkceWithAuthorizationCodeGrant: true, scopes: 'openid' });
      </script></html>`,
  }));
  ({ client_id: id } = await client('spa', '--redirect-uri', `${origin}/oauth2-redirect.html`, '--first-party'));
  await page.goto(origin);
  await page.locator('button.authorize').first().click();
  const opened = await popup(page, () => page.locator('.modal-ux button.authorize').click());
  await Promise.all([opened.waitForEvent('close'), signInAsAna(opened).catch(() => {})]);
  await page.locator('.modal-ux').getByText('Authorized').first().waitFor();
});

inFreshBrowser('oidc-client-ts signs in and out by popups', async (page) => {
  let id;
  const settings = (own) => `new oidc.UserManager({ authority: '${usher.issuer}', client_id: '${id}', scope: 'openid',
    redirect_uri: '${own}/in', popup_redirect_uri: '${own}/in', popup_post_logout_redirect_uri: '${own}/out' })`;
  const document = (script) => `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">
    <script src="/oidc-client-ts.min.js"></script><script>${script}</script></html>`;
  const origin = await serve(OIDC_CLIENT, (own) => ({
    '/': document(`globalThis.manager = ${settings(own)};`),
    '/in': document(`${settings(own)}.signinPopupCallback();`),
    '/out': document(`${settings(own)}.signoutPopupCallback();`),
  }));
  const options = ['--redirect-uri', `${origin}/in`, '--post-logout-redirect-uri', `${origin}/out`, '--first-party'];
  ({ client_id: id } = await client('spa', ...options));
  await page.goto(origin);
  const begin = (call) =>
    page.evaluate((name) => {
      globalThis.outcome = globalThis.manager[name]().then((user) => user?.profile.sub ?? 'done', String);
    }, call);
  const opened = await popup(page, () => begin('signinPopup'));
  await Promise.all([opened.waitForEvent('close'), signInAsAna(opened).catch(() => {})]);
  assert.match(await page.evaluate(() => globalThis.outcome), /^[\w-]{20,}$/, 'a subject');
  const out = page.context().waitForEvent('page');
  await begin('signoutPopup');
  await (await out).waitForEvent('close').catch(() => {});
  assert.equal(await page.evaluate(() => globalThis.outcome), 'done');
  await page.goto(`${usher.issuer}/login`);
  await page.locator('#password').waitFor();
});

inFreshBrowser('what is not part of a sign-in keeps no opener', async (page) => {
  await page.goto(usher.banner.demoA);
  const opened = await popup(page, () => page.evaluate((url) => void globalThis.open(url), `${usher.issuer}/login`));
  assert.equal(await opened.evaluate(() => globalThis.opener === null), false, 'the sign-in page');
  await signInAsAna(opened);
  await opened.waitForURL('**/account/profile');
  assert.equal(await opened.evaluate(() => globalThis.opener), null, 'the account');
});

/** Front ends to which the callback of a back end redirects, and which the client did not register. */
const FRONT_ENDS = [
  ['another origin', async () => `${(await serve(OIDC_CLIENT, () => ({ '/home': '<!doctype html><html lang="en"><title>Home</title><link rel="icon" href="data:,"><h1>Home</h1></html>' }))).replace('localhost', '127.0.0.1')}/home`],
  ['a private-use scheme', async () => 'stock.example://signed-in'],
];

/** Waits until the callback has redirected, and checks that the browser blocked nothing. */
async function arrived(page, party, act) {
  const before = party.calls.length;
  await act();
  for (const until = Date.now() + 30_000; party.calls.length === before; ) {
    assert.ok(Date.now() < until, `the callback was not reached; the browser is at ${page.url()}: ${page.faults.join('; ')}`);
    await page.waitForTimeout(50);
  }
  const called = new URL(party.calls.at(-1), party.origin);
  assert.ok(called.searchParams.get('code') ?? called.searchParams.get('error'), called.href);
  if (party.onTo.startsWith('http')) await heading(page).getByText('Home').waitFor();
  assert.deepEqual(page.faults.filter((fault) => /form-action|Content Security Policy/i.test(fault)), []);
}

/** Clicks the button that submits the form, without waiting. */
const press = (page, selector = 'main form button[type=submit].primary') => page.locator(selector).first().click();

for (const [name, start] of FRONT_ENDS) {
  inFreshBrowser(`a callback that redirects on to ${name} is reached from every page`, async (page) => {
    const party = await RelyingParty.start({ onTo: await start() });
    after(() => party.stop());
    const plain = await client('web', '--redirect-uri', party.redirectUri);
    const ours = await client('web', '--redirect-uri', party.redirectUri, '--first-party');
    /** Opens a request in its own tab, and reaches the callback from the page that it shows by `act`. */
    const from = async (which, extra, act) => {
      const tab = listen(await page.context().newPage());
      await tab.goto(party.request(usher.issuer, which.client_id, extra));
      await arrived(tab, party, () => act(tab));
      await tab.close();
    };

    await from(ours, {}, async (tab) => {
      await tab.fill('#email', usher.banner.email);
      await tab.fill('#password', usher.banner.password);
      await press(tab);
    });
    await from(plain, {}, (tab) => press(tab, 'button[name=decision][value=allow]'));
    await from(plain, { prompt: 'consent' }, (tab) => press(tab, 'button[name=decision][value=deny]'));
    await from(ours, { prompt: 'select_account' }, (tab) => press(tab, 'button[name=account]:not([value=new])'));

    const { id } = await usher.command('project', 'create', '--name', `Vault ${name}`);
    const made = ['client', 'create', '--project', id, '--type', 'web', '--name', 'Vault', '--first-party'];
    const strict = await usher.command(...made, '--redirect-uri', party.redirectUri);
    await usher.command('project', 'require', '--project', id, '--second-factor', 'on');
    await from(strict, {}, (tab) => press(tab, 'form[action="/login/enrol"] button'));

    await page.context().clearCookies();
    const email = `${name.replace(/\W+/g, '-')}@example.test`;
    await from(ours, { prompt: 'create' }, async (tab) => {
      for (const [field, value] of [['given_name', 'Bea'], ['family_name', 'Silva'], ['email', email], ['password', PASSWORD]]) {
        await tab.fill(`#${field}`, value);
      }
      await submit(tab);
      const { code } = await newestEmail(tab, usher.issuer, email, 'Confirm');
      await tab.fill('#code', code);
      await press(tab);
    });

    await page.goto(`${usher.issuer}/account/security/totp`);
    const secret = await page.locator('#secret').innerText();
    await page.fill('#code', totp(secret));
    await submit(page);
    await from(ours, { prompt: 'login' }, async (tab) => {
      await tab.fill('#password', PASSWORD);
      await submit(tab);
      await tab.fill('#code', totp(secret, 1));
      await press(tab);
    });

    await authenticator(page);
    await page.goto(`${usher.issuer}/account/security/passkeys/new`);
    await page.click('[data-passkey-button]');
    await page.waitForURL('**/account/security?done=passkey');
    await page.goto(`${usher.issuer}/logout`);
    await follow(page, 'button[name=logout][value=yes]');
    // The passkey exists only in this tab, and autofill signs in with it.
    await arrived(page, party, () => page.goto(party.request(usher.issuer, ours.client_id)).catch(() => {}));
  });
}

inFreshBrowser('an answer by form_post is sent by itself, and by a button without a script', async (page) => {
  const party = await RelyingParty.start();
  after(() => party.stop());
  const ours = await client('web', '--redirect-uri', party.redirectUri, '--first-party');
  const url = party.request(usher.issuer, ours.client_id, { response_mode: 'form_post' });
  await page.goto(url);
  await signInAsAna(page);
  await heading(page).getByText('Back').waitFor();
  assert.equal(page.arrivedBy.method(), 'POST');
  assert.ok(new URLSearchParams(page.arrivedBy.postData()).get('code'), page.arrivedBy.postData());
  const scriptless = await visitor(browser, { javaScriptEnabled: false });
  await scriptless.goto(url);
  await signInAsAna(scriptless);
  await submit(scriptless);
  assert.equal(scriptless.url(), party.redirectUri);
  assert.equal(scriptless.arrivedBy.method(), 'POST');
  await scriptless.context().close();
});

inFreshBrowser('an answer in the fragment stays in the browser, without a script as well', async (page) => {
  const party = await RelyingParty.start();
  after(() => party.stop());
  const ours = await client('web', '--redirect-uri', party.redirectUri, '--first-party');
  const scriptless = await visitor(browser, { javaScriptEnabled: false });
  for (const one of [page, scriptless]) {
    await one.goto(party.request(usher.issuer, ours.client_id, { response_mode: 'fragment' }));
    await signInAsAna(one);
    await heading(one).getByText('Back').waitFor();
    assert.match(one.url(), /\/callback#code=[\w-]+&state=/);
    assert.ok(!party.calls.some((call) => call.includes('code=')), 'the server saw no code');
  }
  await scriptless.context().close();
});
