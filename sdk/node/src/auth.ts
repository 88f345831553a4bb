// Who sends a request, and what they may do.
import type { AccessTokenClaims } from './core/claims.js';
import { type Verdict, type Reason, evaluate, reasons } from './policy/evaluate.js';
import { type Residual, residual } from './policy/residual.js';
import type { PolicyTable } from './policy/table.js';
import type { Attributes } from './policy/value.js';

/** A token that was verified: what is remembered of it. */
export interface VerifiedToken {
  claims: AccessTokenClaims;
  kid: string;
  scope: readonly string[];
  roles: readonly string[];
  kind: 'user' | 'client';
  /** What conditions may ask about the token. */
  attributes: Attributes;
}

/** The person or the client behind a request. What an application adds may be asked by conditions as `user.…`. */
export interface AuthUser {
  /** The `sub`. */
  id: string;
  /** Roles in the project. */
  roles: readonly string[];
  [attribute: string]: unknown;
}

/** What `explain` tells. */
export interface Explanation {
  permission: string;
  verdict: Verdict;
  /** The revision of the access rules; `null` where none are known. */
  revision: number | null;
  roles: readonly string[];
  reasons: Reason[];
}

/** What an `Auth` needs of its module. */
export interface AuthHost {
  table(): PolicyTable | null | undefined;
  decided(permission: string, verdict: Verdict, auth: Auth): void;
  introspect(token: string): Promise<boolean>;
}

const NOTHING: Attributes = {};

/** Who sends a request. */
export class Auth {
  readonly user: AuthUser;
  /** A person, or a client that acts for itself. */
  readonly kind: 'user' | 'client';
  /** The session at Usher; absent for a client. */
  readonly sid: string | undefined;
  /** The client that the token was issued to. */
  readonly clientId: string;
  readonly scope: readonly string[];
  /** The access token, to be sent on to other services of the project. */
  readonly token: string;
  readonly claims: AccessTokenClaims;
  /** What `requirePermission(…, { load })` loaded. */
  resource: unknown;
  readonly #host: AuthHost;
  readonly #attributes: Attributes;
  readonly #context: Attributes;
  readonly #owed = new Set<string>();

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
   * May they? `true` only where that is certain: a permission that depends on its resource needs the resource.
   * @param permission `Order:update`
   * @param resource what it is about; its attributes are asked by name
   */
  can(permission: string, resource?: object): boolean {
    return this.decide(permission, resource) === 'allow';
  }

  /** `allow`, `deny`, or `conditional`: it depends on the resource, and none was given. */
  decide(permission: string, resource?: object): Verdict {
    const table = this.#host.table();
    const verdict = table ? evaluate(table, this.#question(permission, resource)) : 'deny';
    if (resource !== undefined) this.#owed.delete(permission);
    this.#host.decided(permission, verdict, this);
    return verdict;
  }

  /** Which resources they may do it to: everything (`true`), nothing (`false`), or what a condition lets through. */
  filter(permission: string): Residual {
    this.#owed.delete(permission);
    const table = this.#host.table();
    return table ? residual(table, this.#question(permission)) : false;
  }

  /** What they may do, permission by permission; for a front end, which asks `matches(permissions[…], resource)`. */
  permissions(): Record<string, Residual> {
    const table = this.#host.table();
    const names = table ? [...table.permissions.keys()] : [];
    return Object.fromEntries(names.map((name) => [name, table ? residual(table, this.#question(name)) : false]));
  }

  /** Why `can` answers as it does: for administrators and logs, not for whoever asks. */
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

  /** Asks Usher whether the token still stands. Costs a round trip. */
  isFresh(): Promise<boolean> {
    return this.#host.introspect(this.token);
  }

  hasScope(scope: string): boolean {
    return this.scope.includes(scope);
  }

  hasRole(role: string): boolean {
    return this.user.roles.includes(role);
  }

  /** A permission that the handler must ask again with the resource. */
  owe(permission: string): void {
    this.#owed.add(permission);
  }

  /** Permissions that are still to be asked with the resource. */
  get owed(): string[] {
    return [...this.#owed];
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
