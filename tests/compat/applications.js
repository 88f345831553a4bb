// The table: every application, its library, its client, and what is tested beside sign-in and sign-out.
//
//   name      in the results
//   folder    under apps/; its name is the name of the test and of the client
//   library   where its version is pinned: [file in the folder or here, package]
//   language  says how it is installed (lib/install.js)
//   start     the command, in its folder
//   packages  of Debian that it needs
//   type      of the client: web, spa, native
//   callback  path of its redirect URI, or several
//   https     its library takes no issuer on http, so Usher is on https
//   resource  path of the API that it is, if it is one: clients send its URL as `resource` (RFC 8707)
//   options   of `usher client create`, if the default settings are not enough, and `why`
//   project   of the client, if it is not that of the tests
//   ports     variables that each get a free port
//   driver    pages (a server that keeps the session), spa (buttons in a page), or a file in its folder
//   offers    what is tested beside sign-in and sign-out
//   lacks     which columns of the table it does not have, and why
//   quick     it is part of `make test`
import { authJs, djangoAllauth, jupyterHub, modAuthOpenidc, mozillaDjango, oauth2Proxy, spring } from './lib/ways.js';

const node = (folder, name, library, more) => ({
  name,
  folder,
  library: ['package.json', library],
  language: 'Node.js',
  start: ['node', 'app.js'],
  type: 'web',
  callback: '/callback',
  driver: 'pages',
  offers: ['userinfo', 'refresh', 'sign out at Usher'],
  ...more,
});

const spa = (folder, name, library, more) => ({
  ...node(folder, name, library),
  language: 'browser',
  start: ['node', '../../lib/spa.js', '.'],
  type: 'spa',
  driver: 'spa',
  ...more,
});

const python = (folder, name, library, more) => ({
  ...node(folder, name, library),
  library: ['requirements.txt', library],
  language: 'Python',
  start: ['python', 'app.py'],
  ...more,
});

/** The person's roles in the sample project of `usher dev` are groups of the application. */
const groups = {
  project: 'Demo',
  options: ['--roles-claim', 'groups'],
  why: 'the application reads the roles from the claim `groups`, and requests the scope `roles`',
  shows: ['email', 'role'],
};

/** A silent sign-in of a page on http://localhost. */
const firstParty = {
  options: ['--first-party'],
  why:
    'any program can pose as a page on `http://localhost`, so a client there is asked for consent at every sign-in and ' +
    'cannot sign in silently, unless it is first-party; a page on https is asked once',
};


