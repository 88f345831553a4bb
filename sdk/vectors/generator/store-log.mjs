// The file in which a module keeps what it knows, as it is read after a restart.
import { createHmac, hkdfSync } from 'node:crypto';
import { ISSUER, NOW } from './files.mjs';

const SECRET = 'iwJBj5idLGgQxBOiIyqYF_C3b1-K0GymoocCf6LhZMQ';
const keyOf = (secret) => Buffer.from(hkdfSync('sha256', secret, '', 'usher-store v1', 32));
const ev = (c, k, v, more = {}) => ({ t: 'ev', c, k, v, exp: NOW + 600, why: 'sign_out', at: NOW - 10, ...more });

/** Each line is tagged over the tag before it and its own JSON. */
function lines(records, secret = SECRET) {
  let tag = '';
  return records.map((record) => {
    const json = JSON.stringify(record);
    tag = createHmac('sha256', keyOf(secret)).update(`${tag}\n${json}`).digest('base64url');
    return `${tag} ${json}\n`;
  });
}

const HEAD = { t: 'head', v: 1, issuer: ISSUER, client: 'client_shop', epoch: 'e7', cursor: 20, at: NOW - 100 };
const JWKS = { t: 'jwks', etag: '"a"', jwks: { keys: [] } };
const POLICY = { t: 'policy', etag: '"43-0123456789abcdef"', jws: 'e30.e30.c2ln' };
const CLIENTS = { t: 'clients', ids: ['client_shop', 'client_app'] };
const OLD = [ev(10, 'sid', 'session-1'), ev(12, 'sub', 'user-1', { before: 12 })];
const END = { t: 'end' };
const WHOLE = [HEAD, JWKS, POLICY, CLIENTS, ...OLD, END, ev(21, 'sid', 'session-2'), ev(22, 'jti', 'token-2'), { t: 'at', cursor: 22, at: NOW - 5 }];

const expectWhole = { epoch: 'e7', cursor: 22, at: NOW - 5, named: ['session-1', 'user-1', 'session-2', 'token-2'],
  policy: POLICY.jws, policy_etag: POLICY.etag, jwks_etag: JWKS.etag, clients: CLIENTS.ids, dropped: 0 };
const refused = (reason) => ({ reason });

export function storeLog() {
  const whole = lines(WHOLE);
  const text = whole.join('');
  const last = whole.at(-1);
  const without = (index) => whole.filter((_, at) => at !== index).join('');
  const before = { ...expectWhole, at: NOW - 100 };
  const cases = [
    { name: 'a whole log', text, expect: expectWhole },
    { name: 'nothing was appended yet', text: lines(WHOLE.slice(0, 7)).join(''), expect: { ...expectWhole, cursor: 20, at: NOW - 100, named: ['session-1', 'user-1'] } },
    { name: 'the last line is cut', text: text.slice(0, -9), expect: { ...before, dropped: last.length - 9 } },
    { name: 'the last line lacks its end', text: text.slice(0, -1), expect: { ...before, dropped: last.length - 1 } },
    { name: 'the last line is garbage', text: `${whole.slice(0, -1).join('')}\u0000\u0000\u0000\u0000\n`, expect: { ...before, dropped: 5 } },
    { name: 'a later word about the time never leads back', text: lines([...WHOLE, { t: 'at', cursor: 22, at: NOW - 50 }]).join(''), expect: expectWhole },
    { name: 'policy entries take their positions', text: lines([HEAD, JWKS, END, { t: 'policy_rev', c: 21, rev: 44 }, ev(22, 'sid', 'session-3')]).join(''),
      expect: { epoch: 'e7', cursor: 22, at: NOW - 100, named: ['session-3'], policy: null, policy_etag: null, jwks_etag: JWKS.etag, clients: [], dropped: 0 } },
    { name: 'newer rules and keys replace older ones', text: lines([...WHOLE, { ...POLICY, etag: '"44-0"', jws: 'e30.e30.bmV3' }, { ...JWKS, etag: '"b"' }]).join(''),
      expect: { ...expectWhole, policy: 'e30.e30.bmV3', policy_etag: '"44-0"', jwks_etag: '"b"' } },
    { name: 'records that nobody knows are passed over', text: lines([HEAD, { t: 'weather', sky: 'blue' }, ...WHOLE.slice(1)]).join(''), expect: expectWhole },
    { name: 'the snapshot lacks its last entry', text: lines(WHOLE.slice(0, 5)).join(''), expect: refused('log_torn') },
    { name: 'the last entry of the snapshot was changed', text: lines(WHOLE.slice(0, 6)).join('').replace('user-1', 'user-9'), expect: refused('log_torn') },
    { name: 'the last line of the snapshot is cut', text: lines(WHOLE.slice(0, 7)).join('').slice(0, -9), expect: refused('log_torn') },
    { name: 'an empty file', text: '', expect: refused('log_empty') },
    { name: 'the only line is cut', text: whole[0].slice(0, -9), expect: refused('log_empty') },
    { name: 'a line in the middle was changed', text: text.replace('session-1', 'session-9'), expect: refused('log_tampered') },
    { name: 'a line in the middle was taken out', text: without(4), expect: refused('log_tampered') },
    { name: 'two lines were exchanged', text: [...whole.slice(0, 4), whole[5], whole[4], ...whole.slice(6)].join(''), expect: refused('log_tampered') },
    { name: 'written with another secret', text: lines(WHOLE, 'another secret').join(''), expect: refused('log_tampered') },
    { name: 'a line before an incomplete one was changed', text: text.replace('token-2', 'token-9').slice(0, -9), expect: refused('log_tampered') },
    { name: 'something follows a line of garbage', text: `${text}\u0000\u0000\nx`, expect: refused('log_tampered') },
    { name: 'no tags', text: WHOLE.map((record) => `${JSON.stringify(record)}\n`).join(''), expect: refused('log_tampered') },
    { name: 'another issuer', text: lines([{ ...HEAD, issuer: 'https://id.example.org' }, ...WHOLE.slice(1)]).join(''), expect: refused('log_foreign') },
    { name: 'another client', text: lines([{ ...HEAD, client: 'client_app' }, ...WHOLE.slice(1)]).join(''), expect: refused('log_foreign') },
    { name: 'another version', text: lines([{ ...HEAD, v: 2 }, ...WHOLE.slice(1)]).join(''), expect: refused('log_version') },
    { name: 'it does not begin with a head', text: lines(WHOLE.slice(1)).join(''), expect: refused('log_version') },
    { name: 'a position is missing', text: lines([HEAD, END, ev(22, 'sid', 'a')]).join(''), expect: refused('log_gap') },
  ];
  return { now: NOW, secret: SECRET, key_hex: keyOf(SECRET).toString('hex'), issuer: ISSUER, client: 'client_shop', cases };
}
