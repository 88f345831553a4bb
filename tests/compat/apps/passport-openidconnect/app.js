// Signs people in with passport-openidconnect, which supports neither discovery nor PKCE nor refresh tokens.
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

const strategy = new OpenIDConnectStrategy(
  {
    issuer: ISSUER,
    authorizationURL: `${ISSUER}/oauth2/authorize`,
    tokenURL: `${ISSUER}/oauth2/token`,
    userInfoURL: `${ISSUER}/oauth2/userinfo`,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    callbackURL: `${BASE_URL}/callback`,
    scope: ['profile', 'email'],
  },
  (issuer, profile, context, idToken, done) => done(null, { ...profile, idToken }),
);
passport.use(strategy);
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));

const app = express();
app.use(session({ secret: 'a long random text', resave: false, saveUninitialized: false }));
app.use(passport.authenticate('session'));

app.get('/login', passport.authenticate('openidconnect'));
app.get('/callback', passport.authenticate('openidconnect', { successRedirect: '/', failWithError: true }));

app.get('/', (request, response) => {
  response.json({ user: request.user ?? null });
});

app.get('/logout', (request, response) => {
  const url = new URL(`${ISSUER}/oauth2/logout`);
  url.searchParams.set('id_token_hint', request.user.idToken);
  url.searchParams.set('post_logout_redirect_uri', `${BASE_URL}/`);
  request.logout(() => response.redirect(url.href));
});

app.listen(PORT, 'localhost');
