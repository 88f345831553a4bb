// Valid and invalid access tokens, signed with the test keys of keys.json.
import { createHmac } from 'node:crypto';
import { AUDIENCE, ISSUER, NOW, PROJECT } from './files.mjs';
import { keeper, keys, part, publicKey, signature } from './jws.mjs';

const GOOD = {
  iss: ISSUER,
  aud: [ISSUER, AUDIENCE],
  sub: '8sPZ0kGqkGk1n5lB3o2hYw',
  client_id: 'client_shop',
  exp: NOW + 600,
  iat: NOW,
  jti: 'q2zcWSRe3tUjfY2cD5_8dQ',
  scope: 'openid orders',
  auth_time: NOW - 60,
  acr: 'aal1',
  sid: '01936d2e-3c00-7000-8000-000000000001',
  urv: 17,
  gid: '01936d2e-3c00-7000-8000-000000000002',
  gen: 1,
  roles: ['editor', 'viewer'],
};
const without = (...names) => Object.fromEntries(Object.entries(GOOD).filter(([name]) => !names.includes(name)));

/** A token whose header may say anything: jose refuses to write some of these, so the input is signed bare. */
async function sign(kept, name, { header = {}, claims = GOOD, key = 'es256', payload }) {
  const jwk = keys[key];
  const full = { alg: jwk.alg, kid: jwk.kid, typ: 'at+jwt', ...header };
  const input = `${part(full)}.${part(payload ?? claims)}`;
  return kept(name, input, jwk) ?? `${input}.${signature(input, jwk)}`;
}

/** A thumbprint. What a proof of the key has to be is in proofs.json. */
const JKT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

const nested = (depth) => (depth === 0 ? 1 : [nested(depth - 1)]);

const user = (more = {}) => ({
  kind: 'user',
  sub: GOOD.sub,
  client_id: GOOD.client_id,
  scope: ['openid', 'orders'],
  roles: ['editor', 'viewer'],
  ...more,
});
const invalid = (reason) => ({ status: 401, code: 'AUTH_INVALID', reason });

