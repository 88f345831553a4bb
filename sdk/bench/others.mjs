// What other packages cost at each request, for run.js: prints one JSON object for each row. They know neither revocations nor access rules.
import { hkdfSync } from 'node:crypto';
import { once } from 'node:events';
import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import { Socket } from 'node:net';
import express from 'express';
import openid from 'express-openid-connect';
import { CompactEncrypt, SignJWT, exportJWK, generateKeyPair } from 'jose';
import SuperTokens from 'supertokens-node';
import Session from 'supertokens-node/recipe/session/index.js';

const BATCHES = 10;
const CALLS = 2000;
const now = Math.floor(Date.now() / 1000);

/** The median over batches of calls, in microseconds of CPU time for one call; `run.js` reads it. */
async function measure(row, work) {
  for (let call = 0; call < CALLS / 5; call += 1) await work();
  const costs = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const began = process.cpuUsage();
    for (let call = 0; call < CALLS / BATCHES; call += 1) await work();
    const { user, system } = process.cpuUsage(began);
    costs.push(((user + system) / CALLS) * BATCHES);
  }
  const value = costs.sort((a, b) => a - b)[BATCHES / 2];
  console.log(JSON.stringify({ row, value, unit: 'µs' }));
}

/** express-openid-connect keeps tokens in an encrypted cookie, which it decrypts at each request. */
async function openidConnect() {
  const secret = 'a secret that is long enough for cookies';
  const options = { issuerBaseURL: 'https://id.example.com', baseURL: 'https://shop.example', clientID: 'shop', secret };
  const app = express();
  app.use(openid.auth({ ...options, authRequired: true, attemptSilentLogin: false }));
  let arrived;
  app.use((request) => arrived(request.oidc.isAuthenticated()));
  const claims = Buffer.from(JSON.stringify({ sub: 'ana', iss: options.issuerBaseURL, aud: 'shop', exp: now + 3600, iat: now }));
  const session = { id_token: `e30.${claims.toString('base64url')}.c2ln`, access_token: 'x'.repeat(900), token_type: 'Bearer', expires_at: now + 3600 };
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'JWE CEK', 32));
  const header = { alg: 'dir', enc: 'A256GCM', iat: now, uat: now, exp: now + 3600 };
  const cookie = await new CompactEncrypt(Buffer.from(JSON.stringify(session))).setProtectedHeader(header).encrypt(key);
  const middleware = () =>
    new Promise((resolve, reject) => {
      arrived = (known) => (known ? resolve() : reject(new Error('nobody is known')));
      const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url: '/me' });
      request.headers = { host: 'shop.example', cookie: `appSession=${cookie}` };
      app.handle(request, new ServerResponse(request), (error) => reject(error ?? new Error('nobody answers')));
    });
  await measure('express-openid-connect, each time', middleware);
}

/** supertokens-node verifies a token of its own at each request. */
async function supertokens() {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'd-1', use: 'sig', alg: 'RS256' };
  const core = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url.includes('jwks') ? { keys: [jwk] } : { versions: ['5.4', '5.3', '5.2', '5.1', '5.0'] }));
  }).listen(0, '127.0.0.1');
  await once(core, 'listening');
  SuperTokens.init({
    framework: 'express',
    telemetry: false,
    supertokens: { connectionURI: `http://127.0.0.1:${core.address().port}` },
    appInfo: { appName: 'Shop', apiDomain: 'https://shop.example', websiteDomain: 'https://shop.example' },
    recipeList: [Session.init()],
  });
  const hashes = { refreshTokenHash1: 'a'.repeat(64), parentRefreshTokenHash1: null, antiCsrfToken: null };
  const token = await new SignJWT({ sub: 'ana', tId: 'public', rsub: 'ana', sessionHandle: 'handle', ...hashes, iss: 'https://shop.example/auth' })
    .setProtectedHeader({ alg: 'RS256', kid: 'd-1', typ: 'JWT', version: '5' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  await measure('supertokens-node, each time', async () => {
    const session = await Session.getSessionWithoutRequestResponse(token, undefined, { antiCsrfCheck: false });
    if (session.getUserId() !== 'ana') throw new Error('nobody is known');
  });
  core.closeAllConnections();
  core.close();
}

await openidConnect();
await supertokens();
