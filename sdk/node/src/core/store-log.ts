// The format of stored state: lines with chained authentication tags.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { type Entry, readMessage } from './feed.js';

/** The stored state of a module. */
export interface StoredState {
  epoch: string;
  cursor: number;
  /** When the list was last known to be current, in seconds since the epoch. */
  at: number;
  revocations: Entry[];
  jwks: { etag: string; jwks: unknown } | null;
  policy: { etag: string; jws: string } | null;
  /** Clients known to be of the project. */
  clients: string[];
}

/** A record that is appended to a log. */
export type LogRecord =
  | Entry
  | { t: 'policy_rev'; c: number; rev: number }
  | { t: 'skip'; c: number }
  | { t: 'at'; cursor: number; at: number }
  | { t: 'jwks'; etag: string; jwks: unknown }
  | { t: 'policy'; etag: string; jws: string }
  | { t: 'clients'; ids: string[] };

/** The module that a log belongs to. */
export interface LogOwner {
  issuer: string;
  client: string;
}

export type LogFault = 'log_empty' | 'log_torn' | 'log_tampered' | 'log_version' | 'log_foreign' | 'log_gap';

/** Stored state that is refused as a whole. */
export class LogRefused extends Error {
  override readonly name = 'UsherLogRefused';
  readonly reason: LogFault;
  constructor(reason: LogFault) {
    super(`the stored state is refused: ${reason}`);
    this.reason = reason;
  }
}

/** Derives the key of the tags from the secret (RFC 5869). */
export const logKey = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'usher-store v1', 32));

const tagOf = (key: Buffer, previous: string, json: string): string =>
  createHmac('sha256', key).update(`${previous}\n${json}`).digest('base64url');

/** Writes lines whose tags form a chain. */
export class LogWriter {
  readonly #key: Buffer;
  #tag: string;

  /** @param tag the tag of the last line that is there already */
  constructor(key: Buffer, tag = '') {
    this.#key = key;
    this.#tag = tag;
  }

  /** The tag of the last line. */
  get tag(): string {
    return this.#tag;
  }

  line(record: LogRecord | Record<string, unknown>): string {
    const json = JSON.stringify(record);
    this.#tag = tagOf(this.#key, this.#tag, json);
    return `${this.#tag} ${json}\n`;
  }

  /** Writes a complete state: the beginning of a log. */
  begin(owner: LogOwner, state: StoredState): string {
    const { epoch, cursor, at } = state;
    const lines = [this.line({ t: 'head', v: 1, ...owner, epoch, cursor, at })];
    if (state.jwks) lines.push(this.line({ t: 'jwks', ...state.jwks }));
    if (state.policy) lines.push(this.line({ t: 'policy', ...state.policy }));
    lines.push(this.line({ t: 'clients', ids: state.clients }));
    for (const entry of state.revocations) lines.push(this.line(entry));
    // A line lost after this one leaves the cursor behind. A line lost before it would go unnoticed without this record.
    lines.push(this.line({ t: 'end' }));
    return lines.join('');
  }
}

/** The state, the number of bytes dropped at the end, and the tag of the last line. */
export interface ReadLog {
  state: StoredState;
  dropped: number;
  tag: string;
}

/**
 * Reads a log.
 * @throws {LogRefused}
 */
export function readLog(text: string, key: Buffer, owner: LogOwner): ReadLog {
  const { records, dropped, tag } = readLines(text, key);
  const [head, ...rest] = records;
  if (head === undefined) throw new LogRefused('log_empty');
  const state = begin(head, owner);
  if (!rest.some((record) => record.t === 'end')) throw new LogRefused('log_torn');
  for (const record of rest) take(state, record);
  return { state, dropped, tag };
}

function readLines(text: string, key: Buffer): { records: Record<string, unknown>[]; dropped: number; tag: string } {
  const lines = text.split('\n');
  let dropped = Buffer.byteLength(lines.pop() ?? '');
  const records: Record<string, unknown>[] = [];
  let tag = '';
  for (const [index, line] of lines.entries()) {
    const json = line.slice(44);
    if (line[43] !== ' ' || !same(line.slice(0, 43), tagOf(key, tag, json))) {
      // A crash can only damage the last line, and nothing follows it.
      const torn = index === lines.length - 1 && index > 0 && dropped === 0;
      if (!torn) throw new LogRefused('log_tampered');
      dropped += Buffer.byteLength(line) + 1;
      break;
    }
    tag = line.slice(0, 43);
    records.push(JSON.parse(json) as Record<string, unknown>);
  }
  return { records, dropped, tag };
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function begin(head: Record<string, unknown>, owner: LogOwner): StoredState {
  if (head.t !== 'head' || head.v !== 1) throw new LogRefused('log_version');
  if (head.issuer !== owner.issuer || head.client !== owner.client) throw new LogRefused('log_foreign');
  return {
    epoch: String(head.epoch),
    cursor: Number(head.cursor),
    at: Number(head.at),
    revocations: [],
    jwks: null,
    policy: null,
    clients: [],
  };
}

/**
 * Applies records that several processes wrote, in any order and possibly more than once.
 * @throws {LogRefused} `log_gap` where a position is missing
 */
export function applyRecords(state: StoredState, records: readonly Record<string, unknown>[]): void {
  const position = (record: Record<string, unknown>) => (typeof record.c === 'number' ? record.c : 0);
  for (const record of [...records].sort((one, other) => position(one) - position(other))) take(state, record);
}

/** The content of lines with a valid tag is trusted: only this module writes them. */
function take(state: StoredState, record: Record<string, unknown>): void {
  switch (record.t) {
    case 'jwks':
      state.jwks = { etag: String(record.etag), jwks: record.jwks };
      break;
    case 'policy':
      state.policy = { etag: String(record.etag), jws: String(record.jws) };
      break;
    case 'clients':
      state.clients = record.ids as string[];
      break;
    case 'at':
      state.at = Math.max(state.at, Number(record.at));
      break;
    case 'ev': {
      const message = readMessage(record);
      if (message?.t !== 'ev') break;
      advance(state, message.c);
      state.revocations.push(message);
      break;
    }
    case 'policy_rev':
    case 'skip':
      advance(state, Number(record.c));
      break;
    default:
  }
}

function advance(state: StoredState, position: number): void {
  if (position <= state.cursor) return;
  if (position !== state.cursor + 1) throw new LogRefused('log_gap');
  state.cursor = position;
}
