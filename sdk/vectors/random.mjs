// Writes random vectors: `node random.mjs FOLDER SEED` replaces the cases in a copy of this folder by random ones, whose answers are
// those of the module for Node.js. `random.sh` has the modules for Python and Go answer them too.
import { createPrivateKey, sign as rawSign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkClaims, scopeList } from '../node/dist/core/claims.js';
import { readHeader, readObject } from '../node/dist/core/jwt.js';
import { RevocationList } from '../node/dist/core/revocations.js';
import { logKey, readLog } from '../node/dist/core/store-log.js';
import { KeySet } from '../node/dist/issuer/keys.js';
import { evaluate } from '../node/dist/policy/evaluate.js';
import { checkRoute } from '../node/dist/policy/route-check.js';
import { readTable } from '../node/dist/policy/table.js';

const [folder, seed] = [process.argv[2], Number(process.argv[3] ?? 1)];
const COUNT = 400;
let state = seed;
/** A number from 0 to 1, the same for each seed. */
const random = () => {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 0x80000000;
};
const pick = (list) => list[Math.floor(random() * list.length)];
const times = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const some = (list, share) => list.filter(() => random() < share);

const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
const write = (name, vectors) => writeFileSync(path.join(folder, name), JSON.stringify(vectors));
/** The answer, or the refusal as vectors have it. */
async function answer(work) {
  try {
    return await work();
  } catch (cause) {
    if (cause.reason === undefined) throw cause;
    const { status, code, reason } = cause;
    return status === undefined ? { reason } : { status, code, reason };
  }
}
/** A text with one place changed. */
function changed(text) {
  const at = Math.floor(random() * text.length);
  const letter = pick([...'ABCDabcd0189-_.=+/ \n"{}é']);
  return pick([
    () => text.slice(0, at) + letter + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.slice(0, at) + letter + text.slice(at),
    () => text.slice(0, at),
  ])();
}

const VALUES = [null, true, false, 0, 1, -1, 5, 1.5, 9007199254740991, 9007199254740992, '', 'x', 'u1', ' ', 'a b', '5', 'é', '😀'];
const LISTS = [[], ['x'], ['u1', 'x'], ['x', 5], [['x']], [null], {}, { int: '5' }, { int: '9007199254740993' }, { int: '05' }];
const value = () => pick(random() < 0.7 ? VALUES : LISTS);

