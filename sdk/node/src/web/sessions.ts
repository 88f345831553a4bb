// Sessions of web mode. The cookie holds an encrypted id; the store holds the encrypted session.
import { createHash, randomBytes } from 'node:crypto';
import type { Storage } from '../stores/storage.js';
import { LruMap } from '../core/lru.js';
import { Sealer } from './seal.js';
import type { Tokens } from './provider.js';

/** A session of this application. Times in seconds since the epoch. */
export interface WebSession extends Tokens {
  /** The session at Usher. */
  sid: string;
  createdAt: number;
}

/** How long sessions last, in seconds. */
export interface Lifetimes {
  idle: number;
  absolute: number;
}

/** A session and its key in the store. */
export interface Found {
  key: string;
  session: WebSession;
}

/** A cached session, when it was read, and when its use was last recorded in the store. */
interface Recent {
  session: WebSession;
  readAt: number;
  touchedAt: number;
}

/** Seconds for which a cached session is used: another process may have ended it. */
const BELIEVED = 15;
/** The longest cookie that is decrypted, in characters. */
const LONGEST_COOKIE = 4096;
/** The largest number of sessions of this application that belong to one session at Usher. The oldest ones end. */
const MOST_OF_ONE = 20;

export class WebSessions {
  readonly #store: Storage;
  readonly #cookies: Sealer;
  readonly #values: Sealer;
  readonly #lifetimes: Lifetimes;
  /** Keys by cookie. Decrypting a cookie costs more than the rest of a request. */
  readonly #keys = new LruMap<string>(10_000);
  readonly #recent = new LruMap<Recent>(10_000);
  /** Sessions that were ended a moment ago: a request that runs meanwhile does not bring them back. */
  readonly #ended = new LruMap<true>(10_000);

  constructor(store: Storage, secrets: readonly string[], lifetimes: Lifetimes) {
    this.#store = store;
    this.#cookies = new Sealer(secrets, 'cookie');
    this.#values = new Sealer(secrets, 'session');
    this.#lifetimes = lifetimes;
  }

