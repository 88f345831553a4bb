// Signs people in with express-openid-connect, which brings /login, /callback and /logout.
import express from 'express';
import oidc from 'express-openid-connect';

const { auth, requiresAuth } = oidc;
const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

const app = express();
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: BASE_URL,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    secret: 'a long random text that signs the cookie',
    authRequired: false,
    authorizationParams: { response_type: 'code', scope: 'openid profile email offline_access' },
    idpLogout: true, // signs out at Usher as well
  }),
);

app.get('/', (request, response) => {
  response.json({ user: request.oidc.user ?? null });
});

app.get('/userinfo', requiresAuth(), async (request, response) => {
  response.json(await request.oidc.fetchUserInfo());
});

app.get('/refresh', requiresAuth(), async (request, response) => {
  const old = request.oidc.accessToken;
  const { access_token } = await old.refresh();
  response.json({ refreshed: access_token !== old.access_token });
});

app.listen(PORT, 'localhost');
