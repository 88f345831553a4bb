// The options of the module and their validation.
import type { Storage } from '../stores/storage.js';
import { MOST } from './revocations.js';
import type { Verdict } from '../policy/evaluate.js';
import type { Attributes } from '../policy/value.js';

/** What happens to requests while the revocation list is older than `maxStaleness`. */
export type OnStale = 'allow' | 'introspect' | 'deny';

/** How the module follows the live feed. */
export interface SyncOptions {
  /** How the feed is followed. `ws` falls back to long polling while no socket can be opened. With `off`, revocations are not known until tokens expire. Default `ws`. */
  transport?: 'ws' | 'longpoll' | 'poll' | 'off';
  /** Seconds between two polls, at least 5. Default 60. */
  pollInterval?: number;
  /** Seconds without contact to Usher after which the revocation list is stale. Default 300. */
  maxStaleness?: number;
  /** What happens to requests while the list is stale: `allow`, `introspect` each token, or `deny` with 503. Default `allow`: access tokens live for ten minutes. */
  onStale?: OnStale;
  /** The largest number of entries in the revocation list. Beyond it one entry revokes all earlier tokens of the project. Default 200,000. */
  maxRevocations?: number;
}

/** How access rules are enforced. */
export interface PolicyOptions {
  /** Enforce the route rules on every request. Default true. */
  enforceRoutes?: boolean;
  /** What happens to requests that match no route rule. Default `deny`. */
  onMissingRoute?: 'allow' | 'deny';
  /** Send 500 if a handler responds without checking a permission that depends on the resource. Default true. */
  strict?: boolean;
}

/** A decision, for a log. */
export interface Decision {
  permission: string;
  verdict: Verdict;
  sub: string;
  roles: readonly string[];
  revision: number | null;
}

/** Receives log messages. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The session cookie of web mode. */
export interface CookieOptions {
  /** Name of the session cookie. Default `__Host-usher-app`, or `usher-app` on http://localhost. */
  name?: string;
  /** Seconds without use after which a session ends. Default one day. */
  idle?: number;
  /** Seconds after the sign-in after which a session ends. Default 14 days. */
  absolute?: number;
}

/** The options of the module. */
export interface UsherOptions {
  /** The issuer URL of Usher: `https://id.example.com`. Plain http is accepted on loopback only. */
  issuer: string;
  /** The client id of this application. */
  clientId: string;
  /** The client secret. */
  clientSecret: string;
  /** The audience that access tokens must have. Required for APIs. Default in web mode: the issuer. */
  audience?: string;
  /** The id of the project, to fetch its access rules. Required unless `policy` is `false`. */
  project?: string;
  /** `bearer` for APIs, `web` for applications that sign users in. Default `bearer`. */
  mode?: 'bearer' | 'web';
  /** Accepted signature algorithms. Default `ES256`, `RS256`, `PS256`, `EdDSA`. */
  algorithms?: string[];
  /** Allowed difference between clocks in seconds, at most 60. Default 30. */
  clockSkew?: number;
  /** Client ids whose tokens are accepted. Default: all clients of the project, confirmed by introspection. */
  clients?: string[];
  /** `max`: the number of verified tokens that are cached. Default 10,000. */
  cache?: { max?: number };
  sync?: SyncOptions;
  /** Where state is kept between starts: a [store](#stores). Default `memoryStore()`. */
  storage?: Storage;
  /** The secret that authenticates stored state. Default: `clientSecret`. */
  storageSecret?: string;
  /** How access rules are enforced. `false` turns them off. */
  policy?: PolicyOptions | false;
  /** Report the sessions used at this application to Usher once a minute. Default true. */
  reportSessions?: boolean;
  /** Web mode: encrypts cookies and stored sessions. At least 32 characters. To replace it, pass the new and the old one, new first. */
  secret?: string | string[];
  /** The URL of this application, which proofs of DPoP are for. Required in web mode. Default for APIs: `audience`, if it is a URL. */
  baseURL?: string;
  /** Web mode: the requested scope. Default `openid profile email offline_access`. */
  scope?: string;
  cookie?: CookieOptions;
  /** The logger. Default: warnings and errors on the console. */
  logger?: Logger;
  /** Returns the `user.…` attributes of conditions, beside `user.id` and `user.roles`. */
  userAttributes?: (
    user: { id: string; roles: readonly string[] },
    request: unknown,
  ) => Attributes | Promise<Attributes>;
  /** Returns the `context.…` attributes of conditions. */
  context?: (request: unknown) => Attributes;
  /** Called with every decision about a permission. */
  onDecision?: (decision: Decision) => void;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
}

