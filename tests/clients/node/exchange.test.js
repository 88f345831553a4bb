// APIs (RFC 8707) and token exchange (RFC 8693), with openid-client; tokens are verified with jose, as an API would.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { instance as makeInstance, program } from './instance.js';
import { Person } from './person.js';
import { redirectUri } from './surroundings.js';

const skip = program ? false : 'needs its own instance (tests/clients/run.sh gives one on SQLite)';
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const ORDERS = 'https://orders.example';
const STOCK = 'https://stock.example';
let instance;
let web;
let service;
let keys;

/** A client of openid-client, made by discovery. */
async function client(type, ...options) {
  const made = await instance.usher('client', 'create', '--project', 'Shop', '--type', type, '--name', type, ...options);
  return oidc.discovery(new URL(instance.issuer), made.client_id, made.client_secret, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
}

before(async () => {
  if (skip) return;
  instance = await makeInstance();
  await instance.usher('project', 'create', '--name', 'Shop');
  for (const [identifier, scope] of [[ORDERS, 'orders:read'], [STOCK, 'stock:read']]) {
    await instance.usher('api', 'create', '--project', 'Shop', '--identifier', identifier, '--name', scope, '--scope', scope);
  }
  const scope = 'openid offline_access orders:read stock:read';
  web = await client('web', '--redirect-uri', redirectUri, '--scope', scope);
  service = await client('machine', '--scope', 'stock:read', '--grant-type', 'client_credentials', '--grant-type', EXCHANGE);
  keys = createRemoteJWKSet(new URL(web.serverMetadata().jwks_uri));
});
after(() => instance?.end());

/** What an API learns from a token for it. */
async function accepted(token, audience) {
  const { payload } = await jwtVerify(token, keys, { issuer: instance.issuer, audience, typ: 'at+jwt' });
  return payload;
}

/** A person signs in, for both APIs. */
async function tokens() {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(), idTokenExpected: true };
  const parameters = new URLSearchParams({
    redirect_uri: redirectUri,
    scope: 'openid offline_access orders:read stock:read',
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  for (const resource of [ORDERS, STOCK]) parameters.append('resource', resource);
  const { reached, page } = await new Person().go(oidc.buildAuthorizationUrl(web, parameters));
  assert.ok(reached, page?.text);
  return oidc.authorizationCodeGrant(web, reached, checks);
}

test('a token is for the resources of the request, and a refreshed one for fewer', { skip }, async () => {
  const first = await tokens();
  const claims = await accepted(first.access_token, ORDERS);
  assert.deepEqual([claims.aud, claims.scope], [[ORDERS, STOCK], 'orders:read stock:read']);
  const second = await oidc.refreshTokenGrant(web, first.refresh_token, { resource: STOCK });
  assert.deepEqual((await accepted(second.access_token, STOCK)).aud, [STOCK]);
  await assert.rejects(accepted(second.access_token, ORDERS), { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  const stranger = oidc.refreshTokenGrant(web, second.refresh_token, { resource: 'https://other.example' });
  await assert.rejects(stranger, { error: 'invalid_target' });
});

test('a service exchanges a token for a narrower one that names it', { skip }, async () => {
  const { access_token: subject } = await tokens();
  const { access_token: actor } = await oidc.clientCredentialsGrant(service);
  const parameters = {
    subject_token: subject,
    subject_token_type: ACCESS_TOKEN,
    actor_token: actor,
    actor_token_type: ACCESS_TOKEN,
    audience: STOCK,
  };
  const exchanged = await oidc.genericGrantRequest(service, EXCHANGE, parameters);
  assert.equal(exchanged.issued_token_type, ACCESS_TOKEN);
  const claims = await accepted(exchanged.access_token, STOCK);
  const { client_id: id } = service.clientMetadata();
  assert.deepEqual([claims.scope, claims.act], ['stock:read', { sub: id, client_id: id }]);
  assert.equal(claims.sub, (await accepted(subject, ORDERS)).sub);
  const beyond = oidc.genericGrantRequest(service, EXCHANGE, { ...parameters, audience: 'https://other.example' });
  await assert.rejects(beyond, { error: 'invalid_target' });
});
