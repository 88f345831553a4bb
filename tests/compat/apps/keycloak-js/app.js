// A single-page application on keycloak-js, which speaks to any OpenID Provider when it is given `oidcProvider`.
import Keycloak from 'keycloak-js';

const { issuer, clientId } = await (await fetch('/config.json')).json();
const keycloak = new Keycloak({ oidcProvider: issuer, clientId });

const show = (id, words) => (document.getElementById(id).textContent = words);

await keycloak.init({
  pkceMethod: 'S256',
  scope: 'openid profile email offline_access',
  redirectUri: `${location.origin}/`,
  checkLoginIframe: false, // a page of Keycloak's own
});
show('user', keycloak.authenticated ? JSON.stringify(keycloak.idTokenParsed) : 'nobody');

const actions = {
  'sign-in': () => keycloak.login(),
  'sign-out': () => keycloak.logout({ redirectUri: `${location.origin}/` }),
  refresh: () => keycloak.updateToken(-1),
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