/** The options with their defaults. */
export interface Settings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  audience: string;
  project: string | undefined;
  mode: 'bearer' | 'web';
  algorithms: readonly string[];
  clockSkew: number;
  clients: readonly string[] | null;
  cacheMax: number;
  sync: Required<SyncOptions>;
  storage: Storage | undefined;
  storageSecret: string;
  policy: Required<PolicyOptions> | false;
  reportSessions: boolean;
  secrets: readonly string[];
  baseURL: string | undefined;
  /** The URL that proofs of DPoP are for; without one, tokens that are bound to a key are refused. */
  proofURL: string | undefined;
  scope: string;
  cookie: Required<Omit<CookieOptions, 'name'>> & { name: string | undefined };
  logger: Logger;
  userAttributes: UsherOptions['userAttributes'];
  context: UsherOptions['context'];
  onDecision: ((decision: Decision) => void) | undefined;
  fetch: typeof fetch;
}

/** An invalid option. Thrown when the module is created, never during a request. */
export class OptionError extends Error {
  override readonly name = 'UsherOptionError';
  /** The option at fault. */
  readonly option: string;
  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.option = option;
  }
}

/** The algorithms that the server signs access tokens with. */
const ALGORITHMS = ['ES256', 'RS256', 'PS256', 'EdDSA'];
const ACCEPTABLE = [...ALGORITHMS, 'Ed25519', 'ES384', 'ES512', 'RS384', 'RS512', 'PS384', 'PS512'];
const KNOWN = [
  'issuer',
  'clientId',
  'clientSecret',
  'audience',
  'project',
  'mode',
  'algorithms',
  'clockSkew',
  'clients',
  'cache',
  'sync',
  'storage',
  'storageSecret',
  'policy',
  'reportSessions',
  'secret',
  'baseURL',
  'scope',
  'cookie',
  'logger',
  'userAttributes',
  'context',
  'onDecision',
  'fetch',
];
/** Options that are objects, with the names in them. */
const KNOWN_INSIDE: Record<string, readonly string[]> = {
  cache: ['max'],
  sync: ['transport', 'pollInterval', 'maxStaleness', 'onStale', 'maxRevocations'],
  policy: ['enforceRoutes', 'onMissingRoute', 'strict'],
  cookie: ['name', 'idle', 'absolute'],
};

/** The names of all options; those inside others as `sync.transport`. */
export const OPTION_NAMES: readonly string[] = [
  ...KNOWN.filter((name) => name === 'policy' || !(name in KNOWN_INSIDE)),
  ...Object.entries(KNOWN_INSIDE).flatMap(([outer, names]) => names.map((name) => `${outer}.${name}`)),
];

/**
 * Reads the options.
 * @throws {OptionError}
 */
export function readOptions(options: UsherOptions): Settings {
  refuseUnknown('', options as object, KNOWN);
  for (const [name, known] of Object.entries(KNOWN_INSIDE)) {
    const inner = (options as unknown as Record<string, unknown>)[name];
    if (inner === undefined || (name === 'policy' && inner === false)) continue;
    if (typeof inner !== 'object' || inner === null)
      throw new OptionError(name, `an object with ${known.join(', ')} is expected`);
    refuseUnknown(`${name}.`, inner, known);
  }
  const mode = oneOf('mode', options.mode ?? 'bearer', ['bearer', 'web']);
  const policy = options.policy ?? {};
  if (policy !== false && !options.project) {
    throw new OptionError(
      'project',
      'the id of the project is needed to fetch its access rules; with policy: false there are none',
    );
  }
  const settings: Settings = {
    issuer: address('issuer', options.issuer),
    clientId: text('clientId', options.clientId),
    clientSecret: text('clientSecret', options.clientSecret),
    audience: text('audience', options.audience ?? (mode === 'web' ? options.issuer : undefined)),
    project: options.project,
    mode,
    algorithms: readAlgorithms(options.algorithms ?? ALGORITHMS),
    clockSkew: within('clockSkew', options.clockSkew ?? 30, 0, 60),
    clients: options.clients === undefined ? null : readClients(options.clients),
    cacheMax: within('cache.max', options.cache?.max ?? 10_000, 1, 10_000_000),
    sync: readSync(options.sync ?? {}),
    storage: options.storage,
    storageSecret: options.storageSecret ?? options.clientSecret,
    policy: policy === false ? false : readPolicy(policy),
    reportSessions: options.reportSessions ?? true,
    secrets: options.secret === undefined ? [] : [options.secret].flat(),
    baseURL: options.baseURL === undefined ? undefined : address('baseURL', options.baseURL),
    proofURL: options.baseURL ?? [options.audience].find((audience) => /^https?:\/\//i.test(audience ?? '')),
    scope: options.scope ?? 'openid profile email offline_access',
    cookie: {
      name: options.cookie?.name,
      idle: options.cookie?.idle ?? 86_400,
      absolute: options.cookie?.absolute ?? 14 * 86_400,
    },
    logger: options.logger ?? quiet,
    userAttributes: options.userAttributes,
    context: options.context,
    onDecision: options.onDecision,
    fetch: options.fetch ?? globalThis.fetch,
  };
  if (mode === 'web') checkWeb(settings);
  return settings;
}

function checkWeb({ secrets, baseURL, scope, cookie }: Settings): void {
  if (baseURL === undefined) throw new OptionError('baseURL', 'web mode needs the address of this application');
  if (secrets.length === 0) throw new OptionError('secret', 'web mode needs a secret to seal its cookies');
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < 32)) {
    throw new OptionError('secret', 'a secret has 32 characters at least');
  }
  if (!scope.split(' ').includes('openid')) throw new OptionError('scope', 'signing in needs the scope openid');
  if (cookie.name !== undefined) checkCookieName(cookie.name, baseURL.startsWith('https:'));
  within('cookie.idle', cookie.idle, 1, LONGEST_COOKIE);
  within('cookie.absolute', cookie.absolute, 1, LONGEST_COOKIE);
}

