// RP-initiated logout.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oidc from 'openid-client';
import { begin, signIn } from './sign_in.js';
import { client, postLogoutUri } from './surroundings.js';

test('signing out leads back to the application with its state, and the session is over', async () => {
  const config = await client('rs256');
  const { tokens, claims, person } = await signIn(config);
  const state = oidc.randomState();
  const url = oidc.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: postLogoutUri,
    state,
  });
  const { reached } = await person.go(url, { target: postLogoutUri });
  assert.equal(reached.href, `${postLogoutUri}?state=${state}`);

  const { url: silent, checks } = await begin(config, { prompt: 'none' });
  const answer = await person.go(silent);
  await assert.rejects(oidc.authorizationCodeGrant(config, answer.reached, checks), { error: 'login_required' });
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
});

test('an unregistered post-logout address is never followed', async () => {
  const config = await client('rs256');
  const { tokens, person } = await signIn(config);
  const elsewhere = 'https://elsewhere.example/';
  const url = oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: elsewhere });
  const { reached } = await person.go(url, { target: elsewhere });
  assert.equal(reached, undefined);
});

test('without a hint the person is asked first', async () => {
  const config = await client('rs256');
  const { person } = await signIn(config);
  const url = oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: postLogoutUri });
  const asked = await person.go(url, { target: postLogoutUri, decision: null });
  assert.equal(asked.reached, undefined);
  assert.ok((await signIn(config, { person, prompt: 'none' })).tokens.access_token, 'still signed in');
});
