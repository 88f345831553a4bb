// A known token at the middleware of this package and of express-oauth2-jwt-bearer, in the same run. Only this one knows what was revoked.
import { createServer } from 'node:http';
import { once } from 'node:events';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import { auth } from 'express-oauth2-jwt-bearer';
import { usher } from '../dist/express.js';
import { createTestUsher } from '../dist/testing.js';

const ROUNDS = 5000;
const request = (token) => ({
    method: 'GET',
    url: '/me',
    originalUrl: '/me',
    protocol: 'https',
    headers: { authorization: `Bearer ${token}`, host: 'api.test' },
    get: (name) => ({ host: 'api.test', authorization: `Bearer ${token}` })[name.toLowerCase()],
    app: { get: () => false },
    rawHeaders: ['Authorization', `Bearer ${token}`],
    query: {},
    is: () => false,
});
const response = () => ({ statusCode: 200, write() {}, end() {}, writeHead() {}, flushHeaders() {} });

async function measure(name, middleware, token) {
    const once = () =>
        new Promise((resolve, reject) => {
            const began = process.hrtime.bigint();
            middleware(request(token), response(), (error) =>
                error ? reject(error) : resolve(Number(process.hrtime.bigint() - began) / 1000),
            );
        });
    for (let round = 0; round < 500; round += 1) await once();
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await once());
    times.sort((a, b) => a - b);
    const at = (share) => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
    console.log(`${name}: p50 ${at(0.5)} µs, p99 ${at(0.99)} µs`);
}

const issuer = await createTestUsher({ policy: false });
await issuer.usher.ready();
await measure('@usher-id/sdk', usher(issuer.usher), await issuer.token());
await issuer.close();

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(publicKey)), kid: 'k', use: 'sig', alg: 'ES256' };
const server = createServer((_, answer) => answer.end(JSON.stringify({ keys: [jwk] }))).listen(0, '127.0.0.1');
await once(server, 'listening');
const other = auth({
    issuer: 'https://id.example.com',
    jwksUri: `http://127.0.0.1:${server.address().port}/jwks`,
    audience: 'https://api.test',
    tokenSigningAlg: 'ES256',
});
const token = await new SignJWT({ client_id: 'c' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k', typ: 'at+jwt' })
    .setIssuer('https://id.example.com')
    .setAudience('https://api.test')
    .setSubject('ana')
    .setJti('j')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
await measure('express-oauth2-jwt-bearer', other, token);
server.close();
server.closeAllConnections();
