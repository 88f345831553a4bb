// Proofs that the caller holds the key of a token (DPoP, RFC 9449), right and wrong ones.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { AUDIENCE, NOW } from './files.mjs';
import { keeper, keys, part, publicKey, signature } from './jws.mjs';

const TOKEN = 'eyJ0eXAiOiJhdCtqd3QifQ.eyJzdWIiOiJhbmEifQ.c2lnbmVk';
const ath = (token) => createHash('sha256').update(token).digest('base64url');
const TARGET = '/orders/1?expand=lines';
const GOOD = { jti: 'q2zcWSRe3tUjfY2cD5_8dQ', htm: 'PUT', htu: `${AUDIENCE}/orders/1`, iat: NOW, ath: ath(TOKEN) };
const KEY = ['kty', 'crv', 'x', 'y', 'n', 'e'];
const bare = (jwk) => Object.fromEntries(KEY.filter((name) => name in jwk).map((name) => [name, jwk[name]]));
const without = (name) => Object.fromEntries(Object.entries(GOOD).filter(([each]) => each !== name));
const claims = (more) => ({ claims: { ...GOOD, ...more } });
const invalid = (reason) => ({ status: 401, code: 'AUTH_INVALID', reason });
const accepted = (jti = GOOD.jti) => ({ jti });

/** Cases of one proof with the scheme DPoP. `key` signs it and is in it; `bound` is the key of the token. */
const CASES = [
  ['a proof of an ES256 key', {}, accepted()],
  ['a proof of an RS256 key', { key: 'rs256' }, accepted()],
  ['a proof of a PS256 key', { key: 'ps256' }, accepted()],
  ['a proof of an Ed25519 key', { key: 'eddsa' }, accepted()],
  ['a proof of an Ed25519 key, by the newer name of the algorithm (RFC 9864)', { key: 'eddsa', header: { alg: 'Ed25519' } }, accepted()],
  ['the media type may be written in full, and in capitals', { header: { typ: 'application/DPoP+JWT' } }, accepted()],
  ['a nonce of another server is passed over', claims({ nonce: 'n-0S6_WzA2Mj' }), accepted()],
  ['claims that nobody knows are passed over', claims({ colour: ['blue'] }), accepted()],
  ['a minute old', claims({ iat: NOW - 60 }), accepted()],
  ['ahead, within the skew', claims({ iat: NOW + 30 }), accepted()],
  ['an iat with a fraction', claims({ iat: NOW - 0.5 }), accepted()],
  ['a jti of 255 characters', claims({ jti: 'j'.repeat(255) }), accepted('j'.repeat(255))],
  ['an htu with query and fragment', claims({ htu: `${AUDIENCE}/orders/1?other=1#top` }), accepted()],
  ['an htu with the default port, and capitals in scheme and host', claims({ htu: 'HTTPS://API.Shop.Example:443/orders/1' }), accepted()],
  ['an htu with escapes of letters (RFC 3986 §6.2.2)', claims({ htu: `${AUDIENCE}/%6frders/%31` }), accepted()],
  ['an htu without a path', { ...claims({ htu: AUDIENCE }), target: '/' }, accepted()],
  ['escapes in other letters', { ...claims({ htu: `${AUDIENCE}/a%c3%a9` }), target: '/a%C3%A9' }, accepted()],
  ['a query in the request and an htu without', { target: '/orders/1?a=b&c=d' }, accepted()],

  ['the key of somebody else', { key: 'stranger', bound: 'es256' }, invalid('proof_key_wrong')],
  ['the right key, signed by another', { key: 'stranger', bound: 'es256', header: { jwk: bare(keys.es256) } }, invalid('proof_signature_invalid')],
  ['another method', claims({ htm: 'GET' }), invalid('proof_request_wrong')],
  ['the method in small letters', claims({ htm: 'put' }), invalid('proof_request_wrong')],
  ['another path', claims({ htu: `${AUDIENCE}/orders/2` }), invalid('proof_request_wrong')],
  ['another case of the path', claims({ htu: `${AUDIENCE}/Orders/1` }), invalid('proof_request_wrong')],
  ['a slash at the end', claims({ htu: `${AUDIENCE}/orders/1/` }), invalid('proof_request_wrong')],
  ['an escaped slash is none', claims({ htu: `${AUDIENCE}/orders%2f1` }), invalid('proof_request_wrong')],
  ['dots are not resolved', claims({ htu: `${AUDIENCE}/x/../orders/1` }), invalid('proof_request_wrong')],
  ['another host', claims({ htu: 'https://evil.example/orders/1' }), invalid('proof_request_wrong')],
  ['a host that begins alike', claims({ htu: `${AUDIENCE}.evil.example/orders/1` }), invalid('proof_request_wrong')],
  ['the host as a user', claims({ htu: 'https://api.shop.example@evil.example/orders/1' }), invalid('proof_request_wrong')],
  ['another port', claims({ htu: 'https://api.shop.example:8443/orders/1' }), invalid('proof_request_wrong')],
  ['another scheme', claims({ htu: 'http://api.shop.example/orders/1' }), invalid('proof_request_wrong')],
  ['the port of another scheme', claims({ htu: 'https://api.shop.example:80/orders/1' }), invalid('proof_request_wrong')],
  ['a path alone', claims({ htu: '/orders/1' }), invalid('proof_request_wrong')],
  ['the hash of another token', claims({ ath: ath('another') }), invalid('proof_token_wrong')],
  ['the token itself in place of its hash', claims({ ath: TOKEN }), invalid('proof_token_wrong')],
  ['no hash of the token', { claims: without('ath') }, invalid('proof_token_wrong')],
  ['61 seconds old', claims({ iat: NOW - 61 }), invalid('proof_untimely')],
  ['ahead, beyond the skew', claims({ iat: NOW + 31 }), invalid('proof_untimely')],
  ...['jti', 'htm', 'htu', 'iat'].map((name) => [`no ${name}`, { claims: without(name) }, invalid('proof_malformed')]),
  ['an empty jti', claims({ jti: '' }), invalid('proof_malformed')],
  ['a jti of 256 characters', claims({ jti: 'j'.repeat(256) }), invalid('proof_malformed')],
  ['a jti that is a number', claims({ jti: 5 }), invalid('proof_malformed')],
  ['an iat that is a text', claims({ iat: `${NOW}` }), invalid('proof_malformed')],
  ['an htm that is a list', claims({ htm: ['PUT'] }), invalid('proof_malformed')],
  ['the type of a JWT', { header: { typ: 'JWT' } }, invalid('proof_malformed')],
  ['no type', { header: { typ: undefined } }, invalid('proof_malformed')],
  ['no key', { header: { jwk: undefined } }, invalid('proof_malformed')],
  ['a key that is a text', { header: { jwk: 'key' } }, invalid('proof_malformed')],
  ['a private key', { header: { jwk: { ...bare(keys.es256), d: keys.es256.d } } }, invalid('proof_malformed')],
  ['a symmetric key', { header: { alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } } }, invalid('proof_malformed')],
  ['alg none', { header: { alg: 'none' } }, invalid('proof_malformed')],
  ['a key for another algorithm', { header: { alg: 'RS256' } }, invalid('proof_malformed')],
  ['critical headers', { header: { crit: ['b64'], b64: true } }, invalid('proof_malformed')],
  ['a key set of its own (jku)', { header: { jku: 'https://evil.example/jwks' } }, invalid('proof_malformed')],
  ['a payload that is a list', { claims: [] }, invalid('proof_malformed')],
];

