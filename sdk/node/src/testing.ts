// An Usher in memory for tests of applications: it signs tokens with a test key and needs no network. The module is the real one.
import { randomUUID } from 'node:crypto';
import { CompactSign, SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { UsherOptions } from './core/options.js';
import { Usher } from './usher.js';

/** The content of a test token. */
export interface TestUser {
  /** Default: a random one. */
  sub?: string;
  roles?: string[];
  scope?: string | string[];
  sid?: string;
  acr?: string;
  /** Seconds since the epoch. Default: now. */
  authTime?: number;
  clientId?: string;
  /** Lifetime in seconds. Default 600; negative for an expired token. */
  expiresIn?: number;
  /** Further claims; they replace the ones above. */
  claims?: Record<string, unknown>;
}

/** Access rules, in the form of the signed table. */
export interface TestRules {
  roles?: Record<string, Record<string, string | string[]>>;
  conditions?: Record<string, unknown>;
  /** Default: `/*` is public. */
  routes?: object[];
}

/** What to revoke: a token, a session, a grant, a key, or all tokens issued so far to a user, to a client or in the project. */
export type RevocationKind = 'jti' | 'sid' | 'gid' | 'kid' | 'sub' | 'client' | 'project';

/** An Usher for a test. */
export interface TestUsher {
  /** The options for the module of your application. */
  options: UsherOptions;
  /** A module with these options. Close it with `close()`. */
  usher: Usher;
  /** An access token. */
  token(user?: TestUser): Promise<string>;
  /** The headers of a request by a user: `{ authorization: 'Bearer …' }`. */
  asUser(user?: TestUser): Promise<{ authorization: string }>;
  /** Revokes something; resolves when the module has applied it. */
  revoke(kind: RevocationKind, name: string): Promise<void>;
  /** Signs with a new key from now on, without a notice to the module. */
  rotate(): Promise<void>;
  /** Publishes access rules; resolves with their revision when the module has applied them. */
  publish(rules: TestRules): Promise<number>;
  /** Makes Usher unreachable, or reachable again. */
  away(away: boolean): void;
  /** Sessions that modules have reported. */
  reported: Record<string, unknown>[];
  close(): Promise<void>;
}

const ISSUER = 'https://usher.test';
const AUDIENCE = 'https://api.test';
const PROJECT = '01980000-0000-7000-8000-000000000000';
const CLIENT = 'client_test';

/**
 * Creates an Usher in memory. `options` replace the default options of the module. Without `rules` all routes are open and all
 * permissions are denied; with `rules: null` nothing is published.
 */
export async function createTestUsher(
  options: Partial<UsherOptions> & { rules?: TestRules | null } = {},
): Promise<TestUsher> {
  const { rules = {}, ...more } = options;
  const issuer = await MemoryIssuer.make(more);
  if (rules) issuer.publish(rules);
  const all: UsherOptions = {
    issuer: ISSUER,
    clientId: CLIENT,
    clientSecret: 'a secret of the tests',
    audience: AUDIENCE,
    project: PROJECT,
    ...more,
    sync: { transport: 'longpoll', ...more.sync },
    fetch: issuer.fetch,
  };
  const usher = new Usher(all);
  const knows = async (known: () => boolean) => {
    await usher.ready();
    while (!known()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  return {
    options: all,
    usher,
    token: (user) => issuer.token(user),
    asUser: async (user) => ({ authorization: `Bearer ${await issuer.token(user)}` }),
    revoke: async (kind, name) => {
      const place = await issuer.revoke(kind, name);
      await knows(() => usher.state.place === place);
    },
    rotate: () => issuer.rotate(),
    publish: async (next) => {
      const revision = issuer.publish(next);
      await knows(() => usher.state.revision === revision);
      return revision;
    },
    away: (away) => issuer.setAway(away),
    reported: issuer.reported,
    close: () => usher.close(),
  };
}

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
interface SigningKey {
  keys: Keys;
  jwk: Record<string, unknown>;
}

async function newKey(kid: string): Promise<SigningKey> {
  const keys = await generateKeyPair('ES256', { extractable: true });
  return { keys, jwk: { ...(await exportJWK(keys.publicKey)), kid, use: 'sig', alg: 'ES256' } };
}

/** The endpoints of Usher that modules call. */
class MemoryIssuer {
  readonly reported: Record<string, unknown>[] = [];
  #keys: Keys;
  #jwk: Record<string, unknown>;
  readonly #options: Partial<UsherOptions>;
  readonly #events: Record<string, unknown>[] = [];
  readonly #revoked = new Set<string>();
  #waiting: (() => void)[] = [];
  #policy: { table: object; revision: number } | null = null;
  #away = false;

  static async make(options: Partial<UsherOptions>): Promise<MemoryIssuer> {
    return new MemoryIssuer(await newKey('test'), options);
  }

  private constructor({ keys, jwk }: SigningKey, options: Partial<UsherOptions>) {
    [this.#keys, this.#jwk, this.#options] = [keys, jwk, options];
  }

  get #issuer(): string {
    return this.#options.issuer ?? ISSUER;
  }

  get #keysTag(): string {
    return `"${String(this.#jwk.kid)}"`;
  }

  get #position(): number {
    return this.#events.length;
  }

  async token(user: TestUser = {}): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.#issuer,
      aud: [this.#issuer, this.#options.audience ?? AUDIENCE],
      sub: user.sub ?? randomUUID(),
      client_id: user.clientId ?? this.#options.clientId ?? CLIENT,
      iat: now,
      exp: now + (user.expiresIn ?? 600),
      jti: randomUUID(),
      scope: [user.scope ?? 'openid'].flat().join(' '),
      sid: user.sid ?? randomUUID(),
      gid: randomUUID(),
      urv: this.#position,
      acr: user.acr ?? 'aal1',
      auth_time: user.authTime ?? now,
      ...(user.roles ? { roles: [...user.roles].sort() } : {}),
      ...user.claims,
    };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: String(this.#jwk.kid), typ: 'at+jwt' })
      .sign(this.#keys.privateKey);
  }

  /** Appends to the feed and returns the new cursor. */
  #append(event: Record<string, unknown>): string {
    const c = this.#position + 1;
    this.#events.push({ ...event, c });
    for (const wake of this.#waiting.splice(0)) wake();
    return `e1.${c}`;
  }

  async rotate(): Promise<void> {
    ({ keys: this.#keys, jwk: this.#jwk } = await newKey(randomUUID()));
  }

  async revoke(kind: RevocationKind, name: string): Promise<string> {
    if (kind === 'kid') await this.rotate();
    this.#revoked.add(`${kind} ${name}`);
    const now = Math.floor(Date.now() / 1000);
    const mark = ['sub', 'client', 'project'].includes(kind) ? { before: this.#position + 1 } : {};
    return this.#append({ t: 'ev', k: kind, v: name, exp: now + 600, at: now, why: 'test', ...mark });
  }

  publish(rules: TestRules): number {
    const revision = (this.#policy?.revision ?? 0) + 1;
    const permissions = Object.fromEntries(
      Object.values(rules.roles ?? {})
        .flatMap((role) => Object.keys(role))
        .map((name) => [name, 'item']),
    );
    const table = {
      v: 1,
      project: this.#options.project ?? PROJECT,
      revision,
      iat: Math.floor(Date.now() / 1000),
      default: 'deny',
      permissions,
      roles: rules.roles ?? {},
      conditions: rules.conditions ?? {},
      routes: rules.routes ?? [{ m: ['*'], p: '/*', public: true }],
    };
    this.#policy = { table, revision };
    this.#append({ t: 'policy', rev: revision });
    return revision;
  }

  setAway(away: boolean): void {
    this.#away = away;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    if (this.#away) throw new TypeError('fetch failed');
    const { pathname, searchParams } = new URL(String(input));
    const body = typeof init.body === 'string' ? init.body : '';
    if (pathname === '/.well-known/openid-configuration') return json(this.#metadata());
    if (pathname === '/oauth2/jwks') return json({ keys: [this.#jwk] }, { etag: this.#keysTag });
    if (pathname === '/oauth2/token')
      return json({ access_token: await this.token({ scope: 'usher:sync' }), expires_in: 600 });
    if (pathname === '/oauth2/introspect')
      return json({ active: this.#isActive(new URLSearchParams(body).get('token') ?? '') });
    if (pathname === '/api/v1/sync/snapshot') return json(this.#snapshot());
    if (pathname === '/api/v1/sync/events') return this.#since(searchParams, init.signal);
    if (pathname === '/api/v1/sync/seen') return this.#note(body);
    if (pathname.endsWith('/policy')) return this.#rules();
    return new Response(null, { status: 404 });
  };

  #metadata(): object {
    const at = (path: string) => new URL(path, this.#issuer).href;
    return {
      issuer: this.#issuer,
      jwks_uri: at('/oauth2/jwks'),
      token_endpoint: at('/oauth2/token'),
      introspection_endpoint: at('/oauth2/introspect'),
      authorization_endpoint: at('/oauth2/authorize'),
      end_session_endpoint: at('/oauth2/logout'),
    };
  }

  #isActive(token: string): boolean {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? 'e30', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const named = (['jti', 'sid', 'gid', 'sub'] as const).some((kind) =>
      this.#revoked.has(`${kind} ${String(claims[kind])}`),
    );
    return !named && claims.foreign !== true;
  }

  #snapshot(): object {
    const policy = this.#policy && { revision: this.#policy.revision, etag: `"${this.#policy.revision}-0"` };
    return {
      epoch: 'e1',
      cursor: this.#position,
      server_time: Math.floor(Date.now() / 1000),
      jwks: { etag: this.#keysTag },
      policy,
      revocations: this.#events.filter((event) => event.t === 'ev'),
    };
  }

  async #since(query: URLSearchParams, signal: AbortSignal | null | undefined): Promise<Response> {
    const from = Number((query.get('cursor') ?? '').split('.')[1]);
    if (from >= this.#position) await this.#news(Number(query.get('wait') ?? 0), signal);
    if (this.#away) throw new TypeError('fetch failed');
    const events = this.#events.slice(from);
    return events.length === 0
      ? new Response(null, { status: 304 })
      : json({ epoch: 'e1', cursor: this.#position, events, more: false });
  }

  /** Waits for the next entry, at most so many seconds. */
  #news(seconds: number, signal: AbortSignal | null | undefined): Promise<void> {
    return new Promise<void>((resolve) => {
      setTimeout(resolve, seconds * 1000).unref();
      this.#waiting.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  }

  #note(body: string): Response {
    const { sessions } = JSON.parse(body) as { sessions: Record<string, unknown>[] };
    this.reported.push(...sessions);
    return json({ noted: sessions.length }, {}, 202);
  }

  async #rules(): Promise<Response> {
    if (!this.#policy) return new Response(null, { status: 404 });
    const signer = new CompactSign(new TextEncoder().encode(JSON.stringify(this.#policy.table)));
    const header = { alg: 'ES256', kid: String(this.#jwk.kid), typ: 'usher-policy+jws' };
    const jws = await signer.setProtectedHeader(header).sign(this.#keys.privateKey);
    return new Response(jws, { headers: { etag: `"${this.#policy.revision}-0"` } });
  }
}

const json = (body: object, headers: Record<string, string> = {}, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
