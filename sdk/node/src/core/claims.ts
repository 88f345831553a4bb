// The claims of an access token (RFC 9068 §2.2) and their validation.
import { Refusal, type RefusalReason } from './refusal.js';

/** The validated claims of an access token. */
export interface AccessTokenClaims {
  iss: string;
  aud: string | string[];
  sub: string;
  client_id: string;
  /** Seconds since the epoch. */
  exp: number;
  /** Seconds since the epoch. */
  iat: number;
  jti: string;
  nbf?: number;
  /** Separated by spaces. */
  scope?: string;
  /** When the person authenticated, in seconds since the epoch. */
  auth_time?: number;
  acr?: string;
  /** The session. */
  sid?: string;
  /** The grant. */
  gid?: string;
  /** How far the project's feed had come when the token was issued. */
  urv?: number;
  roles?: string[];
  project_id?: string;
  /** The key that the token is bound to, by its thumbprint (RFC 9449 §6.1). */
  cnf?: { jkt: string };
  [claim: string]: unknown;
}

/** What the claims of a token must match. */
export interface Expectation {
  issuer: string;
  audience: string;
  /** Seconds. */
  clockSkew: number;
  project?: string | undefined;
  /** The accepted client ids; `null` to check them elsewhere. */
  clients: readonly string[] | null;
}

const REQUIRED = ['iss', 'aud', 'sub', 'client_id', 'exp', 'iat', 'jti'];
const NUMBERS = ['exp', 'iat', 'nbf', 'auth_time', 'urv'];
const TEXTS = ['iss', 'sub', 'client_id', 'jti', 'sid', 'gid', 'acr', 'scope', 'project_id'];
const NOT_EMPTY = ['iss', 'sub', 'client_id', 'jti'];

const texts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');
/** A number that every module holds exactly: up to 2⁵³. */
const number = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= 2 ** 53;

/**
 * Validates the claims of a token whose signature was verified.
 * @param now seconds since the epoch
 * @throws {Refusal}
 */
export function checkClaims(payload: Record<string, unknown>, expected: Expectation, now: number): AccessTokenClaims {
  const reason = checkShape(payload) ?? checkMeaning(payload as AccessTokenClaims, expected, now);
  if (reason) throw new Refusal(reason);
  return payload as AccessTokenClaims;
}

function checkShape(payload: Record<string, unknown>): RefusalReason | undefined {
  const has = (name: string) => Object.hasOwn(payload, name);
  if (!REQUIRED.every(has)) return 'claim_missing';
  const fits =
    NUMBERS.every((name) => !has(name) || number(payload[name])) &&
    (!has('urv') || (payload.urv as number) >= 0) &&
    TEXTS.every((name) => !has(name) || typeof payload[name] === 'string') &&
    NOT_EMPTY.every((name) => payload[name] !== '') &&
    (typeof payload.aud === 'string' || texts(payload.aud)) &&
    (!has('roles') || texts(payload.roles));
  return fits ? undefined : 'claim_invalid';
}

function checkMeaning(claims: AccessTokenClaims, expected: Expectation, now: number): RefusalReason | undefined {
  const { clockSkew } = expected;
  const audience = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (claims.iss !== expected.issuer) return 'issuer_wrong';
  if (!audience.includes(expected.audience)) return 'audience_wrong';
  if (isExpired(claims, clockSkew, now)) return 'token_expired';
  if (Math.trunc(Math.max(claims.iat, claims.nbf ?? 0)) > now + clockSkew) return 'token_not_yet_valid';
  if (Object.hasOwn(claims, 'cnf') && !isOneKey(claims.cnf)) return 'sender_constrained';
  if (claims.project_id !== undefined && expected.project !== undefined && claims.project_id !== expected.project) {
    return 'project_wrong';
  }
  if (expected.clients !== null && !expected.clients.includes(claims.client_id)) return 'client_refused';
  return undefined;
}

/** A confirmation by a key alone: proofs of certificates (RFC 8705) are not checked. */
const isOneKey = (cnf: unknown): boolean =>
  typeof cnf === 'object' &&
  cnf !== null &&
  Object.keys(cnf).length === 1 &&
  'jkt' in cnf &&
  typeof cnf.jkt === 'string' &&
  /^[A-Za-z0-9_-]{43}$/.test(cnf.jkt);

/** Returns whether the token has expired, allowing for the clock skew. Fractions of times do not count. */
export const isExpired = (claims: { exp: number }, clockSkew: number, now: number): boolean =>
  now >= Math.trunc(claims.exp) + clockSkew;

/** The scope as a list (RFC 6749 §3.3). */
export const scopeList = (scope: string | undefined): string[] =>
  (scope ?? '').split(' ').filter((token) => token !== '');
