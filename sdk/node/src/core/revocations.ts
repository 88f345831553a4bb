// The revocation list and its position in the feed.
import {
  type Entry,
  MARKS,
  type MarkKind,
  type NameKind,
  type Snapshot,
  epochNumber,
  readMessage,
  readSnapshot,
} from './feed.js';

/** Seconds for which an entry is kept after it expires, because clocks differ. */
const SKEW = 30;
/** The number of entries above which all are replaced by one mark over the project. */
export const MOST = 200_000;

/** The result of applying a message or a snapshot. */
export type Outcome =
  | 'applied'
  | 'known'
  | 'gap'
  | 'ignored'
  | 'policy'
  | 'jwks'
  | 'hello'
  | 'retry'
  | 'resync'
  | 'folded'
  | 'replaced'
  | 'snapshot_old'
  | 'snapshot_invalid'
  | 'message_invalid';

/** The claims that decide whether a token is revoked. */
export interface Subject {
  jti: string;
  sub: string;
  client_id: string;
  iat: number;
  sid?: string | undefined;
  gid?: string | undefined;
  urv?: number | undefined;
}

interface Mark {
  before: number;
  /** The time of the newest mark, for tokens without a position. */
  at: number;
  exp: number;
}

type Names = Record<NameKind, Map<string, number>>;
type Marks = Record<MarkKind, Map<string, Mark>>;

const noNames = (): Names => ({ jti: new Map(), sid: new Map(), gid: new Map(), kid: new Map() });
const noMarks = (): Marks => ({ sub: new Map(), client: new Map(), project: new Map() });
/** The key of the mark over the project. */
const WHOLE = '';

/** The revocation list of one project. Time is passed in, in seconds since the epoch. */
export class RevocationList {
  #names = noNames();
  #marks = noMarks();
  #epoch = '';
  #cursor = 0;
  /** The last position of an entry, which may be beyond a gap. */
  #heard = 0;
  readonly #most: number;
  #sweepAt = 0;

  constructor(most = MOST) {
    this.#most = most;
  }

  /** The cursor: `e1.42`; empty before the first snapshot. */
  get place(): string {
    return this.#epoch === '' ? '' : `${this.#epoch}.${this.#cursor}`;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get cursor(): number {
    return this.#cursor;
  }

  /** How many entries there are. */
  get size(): number {
    const maps = [...Object.values(this.#names), ...Object.values(this.#marks)];
    return maps.reduce((sum, map: Map<string, unknown>) => sum + map.size, 0);
  }

  /** Returns the kind of entry that revokes a token, or `undefined`. */
  revokedBy(token: Subject, kid: string, now: number): NameKind | MarkKind | undefined {
    const { jti, sid, gid, kid: keys } = this.#names;
    const named = (map: Map<string, number>, name: string | undefined) => {
      const exp = name === undefined || map.size === 0 ? undefined : map.get(name);
      return exp !== undefined && now < exp + SKEW;
    };
    if (named(jti, token.jti)) return 'jti';
    if (named(sid, token.sid)) return 'sid';
    if (named(gid, token.gid)) return 'gid';
    if (named(keys, kid)) return 'kid';
    return this.#markOver(token, now);
  }

  #markOver(token: Subject, now: number): MarkKind | undefined {
    let newest: Mark | undefined;
    let kind: MarkKind | undefined;
    for (const each of MARKS) {
      const map = this.#marks[each];
      if (map.size === 0) continue;
      const mark = map.get(each === 'sub' ? token.sub : each === 'client' ? token.client_id : WHOLE);
      if (!mark || now >= mark.exp + SKEW || (newest && newest.before >= mark.before)) continue;
      // Each counts by itself: for a token without a position, a newer mark may be of an earlier time.
      if (!(token.urv === undefined ? Math.trunc(token.iat) <= mark.at : token.urv < mark.before)) continue;
      newest = mark;
      kind = each;
    }
    return kind;
  }

  /** Applies a message of the feed. */
  receive(value: unknown, now: number): Outcome {
    const message = readMessage(value);
    if (message === undefined) return 'message_invalid';
    switch (message.t) {
      case 'hello':
        return message.epoch === this.#epoch ? 'hello' : 'resync';
      case 'resync':
      case 'jwks':
      case 'retry':
        return message.t;
      case 'unknown':
        return message.c === undefined ? 'ignored' : this.#advance(message.c, 'ignored');
      case 'policy':
        return this.#advance(message.c, 'policy');
      case 'ev':
        return this.#take(message, now);
    }
  }

  #advance(position: number, outcome: Outcome): Outcome {
    if (position <= this.#cursor) return 'known';
    if (position > this.#cursor + 1) return 'gap';
    this.#cursor = position;
    return outcome;
  }

  #take(entry: Entry, now: number): Outcome {
    const outcome = this.#advance(entry.c, 'applied');
    // An entry after a gap is applied at once: knowing of a revocation early is safe.
    if (outcome !== 'known') {
      this.#add(entry);
      this.#heard = Math.max(this.#heard, entry.c);
    }
    if (outcome !== 'applied' || this.size <= this.#most) return outcome;
    this.#sweep(now);
    if (this.size <= this.#most) return outcome;
    this.#fold(now);
    return 'folded';
  }

  #add(entry: Entry): void {
    const { k, v, exp } = entry;
    if (k === 'sub' || k === 'client' || k === 'project') {
      const name = k === 'project' ? WHOLE : v;
      const known = this.#marks[k].get(name);
      this.#marks[k].set(name, {
        before: Math.max(entry.before ?? 0, known?.before ?? 0),
        at: Math.max(entry.at ?? 0, known?.at ?? 0),
        exp: Math.max(exp, known?.exp ?? 0),
      });
    } else {
      this.#names[k].set(v, Math.max(exp, this.#names[k].get(v) ?? 0));
    }
  }