/** 400 days: browsers keep no cookie longer. In seconds. */
const LONGEST_COOKIE = 400 * 86_400;

/** Refuses a name that browsers refuse (RFC 6265 §4.1.1, draft-ietf-httpbis-rfc6265bis §4.1.3). */
function checkCookieName(name: string, https: boolean): void {
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name)) throw new OptionError('cookie.name', 'is not a name of a cookie');
  if (!https && /^__(?:host|secure)-/i.test(name))
    throw new OptionError('cookie.name', 'a name that begins with __Host- or __Secure- needs https');
}

/** More than two intervals between pings of the socket, in seconds. */
const HEARTBEAT = 60;

function readSync(sync: SyncOptions): Required<SyncOptions> {
  const read: Required<SyncOptions> = {
    transport: oneOf('sync.transport', sync.transport ?? 'ws', ['ws', 'longpoll', 'poll', 'off']),
    pollInterval: within('sync.pollInterval', sync.pollInterval ?? 60, 5, 3600),
    maxStaleness: within('sync.maxStaleness', sync.maxStaleness ?? 300, 1, 86_400),
    onStale: oneOf('sync.onStale', sync.onStale ?? 'allow', ['allow', 'introspect', 'deny']),
    maxRevocations: within('sync.maxRevocations', sync.maxRevocations ?? MOST, 1, 10_000_000),
  };
  const least = { ws: HEARTBEAT, longpoll: 2, poll: read.pollInterval + 1, off: 1 }[read.transport];
  if (read.maxStaleness < least) {
    throw new OptionError(
      'sync.maxStaleness',
      `with the transport ${read.transport} the list is brought up to date less often: ${least} at least`,
    );
  }
  return read;
}

function readPolicy(policy: PolicyOptions): Required<PolicyOptions> {
  return {
    enforceRoutes: policy.enforceRoutes ?? true,
    onMissingRoute: oneOf('policy.onMissingRoute', policy.onMissingRoute ?? 'deny', ['allow', 'deny']),
    strict: policy.strict ?? true,
  };
}

function readAlgorithms(algorithms: string[]): string[] {
  if (!Array.isArray(algorithms) || algorithms.length === 0)
    throw new OptionError('algorithms', 'a list of signatures is expected');
  for (const alg of algorithms) {
    if (ACCEPTABLE.includes(alg)) continue;
    const symmetric = /^HS/.test(alg) ? ': whoever verifies could sign as well' : '';
    throw new OptionError('algorithms', `${alg} is not accepted${symmetric}`);
  }
  return algorithms;
}

/** A text in place of the list would accept every client whose id is a part of it. */
function readClients(clients: string[]): string[] {
  const good = Array.isArray(clients) && clients.length > 0 && clients.every((id) => typeof id === 'string' && id !== '');
  if (!good) throw new OptionError('clients', 'a list of client ids is expected; without the option Usher is asked');
  return clients;
}

/** An absolute address: https, or http on loopback. */
function address(option: string, value: string): string {
  let url: URL;
  try {
    url = new URL(text(option, value));
  } catch {
    throw new OptionError(option, 'an absolute address such as https://id.example.com is expected');
  }
  if (url.username || url.password || url.search || url.hash)
    throw new OptionError(option, 'an address without user, query and fragment is expected');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new OptionError(option, 'plain http is for loopback only: use https');
  }
  return value;
}

/** Returns whether a host name is a loopback address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

function text(option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new OptionError(option, 'is missing');
  return value;
}

function within(option: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most))
    throw new OptionError(option, `a number from ${least} to ${most} is expected`);
  return value;
}

function oneOf<T extends string>(option: string, value: T, known: readonly T[]): T {
  if (!known.includes(value)) throw new OptionError(option, `one of ${known.join(', ')} is expected`);
  return value;
}

function refuseUnknown(prefix: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const nearest = known
      .map((each) => [distance(name.toLowerCase(), each.toLowerCase()), each] as const)
      .sort((a, b) => a[0] - b[0])[0];
    const hint = nearest && nearest[0] <= 3 ? `; did you mean ${prefix}${nearest[1]}?` : '';
    throw new OptionError(`${prefix}${name}`, `there is no such option${hint}`);
  }
}

/** The Levenshtein distance of two names. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** Logs warnings and errors to the console. */
const quiet: Logger = {
  info: () => {},
  warn: (message, fields) => console.warn(`usher: ${message}`, fields ?? ''),
  error: (message, fields) => console.error(`usher: ${message}`, fields ?? ''),
};
