// One sign-in from the authorization request to the tokens.
import * as oidc from 'openid-client';
import { Person } from './person.js';
import { redirectUri } from './surroundings.js';

/** Starts a sign-in: the address to open and what the answer must match. */
export async function begin(config, extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    idTokenExpected: true,
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile email offline_access',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...extra,
  });
  return { url, checks };
}

/** A whole sign-in: `{ tokens, claims, person, answer, checks, visited }`. */
export async function signIn(config, { person = new Person(), ...extra } = {}) {
  const { url, checks } = await begin(config, extra);
  const { reached, page, visited } = await person.go(url);
  if (!reached) throw new Error(`the sign-in ended on a page: ${page?.text.replace(/\s+/g, ' ').slice(0, 400)}`);
  const tokens = await oidc.authorizationCodeGrant(config, reached, checks);
  return { tokens, claims: tokens.claims(), person, answer: reached, checks, visited };
}
