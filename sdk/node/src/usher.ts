// The module: authentication and route rules. Frameworks are thin layers over it.
import { createHash } from 'node:crypto';
import { Auth, type AuthHost, type VerifiedToken } from './auth.js';
import { checkClaims, isExpired, scopeList } from './core/claims.js';
import { readHeader, readObject } from './core/jwt.js';
import { type Credentials, checkBinding } from './core/proof.js';
import { LruMap } from './core/lru.js';
import { OptionError, type UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { IssuerError } from './issuer/http.js';
import { ModuleState } from './module-state.js';
import { type Answer, problemAnswer } from './http/answer.js';
import { type RouteDecision, checkRoute, rulesOf } from './policy/route-check.js';
import type { Attributes } from './policy/value.js';
import { SpentProofs } from './spent-proofs.js';
import { WebMode } from './web/web.js';

export type { UsherEvents } from './module-state.js';

/** A request, independent of the framework. */
export interface IncomingRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  /** A header by its name in small letters; several values as Node joins them. */
  header(name: string): string | undefined;
  /** The network address. */
  ip?: string | undefined;
  /** The request of the framework, for `userAttributes` and `context`. */
  native?: unknown;
  /** The body as text, for the logout tokens of web mode. */
  body?(): Promise<string>;
}

/** The result of authentication: the caller, or why the token was refused. Both are `null` without a token. */
export interface Authentication {
  auth: Auth | null;
  refusal: Refusal | null;
}

/** Seconds for which a token whose client was not confirmed is not introspected again. */
const REJECTED_FOR = 60;
/** Seconds for which the result of an introspection is used while the list is stale. */
const INTROSPECTED = 1;
const AUTHORIZATION = /^(?:Bearer|DPoP) +([^\s,]+)$/i;

/** The local module of an application. */
export class Usher extends ModuleState {
  readonly #web: WebMode | undefined;
  readonly #tokens: LruMap<VerifiedToken>;
  readonly #host: AuthHost;
  readonly #rejected = new LruMap<number>(10_000);
  readonly #proving = new Map<string, Promise<boolean>>();
  readonly #spentProofs: SpentProofs;
  readonly #introspected = new LruMap<{ active: boolean; at: number }>(10_000);

