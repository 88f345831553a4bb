// Signed texts, with the test keys of keys.json.
import { constants, createPrivateKey, createPublicKey, sign as rawSign, verify as rawVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64url } from 'jose';

export const keys = JSON.parse(readFileSync(new URL('../keys.json', import.meta.url), 'utf8'));
const PUBLIC = ['kty', 'crv', 'x', 'y', 'n', 'e', 'kid', 'use', 'alg'];
export const publicKey = (jwk) => Object.fromEntries(PUBLIC.filter((name) => name in jwk).map((name) => [name, jwk[name]]));
export const part = (value) => base64url.encode(typeof value === 'string' ? value : JSON.stringify(value));

/**
 * Tokens of an earlier run are kept where they say the same: an ECDSA signature is another one each time.
 * @param known those of the earlier run, by the names of their cases
 */
export const keeper = (known) => (name, input, jwk) => {
  const token = known.get(name);
  if (!token?.startsWith(`${input}.`)) return null;
  const made = Buffer.from(token.slice(input.length + 1), 'base64url');
  return rawVerify(HASHES[jwk.alg], Buffer.from(input), how(createPublicKey({ key: publicKey(jwk), format: 'jwk' }), jwk.alg), made) ? token : null;
};

export function signature(input, jwk) {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return rawSign(HASHES[jwk.alg], Buffer.from(input), how(key, jwk.alg)).toString('base64url');
}

const HASHES = { ES256: 'sha256', RS256: 'sha256', PS256: 'sha256', EdDSA: null };
const how = (key, alg) =>
  ({ ES256: { key, dsaEncoding: 'ieee-p1363' }, PS256: { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } })[alg] ?? key;