export const applications = [
  node('openid-client', 'openid-client 6', 'openid-client', { quick: true }),
  node('openid-client-5', 'openid-client 5', 'openid-client-5', { quick: true }),
  node('express-openid-connect', 'express-openid-connect', 'express-openid-connect', { quick: true }),
  node('auth-js', 'Auth.js (@auth/express)', '@auth/express', { quick: true, callback: '/auth/callback/usher', ...authJs }),
  node('passport-openidconnect', 'passport-openidconnect', 'passport-openidconnect', {
    quick: true,
    offers: ['sign out at Usher'],
    lacks: { refresh: 'the library does not use refresh tokens' },
  }),
  node('oauth4webapi', 'oauth4webapi', 'oauth4webapi', { offers: ['userinfo', 'refresh', 'api', 'sign out at Usher'] }),
  node('mcp', 'MCP SDK', '@modelcontextprotocol/sdk', {
    type: 'native',
    resource: '/mcp',
    driver: 'drive.js',
    lacks: { 'sign out': 'the SDK has no sign-out', 'sign out at Usher': 'the SDK has no sign-out' },
  }),
  spa('oidc-client-ts', 'oidc-client-ts', 'oidc-client-ts', {
    quick: true,
    signedOut: '/signed-out',
    ...firstParty,
    offers: ['userinfo', 'refresh', 'silent', 'popup', 'sign out by popup'],
  }),
  python('authlib', 'Authlib (Flask)', 'Authlib'),
  python('fastapi', 'Authlib and joserfc (FastAPI)', 'joserfc', {
    offers: ['userinfo', 'refresh', 'api', 'sign out at Usher'],
  }),
  python('mozilla-django-oidc', 'mozilla-django-oidc', 'mozilla-django-oidc', {
    start: ['./run.sh'],
    callback: '/oidc/callback/',
    shows: ['email'],
    offers: ['sign out at Usher'],
    lacks: { refresh: 'the library does not use refresh tokens; `SessionRefresh` signs in silently instead' },
    ...mozillaDjango,
  }),
  python('django-allauth', 'django-allauth', 'django-allauth', {
    start: ['./run.sh'],
    callback: '/accounts/oidc/usher/login/callback/',
    offers: [],
    lacks: {
      refresh: 'the library does not refresh tokens',
      'sign out at Usher': 'the library ends only the session of the site',
    },
    ...djangoAllauth,
  }),
  python('requests-oauthlib', 'requests-oauthlib', 'requests-oauthlib'),
  python('streamlit', 'Streamlit', 'streamlit', {
    start: ['./run.sh'],
    callback: '/oauth2callback',
    signedOut: '/oauth2callback',
    driver: 'drive.js',
    lacks: { refresh: 'Streamlit does not use refresh tokens' },
  }),
  python('jupyterhub', 'JupyterHub (OAuthenticator)', 'oauthenticator', {
    start: ['./run.sh'],
    callback: '/hub/oauth_callback',
    ready: '/hub/health',
    ports: ['HUB_PORT', 'PROXY_PORT'],
    ...groups,
    offers: ['sign out at Usher'],
    lacks: { refresh: 'the hub stores no tokens unless `enable_auth_state` is set, which the application does not do' },
    ...jupyterHub,
  }),
  {
    ...node('go-oidc', 'go-oidc', 'github.com/coreos/go-oidc/v3'),
    library: ['go.mod', 'go-oidc/v3'],
    language: 'Go',
    start: ['go-oidc'],
  },
  {
    ...node('oauth2-proxy', 'oauth2-proxy', 'oauth2-proxy'),
    module: 'github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6',
    language: 'Go',
    start: ['./run.sh'],
    callback: '/oauth2/callback',
    ports: ['UPSTREAM_PORT'],
    ...groups,
    offers: ['refresh', 'sign out at Usher'],
    ...oauth2Proxy,
  },
  {
    ...node('spring', 'Spring Security (login and resource server)'),
    library: ['pom.xml', 'spring-boot-starter-parent'],
    language: 'Java',
    start: ['java', '-jar', 'target/demo.jar'],
    patience: 120,
    callback: '/login/oauth2/code/usher',
    offers: ['api', 'refresh', 'sign out at Usher'],
    ...spring,
  },
  {
    ...node('axum', 'axum-oidc (axum)'),
    library: ['Cargo.lock', 'name = "axum-oidc"'],
    language: 'Rust',
    start: ['axum-sign-in'],
    callback: '/account',
    offers: ['sign out at Usher'],
    lacks: {
      refresh:
        'the library expects a nonce in a refreshed ID token, which OpenID Connect Core §12.2 advises against; without ' +
        'a refresh token it signs in again silently',
    },
    ways: { login: '/account' },
  },
  {
    ...node('mod-auth-openidc', 'mod_auth_openidc (Apache)'),
    language: 'Apache',
    packages: ['apache2-bin', 'libapache2-mod-auth-openidc'],
    start: ['./run.sh'],
    callback: '/redirect_uri',
    signedOut: '/signed-out',
    offers: ['refresh', 'sign out at Usher'],
    ...modAuthOpenidc,
  },
  spa('react-oidc-context', 'react-oidc-context', 'react-oidc-context', {
    build: ['npx', 'esbuild', 'app.jsx', '--bundle', '--format=esm', '--jsx=automatic', '--outfile=bundle.js', '--log-level=warning'],
    offers: ['refresh', 'popup'],
  }),
  spa('angular-oauth2-oidc', 'angular-oauth2-oidc', 'angular-oauth2-oidc', {
    build: ['npx', 'esbuild', 'app.js', '--bundle', '--format=esm', '--outfile=bundle.js', '--log-level=warning'],
    callback: ['/', '/silent.html'],
    offers: ['userinfo', 'refresh', 'popup'],
  }),
  spa('keycloak-js', 'keycloak-js', 'keycloak-js', {
    callback: ['/', '/silent-check-sso.html'],
    ...firstParty,
    offers: ['userinfo', 'silent'],
    lacks: { refresh: 'the library decodes refresh tokens as JWTs, and those of Usher are opaque; it signs in silently instead' },
  }),
  spa('msal-browser', '@azure/msal-browser', '@azure/msal-browser', {
    https: true,
    build: ['npx', 'esbuild', 'app.js', '--bundle', '--format=esm', '--outfile=bundle.js', '--log-level=warning'],
    callback: '/',
    offers: ['userinfo', 'refresh'],
  }),
  spa('swagger-ui', 'Swagger UI', 'swagger-ui-dist', {
    callback: '/modules/swagger-ui-dist/oauth2-redirect.html',
    driver: 'drive.js',
    lacks: {
      refresh: 'Swagger UI does not refresh; people press *Authorize* again',
      'sign out at Usher': '*Logout* drops the token only',
    },
  }),
];
