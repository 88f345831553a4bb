// Refusals: the response to the caller, and the reason for the log.

/** The public code of a refusal; the same words as the server's errors. */
export type RefusalCode =
  | 'AUTH_REQUIRED'
  | 'AUTH_INVALID'
  | 'REAUTHENTICATION_REQUIRED'
  | 'NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'REQUEST_INVALID'
  | 'UNAVAILABLE'
  | 'INTERNAL';

/** The exact reason, for the log. */
export type RefusalReason =
  | 'token_missing'
  | 'token_malformed'
  | 'header_refused'
  | 'alg_refused'
  | 'typ_refused'
  | 'key_unknown'
  | 'signature_invalid'
  | 'issuer_wrong'
  | 'audience_wrong'
  | 'claim_missing'
  | 'claim_invalid'
  | 'token_expired'
  | 'token_not_yet_valid'
  | 'sender_constrained'
  | 'token_unbound'
  | 'proof_missing'
  | 'proof_malformed'
  | 'proof_key_wrong'
  | 'proof_signature_invalid'
  | 'proof_request_wrong'
  | 'proof_token_wrong'
  | 'proof_untimely'
  | 'proof_replayed'
  | 'project_wrong'
  | 'client_refused'
  | 'token_revoked'
  | 'acr_insufficient'
  | 'auth_too_old'
  | 'scope_insufficient'
  | 'role_missing'
  | 'permission_denied'
  | 'route_unlisted'
  | 'path_ambiguous'
  | 'credentials_ambiguous'
  | 'resource_missing'
  | 'request_forged'
  | 'sign_in_failed'
  | 'logout_token_invalid'
  | 'store_unavailable'
  | 'keys_missing'
  | 'rules_missing'
  | 'rules_unpublished'
  | 'list_stale'
  | 'introspection_failed'
  | 'entity_check_missing';

/** Details of a refusal. */
export interface RefusalDetails {
  /** Scopes that are needed, separated by spaces (RFC 6750 §3). */
  scope?: string;
  /** Authentication contexts that are needed (RFC 9470 §3). */
  acrValues?: string;
  /** Seconds within which the person must have authenticated (RFC 9470 §3). */
  maxAge?: number;
  /** The permission that is missing. */
  permission?: string;
  /** The role that is missing. */
  role?: string;
  /** Seconds after which trying again makes sense. */
  retryAfter?: number;
}

/** The algorithms of proofs. Ed25519 has two names (RFC 9864). */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'];

interface Kind {
  status: number;
  code: RefusalCode;
  message: string;
  /** The error of RFC 6750 §3.1 or RFC 9470 §3; `null` for a challenge without one; absent for no challenge. */
  error?: string | null;
  /** The scheme of the challenge. Default `Bearer`. */
  scheme?: 'DPoP';
}

const kind = (status: number, code: RefusalCode, message: string, error?: string | null): Kind =>
  error === undefined ? { status, code, message } : { status, code, message, error };
const invalid = kind(401, 'AUTH_INVALID', 'The token is invalid, expired or revoked.', 'invalid_token');
const bound: Kind = { ...invalid, scheme: 'DPoP' };
const unproven: Kind = { ...bound, error: 'invalid_dpop_proof' };
const reauthenticate = kind(
  401,
  'REAUTHENTICATION_REQUIRED',
  'A stronger or more recent sign-in is required.',
  'insufficient_user_authentication',
);
const denied = kind(403, 'NOT_ALLOWED', 'The caller does not have the permission.');
const away = kind(503, 'UNAVAILABLE', 'Authorization is temporarily unavailable.');

