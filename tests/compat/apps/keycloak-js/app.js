// A single-page application on keycloak-js, which works with any OpenID Provider if `oidcProvider` is set.
import Keycloak from 'keycloak-js';

const { issuer, clientId } = await (await fetch('/config.json')).json();
const usher = { oidcProvider: issuer, clientId };
const keycloak = new Keycloak(usher);

const show = (id, words) => (document.getElementById(id).textContent = words);

const settings = {
  pkceMethod: 'S256',
  // Not offline_access: keycloak-js decodes refresh tokens as JWTs, and those of Usher are opaque.
  scope: 'openid profile email',
  redirectUri: `${location.origin}/`,
  checkLoginIframe: false, // needs a page that only Keycloak has
};
await keycloak.init(settings);
show('user', keycloak.authenticated ? JSON.stringify(keycloak.idTokenParsed) : 'nobody');

const actions = {
  'sign-in': () => keycloak.login(),
  'sign-out': () => keycloak.logout({ redirectUri: `${location.origin}/` }),
  // New tokens without a refresh token: a hidden frame and prompt=none.
  silent: () =>
    new Keycloak(usher).init({
      ...settings,
      onLoad: 'check-sso',
      silentCheckSsoRedirectUri: `${location.origin}/silent-check-sso.html`,
    }),
  userinfo: async () => Boolean((await keycloak.loadUserInfo()).email),
};

for (const [id, act] of Object.entries(actions)) {
  document.getElementById(id).addEventListener('click', async () => {
    try {
      show('result', `${id}: ${(await act()) === false ? 'failed' : 'ok'}`);
    } catch (error) {
      show('result', `${id}: ${error}`);
    }
  });
}