async function proof(kept, name, { header = {}, claims = GOOD, key = 'es256' }) {
  const jwk = keys[key];
  const input = `${part({ typ: 'dpop+jwt', alg: jwk.alg, jwk: bare(jwk), ...header })}.${part(claims)}`;
  return kept(name, input, jwk) ?? `${input}.${signature(input, jwk)}`;
}

export async function proofs(previous) {
  const known = (previous ? JSON.parse(previous).cases : []).map((kase) => [kase.name, kase.proofs[0] ?? '']);
  const kept = keeper(new Map(known));
  const jkt = (key) => calculateJwkThumbprint(publicKey(keys[key]));
  const cases = [];
  for (const [name, how, expect] of CASES) {
    const { target = TARGET, key = 'es256', bound = key } = how;
    cases.push({ name, scheme: 'DPoP', jkt: await jkt(bound), proofs: [await proof(kept, name, how)], target, expect });
  }
  const [{ jkt: es256, proofs: [good] }] = cases;
  const [header, payload, signed] = good.split('.');
  const other = (name, more, expect) => cases.push({ name, scheme: 'DPoP', jkt: es256, proofs: [good], target: TARGET, ...more, expect });
  other('no proof', { proofs: [] }, invalid('proof_missing'));
  other('two proofs', { proofs: [good, good] }, invalid('proof_malformed'));
  other('a proof that is no JWT', { proofs: ['proof'] }, invalid('proof_malformed'));
  other('a proof with padding', { proofs: [`${header}=.${payload}.${signed}`] }, invalid('proof_malformed'));
  other('a proof without a signature', { proofs: [`${header}.${payload}.`] }, invalid('proof_signature_invalid'));
  other('a signature of zeros', { proofs: [`${header}.${payload}.${'A'.repeat(86)}`] }, invalid('proof_signature_invalid'));
  other('other claims under the same signature', { proofs: [`${header}.${part({ ...GOOD, htm: 'GET' })}.${signed}`] }, invalid('proof_signature_invalid'));
  other('the token of a key, as a bearer token', { scheme: 'Bearer', proofs: [] }, invalid('sender_constrained'));
  other('the token of a key as a bearer token, with a proof', { scheme: 'Bearer' }, invalid('sender_constrained'));
  other('a bearer token with a proof', { jkt: null }, invalid('token_unbound'));
  other('a bearer token without one', { scheme: 'Bearer', jkt: null, proofs: [] }, { jti: null });
  other('an application that does not know its URL', { url: null }, invalid('sender_constrained'));
  other('an application in a folder', { url: `${AUDIENCE}/base` }, accepted());
  other('another skew', { clockSkew: 0, now: NOW - 1 }, invalid('proof_untimely'));
  return { now: NOW, clockSkew: 30, url: AUDIENCE, method: 'PUT', token: TOKEN, cases };
}
