// The messages of the protocol usher.sync.v1 and their validation.

/** Kinds of entries that name something exactly. */
export const NAMES = ['jti', 'sid', 'gid', 'kid'] as const;
/** Kinds of entries that revoke all tokens issued before a position. */
export const MARKS = ['sub', 'client', 'project'] as const;

export type NameKind = (typeof NAMES)[number];
export type MarkKind = (typeof MARKS)[number];

/** A revocation at its position. */
export interface Entry {
  t: 'ev';
  /** Its position. */
  c: number;
  k: NameKind | MarkKind;
  v: string;
  /** For marks: tokens issued at a lower position are revoked. */
  before?: number;
  /** When the last affected token expires, in seconds since the epoch. */
  exp: number;
  /** When it happened, in seconds since the epoch. */
  at?: number;
  /** Why, in one word. */
  why?: string;
}

export type Message =
  | Entry
  | { t: 'policy'; c: number; rev: number }
  | { t: 'jwks' }
  | { t: 'hello'; epoch: string; cursor: number; hb?: number }
  | { t: 'resync'; epoch?: string; cursor?: number }
  | { t: 'retry'; after: number }
  /** An unknown message. Its position counts. */
  | { t: 'unknown'; c?: number };

/** The complete state of the feed at one position. */
export interface Snapshot {
  epoch: string;
  cursor: number;
  server_time: number;
  revocations: Entry[];
  policy: { revision: number; etag: string } | null;
  jwks: { etag: string };
  /** The project whose feed it is. Servers of an earlier version do not name it. */
  project?: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPosition = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isEpoch = (value: unknown): value is string => typeof value === 'string' && /^e\d{1,15}$/.test(value);

/** The number of an epoch such as `e7`. */
export const epochNumber = (epoch: string): number => Number(epoch.slice(1));

/** Parses a message; `undefined` if it is invalid. */
export function readMessage(value: unknown): Message | undefined {
  if (!isObject(value) || typeof value.t !== 'string') return undefined;
  switch (value.t) {
    case 'ev':
      return readEntry(value);
    case 'policy':
      return isPosition(value.c) && isPosition(value.rev) ? { t: 'policy', c: value.c, rev: value.rev } : undefined;
    case 'jwks':
      return { t: 'jwks' };
    case 'hello':
      return isEpoch(value.epoch) && isPosition(value.cursor)
        ? { t: 'hello', epoch: value.epoch, cursor: value.cursor, ...(isTime(value.hb) ? { hb: value.hb } : {}) }
        : undefined;
    case 'resync':
      return { t: 'resync' };
    case 'retry':
      return isTime(value.after) ? { t: 'retry', after: value.after } : undefined;
    default:
      return isPosition(value.c) ? { t: 'unknown', c: value.c } : { t: 'unknown' };
  }
}

function readEntry(value: Record<string, unknown>): Message | undefined {
  const { c, k, v, before, exp, at, why } = value;
  if (!isPosition(c) || typeof k !== 'string') return undefined;
  const mark = (MARKS as readonly string[]).includes(k);
  if (!mark && !(NAMES as readonly string[]).includes(k)) return { t: 'unknown', c };
  if (typeof v !== 'string' || !isTime(exp) || (mark && !isPosition(before))) return undefined;
  return {
    t: 'ev',
    c,
    k: k as Entry['k'],
    v,
    exp,
    ...(mark ? { before: before as number } : {}),
    ...(isTime(at) ? { at } : {}),
    ...(typeof why === 'string' ? { why } : {}),
  };
}

/** Parses a snapshot; `undefined` if it is invalid. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  if (!isObject(value) || !isEpoch(value.epoch) || !isPosition(value.cursor) || !Array.isArray(value.revocations))
    return undefined;
  const revocations: Entry[] = [];
  for (const item of value.revocations) {
    const message = readMessage(item);
    if (message === undefined) return undefined;
    if (message.t === 'ev') revocations.push(message);
  }
  const { policy, jwks } = value;
  const rules =
    isObject(policy) && isPosition(policy.revision) && typeof policy.etag === 'string'
      ? { revision: policy.revision, etag: policy.etag }
      : null;
  return {
    epoch: value.epoch,
    cursor: value.cursor,
    server_time: isTime(value.server_time) ? value.server_time : 0,
    revocations,
    policy: rules,
    jwks: { etag: isObject(jwks) && typeof jwks.etag === 'string' ? jwks.etag : '' },
    ...(typeof value.project_id === 'string' ? { project: value.project_id } : {}),
  };
}
