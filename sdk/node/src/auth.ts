// The caller of a request and its permissions.
import type { AccessTokenClaims } from './core/claims.js';
import { type Verdict, type Reason, evaluate, reasons } from './policy/evaluate.js';
import { type Residual, residual } from './policy/residual.js';
import type { PolicyTable } from './policy/table.js';
import type { Attributes } from './policy/value.js';

/** What is cached of a verified token. */
export interface VerifiedToken {
  claims: AccessTokenClaims;
  kid: string;
  scope: readonly string[];
  roles: readonly string[];
  kind: 'user' | 'client';
  /** The `token.…` attributes of conditions. */
  attributes: Attributes;
}

/** The user or client behind a request. Properties that an application adds are `user.…` attributes of conditions. */
export interface AuthUser {
  /** The `sub`. */
  id: string;
  /** Roles in the project. */
  roles: readonly string[];
  [attribute: string]: unknown;
}

/** The result of `explain`. */
export interface Explanation {
  permission: string;
  verdict: Verdict;
  /** The revision of the access rules, or `null` if there are none. */
  revision: number | null;
  roles: readonly string[];
  reasons: Reason[];
}

/** What an `Auth` needs from its module. */
export interface AuthHost {
  table(): PolicyTable | null | undefined;
  /** The access rules, or an error that says why there are none. */
  required(): PolicyTable;
  decided(permission: string, verdict: Verdict, auth: Auth): void;
  introspect(token: string): Promise<boolean>;
}

const NOTHING: Attributes = {};

/** The caller of a request. */
export class Auth {
  readonly user: AuthUser;
  /** `client` for a client that acts for itself (client credentials). */
  readonly kind: 'user' | 'client';
  /** The session at Usher; `undefined` for a client. */
  readonly sid: string | undefined;
  /** The client that the token was issued to. */
  readonly clientId: string;
  readonly scope: readonly string[];
  /** The access token, for requests to other services of the project. */
  readonly token: string;
  readonly claims: AccessTokenClaims;
  /** What `requirePermission(…, { load })` loaded. */
  resource: unknown;
  readonly #host: AuthHost;
  readonly #attributes: Attributes;
  readonly #context: Attributes;
  readonly #pending = new Set<string>();

  constructor(
    host: AuthHost,
    token: string,
    verified: VerifiedToken,
    more: { user?: Attributes; context?: Attributes } = {},
  ) {
    const { claims, kind, scope, roles, attributes } = verified;
    this.user = { ...more.user, id: claims.sub, roles };
    this.kind = kind;
    this.sid = claims.sid;
    this.clientId = claims.client_id;
    this.scope = scope;
    this.token = token;
    this.claims = claims;
    this.#host = host;
    this.#attributes = attributes;
    this.#context = more.context ?? NOTHING;
  }

  /**
   * Returns whether the caller has a permission. A permission that depends on a resource is `false` without the resource.
   * @param permission `Order:update`
   * @param resource what it is about; its attributes are asked by name
   */
  can(permission: string, resource?: object): boolean {
    return this.decide(permission, resource) === 'allow';
  }

  /** Returns `allow`, `deny`, or `conditional` if it depends on the resource and none was given. */
  decide(permission: string, resource?: object): Verdict {
    const table = this.#host.table();
    const verdict = table ? evaluate(table, this.#question(permission, resource)) : 'deny';
    if (resource !== undefined) this.#pending.delete(permission);
    this.#host.decided(permission, verdict, this);
    return verdict;
  }

  /** Returns for which resources the caller has a permission: all (`true`), none (`false`), or those of a condition. */
  filter(permission: string): Residual {
    this.#pending.delete(permission);
    const table = this.#host.table();
    return table ? residual(table, this.#question(permission)) : false;
  }

  /**
   * Requires that there are access rules, without which every permission is denied.
   * @throws {Refusal} `rules_unpublished`, `rules_missing`
   * @throws {OptionError} if `policy` is `false`
   */
  requireRules(): void {
    this.#host.required();
  }

  /** Returns the filter of every permission, for a front end that calls `matches(permissions[…], resource)`. */
  permissions(): Record<string, Residual> {
    const table = this.#host.table();
    const names = table ? [...table.permissions.keys()] : [];
    return Object.fromEntries(names.map((name) => [name, table ? residual(table, this.#question(name)) : false]));
  }

  /** Explains the decision of `can`. Meant for administrators and logs; do not show it to the caller. */
  explain(permission: string, resource?: object): Explanation {
    const table = this.#host.table();
    const question = this.#question(permission, resource);
    return {
      permission,
      verdict: table ? evaluate(table, question) : 'deny',
      revision: table?.revision ?? null,
      roles: this.user.roles,
      reasons: table ? reasons(table, question) : [],
    };
  }

  /** Asks Usher whether the token is still active (RFC 7662). Costs a round trip. */
  isFresh(): Promise<boolean> {
    return this.#host.introspect(this.token);
  }

  hasScope(scope: string): boolean {
    return this.scope.includes(scope);
  }

  hasRole(role: string): boolean {
    return this.user.roles.includes(role);
  }

  /** Requires the handler to check a permission with the resource before it responds. */
  requireResourceCheck(permission: string): void {
    this.#pending.add(permission);
  }

  /** Permissions that the handler has not yet checked with the resource. */
  get pendingResourceChecks(): string[] {
    return [...this.#pending];
  }

  #question(permission: string, resource?: object) {
    return {
      roles: this.user.roles,
      permission,
      user: this.user as Attributes,
      resource: resource as Attributes | undefined,
      context: this.#context,
      token: this.#attributes,
    };
  }
}
