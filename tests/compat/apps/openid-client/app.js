// Signs people in with openid-client 6: authorization code with PKCE, userinfo, refresh, sign-out at the provider.
import express from 'express';
import session from 'express-session';
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

// Only while the issuer is http://localhost.
const development = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  undefined,
  client.ClientSecretBasic(CLIENT_SECRET),
  ISSUER.startsWith('http:') ? development : undefined,
);

const app = express();
app.use(session({ secret: 'a long random text', resave: false, saveUninitialized: false }));

app.get('/login', async (request, response) => {
  const checks = {
    pkceCodeVerifier: client.randomPKCECodeVerifier(),
    expectedState: client.randomState(),
    expectedNonce: client.randomNonce(),
  };
  request.session.checks = checks;
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: `${BASE_URL}/callback`,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
  });
  response.redirect(url.href);
});

app.get('/callback', async (request, response) => {
  const { checks } = request.session;
  if (!checks) return response.redirect('/login');
  const tokens = await client.authorizationCodeGrant(config, new URL(request.url, BASE_URL), checks);
  request.session.regenerate(() => {
    const { id_token, access_token, refresh_token } = tokens;
    Object.assign(request.session, { user: tokens.claims(), id_token, access_token, refresh_token });
    response.redirect('/');
  });
});

app.get('/', (request, response) => {
  response.json({ user: request.session.user ?? null });
});

app.get('/userinfo', async (request, response) => {
  const { user, access_token } = request.session;
  response.json(await client.fetchUserInfo(config, access_token, user.sub));
});

app.get('/refresh', async (request, response) => {
  const tokens = await client.refreshTokenGrant(config, request.session.refresh_token);
  const refreshed = tokens.access_token !== request.session.access_token;
  // Each response has a new refresh token, which replaces the old one.
  request.session.access_token = tokens.access_token;
  request.session.refresh_token = tokens.refresh_token;
  response.json({ refreshed });
});

app.get('/logout', (request, response) => {
  const url = client.buildEndSessionUrl(config, {
    id_token_hint: request.session.id_token,
    post_logout_redirect_uri: `${BASE_URL}/`,
  });
  request.session.destroy(() => response.redirect(url.href));
});

app.listen(PORT, 'localhost');
