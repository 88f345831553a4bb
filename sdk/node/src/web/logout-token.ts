// Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4 and §2.6).
import { decodeProtectedHeader } from 'jose';
import type { KeySet } from '../issuer/keys.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Seconds that a logout token is good. */
const AGE = 120;
const ALGORITHMS = ['RS256', 'ES256', 'PS256', 'EdDSA'];

/**
 * Verifies a logout token.
 * @returns the session that is over, and the name of the token; `undefined` if it is not to be believed
 */
export async function readLogoutToken(
  token: string,
  keys: KeySet,
  expected: { issuer: string; clientId: string; clockSkew: number },
  now: number,
): Promise<{ sid: string; jti: string } | undefined> {
  try {
    const { alg, kid, typ, ...rest } = decodeProtectedHeader(token);
    if (typ !== 'logout+jwt' || typeof alg !== 'string' || !ALGORITHMS.includes(alg) || typeof kid !== 'string')
      return undefined;
    if (['jku', 'x5u', 'x5c', 'jwk', 'crit'].some((member) => member in rest)) return undefined;
    const payload = await keys.verify(token, { alg, kid }, now);
    return meaning(JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>, expected, now);
  } catch {
    return undefined;
  }
}

function meaning(
  claims: Record<string, unknown>,
  expected: { issuer: string; clientId: string; clockSkew: number },
  now: number,
) {
  const { iss, aud, iat, exp, jti, sid, events } = claims;
  const { clockSkew } = expected;
  const timely =
    typeof iat === 'number' &&
    iat <= now + clockSkew &&
    now - iat <= AGE + clockSkew &&
    typeof exp === 'number' &&
    now < exp + clockSkew;
  const ours = iss === expected.issuer && [aud].flat().includes(expected.clientId);
  const about =
    typeof events === 'object' && events !== null && isObject(events[EVENT as keyof typeof events]) && !Object.hasOwn(claims, 'nonce');
  return timely && ours && about && typeof jti === 'string' && typeof sid === 'string' ? { sid, jti } : undefined;
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
