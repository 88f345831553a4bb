// A single-page application on oidc-client-ts: a public client with PKCE. Tokens are in the sessionStorage of the tab.
import { UserManager } from 'oidc-client-ts';

const { issuer, clientId } = await (await fetch('/config.json')).json();

const manager = new UserManager({
  authority: issuer,
  client_id: clientId,
  // The same page for sign-in by redirect, in a window and in a hidden frame.
  redirect_uri: `${location.origin}/callback`,
  post_logout_redirect_uri: `${location.origin}/signed-out`,
  popup_post_logout_redirect_uri: `${location.origin}/signed-out`,
  scope: 'openid profile email offline_access',
  automaticSilentRenew: true,
});

const show = (id, words) => (document.getElementById(id).textContent = words);
const showUser = async () => {
  const user = await manager.getUser();
  show('user', user ? JSON.stringify(user.profile) : 'nobody');
};

if (location.pathname === '/callback') {
  await manager.signinCallback();
  history.replaceState({}, '', '/');
} else if (location.pathname === '/signed-out') {
  await manager.signoutCallback();
  history.replaceState({}, '', '/');
}
await showUser();

const actions = {
  'sign-in': () => manager.signinRedirect(),
  'sign-in-popup': () => manager.signinPopup(),
  'sign-out': () => manager.signoutRedirect(),
  'sign-out-popup': () => manager.signoutPopup(),
  // With the refresh token, which changes with each use.
  refresh: async () => {
    const { refresh_token } = await manager.getUser();
    const user = await manager.signinSilent();
    return user.refresh_token !== refresh_token;
  },
  // Without one: a hidden frame and prompt=none.
  silent: async () => Boolean(await manager.signinSilent({ forceIframeAuth: true, scope: 'openid profile email' })),
  userinfo: async () => {
    const { access_token } = await manager.getUser();
    const headers = { authorization: `Bearer ${access_token}` };
    const { email } = await (await fetch(`${issuer}/oauth2/userinfo`, { headers })).json();
    return Boolean(email);
  },
};

for (const [id, act] of Object.entries(actions)) {
  document.getElementById(id).addEventListener('click', async () => {
    try {
      const well = await act();
      await showUser();
      show('result', `${id}: ${well === false ? 'failed' : 'ok'}`);
    } catch (error) {
      show('result', `${id}: ${error}`);
    }
  });
}
