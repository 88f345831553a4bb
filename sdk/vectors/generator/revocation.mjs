// What is revoked, and how the list follows the feed.
import { NOW } from './files.mjs';

const ev = (c, k, v, more = {}) => ({
  t: 'ev', c, k, v, exp: NOW + 600, why: 'sign_out', at: NOW - 10,
  ...(['sub', 'client', 'project'].includes(k) ? { before: c } : {}),
  ...more,
});
const SNAPSHOT = {
  epoch: 'e7',
  cursor: 20,
  server_time: NOW,
  revocations: [
    ev(10, 'jti', 'token-1'), ev(11, 'sid', 'session-1'), ev(12, 'gid', 'grant-1'), ev(13, 'kid', 'key-1'),
    ev(14, 'sub', 'user-1'), ev(16, 'sub', 'user-1'), ev(15, 'client', 'client-1'),
    ev(17, 'sid', 'constructor'), ev(18, 'sub', '__proto__'), ev(19, 'sid', 'session-old', { exp: NOW - 31 }),
    // The clock of the server was set back between the two.
    ev(8, 'sub', 'user-2'), ev(9, 'client', 'client-2', { at: NOW - 20 }),
  ],
};
const TOKEN = { jti: 'token-0', sid: 'session-0', gid: 'grant-0', sub: 'user-0', client_id: 'client-0', urv: 20, iat: NOW - 5 };
const asked = (name, claims, by, more = {}) => {
  const full = { ...TOKEN, ...claims };
  for (const member of Object.keys(full)) if (full[member] === null) delete full[member];
  return { name, claims: full, kid: 'key-0', revoked_by: by, ...more };
};

const QUESTIONS = [
  asked('nothing names it', {}, null),
  asked('its jti is named', { jti: 'token-1' }, 'jti'),
  asked('its session is named, however new it is', { sid: 'session-1', urv: 999 }, 'sid'),
  asked('its grant is named', { gid: 'grant-1' }, 'gid'),
  asked('its key is named', {}, 'kid', { kid: 'key-1' }),
  asked('a name of another kind means nothing', { jti: 'session-1', sid: 'token-1' }, null),
  asked('names are compared character by character', { sid: 'Session-1' }, null),
  asked('issued before the mark over its subject', { sub: 'user-1', urv: 13 }, 'sub'),
  asked('the newest of two marks counts', { sub: 'user-1', urv: 15 }, 'sub'),
  asked('issued at the mark: it knew of it', { sub: 'user-1', urv: 16 }, null),
  asked('issued before the mark over its client', { client_id: 'client-1', urv: 14 }, 'client'),
  asked('issued after the mark over its client', { client_id: 'client-1', urv: 15 }, null),
  asked('two marks stand over it: the newer counts', { sub: 'user-1', client_id: 'client-1', urv: 15 }, 'sub'),
  asked('position 0 is before every mark', { sub: 'user-1', urv: 0 }, 'sub'),
  asked('without a position, issued when the mark was made', { sub: 'user-1', urv: null, iat: NOW - 10 }, 'sub'),
  asked('without a position, issued later', { sub: 'user-1', urv: null, iat: NOW - 9 }, null),
  asked('without a position, and no mark', { urv: null, iat: NOW - 3600 }, null),
  asked(
    'without a position, a newer mark of an earlier time does not cover an older one',
    { sub: 'user-2', client_id: 'client-2', urv: null, iat: NOW - 15 },
    'sub',
  ),
  asked('a machine has no session and no grant', { sid: null, gid: null }, null),
  asked('a session by a name that objects have by themselves', { sid: 'constructor' }, 'sid'),
  asked('a subject by a name that objects have by themselves', { sub: '__proto__', urv: 17 }, 'sub'),
  asked('such a name that nobody revoked', { sid: 'toString', jti: 'hasOwnProperty', sub: 'valueOf' }, null),
  asked('an entry that is over is forgotten', { sid: 'session-old' }, null),
];

