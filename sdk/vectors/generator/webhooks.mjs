// Messages of webhooks, signed by the Standard Webhooks specification.
import { createHmac } from 'node:crypto';
import { NOW } from './files.mjs';

const SECRET = `whsec_${Buffer.from('a webhook secret of the vectors!').toString('base64')}`;
const FORMER = `whsec_${Buffer.from('the secret that was there before').toString('base64')}`;
const ID = '019f9e1c-4a10-7c5e-9f6e-2f3a5c1d7b11';
const BODY = '{"type":"session.revoked","version":1,"timestamp":"2026-11-18T10:26:40Z",\n "data":{"sub":"користувач","sid":"s1","reason":"sign_out"}}';
const sign = (secret, id, at, body) =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice(6), 'base64')).update(`${id}.${at}.${body}`).digest('base64')}`;
const headers = (more = {}, at = NOW, body = BODY, secret = SECRET) => {
  const all = { 'webhook-id': ID, 'webhook-timestamp': String(at), 'webhook-signature': sign(secret, ID, at, body), ...more };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
};
const good = { id: ID, type: 'session.revoked', version: 1, data: { sub: 'користувач', sid: 's1', reason: 'sign_out' } };
const refused = (reason) => ({ reason });
const FALSE = `v1,${Buffer.alloc(32).toString('base64')}`;

const CASES = [
  ['a good message', headers(), BODY, good],
  ['exactly five minutes old', headers({}, NOW - 300), BODY, good],
  ['from a clock that is ahead', headers({}, NOW + 300), BODY, good],
  ['two signatures, of which the second fits', headers({ 'webhook-signature': `${sign(FORMER, ID, NOW, BODY)} ${sign(SECRET, ID, NOW, BODY)}` }), BODY, good],
  ['signatures of other versions are passed over', headers({ 'webhook-signature': `v1a,AAAA ${sign(SECRET, ID, NOW, BODY)}` }), BODY, good],
  ['signed with the former secret, which is listed too', headers({}, NOW, BODY, FORMER), BODY, good, [SECRET, FORMER]],
  ['signed with a secret that is not listed', headers({}, NOW, BODY, FORMER), BODY, refused('signature_invalid')],
  ['another body', headers(), BODY.replace('sign_out', 'nothing!'), refused('signature_invalid')],
  ['the same JSON, written otherwise', headers(), JSON.stringify(JSON.parse(BODY)), refused('signature_invalid')],
  ['another id', headers({ 'webhook-id': 'another' }), BODY, refused('signature_invalid')],
  ['another time', headers({ 'webhook-timestamp': String(NOW - 1) }), BODY, refused('signature_invalid')],
  ['a false signature', headers({ 'webhook-signature': FALSE }), BODY, refused('signature_invalid')],
  ['a signature of another version alone', headers({ 'webhook-signature': sign(SECRET, ID, NOW, BODY).replace('v1', 'v2') }), BODY, refused('signature_invalid')],
  ['a signature without its version', headers({ 'webhook-signature': sign(SECRET, ID, NOW, BODY).slice(3) }), BODY, refused('signature_invalid')],
  ['too old', headers({}, NOW - 301), BODY, refused('timestamp_old')],
  ['too new', headers({}, NOW + 301), BODY, refused('timestamp_new')],
  ['a time that is none', headers({ 'webhook-timestamp': 'today' }), BODY, refused('header_invalid')],
  ['a time with a fraction', headers({ 'webhook-timestamp': `${NOW}.5` }), BODY, refused('header_invalid')],
  ['no id', headers({ 'webhook-id': null }), BODY, refused('header_missing')],
  ['no time', headers({ 'webhook-timestamp': null }), BODY, refused('header_missing')],
  ['no signature', headers({ 'webhook-signature': null }), BODY, refused('header_missing')],
  ['signed, and no JSON', headers({}, NOW, 'hello'), 'hello', refused('body_malformed')],
  ['signed, and no message', headers({}, NOW, '[]'), '[]', refused('body_malformed')],
];

export const webhooks = () => ({
  now: NOW,
  tolerance: 300,
  secrets: [SECRET],
  cases: CASES.map(([name, headers, body, expect, secrets]) => ({ name, headers, body, ...(secrets && { secrets }), expect })),
});