const CASES = [
  ['a token signed with ES256', {}, user()],
  ['a token signed with RS256', { key: 'rs256' }, user()],
  ['a token signed with PS256', { key: 'ps256' }, user()],
  ['a token signed with Ed25519', { key: 'eddsa' }, user()],
  ['the media type may be written in full (RFC 9068 §4)', { header: { typ: 'application/at+jwt' } }, user()],
  ['one audience as a text', { claims: { ...GOOD, aud: AUDIENCE } }, user()],
  ['a token of a machine is about the client', { claims: { ...without('roles', 'sid', 'gid', 'gen', 'acr', 'auth_time'), sub: 'client_shop' } },
    { kind: 'client', sub: 'client_shop', client_id: 'client_shop', scope: ['openid', 'orders'], roles: [] }],
  ['no scope, no roles', { claims: without('scope', 'roles') }, user({ scope: [], roles: [] })],
  ['a name that objects have by themselves is a scope like any other', { claims: { ...GOOD, scope: 'constructor __proto__' } },
    user({ scope: ['constructor', '__proto__'] })],
  ['a scope is split at spaces alone (RFC 6749 §3.3)', { claims: { ...GOOD, scope: ' a\tb  c ' } }, user({ scope: ['a\tb', 'c'] })],
  ['a subject of any script', { claims: { ...GOOD, sub: 'користувач-🙂' } }, user({ sub: 'користувач-🙂' })],
  ['the project, where the token names it', { claims: { ...GOOD, project_id: PROJECT } }, user()],
  ['claims that nobody knows are passed over', { claims: { ...GOOD, colour: { deep: ['blue'] } } }, user()],
  ['expired within the skew', { claims: { ...GOOD, exp: NOW - 29 } }, user()],
  ['not before, within the skew', { claims: { ...GOOD, nbf: NOW + 30 } }, user()],
  ['issued within the skew', { claims: { ...GOOD, iat: NOW + 30 } }, user()],

  ['expired exactly the skew ago', { claims: { ...GOOD, exp: NOW - 30 } }, invalid('token_expired')],
  ['expired an hour ago', { claims: { ...GOOD, exp: NOW - 3600 } }, invalid('token_expired')],
  ['not before: beyond the skew', { claims: { ...GOOD, nbf: NOW + 31 } }, invalid('token_not_yet_valid')],
  ['issued in the future, beyond the skew', { claims: { ...GOOD, iat: NOW + 31 } }, invalid('token_not_yet_valid')],
  ['another issuer', { claims: { ...GOOD, iss: 'https://id.example.org' } }, invalid('issuer_wrong')],
  ['an issuer with a slash at its end is another one', { claims: { ...GOOD, iss: `${ISSUER}/` } }, invalid('issuer_wrong')],
  ['another audience', { claims: { ...GOOD, aud: [ISSUER, 'https://api.other.example'] } }, invalid('audience_wrong')],
  ['an audience that begins alike', { claims: { ...GOOD, aud: [`${AUDIENCE}.evil.example`] } }, invalid('audience_wrong')],
  ['no audience', { claims: without('aud') }, invalid('claim_missing')],
  ['an audience that is no text', { claims: { ...GOOD, aud: [AUDIENCE, 5] } }, invalid('claim_invalid')],
  ['an empty list of audiences', { claims: { ...GOOD, aud: [] } }, invalid('audience_wrong')],
  ['a client of another project with a copied audience', { claims: { ...GOOD, client_id: 'client_stranger' } }, invalid('client_refused')],
  ['another project, by its name', { claims: { ...GOOD, project_id: '01980000-0000-7000-8000-00000000ffff' } }, invalid('project_wrong')],
  ['another project, with a client and an audience of ours', { claims: { ...GOOD, aud: AUDIENCE, project_id: '01980000-0000-7000-8000-00000000eeee' } },
    invalid('project_wrong')],
  ['another project, on behalf of a client', { claims: { ...without('roles', 'sid', 'gid', 'gen', 'acr', 'auth_time'), sub: 'client_shop',
    project_id: '01980000-0000-7000-8000-00000000eeee' } }, invalid('project_wrong')],
  ['bound to a key', { claims: { ...GOOD, cnf: { jkt: JKT } } }, user({ jkt: JKT })],
  ['bound to something of no kind', { claims: { ...GOOD, cnf: null } }, invalid('sender_constrained')],
  ['bound to nothing', { claims: { ...GOOD, cnf: {} } }, invalid('sender_constrained')],
  ['bound to a certificate (RFC 8705)', { claims: { ...GOOD, cnf: { 'x5t#S256': JKT } } }, invalid('sender_constrained')],
  ['bound to a key and a certificate', { claims: { ...GOOD, cnf: { jkt: JKT, 'x5t#S256': JKT } } }, invalid('sender_constrained')],
  ['bound to a thumbprint that is none', { claims: { ...GOOD, cnf: { jkt: JKT.slice(1) } } }, invalid('sender_constrained')],
  ['bound to a thumbprint that is a list', { claims: { ...GOOD, cnf: { jkt: [JKT] } } }, invalid('sender_constrained')],
  ['bound to a key, and expired', { claims: { ...GOOD, exp: NOW - 3600, cnf: {} } }, invalid('token_expired')],
  ['expired, and issued in the future', { claims: { ...GOOD, exp: NOW - 3600, iat: NOW + 3600 } }, invalid('token_expired')],
  ['another issuer, and expired', { claims: { ...GOOD, iss: 'https://id.example.org', exp: NOW - 3600 } }, invalid('issuer_wrong')],
  ['another audience, and expired', { claims: { ...GOOD, aud: [ISSUER], exp: NOW - 3600 } }, invalid('audience_wrong')],
  ['another project, and a client of another', { claims: { ...GOOD, project_id: 'p', client_id: 'client_stranger' } }, invalid('project_wrong')],
  ['a project without a name', { claims: { ...GOOD, project_id: '' } }, invalid('project_wrong')],
  ['a claim of the wrong kind, and one missing', { claims: { ...without('jti'), exp: 'soon' } }, invalid('claim_missing')],
  ['the type in capitals: media types are compared without case (RFC 7515 §4.1.9)', { header: { typ: 'AT+JWT' } }, user()],
  ...['iss', 'sub', 'client_id', 'exp', 'iat', 'jti'].map((name) => [`no ${name}`, { claims: without(name) }, invalid('claim_missing')]),
  ['exp is a text', { claims: { ...GOOD, exp: `${NOW + 600}` } }, invalid('claim_invalid')],
  ['exp is null', { claims: { ...GOOD, exp: null } }, invalid('claim_invalid')],
  ['nbf is a text', { claims: { ...GOOD, nbf: 'now' } }, invalid('claim_invalid')],
  ['sub is a number', { claims: { ...GOOD, sub: 5 } }, invalid('claim_invalid')],
  ['sub is empty', { claims: { ...GOOD, sub: '' } }, invalid('claim_invalid')],
  ['urv is a text', { claims: { ...GOOD, urv: '17' } }, invalid('claim_invalid')],
  ['urv is negative: no position of a feed', { claims: { ...GOOD, urv: -1 } }, invalid('claim_invalid')],
  ['urv is 0: before everything', { claims: { ...GOOD, urv: 0 } }, user()],
  ['exp is beyond the exact numbers', { claims: { ...GOOD, exp: 2 ** 53 + 2 } }, invalid('claim_invalid')],
  ['exp is beyond every time', { claims: { ...GOOD, exp: 1e300 } }, invalid('claim_invalid')],
  ['a fraction of exp does not count', { claims: { ...GOOD, exp: NOW - 30 + 0.5 } }, invalid('token_expired')],
  ['a fraction of iat does not count', { claims: { ...GOOD, iat: NOW + 30.5 } }, user()],
  ['sid is a list', { claims: { ...GOOD, sid: ['a'] } }, invalid('claim_invalid')],
  ['scope is a list', { claims: { ...GOOD, scope: ['orders'] } }, invalid('claim_invalid')],
  ['roles is a text', { claims: { ...GOOD, roles: 'editor' } }, invalid('claim_invalid')],
  ['an ID token', { header: { typ: 'JWT' } }, invalid('typ_refused')],
  ['a logout token', { header: { typ: 'logout+jwt' } }, invalid('typ_refused')],
  ['access rules', { header: { typ: 'usher-policy+jws' } }, invalid('typ_refused')],
  ['no type', { header: { typ: undefined } }, invalid('typ_refused')],
  ['a key set of its own (jku)', { header: { jku: 'https://evil.example/jwks' } }, invalid('header_refused')],
  ['a certificate of its own (x5u)', { header: { x5u: 'https://evil.example/cert' } }, invalid('header_refused')],
  ['a certificate chain of its own (x5c)', { header: { x5c: ['MIIB'] } }, invalid('header_refused')],
  ['a key of its own (jwk)', { key: 'stranger', header: { kid: keys.es256.kid, jwk: publicKey(keys.stranger) } }, invalid('header_refused')],
  ['critical headers', { header: { crit: ['b64'], b64: true } }, invalid('header_refused')],
  ['no kid', { header: { kid: undefined } }, invalid('key_unknown')],
  ['a kid that nobody knows', { header: { kid: 'nobody' } }, invalid('key_unknown')],
  ['a kid that objects have by themselves', { header: { kid: '__proto__' } }, invalid('key_unknown')],
  ['the kid of a key for another algorithm', { header: { kid: keys.rs256.kid } }, invalid('key_unknown')],
  ['the kid of a key for encryption', { key: 'encryption', header: { alg: 'ES256' } }, invalid('key_unknown')],
  ["somebody else's key under a known kid", { key: 'stranger', header: { kid: keys.es256.kid } }, invalid('signature_invalid')],
  ['a kid that is a path', { header: { kid: '../../../../dev/null' } }, invalid('key_unknown')],
  ['a kid that is a statement', { header: { kid: "' OR 1=1 --" } }, invalid('key_unknown')],
  ['a kid of 8,000 letters', { header: { kid: 'k'.repeat(8000) } }, invalid('key_unknown')],
  ['a kid that is a number', { header: { kid: 5 } }, invalid('key_unknown')],
  ['names of claims are compared letter by letter', { payload: JSON.stringify({ ...GOOD, Sub: 'admin', ISS: 'https://evil.example', Roles: ['admin'] }) }, user()],
  ['names in capitals are no claims', { payload: JSON.stringify({ ...without('sub'), SUB: GOOD.sub }) }, invalid('claim_missing')],
  ['exp is negative', { claims: { ...GOOD, exp: -5 } }, invalid('token_expired')],
  ['exp is beyond every number', { payload: JSON.stringify(GOOD).replace(`"exp":${GOOD.exp}`, '"exp":1e400') }, invalid('claim_invalid')],
  ['the payload begins with a byte order mark', { payload: `\ufeff${JSON.stringify(GOOD)}` }, invalid('token_malformed')],
  ['something follows the payload', { payload: `${JSON.stringify(GOOD)}{}` }, invalid('token_malformed')],
  ['two subjects', { payload: JSON.stringify(GOOD).replace('{', '{"sub":"admin",') }, invalid('token_malformed')],
  ['two subjects, one of them with an escape', { payload: JSON.stringify(GOOD).replace('{', '{"\\u0073ub":"admin",') }, invalid('token_malformed')],
  ['two members of one name inside of a claim', { payload: JSON.stringify({ ...GOOD, cnf: 5 }).replace('"cnf":5', '"act":{"a":[{"b":1,"b":2}]}') }, invalid('token_malformed')],
  ['one name in two objects', { payload: JSON.stringify({ ...GOOD, act: { sub: 'a', act: { sub: 'b', list: [{ sub: 'c' }, { sub: 'd' }] } } }) }, user()],
  ['nested 16 deep', { claims: { ...GOOD, deep: nested(15) } }, user()],
  ['nested 17 deep', { claims: { ...GOOD, deep: nested(16) } }, invalid('token_malformed')],
  ['nested 5,000 deep', { payload: JSON.stringify({ ...GOOD, deep: 5 }).replace('"deep":5', `"deep":${'['.repeat(5000)}${']'.repeat(5000)}`) }, invalid('token_malformed')],
  ['nbf a minute ahead', { claims: { ...GOOD, nbf: NOW + 61 } }, invalid('token_not_yet_valid')],
  ['exp with a fraction', { claims: { ...GOOD, exp: NOW + 600.5 } }, user()],
  ['b64 without crit says nothing (RFC 7797 §6)', { header: { b64: false } }, user()],
  ['the payload is a list', { payload: '[]' }, invalid('token_malformed')],
  ['the payload is no JSON', { payload: 'sub=me' }, invalid('token_malformed')],
];