async function tokens() {
  const vectors = read('tokens.json');
  const jwk = read('keys.json').es256;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  const keys = new KeySet(fetch, async () => 'https://id.example.com/nowhere');
  keys.restore(vectors.jwks);
  const good = vectors.cases.filter(({ expect }) => expect.kind).map(({ token }) => token);
  const claims = JSON.parse(Buffer.from(good[0].split('.')[1], 'base64url'));
  const part = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const signed = () => {
    const names = some([...Object.keys(claims), 'nbf', 'cnf', 'project_id'], 0.1);
    const payload = { ...claims, ...Object.fromEntries(names.map((name) => [name, value()])) };
    const input = `${part({ alg: 'ES256', kid: jwk.kid, typ: 'at+jwt' })}.${part(payload)}`;
    return `${input}.${rawSign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  };
  const ask = (token) =>
    answer(async () => {
      const header = readHeader(token, vectors.options.algorithms);
      await keys.verify(token, header, -Infinity);
      const { sub, client_id, scope, roles = [] } = checkClaims(readObject(token.split('.')[1]), vectors.options, vectors.now);
      return { kind: sub === client_id ? 'client' : 'user', sub, client_id, scope: scopeList(scope), roles };
    });
  const cases = [];
  for (const token of times(COUNT, () => (random() < 0.5 ? signed() : changed(pick(good)))))
    cases.push({ name: `random ${cases.length}`, token, expect: await ask(token) });
  write('tokens.json', { ...vectors, cases });
}

const PARTS = ['/', '//', 'me', 'ME', 'orders', '42', 'admin', 'Admin', 'users', 'pages', 'drafts', 'Drafts', 'vault', '.', '..', '%2e', '%2f'];
const ODD = ['%5c', '\\', '%41dmin', '%c3%a9', 'é', '%00', ' ', ';', '%', '%zz', '%25', '%252f', 'а', 'Ѐ', 'ß', '%C4%B0', '*', ':id', '~', '%7f', '\u200b'];

async function routes() {
  const vectors = read('routes.json');
  const table = readTable(vectors.table);
  const cases = [];
  for (const index of times(COUNT, (each) => each)) {
    const target = `/${times(1 + Math.floor(random() * 5), () => pick(random() < 0.8 ? PARTS : ODD)).join(pick(['', '/']))}`;
    const [method, onMissingRoute] = [pick(['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']), pick(['allow', 'deny'])];
    const request = { method, path: target, preflight: false };
    const expect = await answer(() => {
      const { rule } = checkRoute(table.routes, request, null, onMissingRoute, vectors.now);
      return { status: 200, rule: rule?.path ?? null };
    });
    cases.push({ name: `random ${index}`, method, path: target, auth: null, options: { onMissingRoute }, expect });
  }
  write('routes.json', { ...vectors, cases });
}

function revocation() {
  const vectors = read('revocation.json');
  const sequences = times(COUNT / 10, (index) => {
    const max = pick([undefined, 15, 20]);
    const list = new RevocationList(max);
    list.replace(vectors.snapshot, vectors.now);
    let { now } = vectors;
    const steps = times(25, () => {
      now += pick([0, 1, 100]);
      const c = list.cursor + pick([1, 1, 1, 1, 2, 0, -1, 5]);
      const name = () => pick(['a', 'b', 'c', 'd', 'session-1']);
      if (random() < 0.6) {
        const k = pick(['jti', 'sid', 'gid', 'kid', 'sub', 'client', 'project', 'odd']);
        const entry = { t: 'ev', c, k, v: k === 'project' ? '' : name(), before: c, at: now, exp: now + 600 };
        const message = pick([entry, entry, entry, { t: 'policy', c, rev: 1 }, { t: 'jwks' }, { t: 'new', c }]);
        return { now, message, outcome: list.receive(message, now), cursor: list.cursor };
      }
      const claims = { jti: name(), sub: name(), client_id: name(), iat: now - pick([0, 5]), sid: name(), gid: name(), urv: list.cursor - pick([0, 1, 5]) };
      const kid = name();
      return { now, ask: { name: 'asked', claims, kid, revoked_by: list.revokedBy(claims, kid, now) ?? null }, cursor: list.cursor };
    });
    return { name: `random ${index}`, ...(max ? { max } : {}), steps };
  });
  write('revocation.json', { ...vectors, sequences });
}

async function storeLog() {
  const vectors = read('store-log.json');
  const { secret, issuer, client } = vectors;
  const whole = vectors.cases.filter(({ expect }) => !expect.reason).map(({ text }) => text);
  const cases = [];
  for (const text of times(COUNT, () => changed(pick(whole)))) {
    const expect = await answer(() => {
      const { state: kept, dropped } = readLog(text, logKey(secret), { issuer, client });
      const { epoch, cursor, at, revocations, policy, jwks, clients } = kept;
      const named = revocations.map(({ v }) => v);
      const tags = { policy: policy?.jws ?? null, policy_etag: policy?.etag ?? null, jwks_etag: jwks?.etag ?? null };
      return { epoch, cursor, at, named, ...tags, clients, dropped };
    });
    cases.push({ name: `random ${cases.length}`, text, expect });
  }
  // The first case is a whole log: tests go on from it.
  write('store-log.json', { ...vectors, cases: [vectors.cases[0], ...cases] });
}

const NAMES = ['a', 'b', 'c', 'id', 'roles', 'tags'];
const attribute = () => `${pick(['resource', 'user', 'context', 'token'])}.${pick(NAMES)}`;
const literal = () => pick([true, false, 5, 0, -1, { lit: 'x' }, { lit: ['x', 'u1'] }, { lit: 'é' }, { int: '9007199254740993' }]);
function condition(depth) {
  if (depth > 0 && random() < 0.6) {
    const kind = pick(['all', 'any', 'not']);
    return { [kind]: kind === 'not' ? condition(depth - 1) : times(1 + Math.floor(random() * 3), () => condition(depth - 1)) };
  }
  if (random() < 0.15) return { present: attribute() };
  const left = random() < 0.8 ? attribute() : literal();
  const right = typeof left === 'string' && random() < 0.5 ? literal() : attribute();
  if (left === right) return condition(depth); // the server does not publish a comparison of a value with itself
  return { [pick(['eq', 'ne', 'in', 'contains', 'gt', 'gte', 'lt', 'lte'])]: [left, right] };
}

function policy() {
  const attributes = () => Object.fromEntries(some(NAMES, 0.7).map((name) => [name, value()]));
  const sets = times(COUNT / 4, () => {
    const roles = { r: { 'E:a': pick(['c', ['c', 'd']]) }, q: { 'E:a': 'd' }, s: { 'E:a': pick(['*', 'deny', 'd']) } };
    const conditions = { c: condition(3), d: condition(2) };
    const table = { v: 1, project: 'p', revision: 1, iat: 0, default: 'deny', permissions: { 'E:a': 'item' }, conditions, roles, routes: [] };
    const known = readTable(table);
    const cases = times(12, () => {
      const [user, context, token] = [attributes(), attributes(), attributes()];
      const resource = random() < 0.8 ? { resource: attributes() } : {};
      const question = { roles: pick([['r'], ['r', 'q'], ['q'], ['r', 's'], []]), permission: 'E:a', user, ...resource, context, token };
      return { ...question, expect: evaluate(known, { ...question, resource: question.resource }) };
    });
    return { table, cases };
  });
  write('policy/generated.json', { sets });
}

await tokens();
await routes();
revocation();
await storeLog();
policy();
