// What the module costs, for sdk/bench/run.js: prints one JSON object for each row. Run it with --expose-gc.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { auth as otherMiddleware } from 'express-oauth2-jwt-bearer';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { RevocationList } from '../dist/core/revocations.js';
import { readTable } from '../dist/policy/table.js';
import { processRequest } from '../dist/process-request.js';
import { createTestUsher } from '../dist/testing.js';

const rules = JSON.parse(readFileSync(new URL('../../bench/rules.json', import.meta.url), 'utf8'));
const BATCHES = 10;
const tell = (row, value, unit) => console.log(JSON.stringify({ row, value, unit }));
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** CPU time of this process, its threads and garbage collection included, in microseconds. */
const cpu = () => {
    const { user, system } = process.cpuUsage();
    return user + system;
};

/** The median over batches of calls, in microseconds of CPU time for one call. */
async function measure(row, calls, work) {
    for (let call = 0; call < calls / 5; call += 1) await work();
    const costs = [];
    for (let batch = 0; batch < BATCHES; batch += 1) {
        const began = cpu();
        for (let call = 0; call < calls / BATCHES; call += 1) await work();
        costs.push(((cpu() - began) / calls) * BATCHES);
    }
    tell(row, median(costs), 'µs');
}

/** The same for work that does not wait. */
function measureSync(row, calls, work) {
    for (let call = 0; call < calls / 5; call += 1) work();
    const costs = [];
    for (let batch = 0; batch < BATCHES; batch += 1) {
        const began = cpu();
        for (let call = 0; call < calls / BATCHES; call += 1) work();
        costs.push(((cpu() - began) / calls) * BATCHES);
    }
    tell(row, median(costs), 'µs');
}

/** Bytes of the heap that are in use. */
async function heap() {
    for (let round = 0; round < 4; round += 1) {
        globalThis.gc();
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return process.memoryUsage().heapUsed;
}

const request = (token) => ({
    method: 'GET',
    target: '/orders/42',
    header: (name) => (name === 'authorization' ? `Bearer ${token}` : name === 'user-agent' ? 'bench' : undefined),
    ip: '127.0.0.1',
});
const person = (index) => ({ sub: `u${index}`, roles: ['clerk', 'viewer'] });

const issuer = await createTestUsher({ rules, clients: ['client_test'] });
const { usher } = issuer;
await usher.ready();
const uuid = (index) => `01936d2e-3c00-7000-8000-${String(index).padStart(12, '0')}`;
const revoked = (count) =>
    Array.from({ length: count }, (_, index) => ({ t: 'ev', c: index + 1, k: 'sid', v: uuid(index), exp: 1_900_000_000 }));

/** A list from a snapshot as it comes over the wire. */
const listOf = (count) => {
    const made = new RevocationList();
    made.replace(JSON.parse(JSON.stringify({ epoch: 'e1', cursor: count, revocations: revoked(count) })), 1_800_000_000);
    return made;
};
const before = await heap();
let list = listOf(100_000);
tell('100,000 revocations', ((await heap()) - before) / 1e6, 'MB');
const token = { jti: 'j', sid: uuid(200_000), sub: 's', client_id: 'c', iat: 0, urv: 5 };
measureSync('look-up among 100,000 revocations', 100_000, () => list.revokedBy(token, 'k', 1_800_000_000));
list = undefined;

const known = request(await issuer.token(person(0)));
await measure('known token', 40_000, () => processRequest(usher, known));
const fresh = await Promise.all(Array.from({ length: 2400 }, (_, index) => issuer.token(person(index))));
await measure('new token (ES256)', 2000, () => usher.verify(fresh.pop()));
const { auth } = await usher.authenticate(known);
const order = { owner_id: auth.user.id, locked: true, total: 5 };
measureSync('can(permission, resource)', 100_000, () => auth.can('Order:read', order));
measureSync('filter(permission)', 100_000, () => auth.filter('Order:read'));
await issuer.close();

const crowd = await createTestUsher({ rules, clients: ['client_test'] });
await crowd.usher.ready();
const empty = await heap();
for (let index = 0; index < 10_000; index += 1) await processRequest(crowd.usher, request(await crowd.token(person(index))));
tell('10,000 sessions', ((await heap()) - empty) / 1e6, 'MB');
await crowd.close();

const roles = Object.fromEntries(
    Array.from({ length: 10 }, (_, role) => [
        `role${role}`,
        Object.fromEntries(Array.from({ length: 1000 }, (_, each) => [`Thing${each}:act`, 'own'])),
    ]),
);
const large = { ...rules, v: 1, project: 'p', revision: 1, iat: 0, default: 'deny', permissions: {}, roles };
const text = JSON.stringify(large);
const loads = [];
for (let round = 0; round < 30; round += 1) {
    const began = cpu();
    readTable(JSON.parse(text));
    loads.push((cpu() - began) / 1000);
}
tell('10,000 rules', median(loads), 'ms');

// A package that verifies each token anew, without revocation and access rules.
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'ES256' };
const server = createServer((_, answer) => answer.end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1');
await once(server, 'listening');
const options = { issuer: 'https://id.example.com', audience: 'https://api.test', tokenSigningAlg: 'ES256' };
const other = otherMiddleware({ ...options, jwksUri: `http://127.0.0.1:${server.address().port}/jwks` });
const theirs = await new SignJWT({ client_id: 'c', jti: 'j' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
    .setIssuer(options.issuer)
    .setAudience(options.audience)
    .setSubject('ana')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
const bearer = `Bearer ${theirs}`;
const asked = {
    ...{ method: 'GET', url: '/me', originalUrl: '/me', protocol: 'https', query: {}, is: () => false },
    headers: { authorization: bearer, host: 'api.test' },
    get: (name) => ({ host: 'api.test', authorization: bearer })[name.toLowerCase()],
};
const middleware = () =>
    new Promise((resolve, reject) => other(asked, {}, (error) => (error ? reject(error) : resolve())));
await measure('express-oauth2-jwt-bearer, each time', 2000, middleware);
server.close();
server.closeAllConnections();
