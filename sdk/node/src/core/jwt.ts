// The compact form of an access token and its header, before verification.
import { Refusal } from './refusal.js';
import { isStrict } from './strict-json.js';

/** The longest accepted token, in characters. */
export const LONGEST_TOKEN = 16_384;

/** The unverified header of a token. */
export interface TokenHeader {
  alg: string;
  kid: string | undefined;
}

const FORM = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
const REFUSED = ['jku', 'x5u', 'x5c', 'jwk', 'crit'];
/** In small letters: media types are compared without case (RFC 7515 §4.1.9). */
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
  // Keys come from the key set of the issuer only (RFC 8725 §3.10).
  if (REFUSED.some((member) => Object.hasOwn(header, member))) throw new Refusal('header_refused');
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) throw new Refusal('alg_refused');
  if (typeof header.typ !== 'string' || !TYPES.includes(header.typ.toLowerCase())) throw new Refusal('typ_refused');
  return { alg: header.alg, kid: typeof header.kid === 'string' ? header.kid : undefined };
}

/** Parses one part of a token as a JSON object without two members of one name. */
export function readObject(part: string): Record<string, unknown> {
  let value: unknown;
  let text: string;
  try {
    text = decoder.decode(Buffer.from(part, 'base64url'));
    value = JSON.parse(text);
  } catch {
    throw new Refusal('token_malformed');
  }
  if (!isStrict(text)) throw new Refusal('token_malformed');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refusal('token_malformed');
  return value as Record<string, unknown>;
}

/** Keeps a byte order mark, so that JSON.parse refuses it. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
