// Client-Initiated Backchannel Authentication by stock libraries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as oidc from 'openid-client';
import { Person } from './person.js';
import { client, credentials, issuer, person } from './surroundings.js';

const page = new URL('/ciba', issuer);
const asked = { scope: 'openid email offline_access', login_hint: person.email, binding_message: 'W4SCT' };

test('discovery announces the endpoint and the grant type', async () => {
  const metadata = (await client('ciba')).serverMetadata();
  assert.equal(metadata.backchannel_authentication_endpoint, new URL('/oauth2/ciba', issuer).href);
  assert.ok(metadata.grant_types_supported.includes('urn:openid:params:grant-type:ciba'));
});

test('openid-client: a person allows the request, and the client polls until it gets its tokens', async () => {
  const config = await client('ciba');
  const request = await oidc.initiateBackchannelAuthentication(config, asked);
  const polling = oidc.pollBackchannelAuthenticationGrant(config, request);
  const { page: done, visited } = await new Person().go(page);
  assert.deepEqual(visited, ['/login', '/consent', '/ciba/done']);
  assert.match(done.querySelector('h1').text, /signed in/);
  const tokens = await polling;
  const claims = tokens.claims();
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)).email, person.email);
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, claims.sub);
  await assert.rejects(oidc.pollBackchannelAuthenticationGrant(config, request), { error: 'invalid_grant' });
});

test('openid-client: a person denies the request', async () => {
  const config = await client('ciba');
  const request = await oidc.initiateBackchannelAuthentication(config, asked);
  await new Person().go(page, { decision: 'deny' });
  await assert.rejects(oidc.pollBackchannelAuthenticationGrant(config, request), { error: 'access_denied' });
});

test('oauth4webapi: a request, its answer, and the tokens', async () => {
  const config = await client('ciba');
  const [as, { id, secret }] = [config.serverMetadata(), credentials('ciba')];
  const [own, auth] = [{ client_id: id }, oauth.ClientSecretBasic(secret)];
  const insecure = { [oauth.allowInsecureRequests]: true };
  const begun = await oauth.backchannelAuthenticationRequest(as, own, auth, asked, insecure);
  const request = await oauth.processBackchannelAuthenticationResponse(as, own, begun);
  assert.equal(request.interval, 5);
  const poll = () => oauth.backchannelAuthenticationGrantRequest(as, own, auth, request.auth_req_id, insecure);
  const early = oauth.processBackchannelAuthenticationGrantResponse(as, own, await poll());
  await assert.rejects(early, { error: 'authorization_pending' });
  await new Person().go(page);
  const tokens = await oauth.processBackchannelAuthenticationGrantResponse(as, own, await poll());
  assert.ok(oauth.getValidatedIdTokenClaims(tokens).sub);
});
