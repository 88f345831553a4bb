// Clients of another project attack an API: none of their tokens is one for jose or go-oidc, as its resource server.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { signIn } from './sign_in.js';
import { api, client, issuer } from './surroundings.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const SCOPE = 'orders:read';

/** What the resource server does with a token: issuer, audience, type, algorithm, and a scope. */
async function accepts(token) {
  const keys = createRemoteJWKSet(new URL('/oauth2/jwks', issuer));
  const expected = { issuer: issuer.href.replace(/\/$/, ''), audience: api, typ: 'at+jwt', algorithms: ['ES256'] };
  try {
    const { payload } = await jwtVerify(token, keys, expected);
    return (payload.scope ?? '').split(' ').includes(SCOPE);
  } catch {
    return false;
  }
}

/** Every kind of token that clients of the other project get. */
async function foreignTokens() {
  const web = await client('mallory_web');
  const { tokens } = await signIn(web, { scope: 'openid profile email offline_access orders:read orders:admin' });
  const refreshed = await oidc.refreshTokenGrant(web, tokens.refresh_token);
  return {
    'of an API with the same scopes': (await oidc.clientCredentialsGrant(await client('mallory'))).access_token,
    'of no API': (await oidc.clientCredentialsGrant(await client('mallory_plain'))).access_token,
    'of a person': tokens.access_token,
    'refreshed': refreshed.access_token,
    'ID token': tokens.id_token,
    'refresh token': refreshed.refresh_token,
  };
}

let own;
let foreign;

before(async () => {
  own = (await oidc.clientCredentialsGrant(await client('shop'))).access_token;
  foreign = await foreignTokens();
});

test("jose accepts the token of the API's own project, and none of another project", async () => {
  assert.equal(await accepts(own), true);
  for (const [name, token] of Object.entries(foreign)) assert.equal(await accepts(token), false, name);
});

test('what is asked for the API of another project is refused', async () => {
  const [plain, web] = [await client('mallory_plain'), await client('mallory_web')];
  await assert.rejects(oidc.clientCredentialsGrant(plain, { resource: api }), { error: 'invalid_target' });
  await assert.rejects(oidc.clientCredentialsGrant(plain, { scope: 'orders:admin' }), { error: 'invalid_scope' });
  for (const subject of [own, foreign['of a person']]) {
    const exchange = { subject_token: subject, subject_token_type: ACCESS_TOKEN, resource: api };
    await assert.rejects(oidc.genericGrantRequest(plain, EXCHANGE, exchange), { name: 'ResponseBodyError' });
  }
  const { tokens } = await signIn(web);
  await assert.rejects(oidc.refreshTokenGrant(web, tokens.refresh_token, { resource: api }), { error: 'invalid_target' });
});

test('a client of another project learns nothing about a token by introspection', async () => {
  assert.equal((await oidc.tokenIntrospection(await client('shop'), own)).active, true);
  for (const name of ['mallory', 'mallory_plain', 'mallory_web']) {
    assert.deepEqual(await oidc.tokenIntrospection(await client(name), own), { active: false }, name);
  }
});

test('go-oidc accepts the same token, and no other', { skip: !process.env.USHER_TEST_GO && 'there is no Go' }, () => {
  const cwd = fileURLToPath(new URL('../go', import.meta.url));
  const env = { ...process.env, ISSUER: issuer.href.replace(/\/$/, ''), AUDIENCE: api, SCOPE };
  const input = JSON.stringify([own, ...Object.values(foreign)]);
  const { status, stdout, stderr } = spawnSync(process.env.USHER_TEST_GO, ['run', '.'], { cwd, env, input, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), [true, ...Object.values(foreign).map(() => false)]);
});
