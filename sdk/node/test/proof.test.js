// Tokens that are bound to a key (DPoP, RFC 9449): never as bearer tokens, once for each proof.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { Usher, memoryStore } from '@usher-id/sdk';
import { createTestUsher } from '@usher-id/sdk/testing';

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const { privateKey, publicKey } = await generateKeyPair('ES256');
const jwk = await exportJWK(publicKey);
const jkt = await calculateJwkThumbprint(jwk);
const hash = (token) => createHash('sha256').update(token).digest('base64url');

const proof = (token, claims = {}) =>
  new SignJWT({ htm: 'GET', htu: 'https://api.test/orders', jti: randomUUID(), ath: hash(token), ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
    .setIssuedAt()
    .sign(privateKey);
const request = (authorization, dpop) => ({
  method: 'GET',
  target: '/orders?open=1',
  header: (name) => ({ authorization, dpop })[name],
});
/** Why a request is refused; `null` if it is not. */
const reason = async (usher, ...headers) => (await usher.authenticate(request(...headers))).refusal?.reason ?? null;

async function bound(options) {
  const issuer = await createTestUsher({ policy: false, logger: quiet, ...options });
  return [issuer, await issuer.token({ claims: { cnf: { jkt } } })];
}

test('a bound token is accepted with a proof, in any spelling of the scheme, and refused as a bearer token', async () => {
  const [issuer, token] = await bound();
  for (const scheme of ['DPoP', 'dpop', 'DPOP']) {
    const { auth } = await issuer.usher.authenticate(request(`${scheme} ${token}`, await proof(token)));
    assert.equal(auth?.claims.cnf.jkt, jkt, scheme);
  }
  assert.equal(await reason(issuer.usher, `Bearer ${token}`), 'sender_constrained');
  assert.equal(await reason(issuer.usher, `Bearer ${token}`, await proof(token)), 'sender_constrained');
  await assert.rejects(issuer.usher.verify(token), { reason: 'sender_constrained' }, 'without a request there is no proof');
  assert.equal(await reason(issuer.usher, `DPoP ${token}`), 'proof_missing');
  const plain = await issuer.token();
  assert.equal(await reason(issuer.usher, `DPoP ${plain}`, await proof(plain)), 'token_unbound');
  await issuer.close();
});

test('two proofs, and two tokens, are refused', async () => {
  const [issuer, token] = await bound();
  const twice = `${await proof(token)}, ${await proof(token)}`;
  assert.equal(await reason(issuer.usher, `DPoP ${token}`, twice), 'proof_malformed');
  assert.equal(await reason(issuer.usher, `Bearer ${token}, DPoP ${token}`, await proof(token)), 'credentials_ambiguous');
  await issuer.close();
});

test('a proof is for the URL of the application, and not for what the caller says it is', async () => {
  const [issuer, token] = await bound({ baseURL: 'https://shop.example' });
  assert.equal(await reason(issuer.usher, `DPoP ${token}`, await proof(token)), 'proof_request_wrong');
  assert.equal(await reason(issuer.usher, `DPoP ${token}`, await proof(token, { htu: 'https://shop.example/orders' })), null);
  await issuer.close();
  const [nameless, unusable] = await bound({ audience: 'orders' });
  assert.equal(await reason(nameless.usher, `DPoP ${unusable}`, await proof(unusable)), 'sender_constrained');
  await nameless.close();
});

test('a proof is accepted once, also after a restart and by another process where the store is shared', async () => {
  const storage = memoryStore();
  const [issuer, token] = await bound({ storage });
  const headers = [`DPoP ${token}`, await proof(token)];
  const both = await Promise.all([reason(issuer.usher, ...headers), reason(issuer.usher, ...headers)]);
  assert.deepEqual(both.sort(), ['proof_replayed', null].sort());
  const other = new Usher(issuer.options);
  assert.equal(await reason(other, ...headers), 'proof_replayed');
  assert.equal(await reason(other, `DPoP ${token}`, await proof(token)), null);
  await other.close();
  await issuer.close();
});

test('without its store the module accepts no proof', async () => {
  const storage = memoryStore();
  const [issuer, token] = await bound({ storage });
  await issuer.usher.ready();
  storage.get = () => Promise.reject(new Error('away'));
  assert.equal(await reason(issuer.usher, `DPoP ${token}`, await proof(token)), 'store_unavailable');
  await issuer.close();
});
