// The device authorization grant (RFC 8628) by a stock library.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { Person } from './person.js';
import { client, issuer } from './surroundings.js';

const scope = 'openid email offline_access';

test('discovery announces the endpoint and the grant type', async () => {
  const metadata = (await client('device')).serverMetadata();
  assert.equal(metadata.device_authorization_endpoint, new URL('/oauth2/device', issuer).href);
  assert.ok(metadata.grant_types_supported.includes('urn:ietf:params:oauth:grant-type:device_code'));
});

test('a person allows a device, which polls until it gets its tokens', async () => {
  const config = await client('device');
  const device = await oidc.initiateDeviceAuthorization(config, { scope });
  assert.match(device.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.equal(device.verification_uri, new URL('/device', issuer).href);
  const polling = oidc.pollDeviceAuthorizationGrant(config, device);
  const { page, visited } = await new Person().go(device.verification_uri_complete);
  assert.deepEqual(visited, ['/device', '/login', '/consent', '/device/done']);
  assert.match(page.querySelector('h1').text, /connected/);
  const tokens = await polling;
  const claims = tokens.claims();
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)).email, 'ana@example.test');
  const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(refreshed.claims().sub, claims.sub);
  await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, device), { error: 'invalid_grant' });
});

test('a person denies a device', async () => {
  const config = await client('device');
  const device = await oidc.initiateDeviceAuthorization(config, { scope });
  await new Person().go(device.verification_uri_complete, { decision: 'deny' });
  await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, device), { error: 'access_denied' });
});