  /** @throws {OptionError} where the options make no sense */
  constructor(options: UsherOptions) {
    super(options);
    const { cacheMax, onDecision } = this.settings;
    this.#tokens = new LruMap(cacheMax);
    this.#spentProofs = new SpentProofs(this.settings.storage);
    this.#web = this.settings.mode === 'web' ? new WebMode(this) : undefined;
    this.#host = {
      table: () => this.rules?.table,
      required: () => {
        if (!this.rules) throw new OptionError('policy', 'permissions need access rules, and policy: false turns them off');
        return rulesOf(this.rules.table);
      },
      introspect: (token) => this.#introspect(token),
      decided: (permission, verdict, { user }) =>
        onDecision?.({
          permission,
          verdict,
          sub: user.id,
          roles: user.roles,
          revision: this.rules?.table?.revision ?? null,
        }),
    };
  }

  /** Authenticates a request. An invalid token is returned as a refusal, which `requireAuth` throws. */
  async authenticate(request: IncomingRequest): Promise<Authentication> {
    try {
      const credentials = readCredentials(request);
      if (credentials === undefined) return (await this.#web?.authenticate(request)) ?? { auth: null, refusal: null };
      return { auth: await this.#admit(credentials, request), refusal: null };
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      return { auth: null, refusal: cause };
    }
  }

  /**
   * Verifies an access token: signature, claims, client, revocation. Tokens that are bound to a key are refused, because there is no proof.
   * @param profile claims of the ID token, in web mode
   * @throws {Refusal}
   */
  verify(token: string, request?: IncomingRequest, profile?: Attributes): Promise<Auth> {
    return this.#admit({ scheme: 'Bearer', token, proofs: [] }, request, profile);
  }

  async #admit(credentials: Credentials, request?: IncomingRequest, profile?: Attributes): Promise<Auth> {
    const { token } = credentials;
    const now = Date.now() / 1000;
    await this.becomesReady();
    const key = createHash('sha256').update(token).digest('base64');
    let verified = this.#tokens.get(key);
    if (verified === undefined) {
      verified = await this.#verifyAnew(token, key, now);
      this.#tokens.set(key, verified);
    } else if (!this.keys.has(verified.kid)) {
      this.#tokens.delete(key);
      throw new Refusal('key_unknown');
    } else if (isExpired(verified.claims, this.settings.clockSkew, now)) {
      this.#tokens.delete(key);
      throw new Refusal('token_expired');
    }
    if (this.list.revokedBy(verified.claims, verified.kid, now) !== undefined) throw new Refusal('token_revoked');
    await this.#checkBinding(credentials, verified.claims.cnf?.jkt, request, now);
    if (this.isStale(now)) await this.#whileStale(token);
    this.seen.note(verified.claims, now, () => ({ ip: request?.ip, userAgent: request?.header('user-agent') }));
    const { userAttributes, context } = this.settings;
    if (!userAttributes && !context)
      return new Auth(this.#host, token, verified, profile ? { user: profile } : undefined);
    const user = {
      ...profile,
      ...(await userAttributes?.({ id: verified.claims.sub, roles: verified.roles }, request?.native)),
    };
    return new Auth(this.#host, token, verified, { user, context: context?.(request?.native) ?? {} });
  }

  /** A token that is bound to a key needs a proof of that key, for this request (RFC 9449 §7). */
  async #checkBinding(
    credentials: Credentials,
    jkt: string | undefined,
    request: IncomingRequest | undefined,
    now: number,
  ): Promise<void> {
    if (jkt === undefined && credentials.scheme === 'Bearer') return;
    const { proofURL: url, clockSkew } = this.settings;
    const proven = { method: request?.method ?? '', target: request?.target ?? '', url };
    const proof = await checkBinding(credentials, jkt, proven, clockSkew, now);
    if (proof && jkt !== undefined) await this.#spentProofs.spend(proof, jkt, now);
  }

  async #verifyAnew(token: string, key: string, now: number): Promise<VerifiedToken> {
    const { algorithms, issuer, audience, clockSkew, project, clients } = this.settings;
    const header = readHeader(token, algorithms);
    if (this.keys.isEmpty) throw new Refusal('keys_missing');
    await this.keys.verify(token, header, now);
    const claims = checkClaims(
      readObject(token.split('.')[1] ?? ''),
      { issuer, audience, clockSkew, project, clients },
      now,
    );
    if (this.list.revokedBy(claims, header.kid ?? '', now) !== undefined) throw new Refusal('token_revoked');
    // A token that names the project was compared with it; those of former versions of Usher do not name it.
    const named = project !== undefined && claims.project_id === project;
    if (clients === null && !named && !this.clients.has(claims.client_id))
      await this.#checkClient(claims.client_id, token, key, now);
    const scope = scopeList(claims.scope);
    const { sub, client_id, sid, acr, auth_time } = claims;
    return {
      claims,
      scope,
      kid: header.kid ?? '',
      roles: claims.roles ?? [],
      kind: sub === client_id ? 'client' : 'user',
      attributes: { sub, client_id, sid, acr, auth_time, scope },
    };
  }

  /**
   * Confirms by introspection that a client belongs to the project: Usher answers `active` for no other clients. A confirmed client is
   * kept. An inactive token proves nothing about its client, because it may be revoked, so only the token is remembered.
   */
  async #checkClient(id: string, token: string, key: string, now: number): Promise<void> {
    const until = this.#rejected.get(key);
    if (until !== undefined && now < until) throw new Refusal('client_refused');
    let proving = this.#proving.get(key);
    if (!proving) {
      proving = this.#introspect(token).finally(() => this.#proving.delete(key));
      this.#proving.set(key, proving);
    }
    if (!(await proving)) {
      this.#rejected.set(key, now + REJECTED_FOR);
      throw new Refusal('client_refused');
    }
    if (this.clients.has(id)) return;
    this.clients.add(id);
    await this.append([{ t: 'clients', ids: [...this.clients] }]);
  }

  async #introspect(token: string): Promise<boolean> {
    try {
      return await this.client.isActive(token);
    } catch (cause) {
      throw new Refusal(
        'introspection_failed',
        cause instanceof IssuerError && cause.retryAfter ? { retryAfter: Math.ceil(cause.retryAfter) } : {},
        cause,
      );
    }
  }

  async #whileStale(token: string): Promise<void> {
    const { onStale } = this.settings.sync;
    if (onStale === 'deny') throw new Refusal('list_stale');
    if (onStale === 'allow') return;
    const now = Date.now() / 1000;
    const key = createHash('sha256').update(token).digest('base64');
    let known = this.#introspected.get(key);
    if (!known || now - known.at > INTROSPECTED) {
      known = { active: await this.#introspect(token), at: now };
      this.#introspected.set(key, known);
    }
    if (!known.active) throw new Refusal('token_revoked');
  }

  /**
   * Applies the route rules to a request.
   * @throws {Refusal}
   */
  async enforceRoutes(request: IncomingRequest, { auth, refusal }: Authentication): Promise<RouteDecision | null> {
    const { policy } = this.settings;
    if (policy === false || !policy.enforceRoutes || !this.rules) return null;
    await this.becomesReady();
    const preflight =
      request.method === 'OPTIONS' && has(request, 'origin') && has(request, 'access-control-request-method');
    const caller = auth && {
      scope: auth.scope,
      acr: auth.claims.acr,
      authTime: auth.claims.auth_time,
      decide: (permission: string) => auth.decide(permission),
    };
    try {
      const decision = checkRoute(
        rulesOf(this.rules.table).routes,
        { method: request.method, path: request.target, preflight },
        caller,
        policy.onMissingRoute,
        Date.now() / 1000,
      );
      if (decision.conditional !== undefined) auth?.requireResourceCheck(decision.conditional);
      if (decision.fresh && auth && !(await auth.isFresh())) throw new Refusal('token_revoked');
      return decision;
    } catch (cause) {
      // The request had a token: the reason why it is invalid is more useful than that there is none.
      throw cause instanceof Refusal && cause.reason === 'token_missing' && refusal ? refusal : cause;
    }
  }

  /** Web mode: responds to `/auth/…` routes; `undefined` for every other request. */
  async handle(request: IncomingRequest): Promise<Answer | undefined> {
    return this.#web?.handle(request);
  }

  /** The response to a refused request. In web mode, pages redirect to the sign-in. */
  answerTo(request: IncomingRequest, refusal: Refusal): Answer {
    this.logRefusal(request, refusal);
    return this.#web?.answerTo(request, refusal) ?? problemAnswer(refusal, request.header('traceparent'));
  }

  /** Logs why a request was refused. */
  logRefusal(request: IncomingRequest, refusal: Refusal): void {
    const { reason, code, status, details } = refusal;
    const path = request.target.split('?', 1)[0];
    const level = status >= 500 ? 'error' : 'info';
    const cause = causesOf(refusal);
    const why = cause === '' ? {} : { cause };
    this.settings.logger[level]('refused', { reason, code, status, method: request.method, path, ...details, ...why });
  }
}

