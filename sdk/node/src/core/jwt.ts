// An access token as text: its parts and its header, before anything is believed.
import { Refusal } from './refusal.js';

/** Characters of the longest token that is looked at. */
export const LONGEST_TOKEN = 16_384;

/** The header of a token whose signature was not verified yet. */
export interface TokenHeader {
  alg: string;
  kid: string | undefined;
}

const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
const REFUSED = ['jku', 'x5u', 'x5c', 'jwk', 'crit'];
const TYPES = ['at+jwt', 'application/at+jwt'];

/**
 * Reads the header of an access token (RFC 9068 §2.1).
 * @throws {Refusal} `token_malformed`, `header_refused`, `alg_refused`, `typ_refused`
 */
export function readHeader(token: string, algorithms: readonly string[]): TokenHeader {
  if (token.length > LONGEST_TOKEN || !FORM.test(token)) throw new Refusal('token_malformed');
  const [first, second] = token.split('.') as [string, string];
  const header = readObject(first);
  readObject(second);
  // Keys come from the issuer's own set and from nowhere else (RFC 8725 §3.10).
  if (REFUSED.some((member) => Object.hasOwn(header, member))) throw new Refusal('header_refused');
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) throw new Refusal('alg_refused');
  if (typeof header.typ !== 'string' || !TYPES.includes(header.typ)) throw new Refusal('typ_refused');
  return { alg: header.alg, kid: typeof header.kid === 'string' ? header.kid : undefined };
}

/** One part of a token as an object of JSON. */
export function readObject(part: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(Buffer.from(part, 'base64url')));
  } catch {
    throw new Refusal('token_malformed');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('token_malformed');
  return value as Record<string, unknown>;
}

/** A byte order mark is kept, and is no JSON. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
