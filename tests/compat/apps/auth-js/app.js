// Signs people in with Auth.js (here @auth/express; the provider and the callbacks are the same in Next.js and SvelteKit).
import { ExpressAuth } from '@auth/express';
import express from 'express';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, BASE_URL, PORT } = process.env;

const usher = {
  id: 'usher',
  name: 'Usher',
  type: 'oidc',
  issuer: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  checks: ['pkce', 'state', 'nonce'],
  authorization: { params: { scope: 'openid profile email offline_access' } },
};

/** Requests new tokens with the refresh token: Auth.js leaves this to the application. */
async function refresh(token) {
  const response = await fetch(`${ISSUER}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${CLIENT_ID}:${CLIENT_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token.refresh_token }),
  });
  if (!response.ok) return null; // Refused: the person must sign in again.
  const { access_token, refresh_token, expires_in } = await response.json();
  return { ...token, access_token, refresh_token, expires_at: Math.floor(Date.now() / 1000) + expires_in };
}

const config = {
  secret: 'a long random text, made by `npx auth secret`',
  trustHost: true,
  providers: [usher],
  callbacks: {
    jwt({ token, account }) {
      if (account) {
        const { access_token, refresh_token, expires_at, id_token } = account;
        return { ...token, access_token, refresh_token, expires_at, id_token };
      }
      const isDue = token.expires_at * 1000 < Date.now() + 60_000;
      return isDue ? refresh(token) : token;
    },
    // Scripts of your pages can read what is returned here, at /auth/session.
    session({ session, token }) {
      return { ...session, access_token: token.access_token, id_token: token.id_token };
    },
  },
};

/** The session. After a refresh its new cookie has the new tokens; getSession() of @auth/express would lose it. */
async function currentSession(request, response) {
  const answer = await fetch(`${BASE_URL}/auth/session`, { headers: { cookie: request.headers.cookie ?? '' } });
  response.setHeader('set-cookie', answer.headers.getSetCookie());
  return answer.json();
}

const app = express();
app.use('/auth', ExpressAuth(config));

app.get('/', async (request, response) => {
  const session = await currentSession(request, response);
  response.json({ user: session?.user ?? null });
});

app.get('/userinfo', async (request, response) => {
  const { access_token } = await currentSession(request, response);
  const answer = await fetch(`${ISSUER}/oauth2/userinfo`, { headers: { authorization: `Bearer ${access_token}` } });
  response.status(answer.status).json(await answer.json());
});

// POST /auth/signout ends only the session of Auth.js; this ends the one at Usher as well.
app.get('/logout', async (request, response) => {
  const { id_token } = await currentSession(request, response);
  const url = new URL(`${ISSUER}/oauth2/logout`);
  url.searchParams.set('id_token_hint', id_token);
  url.searchParams.set('post_logout_redirect_uri', `${BASE_URL}/`);
  response.removeHeader('set-cookie');
  response.clearCookie('authjs.session-token').redirect(url.href);
});

app.listen(PORT, 'localhost');
