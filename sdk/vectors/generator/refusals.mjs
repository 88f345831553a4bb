// What callers are told about a refusal: status, challenge and body are the same in every SDK.
const invalid = [401, 'AUTH_INVALID', 'The token is invalid, expired or revoked.', 'Bearer error="invalid_token"'];
const reauthenticate = (challenge) => [
  401,
  'REAUTHENTICATION_REQUIRED',
  'A stronger or more recent sign-in is required.',
  `Bearer error="insufficient_user_authentication", ${challenge}`,
];
const proof = (error) => [
  401,
  'AUTH_INVALID',
  'The token is invalid, expired or revoked.',
  `DPoP error="${error}", algs="ES256 RS256 PS256 EdDSA Ed25519"`,
];
const denied = [403, 'NOT_ALLOWED', 'The caller does not have the permission.', null];
const away = [503, 'UNAVAILABLE', 'Authorization is temporarily unavailable.', null];
const TITLES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

const CASES = [
  ['token_missing', {}, [401, 'AUTH_REQUIRED', 'Authentication is required.', 'Bearer']],
  ...[
    'token_malformed',
    'header_refused',
    'alg_refused',
    'typ_refused',
    'key_unknown',
    'signature_invalid',
    'issuer_wrong',
    'audience_wrong',
    'claim_missing',
    'claim_invalid',
    'token_expired',
    'token_not_yet_valid',
    'project_wrong',
    'client_refused',
    'token_revoked',
  ].map((reason) => [reason, {}, invalid]),
  ...['sender_constrained', 'token_unbound'].map((reason) => [reason, {}, proof('invalid_token')]),
  ...[
    'proof_missing',
    'proof_malformed',
    'proof_key_wrong',
    'proof_signature_invalid',
    'proof_request_wrong',
    'proof_token_wrong',
    'proof_untimely',
    'proof_replayed',
  ].map((reason) => [reason, {}, proof('invalid_dpop_proof')]),
  ['acr_insufficient', { acr_values: 'aal2' }, reauthenticate('acr_values="aal2"')],
  ['acr_insufficient', { acr_values: 'urn:"x"\n' }, reauthenticate('acr_values="urn:x"')],
  ['auth_too_old', { max_age: 900 }, reauthenticate('max_age="900"')],
  ['auth_too_old', { acr_values: 'aal2', max_age: 0 }, reauthenticate('acr_values="aal2", max_age="0"')],
  [
    'scope_insufficient',
    { scope: 'orders orders:write' },
    [403, 'NOT_ALLOWED', 'The token does not have the required scope.', 'Bearer error="insufficient_scope", scope="orders orders:write"'],
  ],
  ['role_missing', {}, denied],
  ['permission_denied', { permission: 'Order:read' }, denied],
  ['route_unlisted', {}, denied],
  ['path_ambiguous', {}, [400, 'REQUEST_INVALID', 'The path is ambiguous.', null]],
  ['credentials_ambiguous', {}, [400, 'REQUEST_INVALID', 'The request contains more than one token.', 'Bearer error="invalid_request"']],
  ['resource_missing', {}, [404, 'NOT_FOUND', 'Not found.', null]],
  ['keys_missing', {}, away],
  ['rules_missing', {}, away],
  ['rules_unpublished', {}, [503, 'UNAVAILABLE', 'No access rules are published for this application. Publish them at Usher, or turn off the enforcement of routes.', null]],
  ['list_stale', {}, away],
  ['introspection_failed', {}, away],
  ['entity_check_missing', {}, [500, 'INTERNAL', 'Internal error.', null]],
  ['request_forged', {}, [403, 'NOT_ALLOWED', 'Cross-site requests are not accepted.', null], { web: true }],
  ['sign_in_failed', {}, [400, 'REQUEST_INVALID', 'The sign-in failed, has expired, or was started in another browser.', null], { web: true }],
  ['logout_token_invalid', {}, [400, 'REQUEST_INVALID', 'The logout token is invalid.', null], { web: true }],
  ['store_unavailable', {}, away],
];

export function refusals() {
  const cases = CASES.map(([reason, details, [status, code, detail, challenge], more]) => ({
    name: [reason, ...Object.entries(details).map((pair) => pair.join(' '))].join(', '),
    reason,
    details,
    ...more,
    expect: {
      challenge,
      retry_after: status === 503 ? '5' : null,
      body: {
        type: 'about:blank',
        title: TITLES[status],
        status,
        detail,
        code,
        details: Object.keys(details).length > 0 ? details : null,
      },
    },
  }));
  return { cases };
}
