// Web mode: sign-in, callback, token refresh, sign-out and back-channel logout.
import type { Refusal } from '../core/refusal.js';
import { Refusal as Refused } from '../core/refusal.js';
import { isLoopback } from '../core/options.js';
import { type Answer, problemAnswer, redirectAnswer } from '../http/answer.js';
import { filterJson } from '../policy/residual.js';
import { reaches } from '../policy/route-check.js';
import type { Authentication, IncomingRequest, Usher } from '../usher.js';
import { readCookie, writeCookie } from './cookies.js';
import { readLogoutToken } from './logout-token.js';
import { isOwnPage, ownPath, refuseForged } from './origin.js';
import { type Begun, Provider, type Tokens } from './provider.js';
import { Sealer } from './seal.js';
import { type Found, type WebSession, WebSessions } from './sessions.js';

/** Seconds within which a sign-in must be completed. */
const PATIENCE = 600;
/** Seconds before its end at which an access token is replaced. */
const EARLY = 30;

/** Seconds for which Usher is not asked again after it did not answer: otherwise every request would wait for it. */
const PAUSE = 2;
/** Parameters that are passed on to Usher as they are (OpenID Connect Core §3.1.2.1). */
const PASSED_ON = ['prompt', 'login_hint', 'ui_locales'];

/** Why a token is over whose session may go on. */
const OVER: readonly string[] = ['token_revoked', 'token_expired', 'key_unknown'];

/** Adds web mode to a module. */
export class WebMode {
  readonly #usher: Usher;
  readonly #base: URL;
  readonly #provider: Provider;
  readonly #sessions: WebSessions;
  readonly #begun: Sealer;
  readonly #cookie: string;
  readonly #secure: boolean;
  readonly #prefix: string;
  readonly #refreshing = new Map<string, Promise<WebSession | undefined>>();
  /** Until when Usher is not asked for tokens, in seconds since the epoch. */
  #pausedUntil = 0;

  constructor(usher: Usher) {
    const { settings } = usher;
    this.#usher = usher;
    this.#base = new URL(settings.baseURL ?? '');
    this.#prefix = `${this.#base.pathname.replace(/\/$/, '')}/auth`;
    this.#secure = !(this.#base.protocol === 'http:' && isLoopback(this.#base.hostname));
    this.#cookie = settings.cookie.name ?? (this.#secure ? '__Host-usher-app' : 'usher-app');
    this.#provider = new Provider(settings, `${this.#base.origin}${this.#prefix}/callback`);
    this.#sessions = new WebSessions(usher.storage, settings.secrets, settings.cookie);
    this.#begun = new Sealer(settings.secrets, 'sign-in');
  }

  /** Responds to the routes of web mode; `undefined` for every other request. */
  async handle(request: IncomingRequest): Promise<Answer | undefined> {
    const [path = ''] = request.target.split('?', 1);
    const query = request.target.slice(path.length + 1);
    if (!path.startsWith(`${this.#prefix}/`)) return undefined;
    const action = path.slice(this.#prefix.length + 1);
    const parameters = new URLSearchParams(query);
    try {
      if (action === 'login' && request.method === 'GET') return await this.#signIn(parameters);
      if (action === 'callback' && request.method === 'GET') return await this.#callback(request, query, parameters);
      if (action === 'logout' && (request.method === 'GET' || request.method === 'POST'))
        return await this.#signOut(request);
      if (action === 'me' && request.method === 'GET') return await this.#me(request);
      if (action === 'backchannel-logout' && request.method === 'POST') return await this.#backchannelLogout(request);
      return undefined;
    } catch (cause) {
      const refusal = cause instanceof Refused ? cause : new Refused('introspection_failed', {}, cause);
      this.#usher.logRefusal(request, refusal);
      return problemAnswer(refusal, request.header('traceparent'));
    }
  }

  async #signIn(parameters: URLSearchParams): Promise<Answer> {
    const maxAge = /^\d{1,7}$/.exec(parameters.get('max_age') ?? '')?.[0];
    const step = {
      acr: parameters.get('acr_values') ?? undefined,
      maxAge: maxAge === undefined ? undefined : Number(maxAge),
    };
    const more = Object.fromEntries([...parameters].filter(([name]) => PASSED_ON.includes(name)));
    const back = ownPath(parameters.get('return_to'), this.#base);
    const { url, begun } = await this.#provider.begin(back, step, more, seconds());
    return redirectAnswer(url, [this.#write(this.#nameOf(begun.state), await this.#begun.seal(begun), PATIENCE)]);
  }

  /** Each sign-in has its own cookie, so that several tabs can sign in at the same time. */
  #nameOf(state: string): string {
    return `${this.#cookie}.${state.slice(0, 8)}`;
  }

  async #callback(request: IncomingRequest, query: string, parameters: URLSearchParams): Promise<Answer> {
    const name = this.#nameOf(parameters.get('state') ?? '');
    const sealed = readCookie(request.header('cookie'), name);
    const begun = sealed === undefined ? undefined : await this.#begun.open<Begun>(sealed);
    if (!begun || seconds() - begun.at > PATIENCE || !(await this.#sessions.isFirst(begun.state, PATIENCE)))
      throw new Refused('sign_in_failed');
    const tokens = await this.#provider.finish(query, begun).catch((cause: unknown) => {
      throw new Refused('sign_in_failed', {}, cause);
    });
    const claims = tokens.claims ?? {};
    checkLevel(text(claims.acr), begun.acr);
    await this.#checkOwnToken(tokens);
    const before = await this.#find(request);
    if (before) await this.#sessions.end(before.key, before.session.sid);
    const now = seconds();
    const cookie = await this.#sessions.begin({ ...tokens, sid: text(claims.sid) ?? '', createdAt: now });
    const { absolute } = this.#usher.settings.cookie;
    return redirectAnswer(this.#base.origin + begun.returnTo, [
      this.#write(this.#cookie, cookie, absolute),
      this.#write(name, '', 0),
    ]);
  }

