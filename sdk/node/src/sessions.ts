// The sessions that this application has seen. They are kept here and reported to Usher in batches.
import { createHmac } from 'node:crypto';
import type { AccessTokenClaims } from './core/claims.js';

/** A session, as this application has seen it. Times in seconds since the epoch. */
export interface SeenSession {
  sid: string;
  sub: string;
  clientId: string;
  firstSeen: number;
  lastSeen: number;
  requests: number;
  /** The network address, hashed with a key of this module. */
  ipHash?: string;
  userAgent?: string;
  /** When the newest token seen in this session expires. */
  exp: number;
}

/** The largest number of sessions kept. */
const MOST = 10_000;
/** The largest number of sessions in one report. */
const BATCH = 500;
/** The largest number of characters of a text in a report. */
const LONGEST = 300;

/** Where a request came from. */
export interface Origin {
  ip?: string | undefined;
  userAgent?: string | undefined;
}

interface Kept extends SeenSession {
  reported: number;
  dirty: boolean;
}

export class SeenSessions {
  readonly #kept = new Map<string, Kept>();
  readonly #key: Buffer;

  /** @param key what network addresses are hashed with */
  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Records a request. */
  note(claims: AccessTokenClaims, now: number, origin: () => Origin): void {
    if (claims.sid === undefined) return;
    const known = this.#kept.get(claims.sid);
    if (known) {
      known.lastSeen = now;
      known.requests += 1;
      known.dirty = true;
      if (claims.exp > known.exp) known.exp = claims.exp;
      return;
    }
    const { ip, userAgent } = origin();
    this.#kept.set(claims.sid, {
      sid: claims.sid,
      sub: claims.sub,
      clientId: claims.client_id,
      firstSeen: now,
      lastSeen: now,
      requests: 1,
      exp: claims.exp,
      reported: 0,
      dirty: true,
      ...(ip === undefined
        ? {}
        : { ipHash: createHmac('sha256', this.#key).update(ip).digest('base64url').slice(0, 22) }),
      ...(userAgent === undefined ? {} : { userAgent: plain(userAgent) }),
    });
    if (this.#kept.size > MOST) this.#kept.delete(this.#kept.keys().next().value ?? '');
  }

  /** Sessions with a token that has not expired, most recently used first. */
  list(now: number): SeenSession[] {
    const live = [...this.#kept.values()].filter((each) => now < each.exp);
    return live.sort((a, b) => b.lastSeen - a.lastSeen).map(({ reported: _, dirty: __, ...session }) => session);
  }

  /** Returns the next report, in the form of `POST /api/v1/sync/seen`. `undo` puts it back after a failure. */
  takeReport(): { report: object[]; undo: () => void } {
    const due = [...this.#kept.values()].filter((each) => each.dirty).slice(0, BATCH);
    const before = due.map((each) => each.reported);
    const report = due.map((each) => ({
      sid: each.sid,
      sub: each.sub,
      client_id: each.clientId,
      first_seen: Math.floor(each.firstSeen),
      last_seen: Math.floor(each.lastSeen),
      requests: each.requests - each.reported,
      ...(each.ipHash === undefined ? {} : { ip_hash: each.ipHash }),
      ...(each.userAgent === undefined ? {} : { user_agent: each.userAgent }),
    }));
    for (const each of due) [each.reported, each.dirty] = [each.requests, false];
    const undo = () => due.forEach((each, index) => ([each.reported, each.dirty] = [before[index] ?? 0, true]));
    return { report, undo };
  }

  /** Removes sessions that have expired and were reported. */
  sweep(now: number): void {
    for (const [sid, each] of this.#kept) if (now >= each.exp && !each.dirty) this.#kept.delete(sid);
  }

  /** The sessions as text for a store, with an authentication tag. */
  save(): string {
    const json = JSON.stringify([...this.#kept.values()]);
    return `${this.#tagOf(json)} ${json}`;
  }

  /** @throws {Error} if somebody else has written it */
  restore(text: string): void {
    const json = text.slice(44);
    if (text.slice(0, 44) !== `${this.#tagOf(json)} `)
      throw new Error('the session list is refused: it was tampered with');
    for (const each of JSON.parse(json) as Kept[]) this.#kept.set(each.sid, each);
  }

  #tagOf(json: string): string {
    return createHmac('sha256', this.#key).update(`sessions\n${json}`).digest('base64url');
  }
}

const plain = (text: string): string =>
  [...text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '')].slice(0, LONGEST).join('');