/** What led to a refusal, such as an error of the token endpoint. */
function causesOf(refusal: Error): string {
  const causes: string[] = [];
  for (let at: unknown = refusal.cause; at instanceof Error && causes.length < 5; at = at.cause) {
    const { error, reason } = at as { error?: unknown; reason?: unknown };
    causes.push([at.message, error, reason].filter((part) => typeof part === 'string' && part !== '').join(', '));
  }
  return causes.join(': ');
}

const has = (request: IncomingRequest, name: string): boolean => request.header(name) !== undefined;

/**
 * The token of the `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1); `undefined` for other schemes.
 * @throws {Refusal} `credentials_ambiguous`, `token_malformed`
 */
function readCredentials(request: IncomingRequest): Credentials | undefined {
  const header = request.header('authorization');
  const scheme = /^(Bearer|DPoP)(?:[\s,]|$)/i.exec(header ?? '')?.[1];
  if (header === undefined || scheme === undefined) return undefined;
  const token = AUTHORIZATION.exec(header.trim())?.[1];
  if (token === undefined) throw new Refusal(header.includes(',') ? 'credentials_ambiguous' : 'token_malformed');
  if (/^bearer$/i.test(scheme)) return { scheme: 'Bearer', token, proofs: [] };
  // Several headers of one name are joined by commas.
  return { scheme: 'DPoP', token, proofs: request.header('dpop')?.split(',') ?? [] };
}
