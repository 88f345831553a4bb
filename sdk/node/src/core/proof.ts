// Proofs that a caller holds the key of an access token (DPoP, RFC 9449).
import { createHash } from 'node:crypto';
import { type JWK, calculateJwkThumbprint, compactVerify, importJWK } from 'jose';
import { LONGEST_TOKEN, readObject } from './jwt.js';
import { PROOF_ALGORITHMS, Refusal } from './refusal.js';

/** The credentials of a request. */
export interface Credentials {
  scheme: 'Bearer' | 'DPoP';
  token: string;
  /** The values of the header `DPoP`. */
  proofs: readonly string[];
}

/** The request that a proof must be for. */
export interface ProvenRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  /** The URL of the application, where it is known. A `Host` header would be the word of the caller. */
  url: string | undefined;
}

/** The id of a proof, and until when it must be remembered, in seconds since the epoch. */
export interface SpentProof {
  jti: string;
  until: number;
}

interface Proof {
  alg: string;
  key: JWK;
  jti: string;
  htm: string;
  htu: string;
  iat: number;
  ath: unknown;
}

/** Seconds for which a proof is accepted after its `iat`. */
const AGE = 60;
/** The longest `jti`. */
const LONGEST_ID = 255;
const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
const REFUSED = ['jku', 'x5u', 'x5c', 'crit', 'b64'];
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const TYPES = ['dpop+jwt', 'application/dpop+jwt'];

/**
 * Checks that a token is presented as it is bound: to the key `jkt`, or to none.
 * @returns the proof, which must not have been used before; `undefined` for a bearer token
 * @throws {Refusal}
 */
export async function checkBinding(
  { scheme, token, proofs }: Credentials,
  jkt: string | undefined,
  request: ProvenRequest,
  clockSkew: number,
  now: number,
): Promise<SpentProof | undefined> {
  if (scheme === 'Bearer' && jkt === undefined) return undefined;
  if (jkt === undefined) throw new Refusal('token_unbound');
  if (scheme === 'Bearer' || request.url === undefined) throw new Refusal('sender_constrained');
  const [text, second] = proofs;
  if (text === undefined) throw new Refusal('proof_missing');
  if (second !== undefined) throw new Refusal('proof_malformed');
  const proof = await verifyProof(text, jkt);
  const { method, target, url } = request;
  if (proof.htm !== method || placeOf(proof.htu) !== placeOf(originOf(url) + target)) throw new Refusal('proof_request_wrong');
  if (proof.ath !== createHash('sha256').update(token).digest('base64url')) throw new Refusal('proof_token_wrong');
  if (proof.iat < now - AGE || proof.iat > now + clockSkew) throw new Refusal('proof_untimely');
  return { jti: proof.jti, until: proof.iat + AGE };
}

async function verifyProof(text: string, jkt: string): Promise<Proof> {
  const proof = readProof(text);
  let key: Awaited<ReturnType<typeof importJWK>>;
  let thumbprint: string;
  try {
    [key, thumbprint] = [await importJWK(proof.key, proof.alg), await calculateJwkThumbprint(proof.key)];
  } catch (cause) {
    throw new Refusal('proof_malformed', {}, cause);
  }
  if (thumbprint !== jkt) throw new Refusal('proof_key_wrong');
  try {
    await compactVerify(text, key, { algorithms: [proof.alg] });
  } catch (cause) {
    throw new Refusal('proof_signature_invalid', {}, cause);
  }
  return proof;
}

function readProof(text: string): Proof {
  if (text.length > LONGEST_TOKEN || !FORM.test(text)) throw new Refusal('proof_malformed');
  const [first = '', second = ''] = text.split('.');
  const [{ alg, typ, jwk }, { jti, htm, htu, iat, ath }] = [readHeader(first), readPart(second)];
  const typed = typeof typ === 'string' && TYPES.includes(typ.toLowerCase());
  const named = typeof jti === 'string' && jti.length >= 1 && jti.length <= LONGEST_ID;
  const about = typeof htm === 'string' && typeof htu === 'string';
  if (!typed || !named || !about || typeof iat !== 'number' || typeof alg !== 'string' || !isPublicKey(jwk, alg)) {
    throw new Refusal('proof_malformed');
  }
  return { alg, key: jwk, jti, htm, htu, iat, ath };
}

function readHeader(part: string): Record<string, unknown> {
  const header = readPart(part);
  if (REFUSED.some((member) => Object.hasOwn(header, member))) throw new Refusal('proof_malformed');
  return header;
}

function readPart(part: string): Record<string, unknown> {
  try {
    return readObject(part);
  } catch (cause) {
    throw new Refusal('proof_malformed', {}, cause);
  }
}

function isPublicKey(jwk: unknown, alg: string): jwk is JWK {
  if (!PROOF_ALGORITHMS.includes(alg) || typeof jwk !== 'object' || jwk === null) return false;
  if (PRIVATE.some((member) => Object.hasOwn(jwk, member))) return false;
  const { kty, crv } = jwk as Record<string, unknown>;
  if (alg === 'ES256') return kty === 'EC' && crv === 'P-256';
  return alg.startsWith('Ed') ? kty === 'OKP' && crv === 'Ed25519' : kty === 'RSA';
}

const ADDRESS = /^(https?):\/\/([^/?#@\\]+)((?:\/[^?#]*)?)(?:[?#]|$)/i;
const DEFAULT_PORTS: Record<string, string> = { http: ':80', https: ':443' };

/** An address without query and fragment, in one spelling (RFC 3986 §6.2.2.1, §6.2.2.2, §6.2.3). Dots are not resolved. */
function placeOf(address: string): string | undefined {
  const [, scheme, authority, path] = ADDRESS.exec(address) ?? [];
  if (scheme === undefined || authority === undefined) return undefined;
  const [protocol, host] = [scheme.toLowerCase(), authority.toLowerCase()];
  const port = DEFAULT_PORTS[protocol] ?? '';
  const named = host.endsWith(port) ? host.slice(0, -port.length) : host;
  const spelt = (path || '/').replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase();
  });
  return `${protocol}://${named}${spelt}`;
}

const originOf = (url: string): string => /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? '';
