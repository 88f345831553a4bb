// Signs people in with openid-client 5, which many applications still use. New ones should use version 6.
import express from 'express';
import session from 'express-session';
import { generators, Issuer } from 'openid-client-5'; // an alias of openid-client@5

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

const issuer = await Issuer.discover(ISSUER);
const client = new issuer.Client({
  client_id: CLIENT_ID,
  client_secret: CLIENT_SECRET,
  redirect_uris: [`${BASE_URL}/callback`],
  response_types: ['code'],
});

const app = express();
app.use(session({ secret: 'a long random text', resave: false, saveUninitialized: false }));

app.get('/login', (request, response) => {
  const checks = { code_verifier: generators.codeVerifier(), state: generators.state(), nonce: generators.nonce() };
  request.session.checks = checks;
  const url = client.authorizationUrl({
    scope: 'openid profile email offline_access',
    code_challenge: generators.codeChallenge(checks.code_verifier),
    code_challenge_method: 'S256',
    state: checks.state,
    nonce: checks.nonce,
  });
  response.redirect(url);
});

app.get('/callback', async (request, response) => {
  const parameters = client.callbackParams(request);
  const tokens = await client.callback(`${BASE_URL}/callback`, parameters, request.session.checks);
  Object.assign(request.session, { tokens, user: tokens.claims() });
  response.redirect('/');
});

app.get('/', (request, response) => {
  response.json({ user: request.session.user ?? null });
});

app.get('/userinfo', async (request, response) => {
  response.json(await client.userinfo(request.session.tokens.access_token));
});

app.get('/refresh', async (request, response) => {
  const tokens = await client.refresh(request.session.tokens.refresh_token);
  const refreshed = tokens.access_token !== request.session.tokens.access_token;
  request.session.tokens = tokens;
  response.json({ refreshed });
});

app.get('/logout', (request, response) => {
  const url = client.endSessionUrl({
    id_token_hint: request.session.tokens?.id_token,
    post_logout_redirect_uri: `${BASE_URL}/`,
  });
  request.session.destroy(() => response.redirect(url));
});

app.listen(PORT, 'localhost');