  /**
   * Refuses an access token that this module does not accept. Without this, a page that needs one would be redirected in a loop.
   * @throws {Refusal} `sign_in_failed`, or why nothing can be verified now
   */
  async #checkOwnToken({ accessToken, claims }: Tokens): Promise<void> {
    try {
      const { user } = await this.#usher.verify(accessToken);
      if (user.id !== claims?.sub) throw new Refused('claim_invalid');
    } catch (cause) {
      if (!(cause instanceof Refused) || cause.status === 503) throw cause;
      // A change of roles at this moment: the next token is another one.
      if (cause.reason === 'token_revoked') return;
      const { reason } = cause;
      this.#usher.settings.logger.error('the access token of Usher for this application is refused here', { reason });
      throw new Refused('sign_in_failed', {}, cause);
    }
  }

  async #signOut(request: IncomingRequest): Promise<Answer> {
    const { origin, href } = this.#base;
    const typed =
      request.method === 'GET' &&
      request.header('sec-fetch-site') === undefined &&
      request.header('origin') === undefined;
    if (typed || !isOwnPage(request, origin)) throw new Refused('request_forged');
    const found = await this.#find(request);
    if (found) await this.#sessions.end(found.key, found.session.sid);
    const url = await this.#provider.signOutAddress(found?.session.idToken, href);
    return redirectAnswer(url, [this.#write(this.#cookie, '', 0)]);
  }

  /** The user and the permissions, for the pages of the application. */
  async #me(request: IncomingRequest): Promise<Answer> {
    const { auth, refusal } = await this.authenticate(request);
    // That nobody can say who it is does not mean that nobody is signed in.
    if (refusal?.status === 503) throw refusal;
    const told = { user: auth?.user ?? null, permissions: auth?.permissions() ?? {} };
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', vary: 'Cookie' },
      cookies: [],
      body: filterJson(told),
    };
  }

  async #backchannelLogout(request: IncomingRequest): Promise<Answer> {
    const token = new URLSearchParams((await request.body?.()) ?? '').get('logout_token') ?? '';
    const told = await readLogoutToken(token, this.#usher.keys, this.#usher.settings, seconds());
    if (!told) throw new Refused('logout_token_invalid');
    await this.#sessions.heed(told.jti, told.sid, 300).catch(storeUnavailable);
    return { status: 200, headers: { 'cache-control': 'no-store' }, cookies: [], body: '' };
  }

  /** @throws {Refusal} `store_unavailable` */
  async #find(request: IncomingRequest): Promise<Found | undefined> {
    return this.#sessions.find(readCookie(request.header('cookie'), this.#cookie), seconds()).catch(storeUnavailable);
  }

  #write(name: string, value: string, maxAge: number): string {
    return writeCookie(name, value, maxAge, this.#secure);
  }

  /** Authenticates a request by its session cookie. */
  async authenticate(request: IncomingRequest): Promise<Authentication> {
    try {
      const found = await this.#find(request);
      if (!found) return { auth: null, refusal: null };
      refuseForged(request, this.#base.origin);
      return { auth: await this.#authOf(found, request), refusal: null };
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      return { auth: null, refusal: cause };
    }
  }

  async #authOf(found: Found, request: IncomingRequest) {
    let { session } = found;
    let renewed = false;
    if (seconds() >= session.expiresAt - EARLY) [session, renewed] = [await this.#renewedIfPossible(found), true];
    try {
      return await this.#usher.verify(session.accessToken, request, profileOf(session));
    } catch (cause) {
      if (!(cause instanceof Refused && OVER.includes(cause.reason)) || renewed) throw cause;
      // A change of roles, or of a key, revokes the token but not the session. The next token has the new roles.
      session = await this.#renewed(found);
      return this.#usher.verify(session.accessToken, request, profileOf(session));
    }
  }

  /** Renews a session. While Usher does not answer, the old tokens are used until they end. */
  async #renewedIfPossible(found: Found): Promise<WebSession> {
    return this.#renewed(found).catch((cause: unknown) => {
      const away = cause instanceof Refused && cause.reason === 'introspection_failed';
      if (away && seconds() < found.session.expiresAt) return found.session;
      throw cause;
    });
  }

  /** @throws {Refusal} `token_missing`: the session is over */
  async #renewed(found: Found): Promise<WebSession> {
    let renewing = this.#refreshing.get(found.key);
    if (!renewing) {
      renewing = this.#renew(found).finally(() => this.#refreshing.delete(found.key));
      this.#refreshing.set(found.key, renewing);
    }
    const session = await renewing.catch((cause: unknown) => {
      throw cause instanceof Refused ? cause : new Refused('introspection_failed', {}, cause);
    });
    if (!session) throw new Refused('token_missing');
    return session;
  }

  /** Refreshes the tokens. If another process has done so already, its tokens are in the store. */
  async #renew({ key, session }: Found): Promise<WebSession | undefined> {
    for (let last = session, tries = 0; tries < 2; tries += 1) {
      const stored = await this.#sessions.load(key);
      if (!stored) return undefined;
      if (stored.accessToken !== last.accessToken && seconds() < stored.expiresAt - EARLY) return stored;
      const tokens = stored.refreshToken === undefined ? undefined : await this.#refreshed(stored.refreshToken);
      if (tokens) return this.#keep(key, stored, tokens);
      last = stored;
    }
    await this.#sessions.end(key, session.sid);
    return undefined;
  }

  async #refreshed(refreshToken: string): Promise<Tokens | undefined> {
    if (seconds() < this.#pausedUntil) throw new Refused('introspection_failed');
    return this.#provider.refresh(refreshToken).catch((cause: unknown) => {
      if (!(cause instanceof Refused)) this.#pausedUntil = seconds() + PAUSE;
      throw cause;
    });
  }

  async #keep(key: string, stored: WebSession, tokens: Tokens): Promise<WebSession | undefined> {
    // An ID token about somebody else says nothing about this session (OpenID Connect Core §12.2).
    if (tokens.claims && stored.claims && tokens.claims.sub !== stored.claims.sub) throw new Refused('introspection_failed');
    const next: WebSession = {
      ...stored,
      ...tokens,
      refreshToken: tokens.refreshToken ?? stored.refreshToken,
      idToken: tokens.idToken ?? stored.idToken,
      claims: tokens.claims ?? stored.claims,
    };
    return (await this.#sessions.update(key, next)) ? next : undefined;
  }

  /** Redirects pages to the sign-in, which returns to the page. Other requests get the normal refusal. */
  answerTo(request: IncomingRequest, refusal: Refusal): Answer | undefined {
    const page = request.method === 'GET' && (request.header('accept') ?? '').includes('text/html');
    if (refusal.status !== 401 || !page) return undefined;
    const { acrValues, maxAge } = refusal.details;
    const query = new URLSearchParams({
      return_to: request.target,
      ...(acrValues === undefined ? {} : { acr_values: acrValues }),
      ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
    });
    return redirectAnswer(`${this.#base.origin}${this.#prefix}/login?${query}`);
  }
}

const seconds = (): number => Math.floor(Date.now() / 1000);

/** @throws {Refusal} `store_unavailable` */
const storeUnavailable = (cause: unknown): never => {
  throw new Refused('store_unavailable', {}, cause);
};

/**
 * Refuses a sign-in that reaches none of the levels. Without this, a user who cannot reach one would be redirected in a loop.
 * @throws {Refusal} `acr_insufficient`
 */
function checkLevel(acr: string | undefined, levels: string | undefined): void {
  if (levels === undefined) return;
  const reached = levels.split(' ').some((level) => reaches(acr, level));
  if (!reached) throw new Refused('acr_insufficient', { acrValues: levels });
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Claims that are not part of the profile. */
const PROTOCOL = [
  'iss',
  'aud',
  'exp',
  'iat',
  'nonce',
  'at_hash',
  'azp',
  'sub',
  'sid',
  'roles',
  'acr',
  'amr',
  'auth_time',
];

/** The claims of the ID token for `auth.user`. */
const profileOf = ({ claims = {} }: WebSession): Record<string, unknown> =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !PROTOCOL.includes(name)));
