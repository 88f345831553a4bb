// A single-page application on @azure/msal-browser, which works with any OpenID Provider in the protocol mode OIDC.
import { ProtocolMode, PublicClientApplication } from '@azure/msal-browser';

const { issuer, clientId } = await (await fetch('/config.json')).json();

const msal = new PublicClientApplication({
  auth: {
    clientId,
    authority: issuer,
    knownAuthorities: [new URL(issuer).host],
    redirectUri: `${location.origin}/`,
    postLogoutRedirectUri: `${location.origin}/`,
  },
  system: { protocolMode: ProtocolMode.OIDC },
});
// MSAL adds openid, profile and offline_access by itself.
const scopes = ['email'];

const show = (id, words) => (document.getElementById(id).textContent = words);

await msal.initialize();
const answer = await msal.handleRedirectPromise();
const account = answer?.account ?? msal.getAllAccounts()[0];
show('user', account ? JSON.stringify(account.idTokenClaims) : 'nobody');

const actions = {
  'sign-in': () => msal.loginRedirect({ scopes }),
  'sign-out': () => msal.logoutRedirect({ account, idTokenHint: account.idToken }),
  refresh: async () => {
    const before = await msal.acquireTokenSilent({ account, scopes });
    const after = await msal.acquireTokenSilent({ account, scopes, forceRefresh: true });
    return before.accessToken !== after.accessToken;
  },
  userinfo: async () => {
    const { accessToken } = await msal.acquireTokenSilent({ account, scopes });
    const headers = { authorization: `Bearer ${accessToken}` };
    const { email } = await (await fetch(`${issuer}/oauth2/userinfo`, { headers })).json();
    return Boolean(email);
  },
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