  /** Creates a session and returns the value of its cookie. */
  async begin(session: WebSession): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    const key = keyOf(id);
    await this.#store.set(usedKey(key), '1', this.#lifetimes.idle);
    await this.#save(key, session);
    if (session.sid !== '') await this.#index(session.sid, key);
    return this.#cookies.seal({ id });
  }

  /** Adds a session to those of a session at Usher. */
  async #index(sid: string, key: string): Promise<void> {
    const keys = [...(await this.#keysOf(sid)), key];
    for (const old of keys.splice(0, keys.length - MOST_OF_ONE)) await this.#forget(old);
    await this.#store.set(indexKey(sid), JSON.stringify(keys), this.#lifetimes.absolute);
  }

  /** Returns the session of a cookie, unless it has ended. */
  async find(cookie: string | undefined, now: number): Promise<Found | undefined> {
    const key = await this.#open(cookie);
    if (key === undefined) return undefined;
    const recent = this.#recent.get(key);
    // Its use is recorded only if the store still has it: another process may have ended it.
    const touched = recent && now - recent.touchedAt < Math.min(60, this.#lifetimes.idle / 10);
    const session = touched && now < recent.readAt + BELIEVED ? recent.session : await this.load(key);
    if (!session) return undefined;
    if (now >= session.createdAt + this.#lifetimes.absolute) {
      await this.end(key, session.sid);
      return undefined;
    }
    if (!touched) await this.#touch(key, now);
    return { key, session };
  }

  async #open(cookie: string | undefined): Promise<string | undefined> {
    if (cookie === undefined || cookie.length > LONGEST_COOKIE) return undefined;
    const seen = createHash('sha256').update(cookie).digest('base64');
    const known = this.#keys.get(seen);
    if (known !== undefined) return known;
    const id = (await this.#cookies.open<{ id: unknown }>(cookie))?.id;
    if (typeof id !== 'string') return undefined;
    this.#keys.set(seen, keyOf(id));
    return keyOf(id);
  }

  /** Records the use in a separate value, so that no process overwrites newer tokens of another with its own. */
  async #touch(key: string, now: number): Promise<void> {
    const recent = this.#recent.get(key);
    if (recent) recent.touchedAt = now;
    await this.#store.set(usedKey(key), '1', this.#lifetimes.idle);
  }

  /** Reads a session from the store, unless it has ended. */
  async load(key: string): Promise<WebSession | undefined> {
    const [sealed, used] = await Promise.all([this.#store.get(key), this.#store.get(usedKey(key))]);
    const opened = sealed === undefined || used === undefined ? undefined : await this.#values.open<WebSession>(sealed, key);
    const session = this.#ended.get(key) ? undefined : opened;
    const now = Date.now() / 1000;
    if (session) this.#recent.set(key, { session, readAt: now, touchedAt: this.#recent.get(key)?.touchedAt ?? 0 });
    else this.#recent.delete(key);
    return session;
  }

  /** Stores new tokens of a session, unless it was ended meanwhile: then it returns `false`. */
  async update(key: string, session: WebSession): Promise<boolean> {
    if (!(await this.load(key))) return false;
    await this.#save(key, session);
    if (!this.#ended.get(key)) return true;
    await this.#forget(key);
    return false;
  }

  async #save(key: string, session: WebSession): Promise<void> {
    // Whoever can write to the store cannot put the session of one browser in the place of another.
    await this.#store.set(key, await this.#values.seal(session, key), this.#lifetimes.absolute);
    const now = Date.now() / 1000;
    this.#recent.set(key, { session, readAt: now, touchedAt: this.#recent.get(key)?.touchedAt ?? now });
  }

  async end(key: string, sid: string): Promise<void> {
    await this.#forget(key);
    const left = (await this.#keysOf(sid)).filter((each) => each !== key);
    if (left.length === 0) await this.#store.delete(indexKey(sid));
    else await this.#store.set(indexKey(sid), JSON.stringify(left), this.#lifetimes.absolute);
  }

  /**
   * Ends all sessions of this application that a notice is about. Usher repeats a notice until it is answered, under the same name, so a
   * notice counts once all of them have ended; later it ends no new session.
   */
  async heed(notice: string, sid: string, seconds: number): Promise<void> {
    if (await this.#isKnown(notice)) return;
    await this.#endAll(sid);
    await this.#note(notice, seconds);
  }

  async #endAll(sid: string): Promise<void> {
    for (const key of await this.#keysOf(sid)) await this.#forget(key);
    await this.#store.delete(indexKey(sid));
  }

  async #forget(key: string): Promise<void> {
    this.#ended.set(key, true);
    this.#recent.delete(key);
    await this.#store.delete(key);
    await this.#store.delete(usedKey(key));
  }

  /** Returns true for the first call with a name within so many seconds. */
  async isFirst(name: string, seconds: number): Promise<boolean> {
    if (await this.#isKnown(name)) return false;
    await this.#note(name, seconds);
    return true;
  }

  async #isKnown(name: string): Promise<boolean> {
    return (await this.#store.get(onceKey(name))) !== undefined;
  }

  async #note(name: string, seconds: number): Promise<void> {
    await this.#store.set(onceKey(name), '1', seconds);
  }

  async #keysOf(sid: string): Promise<string[]> {
    return JSON.parse((await this.#store.get(indexKey(sid))) ?? '[]') as string[];
  }
}

/** The store holds a hash of the id, so that it does not reveal the content of cookies. */
const keyOf = (id: string): string => `web:session:${createHash('sha256').update(id).digest('base64url')}`;
const usedKey = (key: string): string => `${key}:used`;
const indexKey = (sid: string): string => `web:sid:${sid}`;
const onceKey = (name: string): string => `web:once:${name}`;
