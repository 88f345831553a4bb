// Clients that prove themselves by a key: private_key_jwt, PAR, signed requests and DPoP, with openid-client.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair } from 'jose';
import * as oidc from 'openid-client';
import { instance as makeInstance, program } from './instance.js';
import { Person } from './person.js';
import { redirectUri } from './surroundings.js';

const skip = program ? false : 'needs its own instance (tests/clients/run.sh gives one on SQLite)';
let instance;
let folder;

before(async () => {
  if (skip) return;
  folder = await mkdtemp(path.join(tmpdir(), 'usher-proof-'));
  // Every proof needs a nonce: the library gets one from the first refusal.
  instance = await makeInstance({ USHER_TOKENS__REQUIRE_DPOP_NONCE: 'true' });
  await instance.usher('project', 'create', '--name', 'Proof');
});
after(async () => {
  await instance?.end();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** A client with a key of this algorithm, made by discovery, and its private key. */
async function clientWith(alg, ...options) {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const file = path.join(folder, `${alg}-${options.length}.json`);
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg, kid: 'k1' }] }));
  const made = await instance.usher(
    'client', 'create', '--project', 'Proof', '--type', 'web', '--name', alg, '--redirect-uri', redirectUri,
    '--auth', 'private_key_jwt', '--jwks', file, '--id-token-alg', 'ES256', ...options,
  );
  assert.equal(made.client_secret, undefined, 'a client with keys has no secret');
  const key = { key: privateKey, kid: 'k1' };
  const config = await oidc.discovery(
    new URL(instance.issuer), made.client_id, { id_token_signed_response_alg: 'ES256' }, oidc.PrivateKeyJwt(key),
    { execute: [oidc.allowInsecureRequests] },
  );
  return { config, key };
}

async function parameters(checks) {
  return {
    redirect_uri: redirectUri,
    scope: 'openid email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
  };
}

const begin = () => ({
  pkceCodeVerifier: oidc.randomPKCECodeVerifier(), expectedState: oidc.randomState(), idTokenExpected: true,
});

async function reach(url) {
  const { reached, page } = await new Person().go(url);
  assert.ok(reached, page?.text);
  return reached;
}

for (const alg of ['ES256', 'PS256', 'RS256', 'EdDSA']) {
  test(`a client with a key of ${alg} pushes its request and binds its tokens`, { skip }, async () => {
    const { config } = await clientWith(alg, '--require-par', '--dpop');
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair('ES256'));
    const checks = begin();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, await parameters(checks), { DPoP });
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const tokens = await oidc.authorizationCodeGrant(config, await reach(url), checks, undefined, { DPoP });
    assert.equal(tokens.token_type.toLowerCase(), 'dpop');
    const info = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub, { DPoP });
    assert.equal(info.email, 'ana@example.test');
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    assert.equal(refreshed.token_type.toLowerCase(), 'dpop');
    const asked = await oidc.tokenIntrospection(config, refreshed.access_token);
    assert.ok(asked.active && asked.cnf.jkt, JSON.stringify(asked));
    const bearer = await fetch(`${instance.issuer}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${refreshed.access_token}` },
    });
    assert.equal(bearer.status, 401);
    await oidc.tokenRevocation(config, refreshed.refresh_token);
    assert.equal((await oidc.tokenIntrospection(config, refreshed.access_token)).active, false);
  });
}

test('a client signs its request', { skip }, async () => {
  const { config, key } = await clientWith('ES256', '--require-signed-request');
  const checks = begin();
  const url = await oidc.buildAuthorizationUrlWithJAR(config, await parameters(checks), key);
  assert.ok(url.searchParams.has('request') && !url.searchParams.has('state'));
  const tokens = await oidc.authorizationCodeGrant(config, await reach(url), checks);
  assert.ok(tokens.access_token);
});

test('a request is signed and pushed', { skip }, async () => {
  const { config, key } = await clientWith('PS256', '--require-signed-request', '--require-par');
  const checks = begin();
  const signed = await oidc.buildAuthorizationUrlWithJAR(config, await parameters(checks), key);
  const url = await oidc.buildAuthorizationUrlWithPAR(config, { request: signed.searchParams.get('request') });
  const tokens = await oidc.authorizationCodeGrant(config, await reach(url), checks);
  assert.ok(tokens.access_token);
});

for (const alg of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
  test(`the answer is signed with ${alg}`, { skip }, async () => {
    const { config } = await clientWith('ES256', '--response-alg', alg);
    oidc.useJwtResponseMode(config);
    const checks = begin();
    const reached = await reach(oidc.buildAuthorizationUrl(config, await parameters(checks)));
    assert.deepEqual([...reached.searchParams.keys()], ['response']);
    const tokens = await oidc.authorizationCodeGrant(config, reached, checks);
    assert.ok(tokens.access_token);
  });
}

for (const alg of ['ES256', 'PS256', 'EdDSA']) {
  test(`a client of FAPI 2.0 with a key of ${alg}`, { skip }, async () => {
    const { config } = await clientWith(alg, '--security-profile', 'fapi2');
    const DPoP = oidc.getDPoPHandle(config, await oidc.randomDPoPKeyPair(alg));
    const checks = begin();
    const url = await oidc.buildAuthorizationUrlWithPAR(config, await parameters(checks), { DPoP });
    const tokens = await oidc.authorizationCodeGrant(config, await reach(url), checks, undefined, { DPoP });
    for (let n = 0; n < 2; n += 1) {
      const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
      assert.equal(refreshed.refresh_token, tokens.refresh_token, 'it is not replaced');
      await oidc.fetchUserInfo(config, refreshed.access_token, tokens.claims().sub, { DPoP });
    }
    const plain = new Person();
    const refused = await plain.go(oidc.buildAuthorizationUrl(config, await parameters(begin())));
    assert.equal(refused.reached.searchParams.get('error'), 'invalid_request');
  });
}

test('an introspection response is signed', { skip }, async () => {
  const { config, key } = await clientWith('ES256', '--introspection-alg', 'PS256');
  const checks = begin();
  const reached = await reach(oidc.buildAuthorizationUrl(config, await parameters(checks)));
  const tokens = await oidc.authorizationCodeGrant(config, reached, checks);
  const algs = { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'PS256' };
  const signed = await oidc.discovery(
    new URL(instance.issuer), config.clientMetadata().client_id, algs, oidc.PrivateKeyJwt(key),
    { execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks] },
  );
  const types = [];
  signed[oidc.customFetch] = async (...request) => {
    const response = await fetch(...request);
    types.push(response.headers.get('content-type'));
    return response;
  };
  const asked = await oidc.tokenIntrospection(signed, tokens.access_token);
  assert.ok(asked.active && asked.sub, JSON.stringify(asked));
  assert.ok(types.includes('application/token-introspection+jwt'), types);
});
