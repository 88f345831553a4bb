// The options of the module: read once, refused loudly where they make no sense.
import type { Storage } from '../stores/storage.js';
import type { Verdict } from '../policy/evaluate.js';
import type { Attributes } from '../policy/value.js';

/** What happens to requests while the revocation list is older than `maxStaleness`. */
export type OnStale = 'allow' | 'introspect' | 'deny';

/** How the module follows the live feed. */
export interface SyncOptions {
  /** `ws` falls back to `longpoll`, and to `poll` where neither stands. `off`: revocations are unknown until tokens expire. Default `ws`. */
  transport?: 'ws' | 'longpoll' | 'poll' | 'off';
  /** Seconds between two questions; 5 at least. Default 60. */
  pollInterval?: number;
  /** Seconds after which a list that could not be brought up to date is stale. Default 300. */
  maxStaleness?: number;
  /** What happens then. Default `allow`: an access token lives for ten minutes at most. */
  onStale?: OnStale;
}

/** How access rules are enforced. */
export interface PolicyOptions {
  /** Enforce the route rules on every request. Default true. */
  enforceRoutes?: boolean;
  /** What happens to a request that no route rule speaks of. Default `deny`. */
  onMissingRoute?: 'allow' | 'deny';
  /** A handler that answers without the check of the resource that it owes is answered for with 500. Default true. */
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

/** Where the module says what happens. */
export interface Logger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The session cookie of web mode. */
export interface CookieOptions {
  /** Default `__Host-usher-app`, `usher-app` on http://localhost. */
  name?: string;
  /** Seconds after which a session that is not used is over. Default one day. */
  idle?: number;
  /** Seconds after which a session is over in any case. Default 14 days. */
  absolute?: number;
}

/** The options of the module. */
export interface UsherOptions {
  /** The address of Usher, as tokens name it: `https://id.example.com`. Plain http on loopback only. */
  issuer: string;
  /** The client that this application is. */
  clientId: string;
  /** Its secret. */
  clientSecret: string;
  /** What access tokens must be made for: an `audience` of the project's clients. Needed for APIs; in web mode the default is the issuer. */
  audience?: string;
  /** The id of the project: its access rules are fetched by it. Needed unless `policy` is `false`. */
  project?: string;
  /** `bearer` for APIs, `web` for applications that sign people in. Default `bearer`. */
  mode?: 'bearer' | 'web';
  /** Signatures that are accepted. Default ES256, RS256, PS256, EdDSA. */
  algorithms?: string[];
  /** Seconds that clocks may differ; 60 at most. Default 30. */
  clockSkew?: number;
  /** Clients whose tokens are accepted. Default: every client of the project, found out by introspection. */
  clients?: string[];
  /** Tokens that are remembered. Default 10,000. */
  cache?: { max?: number };
  sync?: SyncOptions;
  /** Where state is kept between starts. Default: memory. */
  storage?: Storage;
  /** What the kept state is protected with. Default: `clientSecret`. */
  storageSecret?: string;
  /** `false`: access rules are not used at all. */
  policy?: PolicyOptions | false;
  /** Tell Usher which sessions were used here, once a minute. Default true. */
  reportSessions?: boolean;
  /** Web mode: seals cookies; 32 characters at least. Several while one is being replaced, the newest first. */
  secret?: string | string[];
  /** Web mode: the address of this application. */
  baseURL?: string;
  /** Web mode: what is asked for. Default `openid profile email offline_access`. */
  scope?: string;
  cookie?: CookieOptions;
  /** Where the module says what happens. Default: warnings and errors go to the console. */
  logger?: Logger;
  /** What conditions may ask about whoever sends a request, beside `user.id` and `user.roles`. */
  userAttributes?: (
    user: { id: string; roles: readonly string[] },
    request: unknown,
  ) => Attributes | Promise<Attributes>;
  /** What conditions may ask about a request: `context.hour`. */
  context?: (request: unknown) => Attributes;
  /** Called for every decision about a permission. */
  onDecision?: (decision: Decision) => void;
  /** In place of the global `fetch`. */
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
  scope: string;
  cookie: Required<Omit<CookieOptions, 'name'>> & { name: string | undefined };
  logger: Logger;
  userAttributes: UsherOptions['userAttributes'];
  context: UsherOptions['context'];
  onDecision: ((decision: Decision) => void) | undefined;
  fetch: typeof fetch;
}

/** An option that makes no sense. It is thrown when the module is made, never at a request. */
export class OptionError extends Error {
  override readonly name = 'UsherOptionError';
  /** The option at fault. */
  readonly option: string;
  constructor(option: string, message: string) {
    super(`${option}: ${message}`);
    this.option = option;
  }
}

/** What the server signs access tokens with. */
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
const KNOWN_INSIDE: Record<string, readonly string[]> = {
  cache: ['max'],
  sync: ['transport', 'pollInterval', 'maxStaleness', 'onStale'],
  policy: ['enforceRoutes', 'onMissingRoute', 'strict'],
  cookie: ['name', 'idle', 'absolute'],
};

/**
 * Reads the options.
 * @throws {OptionError}
 */
export function readOptions(options: UsherOptions): Settings {
  refuseUnknown('', options as object, KNOWN);
  for (const [name, known] of Object.entries(KNOWN_INSIDE)) {
    const inner = (options as unknown as Record<string, unknown>)[name];
    if (typeof inner === 'object' && inner !== null) refuseUnknown(`${name}.`, inner, known);
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
    clients: options.clients ?? null,
    cacheMax: within('cache.max', options.cache?.max ?? 10_000, 1, 10_000_000),
    sync: readSync(options.sync ?? {}),
    storage: options.storage,
    storageSecret: options.storageSecret ?? options.clientSecret,
    policy: policy === false ? false : readPolicy(policy),
    reportSessions: options.reportSessions ?? true,
    secrets: options.secret === undefined ? [] : [options.secret].flat(),
    baseURL: options.baseURL === undefined ? undefined : address('baseURL', options.baseURL),
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

function checkWeb({ secrets, baseURL, scope }: Settings): void {
  if (baseURL === undefined) throw new OptionError('baseURL', 'web mode needs the address of this application');
  if (secrets.length === 0) throw new OptionError('secret', 'web mode needs a secret to seal its cookies');
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < 32)) {
    throw new OptionError('secret', 'a secret has 32 characters at least');
  }
  if (!scope.split(' ').includes('openid')) throw new OptionError('scope', 'signing in needs the scope openid');
}

/** Seconds within which a socket gives a sign of life, and some. */
const HEARTBEAT = 60;

function readSync(sync: SyncOptions): Required<SyncOptions> {
  const read: Required<SyncOptions> = {
    transport: oneOf('sync.transport', sync.transport ?? 'ws', ['ws', 'longpoll', 'poll', 'off']),
    pollInterval: within('sync.pollInterval', sync.pollInterval ?? 60, 5, 3600),
    maxStaleness: within('sync.maxStaleness', sync.maxStaleness ?? 300, 1, 86_400),
    onStale: oneOf('sync.onStale', sync.onStale ?? 'allow', ['allow', 'introspect', 'deny']),
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

/** Is this the name of this machine? */
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

/** How many letters differ (Levenshtein). */
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

/** Warnings and errors go to the console, news to nobody. */
const quiet: Logger = {
  info: () => {},
  warn: (message, fields) => console.warn(`usher: ${message}`, fields ?? ''),
  error: (message, fields) => console.error(`usher: ${message}`, fields ?? ''),
};
