// Sessions of web mode: an id in a sealed cookie, everything else sealed in the store.
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
  usedAt: number;
}

/** How long sessions last, in seconds. */
export interface Lifetimes {
  idle: number;
  absolute: number;
}

/** A session under its id. */
export interface Found {
  id: string;
  session: WebSession;
}

export class WebSessions {
  readonly #store: Storage;
  readonly #cookies: Sealer;
  readonly #values: Sealer;
  readonly #lifetimes: Lifetimes;
  /** Ids by cookie: opening one costs more than all the rest of a request. */
  readonly #ids = new LruMap<string>(10_000);
  readonly #recent = new LruMap<WebSession>(10_000);

  constructor(store: Storage, secrets: readonly string[], lifetimes: Lifetimes) {
    this.#store = store;
    this.#cookies = new Sealer(secrets, 'cookie');
    this.#values = new Sealer(secrets, 'session');
    this.#lifetimes = lifetimes;
  }

  /** Begins a session; what its cookie holds. */
  async begin(session: WebSession): Promise<string> {
    const id = randomBytes(32).toString('base64url');
    await this.save(id, session);
    const index = await this.#idsOf(session.sid);
    await this.#store.set(indexKey(session.sid), JSON.stringify([...index, id]), this.#lifetimes.absolute);
    return this.#cookies.seal({ id });
  }

  /** The session of a cookie, if there is one and it is not over. */
  async find(cookie: string | undefined, now: number): Promise<Found | undefined> {
    if (cookie === undefined || cookie.length > 4096) return undefined;
    const known = createHash('sha256').update(cookie).digest('base64');
    let id = this.#ids.get(known);
    if (id === undefined) {
      id = (await this.#cookies.open<{ id: string }>(cookie))?.id;
      if (typeof id !== 'string') return undefined;
      this.#ids.set(known, id);
    }
    const session = this.#recent.get(id) ?? (await this.load(id));
    if (!session) return undefined;
    if (now >= session.createdAt + this.#lifetimes.absolute || now >= session.usedAt + this.#lifetimes.idle) {
      await this.end(id, session.sid);
      return undefined;
    }
    if (now - session.usedAt > Math.min(60, this.#lifetimes.idle / 10)) await this.save(id, { ...session, usedAt: now });
    return { id, session };
  }

  /** What the store holds now, which another process may have changed. */
  async load(id: string): Promise<WebSession | undefined> {
    const sealed = await this.#store.get(sessionKey(id));
    const session = sealed === undefined ? undefined : await this.#values.open<WebSession>(sealed);
    if (session) this.#recent.set(id, session);
    else this.#recent.delete(id);
    return session;
  }

  async save(id: string, session: WebSession): Promise<void> {
    await this.#store.set(sessionKey(id), await this.#values.seal(session), this.#lifetimes.idle);
    this.#recent.set(id, session);
  }

  async end(id: string, sid: string): Promise<void> {
    this.#recent.delete(id);
    await this.#store.delete(sessionKey(id));
    const left = (await this.#idsOf(sid)).filter((each) => each !== id);
    if (left.length === 0) await this.#store.delete(indexKey(sid));
    else await this.#store.set(indexKey(sid), JSON.stringify(left), this.#lifetimes.absolute);
  }

  /** Ends every session of this application that belongs to a session at Usher. */
  async endAll(sid: string): Promise<void> {
    for (const id of await this.#idsOf(sid)) {
      this.#recent.delete(id);
      await this.#store.delete(sessionKey(id));
    }
    await this.#store.delete(indexKey(sid));
  }

  /** Was this name here before? Names are remembered for as long as they mean something. */
  async isFirst(name: string, seconds: number): Promise<boolean> {
    const key = `web:once:${name}`;
    if ((await this.#store.get(key)) !== undefined) return false;
    await this.#store.set(key, '1', seconds);
    return true;
  }

  async #idsOf(sid: string): Promise<string[]> {
    return JSON.parse((await this.#store.get(indexKey(sid))) ?? '[]') as string[];
  }
}

/** Who reads the store learns no id that opens a session. */
const sessionKey = (id: string): string => `web:session:${createHash('sha256').update(id).digest('base64url')}`;
const indexKey = (sid: string): string => `web:sid:${sid}`;
