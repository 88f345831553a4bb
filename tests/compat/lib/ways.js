// Steps of applications that differ: sign-in that is not a link, and refresh that the library does by itself.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Auth.js signs in by a form with its CSRF token, and refreshes when its session is read. */
export const authJs = {
  async signIn(person, base) {
    const { csrfToken } = JSON.parse((await person.open(`${base}/auth/csrf`)).text);
    return person.open(`${base}/auth/signin/usher`, { form: { csrfToken, callbackUrl: `${base}/` } });
  },
  async refresh(person, base) {
    const read = async () => JSON.parse((await person.open(`${base}/auth/session`)).text).access_token;
    const before = await read();
    await sleep(1100);
    const after = await read();
    assert.ok(before && after && before !== after, 'the access token did not change');
    assert.notEqual(await read(), undefined);
  },
};

/** The access token that a page shows. */
const tokenAt = async (person, url) => JSON.parse((await person.open(url)).text).access_token;

/** Waits until the page shows another access token: the application has refreshed. */
async function refreshesByItself(person, url, seconds) {
  const before = await tokenAt(person, url);
  assert.ok(before, 'there is no access token');
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(1000)) {
    if ((await tokenAt(person, url)) !== before) return;
  }
  assert.fail('the access token did not change');
}

/** oauth2-proxy has its own paths, and redirects to `rd` after sign-out. */
export const oauth2Proxy = {
  ways: { login: '/' },
  refresh: (person, base) => refreshesByItself(person, `${base}/`, 75),
  async signOut(person, base) {
    const out = new URL(`${person.issuer}/oauth2/logout`);
    return person.open(`${base}/oauth2/sign_out?${new URLSearchParams({ rd: out.href })}`);
  },
};

/** Spring signs out by POST with a CSRF token, and refreshes the access token when it is used. */
export const spring = {
  ways: { login: '/oauth2/authorization/usher' },
  protected: '/api/me',
  bearer: (person, base) => tokenAt(person, `${base}/token`),
  refresh: (person, base) => refreshesByItself(person, `${base}/token`, 10),
  signOut: async (person, base) => {
    const page = await person.open(`${base}/logout`);
    const token = /name="_csrf"[^>]*value="([^"]+)"/.exec(page.text)?.[1];
    assert.ok(token, `no form to sign out: ${page.text.slice(0, 400)}`);
    return person.open(`${base}/logout`, { form: { _csrf: token } });
  },
};

/** mod_auth_openidc protects every page, and signs out at its redirect URI. */
export const modAuthOpenidc = {
  ways: { home: '/home', login: '/home' },
  refresh: (person, base) => refreshesByItself(person, `${base}/home`, 10),
  signOut: (person, base) =>
    person.open(`${base}/redirect_uri?${new URLSearchParams({ logout: `${base}/signed-out` })}`),
};

/** JupyterHub shows who is signed in; no notebook server is started. */
export const jupyterHub = {
  ways: { login: '/hub/oauth_login', home: '/hub/api/user', logout: '/hub/logout' },
};

/** Submits the form of a Django page, with its CSRF token. */
async function sendForm(person, url) {
  const page = await person.open(url);
  const token = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(page.text)?.[1];
  assert.ok(token, `no form at ${page.url}: ${page.text.slice(0, 400)}`);
  return person.open(page.url, { form: { csrfmiddlewaretoken: token } });
}

/** mozilla-django-oidc signs out by POST. */
export const mozillaDjango = {
  ways: { login: '/oidc/authenticate/' },
  signOut: (person, base) => person.open(`${base}/oidc/logout/`, { form: {} }),
};

/** django-allauth asks for confirmation before sign-in and sign-out. */
export const djangoAllauth = {
  signIn: (person, base) => sendForm(person, `${base}/accounts/oidc/usher/login/`),
  signOut: (person, base) => sendForm(person, `${base}/accounts/logout/`),
};