const KINDS: Record<RefusalReason, Kind> = {
  token_missing: kind(401, 'AUTH_REQUIRED', 'Authentication is required.', null),
  token_malformed: invalid,
  header_refused: invalid,
  alg_refused: invalid,
  typ_refused: invalid,
  key_unknown: invalid,
  signature_invalid: invalid,
  issuer_wrong: invalid,
  audience_wrong: invalid,
  claim_missing: invalid,
  claim_invalid: invalid,
  token_expired: invalid,
  token_not_yet_valid: invalid,
  sender_constrained: bound,
  token_unbound: bound,
  proof_missing: unproven,
  proof_malformed: unproven,
  proof_key_wrong: unproven,
  proof_signature_invalid: unproven,
  proof_request_wrong: unproven,
  proof_token_wrong: unproven,
  proof_untimely: unproven,
  proof_replayed: unproven,
  project_wrong: invalid,
  client_refused: invalid,
  token_revoked: invalid,
  acr_insufficient: reauthenticate,
  auth_too_old: reauthenticate,
  scope_insufficient: kind(403, 'NOT_ALLOWED', 'The token does not have the required scope.', 'insufficient_scope'),
  role_missing: denied,
  permission_denied: denied,
  route_unlisted: denied,
  path_ambiguous: kind(400, 'REQUEST_INVALID', 'The path is ambiguous.'),
  credentials_ambiguous: kind(400, 'REQUEST_INVALID', 'The request contains more than one token.', 'invalid_request'),
  resource_missing: kind(404, 'NOT_FOUND', 'Not found.'),
  request_forged: kind(403, 'NOT_ALLOWED', 'Cross-site requests are not accepted.'),
  sign_in_failed: kind(400, 'REQUEST_INVALID', 'The sign-in failed, has expired, or was started in another browser.'),
  logout_token_invalid: kind(400, 'REQUEST_INVALID', 'The logout token is invalid.'),
  store_unavailable: away,
  keys_missing: away,
  rules_missing: away,
  rules_unpublished: kind(
    503,
    'UNAVAILABLE',
    'No access rules are published for this application. Publish them at Usher, or turn off the enforcement of routes.',
  ),
  list_stale: away,
  introspection_failed: away,
  entity_check_missing: kind(500, 'INTERNAL', 'Internal error.'),
};

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The body of a refusal (RFC 9457 §3). */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  code: RefusalCode;
  details: Record<string, unknown> | null;
  traceId?: string;
}

/** A request that is refused. `status` and `code` are public, `reason` is for the log. */
export class Refusal extends Error {
  override readonly name = 'UsherRefusal';
  /** The HTTP status. */
  readonly status: number;
  /** The code in the body. */
  readonly code: RefusalCode;
  /** Why exactly. */
  readonly reason: RefusalReason;
  /** What the request would need. */
  readonly details: RefusalDetails;

  constructor(reason: RefusalReason, details: RefusalDetails = {}, cause?: unknown) {
    const { status, code, message } = KINDS[reason];
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The headers of the response: the challenge of RFC 6750 §3 or RFC 9449 §7.1, `Retry-After`, `Cache-Control`. */
  headers(): Record<string, string> {
    const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' };
    const challenge = this.#challenge();
    if (challenge) headers['www-authenticate'] = challenge;
    if (this.status === 503) headers['retry-after'] = String(this.details.retryAfter ?? 5);
    return headers;
  }

  /** The body of the response. */
  problem(traceId?: string): Problem {
    const { scope, acrValues, maxAge, permission } = this.details;
    const told = { scope, acr_values: acrValues, max_age: maxAge, permission };
    const details = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
    return {
      type: 'about:blank',
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      detail: this.message,
      code: this.code,
      details: Object.keys(details).length > 0 ? details : null,
      ...(traceId === undefined ? {} : { traceId }),
    };
  }

  #challenge(): string | undefined {
    const { error, scheme = 'Bearer' } = KINDS[this.reason];
    if (error === undefined) return undefined;
    const parameters: string[] = [];
    if (error !== null) parameters.push(`error="${error}"`);
    const { scope, acrValues, maxAge } = this.details;
    if (scope !== undefined) parameters.push(`scope="${quotable(scope)}"`);
    if (acrValues !== undefined) parameters.push(`acr_values="${quotable(acrValues)}"`);
    if (maxAge !== undefined) parameters.push(`max_age="${maxAge}"`);
    if (scheme === 'DPoP') parameters.push(`algs="${PROOF_ALGORITHMS.join(' ')}"`);
    return [scheme, parameters.join(', ')].filter(Boolean).join(' ');
  }
}

/** Removes characters that a quoted string of a header must not contain. */
const quotable = (text: string): string => text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '');