/** The same point with another number: RFC 8032 §5.1.7 has S below the order, or every signature would have several forms. */
function beyondOrder(token) {
  const [header, claims, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const order = (1n << 252n) + 27742317777372353535851937790883648493n;
  let sum = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString('hex')}`) + order;
  for (let index = 32; index < 64; index += 1, sum >>= 8n) bytes[index] = Number(sum & 255n);
  return `${header}.${claims}.${bytes.toString('base64url')}`;
}

/** The same bytes in other letters: the last letter holds bits that are no part of them (RFC 4648 §3.5). */
function rewritten(signature) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return signature.slice(0, -1) + letters[letters.indexOf(signature.at(-1)) ^ 1];
}

/** The other ECDSA signature over the same text (s and n - s verify alike): a token has two spellings, and one jti. */
function mirrored(token) {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const [header, claims, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const s = order - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  const other = Buffer.from(s.toString(16).padStart(64, '0'), 'hex');
  return `${header}.${claims}.${Buffer.concat([bytes.subarray(0, 32), other]).toString('base64url')}`;
}

/** Tokens that no key signs, or that are changed after they were signed. */
function strange(good, edToken) {
  const [header, claims, signature] = good.split('.');
  const hmac = (alg) => {
    const input = `${part({ alg, kid: keys.rs256.kid, typ: 'at+jwt' })}.${part(GOOD)}`;
    const secret = JSON.stringify(publicKey(keys.rs256));
    return `${input}.${createHmac(alg.replace('HS', 'sha'), secret).update(input).digest('base64url')}`;
  };
  const none = (alg) => `${part({ alg, kid: keys.es256.kid, typ: 'at+jwt' })}.${part(GOOD)}.`;
  const other = part({ ...GOOD, roles: ['admin'] });
  return [
    ['alg none', none('none'), invalid('alg_refused')],
    ['alg nOnE', none('nOnE'), invalid('alg_refused')],
    ['alg of no kind', `${part({ kid: keys.es256.kid, typ: 'at+jwt' })}.${part(GOOD)}.${signature}`, invalid('alg_refused')],
    ['HS256 with the public key as its secret', hmac('HS256'), invalid('alg_refused')],
    ['HS512 with the public key as its secret', hmac('HS512'), invalid('alg_refused')],
    ['other claims under the same signature', `${header}.${other}.${signature}`, invalid('signature_invalid')],
    ['the signature is missing', `${header}.${claims}.`, invalid('signature_invalid')],
    ['the signature is cut', `${header}.${claims}.${signature.slice(0, -4)}`, invalid('signature_invalid')],
    ['a signature with bits at its end that say nothing', `${header}.${claims}.${rewritten(signature)}`, invalid('signature_invalid')],
    ['a signature of zeros (CVE-2022-21449)', `${header}.${claims}.${'A'.repeat(86)}`, invalid('signature_invalid')],
    ['a signature whose numbers are beyond the order of the curve', `${header}.${claims}.${Buffer.alloc(64, 255).toString('base64url')}`, invalid('signature_invalid')],
    ['an Ed25519 signature with the order added to S', beyondOrder(edToken), invalid('signature_invalid')],
    ['the other ECDSA signature of the same key over the same text', mirrored(good), user()],
    ['the JSON serialization', JSON.stringify({ protected: header, payload: claims, signature }), invalid('token_malformed')],
    ['a detached payload', `${header}..${signature}`, invalid('token_malformed')],
    ['white space', `${header}. ${claims}.${signature}`, invalid('token_malformed')],
    ['braces', `{${good}}`, invalid('token_malformed')],
    ['two parts', `${header}.${claims}`, invalid('token_malformed')],
    ['five parts, as an encrypted token has', `${header}.${claims}.${signature}.${claims}.${signature}`, invalid('token_malformed')],
    ['no parts', 'tlHHY7V4atzOwpNJbqkEZTOf3LcFeOrFbvHAv_Deicg', invalid('token_malformed')],
    ['nothing', '', invalid('token_malformed')],
    ['padding', `${header}=.${claims}.${signature}`, invalid('token_malformed')],
    ['the letters of plain base64', `${header}.${claims}+/.${signature}`, invalid('token_malformed')],
    ['a line break at its end', `${good}\n`, invalid('token_malformed')],
    ['a payload that is no JSON, and not signed', `${header}.${part('claims')}.${signature}`, invalid('token_malformed')],
    ['a payload that is no JSON, and alg none', `${part({ alg: 'none', typ: 'at+jwt' })}.${part('claims')}.`, invalid('token_malformed')],
    ['a key of its own, and alg none', `${part({ alg: 'none', typ: 'at+jwt', jku: 'https://evil.example/jwks' })}.${claims}.`, invalid('header_refused')],
    ['alg none, and another type', `${part({ alg: 'none', typ: 'JWT' })}.${claims}.`, invalid('alg_refused')],
    ['a header that is no JSON', `${part('alg')}.${claims}.${signature}`, invalid('token_malformed')],
    ['longer than 16,384 characters', `${header}.${part('x'.repeat(16_384))}.${signature}`, invalid('token_malformed')],
  ];
}

export async function tokens(previous) {
  const kept = keeper(new Map((previous ? JSON.parse(previous).cases : []).map((kase) => [kase.name, kase.token])));
  const cases = [];
  for (const [name, how, expect] of CASES) cases.push({ name, token: await sign(kept, name, how), expect });
  const good = cases[0].token;
  for (const [name, token, expect] of strange(good, cases[3].token)) cases.push({ name, token, expect });
  cases.push(
    { name: 'an algorithm that is not allowed here', token: cases[1].token, options: { algorithms: ['ES256'] }, expect: invalid('alg_refused') },
    { name: 'no list of clients: whoever asks has to find out by introspection', token: cases[0].token, options: { clients: null }, expect: { ...user(), client_unproven: true } },
    { name: 'no list of clients: the project in the token suffices', token: cases.find(({ name }) => name === 'the project, where the token names it').token,
      options: { clients: null }, expect: user() },
    { name: 'the same token, an hour later', token: good, now: NOW + 4200, expect: invalid('token_expired') },
    { name: 'no skew', token: good, now: NOW + 600, options: { clockSkew: 0 }, expect: invalid('token_expired') },
    { name: 'no skew, a second earlier', token: good, now: NOW + 599, options: { clockSkew: 0 }, expect: user() },
  );
  const jwks = { keys: ['es256', 'rs256', 'ps256', 'eddsa', 'encryption'].map((name) => publicKey(keys[name])) };
  jwks.keys.push({ kty: 'oct', kid: 'shared', alg: 'HS256', k: 'c2VjcmV0' });
  return {
    now: NOW,
    options: { issuer: ISSUER, audience: AUDIENCE, project: PROJECT, clients: ['client_shop', 'client_app'],
      algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'], clockSkew: 30 },
    jwks,
    cases,
  };
}
