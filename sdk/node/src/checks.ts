// The checks behind `requireAuth`, `requireScope`, `requireRole` and `requirePermission` of every framework.
import type { Auth } from './auth.js';
import { Refusal } from './core/refusal.js';
import { checkAuthentication, checkScopes } from './policy/route-check.js';
import type { Authentication } from './usher.js';

/** What `requireAuth` may require beside a valid token. */
export interface AuthRequirement {
  /** How well the person must have authenticated: `aal2` (RFC 9470). */
  acr?: string;
  /** …and how many seconds ago at most. */
  maxAge?: number;
  /** Introspect the token: a round trip for each request. */
  fresh?: boolean;
}

/** @throws {Refusal} if there is no valid token, or the sign-in is too weak or too old */
export async function checkAuth({ auth, refusal }: Authentication, requirement: AuthRequirement = {}): Promise<Auth> {
  if (!auth) throw refusal ?? new Refusal('token_missing');
  const held = { acr: auth.claims.acr, authTime: auth.claims.auth_time };
  checkAuthentication(held, requirement, Date.now() / 1000);
  if (requirement.fresh && !(await auth.isFresh())) throw new Refusal('token_revoked');
  return auth;
}

/** @throws {Refusal} `scope_insufficient` */
export async function checkScope(authentication: Authentication, scopes: readonly string[]): Promise<Auth> {
  const auth = await checkAuth(authentication);
  checkScopes(auth.scope, scopes);
  return auth;
}

/** @throws {Refusal} `role_missing` if the caller has none of the roles */
export async function checkRole(authentication: Authentication, roles: readonly string[]): Promise<Auth> {
  const auth = await checkAuth(authentication);
  if (!roles.some((role) => auth.hasRole(role))) throw new Refusal('role_missing', { role: roles.join(' ') });
  return auth;
}

/**
 * Without `load`, the handler must check a permission that depends on a resource by calling `can` with the resource.
 * @throws {Refusal} `permission_denied`, `rules_unpublished`, `resource_missing` if `load` returns nothing
 */
export async function checkPermission(
  authentication: Authentication,
  permission: string,
  load?: () => unknown,
): Promise<Auth> {
  const auth = await checkAuth(authentication);
  auth.requireRules();
  const verdict = auth.decide(permission);
  if (verdict === 'deny') throw new Refusal('permission_denied', { permission });
  if (!load) {
    if (verdict === 'conditional') auth.requireResourceCheck(permission);
    return auth;
  }
  const resource: unknown = await load();
  if (typeof resource !== 'object' || resource === null) throw new Refusal('resource_missing');
  auth.resource = resource;
  if (!auth.can(permission, resource)) throw new Refusal('permission_denied', { permission });
  return auth;
}
