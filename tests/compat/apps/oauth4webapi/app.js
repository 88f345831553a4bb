// Signs people in with oauth4webapi, the library that openid-client is built on, and protects an API.
import express from 'express';
import session from 'express-session';
import * as oauth from 'oauth4webapi';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

// Only while the issuer is http://localhost.
const options = ISSUER.startsWith('http:') ? { [oauth.allowInsecureRequests]: true } : {};
const issuer = new URL(ISSUER);
const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
const client = { client_id: CLIENT_ID };
const authentication = oauth.ClientSecretBasic(CLIENT_SECRET);
const redirectUri = `${BASE_URL}/callback`;

const app = express();
app.use(session({ secret: 'a long random text', resave: false, saveUninitialized: false }));

app.get('/login', async (request, response) => {
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  request.session.checks = { verifier, state, nonce };
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  response.redirect(url.href);
});

app.get('/callback', async (request, response) => {
  const { verifier, state, nonce } = request.session.checks;
  const parameters = oauth.validateAuthResponse(server, client, new URL(request.url, BASE_URL), state);
  const answer = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, redirectUri, verifier, options,
  );
  const checks = { expectedNonce: nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, answer, checks);
  Object.assign(request.session, { tokens, user: oauth.getValidatedIdTokenClaims(tokens) });
  response.redirect('/');
});

app.get('/', (request, response) => {
  response.json({ user: request.session.user ?? null });
});

app.get('/userinfo', async (request, response) => {
  const { tokens, user } = request.session;
  const answer = await oauth.userInfoRequest(server, client, tokens.access_token, options);
  response.json(await oauth.processUserInfoResponse(server, client, user.sub, answer));
});

app.get('/refresh', async (request, response) => {
  const old = request.session.tokens;
  const answer = await oauth.refreshTokenGrantRequest(server, client, authentication, old.refresh_token, options);
  const tokens = await oauth.processRefreshTokenResponse(server, client, answer);
  request.session.tokens = { ...old, ...tokens };
  response.json({ refreshed: tokens.access_token !== old.access_token });
});

// An API checks the access token of a request as RFC 9068 says.
app.get('/api', async (request, response) => {
  const headers = { authorization: `Bearer ${request.session.tokens.access_token}` };
  const claims = await oauth.validateJwtAccessToken(server, new Request(BASE_URL, { headers }), ISSUER, options);
  response.json({ sub: claims.sub, scope: claims.scope });
});

app.get('/logout', (request, response) => {
  const url = new URL(server.end_session_endpoint);
  url.searchParams.set('id_token_hint', request.session.tokens.id_token);
  url.searchParams.set('post_logout_redirect_uri', `${BASE_URL}/`);
  request.session.destroy(() => response.redirect(url.href));
});

app.listen(PORT, 'localhost');
