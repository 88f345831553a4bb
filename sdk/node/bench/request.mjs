// What the module adds to a request, in microseconds; and what the list costs in memory.
import { createTestUsher } from '../dist/testing.js';
import { RevocationList } from '../dist/core/revocations.js';
import { readTable } from '../dist/policy/table.js';
import { processRequest } from '../dist/process-request.js';

const ROUNDS = 20_000;
const spread = (times) => {
    const sorted = times.sort((a, b) => a - b);
    const at = (share) => `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)} µs`;
    return `p50 ${at(0.5)}, p99 ${at(0.99)}`;
};
async function measure(name, rounds, work) {
    for (let round = 0; round < rounds / 10; round += 1) await work(round);
    const times = [];
    for (let round = 0; round < rounds; round += 1) {
        const began = process.hrtime.bigint();
        await work(round);
        times.push(Number(process.hrtime.bigint() - began) / 1000);
    }
    console.log(`${name}: ${spread(times)}`);
}

const routes = Array.from({ length: 60 }, (_, index) => ({ m: ['GET'], p: `/things${index}/:id`, need: 'Order:read' }));
const rules = {
    conditions: { own: { eq: ['resource.owner_id', 'user.id'] } },
    roles: { viewer: { 'Order:read': '*', 'Order:update': 'own' } },
    routes,
};
const issuer = await createTestUsher({ rules });
await issuer.usher.ready();
const request = (token) => ({
    method: 'GET',
    target: '/things30/42?x=1',
    header: (name) => (name === 'authorization' ? `Bearer ${token}` : undefined),
});
const known = request(await issuer.token({ roles: ['viewer'] }));
await measure('a request with a known token: token, list, route rules', ROUNDS, () => processRequest(issuer.usher, known));
const { auth } = await issuer.usher.authenticate(known);
const order = { owner_id: auth.user.id };
await measure('can(permission, resource)', ROUNDS, () => auth.can('Order:update', order));
const tokens = await Promise.all(Array.from({ length: 2200 }, () => issuer.token({ roles: ['viewer'] })));
let next = 0;
await measure('the first sight of a token (ES256)', 2000, () => issuer.usher.verify(tokens[next++]));
await issuer.close();

const uuid = (index) => `01936d2e-3c00-7000-8000-${String(index).padStart(12, '0')}`;
const entries = () =>
    Array.from({ length: 100_000 }, (_, index) => ({
        t: 'ev',
        c: index + 1,
        k: 'sid',
        v: uuid(index),
        exp: 1_900_000_000,
    }));
/** A list from a snapshot as it comes over the wire. */
const newList = () => {
    const made = new RevocationList();
    made.replace(JSON.parse(JSON.stringify({ epoch: 'e1', cursor: 100_000, revocations: entries() })), 1_800_000_000);
    return made;
};
const heap = async () => {
    for (let round = 0; round < 3; round += 1) {
        globalThis.gc?.();
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return process.memoryUsage().heapUsed;
};
let list = newList();
const full = await heap();
list = null;
console.log(
    `100,000 revocations: ${((full - (await heap())) / 1e6).toFixed(1)} MB${globalThis.gc ? '' : ' (run with --expose-gc to be exact)'}`,
);
list = newList();
const token = { jti: 'j', sid: uuid(77_777), sub: 's', client_id: 'c', iat: 0, urv: 5 };
await measure('asking a list of 100,000', ROUNDS, () => list.revokedBy(token, 'k', 1_800_000_000));

const roles = Object.fromEntries(
    Array.from({ length: 100 }, (_, role) => [
        `role${role}`,
        Object.fromEntries(Array.from({ length: 100 }, (_, each) => [`Entity${each}:act`, each % 3 ? '*' : 'own'])),
    ]),
);
const table = {
    v: 1,
    project: 'p',
    revision: 1,
    iat: 0,
    default: 'deny',
    permissions: {},
    roles,
    conditions: rules.conditions,
    routes: [],
};
await measure('loading 10,000 rules', 100, () => readTable(table));