const S = (step) => step;
const SEQUENCES = [
  {
    name: 'entries in order, twice, and beyond a gap',
    steps: [
      S({ message: ev(21, 'sid', 'a'), outcome: 'applied', cursor: 21 }),
      S({ message: ev(21, 'sid', 'a'), outcome: 'known', cursor: 21 }),
      S({ message: ev(5, 'sid', 'z'), outcome: 'known', cursor: 21 }),
      S({ message: ev(23, 'sid', 'c'), outcome: 'gap', cursor: 21 }),
      S({ ask: asked('beyond the gap it counts already', { sid: 'c' }, 'sid') }),
      S({ message: ev(22, 'sid', 'b'), outcome: 'applied', cursor: 22 }),
      S({ message: ev(23, 'sid', 'c'), outcome: 'applied', cursor: 23 }),
      S({ ask: asked('what came late counts', { sid: 'b' }, 'sid') }),
    ],
  },
  {
    name: 'what is not understood is passed over, and takes its position',
    steps: [
      S({ message: { t: 'weather', c: 21, sky: 'blue' }, outcome: 'ignored', cursor: 21 }),
      S({ message: ev(22, 'planet', 'mars'), outcome: 'ignored', cursor: 22 }),
      S({ message: { t: 'policy', c: 23, rev: 44 }, outcome: 'policy', cursor: 23 }),
      S({ message: { t: 'jwks' }, outcome: 'jwks', cursor: 23 }),
      S({ message: { t: 'retry', after: 7 }, outcome: 'retry', cursor: 23 }),
      S({ message: { t: 'whatever' }, outcome: 'ignored', cursor: 23 }),
      S({ message: ev(24, 'sid', 'a'), outcome: 'applied', cursor: 24 }),
      S({ message: { t: 'ev', c: 25, k: 'planet', size: 5 }, outcome: 'ignored', cursor: 25 }),
      S({ message: { t: 'resync' }, outcome: 'resync', cursor: 25 }),
      S({
        snapshot: { ...SNAPSHOT, cursor: 30, revocations: [{ t: 'ev', c: 28, k: 'planet', size: 5 }, ev(29, 'sid', 'z')] },
        outcome: 'replaced',
        cursor: 30,
      }),
      S({ ask: asked('what a snapshot with it names', { sid: 'z' }, 'sid') }),
    ],
  },
  {
    name: 'a greeting of the same epoch changes nothing, of another one asks for a snapshot',
    steps: [
      S({ message: { t: 'hello', epoch: 'e7', cursor: 25, hb: 25 }, outcome: 'hello', cursor: 20 }),
      S({ message: { t: 'hello', epoch: 'e8', cursor: 25, hb: 25 }, outcome: 'resync', cursor: 20 }),
      S({ message: { t: 'resync', epoch: 'e8', cursor: 300 }, outcome: 'resync', cursor: 20 }),
      S({ snapshot: { ...SNAPSHOT, epoch: 'e8', cursor: 300, revocations: [ev(290, 'sid', 'new')] }, outcome: 'replaced', cursor: 300 }),
      S({ ask: asked('what the new snapshot names', { sid: 'new' }, 'sid') }),
      S({ ask: asked('what only the old one named', { sid: 'session-1' }, null) }),
    ],
  },
  {
    name: 'a snapshot never leads back',
    steps: [
      S({ snapshot: { ...SNAPSHOT, epoch: 'e6', cursor: 900, revocations: [] }, outcome: 'snapshot_old', cursor: 20 }),
      S({ snapshot: { ...SNAPSHOT, cursor: 19, revocations: [] }, outcome: 'snapshot_old', cursor: 20 }),
      S({ ask: asked('the list is as it was', { sid: 'session-1' }, 'sid') }),
      S({ snapshot: { ...SNAPSHOT, epoch: 'e10', cursor: 3, revocations: [] }, outcome: 'replaced', cursor: 3 }),
    ],
  },
  {
    name: 'garbage is refused and changes nothing',
    steps: [
      S({ snapshot: { ...SNAPSHOT, epoch: 'seven' }, outcome: 'snapshot_invalid', cursor: 20 }),
      S({ snapshot: { ...SNAPSHOT, cursor: -1 }, outcome: 'snapshot_invalid', cursor: 20 }),
      S({ snapshot: { ...SNAPSHOT, cursor: 900, revocations: null }, outcome: 'snapshot_invalid', cursor: 20 }),
      S({ snapshot: { ...SNAPSHOT, cursor: 900, revocations: [{ ...ev(10, 'sid', 'a'), v: 5 }] }, outcome: 'snapshot_invalid', cursor: 20 }),
      S({ message: { ...ev(21, 'sid', 'a'), v: 5 }, outcome: 'message_invalid', cursor: 20 }),
      S({ message: { ...ev(21, 'sub', 'a'), before: '21' }, outcome: 'message_invalid', cursor: 20 }),
      S({ message: { ...ev(21, 'sid', 'a'), exp: null }, outcome: 'message_invalid', cursor: 20 }),
      S({ message: ['ev'], outcome: 'message_invalid', cursor: 20 }),
      S({ message: { t: 'policy', c: 21, rev: '44' }, outcome: 'message_invalid', cursor: 20 }),
    ],
  },
  {
    name: 'entries are forgotten when no token that they concern can live',
    steps: [
      S({ message: ev(21, 'sid', 'a', { exp: NOW + 100 }), outcome: 'applied', cursor: 21 }),
      S({ message: ev(22, 'sub', 'user-9', { exp: NOW + 100 }), outcome: 'applied', cursor: 22 }),
      S({ now: NOW + 129, ask: asked('a second before its end and the skew are over', { sid: 'a' }, 'sid') }),
      S({ now: NOW + 130, ask: asked('when they are over', { sid: 'a' }, null) }),
      S({ now: NOW + 130, ask: asked('a mark as well', { sub: 'user-9', urv: 1 }, null) }),
    ],
  },
  {
    name: 'more entries than there is room for become one mark over the project; keys stay named',
    max: 11,
    steps: [
      S({ message: ev(21, 'sid', 'a'), outcome: 'applied', cursor: 21 }),
      S({ message: ev(22, 'sid', 'b'), outcome: 'folded', cursor: 22 }),
      S({ ask: asked('everything issued before is dead', { urv: 21 }, 'project') }),
      S({ ask: asked('everything issued since is not', { urv: 22 }, null) }),
      S({ ask: asked('a key stays named, whatever position its holder writes', { urv: 9999 }, 'kid', { kid: 'key-1' }) }),
    ],
  },
  {
    name: 'an entry after a gap is not folded: the mark would stand before it',
    max: 11,
    steps: [
      S({ message: ev(21, 'sid', 'a'), outcome: 'applied', cursor: 21 }),
      S({ message: ev(24, 'sid', 'b'), outcome: 'gap', cursor: 21 }),
      S({ ask: asked('it counts, whenever the token was issued', { sid: 'b', urv: 23 }, 'sid') }),
    ],
  },
  {
    name: 'the mark stands at the last position that was heard, also beyond a gap',
    max: 11,
    steps: [
      S({ message: ev(24, 'sid', 'b'), outcome: 'gap', cursor: 20 }),
      S({ message: ev(21, 'sid', 'a'), outcome: 'folded', cursor: 21 }),
      S({ ask: asked('what was heard beyond the gap is not forgotten', { sid: 'b', urv: 23 }, 'project') }),
      S({ ask: asked('issued since', { urv: 24 }, null) }),
      S({ message: ev(22, 'sid', 'c'), outcome: 'applied', cursor: 22 }),
      S({ snapshot: { ...SNAPSHOT, cursor: 24, revocations: [ev(24, 'sid', 'b')] }, outcome: 'replaced', cursor: 24 }),
      S({ ask: asked('a snapshot says exactly what is revoked', { urv: 23 }, null) }),
    ],
  },
  {
    name: 'a mark over the project, as the server folds',
    steps: [
      S({ message: ev(21, 'project', ''), outcome: 'applied', cursor: 21 }),
      S({ ask: asked('issued before it', { urv: 20 }, 'project') }),
      S({ ask: asked('issued at it', { urv: 21 }, null) }),
    ],
  },
];

export const revocation = () => ({ now: NOW, skew: 30, snapshot: SNAPSHOT, cases: QUESTIONS, sequences: SEQUENCES });
