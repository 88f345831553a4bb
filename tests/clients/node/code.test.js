// Authorization code with PKCE.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import * as oidc from 'openid-client';
import { Person } from './person.js';
import { begin, signIn } from './sign_in.js';
import { client, impostor, issuer, person } from './surroundings.js';

const header = (jwt) => JSON.parse(Buffer.from(jwt.split('.')[0], 'base64url'));

for (const [name, alg] of [['rs256', 'RS256'], ['es256', 'ES256'], ['public', 'ES256']]) {
  test(`the ${name} client signs a person in and reads who it is`, async () => {
    const config = await client(name);
    const { tokens, claims, answer } = await signIn(config);
    assert.equal(header(tokens.id_token).alg, alg);
    assert.equal(answer.searchParams.get('iss'), issuer.href.replace(/\/$/, ''));
    assert.equal(tokens.token_type.toLowerCase(), 'bearer');
    assert.ok(tokens.expires_in > 0);
    const info = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.equal(info.email, person.email);
    assert.equal(info.email_verified, true);
  });
}

test('the same person is the same subject at every client', async () => {
  const one = await signIn(await client('rs256'));
  const other = await signIn(await client('es256'));
  assert.equal(one.claims.sub, other.claims.sub);
});

test('the second application needs no password', async () => {
  const first = await signIn(await client('rs256'));
  assert.ok(first.visited.length > 0, 'the first sign-in shows a page');
  const second = await signIn(await client('public'), { person: first.person });
  assert.ok(!second.visited.includes(first.visited[0]), `no sign-in page again: ${second.visited}`);
});

test('prompt=none answers without a page, or says login_required', async () => {
  const config = await client('rs256');
  const { person: signedIn } = await signIn(config);
  const silent = await signIn(config, { person: signedIn, prompt: 'none' });
  assert.deepEqual(silent.visited, []);

  const { url, checks } = await begin(config, { prompt: 'none' });
  const { reached } = await new Person().go(url);
  await assert.rejects(oidc.authorizationCodeGrant(config, reached, checks), { error: 'login_required' });
});

test('prompt=login and max_age=0 ask again', async () => {
  const config = await client('rs256');
  const first = await signIn(config);
  const again = await signIn(config, { person: first.person, prompt: 'login' });
  assert.ok(again.visited.length > 0);
  const aged = await signIn(config, { person: first.person, max_age: '0' });
  assert.ok(aged.visited.length > 0);
  assert.ok(aged.claims.auth_time >= first.claims.iat - 1);
});

test('a wrong password does not sign in', async () => {
  const { url } = await begin(await client('rs256'));
  const stranger = new Person({ ...person, password: 'not the password' });
  const { reached, page } = await stranger.go(url);
  assert.equal(reached, undefined);
  assert.ok(page.querySelector('[name=password]'), 'the sign-in form comes again');
});

test('a code works once; a repetition at once ends nothing, a later one revokes its tokens', async () => {
  const config = await client('rs256');
  const { tokens, claims, answer, checks } = await signIn(config);
  await assert.rejects(oidc.authorizationCodeGrant(config, answer, checks), { error: 'invalid_grant' });
  assert.equal((await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)).sub, claims.sub);
  await setTimeout(11_000);
  await assert.rejects(oidc.authorizationCodeGrant(config, answer, checks), { error: 'invalid_grant' });
  await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, claims.sub));
  await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token), { error: 'invalid_grant' });
});

test('a code is refused with another verifier, another client or a wrong secret', async () => {
  const config = await client('rs256');
  for (const [attempt, changes, error] of [
    [config, { pkceCodeVerifier: oidc.randomPKCECodeVerifier() }, 'invalid_grant'],
    [await client('es256'), {}, 'invalid_grant'],
    [await impostor('rs256'), {}, 'invalid_client'],
  ]) {
    const { url, checks } = await begin(config);
    const { reached } = await new Person().go(url);
    await assert.rejects(oidc.authorizationCodeGrant(attempt, reached, { ...checks, ...changes }), (cause) => {
      // The library reports a 401 with a challenge without its body.
      assert.equal(cause.status === 401 ? 'invalid_client' : cause.error, error);
      return true;
    });
  }
});

test('an unregistered redirect URI shows a page and leads nowhere', async () => {
  const config = await client('rs256');
  const elsewhere = 'https://elsewhere.example/callback';
  const { url } = await begin(config, { redirect_uri: elsewhere });
  const { reached, status } = await new Person().go(url, { target: elsewhere });
  assert.equal(reached, undefined);
  assert.equal(status, 400);
});

test('a request without PKCE by the public client is refused', async () => {
  const config = await client('public');
  const { url, checks } = await begin(config);
  url.searchParams.delete('code_challenge');
  url.searchParams.delete('code_challenge_method');
  const { reached } = await new Person().go(url);
  await assert.rejects(oidc.authorizationCodeGrant(config, reached, checks), { error: 'invalid_request' });
});
