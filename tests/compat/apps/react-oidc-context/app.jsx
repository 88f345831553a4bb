// A React application on react-oidc-context.
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { AuthProvider, useAuth } from 'react-oidc-context';

const { issuer, clientId } = await (await fetch('/config.json')).json();

function Home() {
  const auth = useAuth();
  const [result, setResult] = useState('');

  /** Runs an action and shows its result. */
  const attempt = (name, action) => () =>
    action().then(
      (well) => setResult(`${name}: ${well ? 'ok' : 'failed'}`),
      (error) => setResult(`${name}: ${error}`),
    );
  const renew = async () => Boolean(await auth.signinSilent());

  if (auth.isLoading) return <p id="user">…</p>;
  if (auth.error) return <p id="user">{auth.error.message}</p>;
  return (
    <>
      <p id="user">{auth.user ? JSON.stringify(auth.user.profile) : 'nobody'}</p>
      <button id="sign-in" onClick={() => auth.signinRedirect()}>Sign in</button>
      <button id="sign-in-popup" onClick={() => auth.signinPopup()}>Sign in in a window</button>
      <button id="refresh" onClick={attempt('refresh', renew)}>Refresh</button>
      <button id="sign-out" onClick={() => auth.signoutRedirect()}>Sign out</button>
      <p id="result">{result}</p>
    </>
  );
}

createRoot(document.getElementById('root')).render(
  <StrictMode>
    <AuthProvider
      authority={issuer}
      client_id={clientId}
      redirect_uri={`${location.origin}/callback`}
      post_logout_redirect_uri={`${location.origin}/`}
      scope="openid profile email offline_access"
      onSigninCallback={() => history.replaceState({}, '', '/')}
    >
      <Home />
    </AuthProvider>
  </StrictMode>,
);