  /**
   * Replaces all entries by one mark over the project, except keys: whoever has a key can put any position into a token. The mark stands
   * at the last position that was heard, which may be beyond a gap.
   */
  #fold(now: number): void {
    const ends = [...Object.values(this.#names).flatMap((map) => [...map.values()])];
    const marks = Object.values(this.#marks).flatMap((map: Map<string, Mark>) => [...map.values()]);
    const exp = [...ends, ...marks.map((mark) => mark.exp)].reduce((latest, each) => Math.max(latest, each), now);
    const at = marks.reduce((latest, mark) => Math.max(latest, mark.at), now);
    const { kid } = this.#names;
    this.#names = { ...noNames(), kid };
    this.#marks = noMarks();
    this.#marks.project.set(WHOLE, { before: Math.max(this.#cursor, this.#heard), at, exp });
  }

  /** Removes expired entries, at most once in ten seconds. */
  sweep(now: number): void {
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + 10;
    this.#sweep(now);
  }

  #sweep(now: number): void {
    for (const map of Object.values(this.#names)) {
      for (const [name, exp] of map) if (now >= exp + SKEW) map.delete(name);
    }
    for (const map of Object.values(this.#marks) as Map<string, Mark>[]) {
      for (const [name, mark] of map) if (now >= mark.exp + SKEW) map.delete(name);
    }
  }

  /** Replaces the list by a snapshot. An older snapshot is refused, so that nobody can undo revocations with it. */
  replace(value: unknown, now: number): Outcome {
    const snapshot = readSnapshot(value);
    if (snapshot === undefined) return 'snapshot_invalid';
    return this.restore(snapshot, now);
  }

  /** Replaces the list by a snapshot that was parsed already. */
  restore(snapshot: Pick<Snapshot, 'epoch' | 'cursor' | 'revocations'>, now: number): Outcome {
    if (this.#epoch !== '') {
      const [theirs, ours] = [epochNumber(snapshot.epoch), epochNumber(this.#epoch)];
      if (theirs < ours || (theirs === ours && snapshot.cursor < this.#cursor)) return 'snapshot_old';
    }
    this.#names = noNames();
    this.#marks = noMarks();
    this.#epoch = snapshot.epoch;
    this.#cursor = snapshot.cursor;
    this.#heard = snapshot.cursor;
    for (const entry of snapshot.revocations) this.#add(entry);
    this.#sweep(now);
    if (this.size > this.#most) this.#fold(now);
    return 'replaced';
  }

  /** The list as entries, for a store. */
  entries(): Entry[] {
    const entries: Entry[] = [];
    for (const [k, map] of Object.entries(this.#names) as [NameKind, Map<string, number>][]) {
      for (const [v, exp] of map) entries.push({ t: 'ev', c: this.#cursor, k, v, exp });
    }
    for (const [k, map] of Object.entries(this.#marks) as [MarkKind, Map<string, Mark>][]) {
      for (const [v, { before, at, exp }] of map)
        entries.push({ t: 'ev', c: Math.min(before, this.#cursor), k, v, before, at, exp });
    }
    return entries;
  }
}
