// Tokens: refresh, revocation, introspection, client credentials.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { signIn } from './sign_in.js';
import { client, impostor } from './surroundings.js';

for (const name of ['rs256', 'public']) {
  test(`the ${name} client's refresh token changes with every use`, async () => {
    const config = await client(name);
    const { tokens, claims } = await signIn(config);
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.notEqual(second.refresh_token, tokens.refresh_token);
    assert.notEqual(second.access_token, tokens.access_token);
    const info = await oidc.fetchUserInfo(config, second.access_token, claims.sub);
    assert.equal(info.sub, claims.sub);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token);
    assert.notEqual(third.refresh_token, second.refresh_token);
  });
}

test('a client that lost the answer gets the same successor', async () => {
  const config = await client('rs256');
  const { tokens } = await signIn(config);
  const lost = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  const retried = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(retried.refresh_token, lost.refresh_token);
});

test('an old refresh token, used after its successor, ends the grant', async () => {
  const config = await client('rs256');
  const { tokens, claims } = await signIn(config);
  const second = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  const third = await oidc.refreshTokenGrant(config, second.refresh_token);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oidc.refreshTokenGrant(config, third.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oidc.fetchUserInfo(config, third.access_token, claims.sub));
});

test('a refresh token serves its own client only', async () => {
  const { tokens } = await signIn(await client('rs256'));
  await assert.rejects(oidc.refreshTokenGrant(await client('es256'), tokens.refresh_token), { error: 'invalid_grant' });
  const config = await client('rs256');
  assert.ok((await oidc.refreshTokenGrant(config, tokens.refresh_token)).access_token);
});

test('introspection distinguishes valid tokens from revoked ones', async () => {
  const config = await client('rs256');
  const { tokens, claims } = await signIn(config);
  const alive = await oidc.tokenIntrospection(config, tokens.access_token);
  assert.equal(alive.active, true);
  assert.equal(alive.sub, claims.sub);
  assert.equal(alive.client_id, config.clientMetadata().client_id);
  assert.equal((await oidc.tokenIntrospection(config, tokens.refresh_token)).active, true);
  assert.equal((await oidc.tokenIntrospection(config, 'garbage')).active, false);
  await assert.rejects(oidc.tokenIntrospection(await impostor('rs256'), tokens.access_token));
});

test('revoking the refresh token ends the access token too', async () => {
  const config = await client('rs256');
  const { tokens, claims } = await signIn(config);
  await oidc.tokenRevocation(config, tokens.refresh_token);
  assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, false);
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
});

test('an access token can be revoked', async () => {
  const config = await client('es256');
  const { tokens, claims } = await signIn(config);
  await oidc.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' });
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
});

test('revoking garbage is no error (RFC 7009)', async () => {
  await oidc.tokenRevocation(await client('rs256'), 'garbage');
});

test('a machine gets an access token, and no refresh token', async () => {
  const config = await client('machine');
  const tokens = await oidc.clientCredentialsGrant(config);
  assert.ok(tokens.access_token);
  assert.equal(tokens.refresh_token, undefined);
  assert.equal(tokens.id_token, undefined);
  assert.equal((await oidc.tokenIntrospection(config, tokens.access_token)).active, true);
});

test('a client of people gets no token for itself', async () => {
  await assert.rejects(oidc.clientCredentialsGrant(await client('rs256')), { error: 'unauthorized_client' });
});
