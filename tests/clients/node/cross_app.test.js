// Cross-app access (ID-JAG) with oauth4webapi and two instances: people sign in to the shop by the works, which vouches there
// for an application of theirs.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { instance, program } from './instance.js';
import { Person } from './person.js';
import { redirectUri } from './surroundings.js';

const skip = program ? false : 'needs its own instances (tests/clients/run.sh gives one on SQLite)';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ORDERS = 'https://orders.example';
const insecure = { [oauth.allowInsecureRequests]: true };
let works;
let shop;
let folder;

/** Metadata of an instance, with a new client there and its authentication. */
async function registered(at, project, type, ...options) {
  const made = await at.usher('client', 'create', '--project', project, '--type', type, '--name', type, ...options);
  const issuer = new URL(at.issuer);
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  return {
    id: made.client_id,
    secret: made.client_secret,
    server: await oauth.processDiscoveryResponse(issuer, response),
    client: { client_id: made.client_id },
    authentication: oauth.ClientSecretBasic(made.client_secret),
  };
}

/** A token request of any grant type. An ID-JAG is no token by its type, which only a token exchange knows. */
async function granted({ server, client, authentication }, grantType, parameters) {
  const form = new URLSearchParams(parameters);
  const response = await oauth.genericTokenEndpointRequest(server, client, authentication, grantType, form, insecure);
  return oauth.processGenericTokenEndpointResponse(server, client, response, { recognizedTokenTypes: { n_a: () => {} } });
}

/** The tokens of a person who signs in to the wiki. */
async function signedIn(wiki) {
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(wiki.server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: wiki.id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  const { reached, page } = await new Person().go(url);
  assert.ok(reached, page?.text);
  const parameters = oauth.validateAuthResponse(wiki.server, wiki.client, reached, oauth.expectNoState);
  const { server, client, authentication } = wiki;
  const response = await oauth.authorizationCodeGrantRequest(
    server, client, authentication, parameters, redirectUri, verifier, insecure,
  );
  return oauth.processAuthorizationCodeResponse(server, client, response);
}

before(async () => {
  if (skip) return;
  folder = await mkdtemp(path.join(tmpdir(), 'usher-cross-app-'));
  [works, shop] = [await instance(), await instance()];
  await works.usher('project', 'create', '--name', 'Works');
  await shop.usher('project', 'create', '--name', 'Shop');
  const api = ['--identifier', ORDERS, '--name', 'Orders', '--scope', 'orders:read', '--scope', 'orders:write'];
  await shop.usher('api', 'create', '--project', 'Shop', ...api);
});
after(async () => {
  await works?.end();
  await shop?.end();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test('an application gets a token of the other server by an assertion of the one that people sign in with', { skip }, async () => {
  const callback = `${shop.issuer}/upstream/oidc/callback`;
  const sso = await registered(works, 'Works', 'web', '--redirect-uri', callback);
  const settings = {
    client_id: sso.id,
    label: 'Works',
    issuer: works.issuer,
    identity_assertions: true,
    link_policy: 'auto',
    email_trust: 'authoritative',
  };
  const file = path.join(folder, 'works.json');
  await writeFile(file, JSON.stringify(settings));
  await shop.usherTyping(sso.secret, 'provider', 'add', 'oidc', '--client-secret-stdin', '--from-json', file);
  const there = await registered(shop, 'Shop', 'machine', '--scope', 'orders:read', '--grant-type', JWT_BEARER);
  const access = `audience=${shop.issuer},client_id=${there.id},relying_party=${sso.id},scope=orders:read orders:write`;
  const grants = ['authorization_code', EXCHANGE].flatMap((name) => ['--grant-type', name]);
  const wiki = await registered(
    works, 'Works', 'web', '--redirect-uri', redirectUri, ...grants, '--cross-app-access', access,
  );
  assert.deepEqual(wiki.server.identity_chaining_requested_token_types_supported, [ID_JAG]);
  assert.deepEqual(there.server.authorization_grant_profiles_supported, ['urn:ietf:params:oauth:grant-profile:id-jag']);
  const { id_token: idToken } = await signedIn(wiki);
  const assertion = async () => {
    const asked = {
      requested_token_type: ID_JAG,
      subject_token: idToken,
      subject_token_type: ID_TOKEN,
      audience: shop.issuer,
      resource: ORDERS,
      scope: 'orders:read orders:write',
    };
    const answer = await granted(wiki, EXCHANGE, asked);
    assert.deepEqual([answer.issued_token_type, answer.token_type], [ID_JAG, 'n_a']);
    return answer.access_token;
  };
  const unknown = granted(there, JWT_BEARER, { assertion: await assertion() });
  await assert.rejects(unknown, { error: 'invalid_grant' });

  // The person signs in to the shop, by the works: each site has a browser of its own, since cookies know no ports.
  const [browser, atWorks] = [new Person(), new Person()];
  const away = await browser.go(`${shop.issuer}/upstream/oidc/start`, { target: works.issuer });
  assert.ok(away.reached, away.page?.text);
  const back = await atWorks.go(away.reached, { target: callback });
  assert.ok(back.reached, back.page?.text);
  await browser.go(back.reached);

  const once = await assertion();
  const token = await granted(there, JWT_BEARER, { assertion: once });
  assert.deepEqual([token.scope, token.refresh_token, token.id_token], ['orders:read', undefined, undefined]);
  const keys = createRemoteJWKSet(new URL(there.server.jwks_uri));
  const { payload } = await jwtVerify(token.access_token, keys, { issuer: shop.issuer, audience: ORDERS, typ: 'at+jwt' });
  assert.equal(payload.client_id, there.id);
  await assert.rejects(granted(there, JWT_BEARER, { assertion: once }), { error: 'invalid_grant' });
});
