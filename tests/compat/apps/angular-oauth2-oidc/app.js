// A single-page application on angular-oauth2-oidc. A real one injects OAuthService into its components.
import '@angular/compiler';
import { provideHttpClient } from '@angular/common/http';
import { createApplication } from '@angular/platform-browser';
import { OAuthService, provideOAuthClient } from 'angular-oauth2-oidc';

const { issuer, clientId } = await (await fetch('/config.json')).json();
const application = await createApplication({ providers: [provideHttpClient(), provideOAuthClient()] });
const oauth = application.injector.get(OAuthService);

oauth.configure({
  issuer,
  clientId,
  responseType: 'code',
  redirectUri: `${location.origin}/`,
  silentRefreshRedirectUri: `${location.origin}/silent.html`,
  postLogoutRedirectUri: `${location.origin}/`,
  scope: 'openid profile email offline_access',
  requireHttps: 'remoteOnly', // http only for an issuer on localhost
});

const show = (id, words) => (document.getElementById(id).textContent = words);
const showUser = () => show('user', oauth.hasValidIdToken() ? JSON.stringify(oauth.getIdentityClaims()) : 'nobody');

await oauth.loadDiscoveryDocumentAndTryLogin();
showUser();

const actions = {
  'sign-in': () => oauth.initCodeFlow(),
  'sign-in-popup': () => oauth.initLoginFlowInPopup(),
  'sign-out': () => oauth.revokeTokenAndLogout(),
  refresh: async () => {
    const before = oauth.getRefreshToken();
    await oauth.refreshToken();
    return before !== oauth.getRefreshToken();
  },
  userinfo: async () => Boolean((await oauth.loadUserProfile()).info.email),
};

for (const [id, act] of Object.entries(actions)) {
  document.getElementById(id).addEventListener('click', async () => {
    try {
      const well = await act();
      showUser();
      show('result', `${id}: ${well === false ? 'failed' : 'ok'}`);
    } catch (error) {
      show('result', `${id}: ${error?.message ?? JSON.stringify(error)}`);
    }
  });
}
