// Applies the route rules to a request before its handler runs.
import { Refusal } from '../core/refusal.js';
import { type Verdict } from './evaluate.js';
import { segments } from './path.js';
import type { Route, RouteTable } from './routes.js';
import type { PolicyTable } from './table.js';

/** The parts of the caller that route rules check. */
export interface Caller {
  scope: readonly string[];
  acr: string | undefined;
  /** When they authenticated, in seconds since the epoch. */
  authTime: number | undefined;
  decide(permission: string): Verdict;
}

/** The decision about a request that may continue. */
export interface RouteDecision {
  rule: Route | null;
  /** The permission that the handler must check with the resource. */
  conditional?: string;
  /** Introspect the token. */
  fresh: boolean;
}

/** The parts of a request that route rules check. */
export interface RouteRequest {
  method: string;
  /** The path as it was sent, with or without its query. */
  path: string;
  /** A preflight of CORS: `OPTIONS` with `Origin` and `Access-Control-Request-Method`. */
  preflight: boolean;
}

/**
 * Returns the access rules.
 * @param table `null` if nothing is published, `undefined` if that is not known
 * @throws {Refusal} `rules_unpublished`, `rules_missing`: without rules nothing is allowed
 */
export function rulesOf(table: PolicyTable | null | undefined): PolicyTable {
  if (table) return table;
  throw new Refusal(table === null ? 'rules_unpublished' : 'rules_missing');
}

/**
 * Decides whether a request may continue.
 * @param now seconds since the epoch
 * @throws {Refusal}
 */
export function checkRoute(
  routes: RouteTable,
  request: RouteRequest,
  caller: Caller | null,
  onMissingRoute: 'allow' | 'deny',
  now: number,
): RouteDecision {
  const parts = segments(request.path);
  if (parts === undefined) throw new Refusal('path_ambiguous');
  if (request.preflight) return { rule: null, fresh: false };
  const rule = routes.findBySegments(request.method, parts);
  if (rule === null && onMissingRoute === 'deny') throw new Refusal('route_unlisted');
  // A framework that ignores case would run the handler that another rule protects.
  const other = routes.findIgnoringCase(request.method, parts);
  if (other !== null && other !== rule && !other.public) throw new Refusal('path_ambiguous');
  if (rule === null) return { rule, fresh: false };
  if (rule.public) return { rule, fresh: false };
  if (caller === null) throw new Refusal('token_missing');
  checkScopes(caller.scope, rule.scopes);
  checkAuthentication(caller, rule, now);
  const verdict = rule.need === undefined ? 'allow' : caller.decide(rule.need);
  if (verdict === 'deny') throw new Refusal('permission_denied', { permission: rule.need ?? '' });
  const conditional = verdict === 'conditional' && rule.need !== undefined ? { conditional: rule.need } : {};
  return { rule, ...conditional, fresh: rule.fresh };
}

/** @throws {Refusal} `scope_insufficient` (RFC 6750 §3.1) */
export function checkScopes(held: readonly string[], needed: readonly string[]): void {
  if (!needed.every((scope) => held.includes(scope)))
    throw new Refusal('scope_insufficient', { scope: needed.join(' ') });
}

const LEVELS = ['aal1', 'aal2', 'aal3'];

/**
 * Requires a strong and recent sign-in (RFC 9470).
 * @throws {Refusal} `acr_insufficient`, `auth_too_old`
 */
export function checkAuthentication(
  held: Pick<Caller, 'acr' | 'authTime'>,
  needed: { acr?: string | undefined; maxAge?: number | undefined },
  now: number,
): void {
  const details = {
    ...(needed.acr === undefined ? {} : { acrValues: needed.acr }),
    ...(needed.maxAge === undefined ? {} : { maxAge: needed.maxAge }),
  };
  if (needed.acr !== undefined && !reaches(held.acr, needed.acr)) throw new Refusal('acr_insufficient', details);
  if (needed.maxAge === undefined) return;
  if (held.authTime === undefined || now - held.authTime > needed.maxAge) throw new Refusal('auth_too_old', details);
}

/** Whether an authentication context is the needed one, or a higher level. */
export function reaches(held: string | undefined, needed: string): boolean {
  if (held === undefined) return false;
  return (
    held === needed ||
    (LEVELS.includes(held) && LEVELS.includes(needed) && LEVELS.indexOf(held) > LEVELS.indexOf(needed))
  );
}
