// Check-ups of applications on real libraries: what express-openid-connect (openid-client) and openid-client make of each
// fault.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import express from 'express';
import * as oidc from 'openid-client';
import { freePorts } from '../../ports.mjs';
import { instance, program } from './instance.js';
import { onNode } from './relying_parties.js';
import { CheckUpConsole } from './checkup_console.js';

/** An application on openid-client itself, as its documentation has it, with a session in memory. */
async function onOpenIdClient(issuer, client, port) {
  const base = `http://localhost:${port}`;
  const configuration = await oidc.discovery(new URL(issuer), client.client_id, {}, oidc.ClientSecretBasic(client.client_secret), {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
  const [pending, sessions] = [new Map(), new Map()];
  const cookie = (request, name) =>
    (request.headers.cookie ?? '').split('; ').map((pair) => pair.split('=')).find(([known]) => known === name)?.[1];
  const app = express();
  app.get('/login', async (request, response) => {
    const [browser, verifier, nonce, state] = [oidc.randomState(), oidc.randomPKCECodeVerifier(), oidc.randomNonce(), oidc.randomState()];
    pending.set(browser, { verifier, nonce, state });
    response.cookie('browser', browser).redirect(oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: `${base}/callback`,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      nonce,
      state,
    }).href);
  });
  app.get('/callback', async (request, response) => {
    const begun = pending.get(cookie(request, 'browser'));
    if (!begun) return response.status(400).end();
    pending.delete(cookie(request, 'browser'));
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(request.originalUrl, base), {
      pkceCodeVerifier: begun.verifier,
      expectedNonce: begun.nonce,
      expectedState: begun.state,
      idTokenExpected: true,
    }).catch(() => null);
    if (!tokens) return response.status(400).end();
    const { sub } = tokens.claims();
    const info = await oidc.fetchUserInfo(configuration, tokens.access_token, sub).catch(() => null);
    if (!info) return response.status(400).end();
    const id = oidc.randomState();
    sessions.set(id, info);
    return response.cookie('session', id).redirect('/me');
  });
  app.get('/me', (request, response) => {
    const session = sessions.get(cookie(request, 'session'));
    return session ? response.json(session) : response.status(401).end();
  });
  const server = app.listen(port);
  await once(server, 'listening');
  return { base, stop: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))) };
}

/**
 * What these applications fail: both libraries leave `iat` to the application. openid-client fetches keys once a minute at
 * most, so that the new key is unknown in a check-up that begins right after the start; express-openid-connect relies on
 * TLS in place of the signature, as OpenID Connect Core §3.1.3.7 allows.
 */
const APPLICATIONS = [
  { name: 'openid-client', serve: onOpenIdClient, logout: false, fails: ['rotated-key', 'future-iat'] },
  { name: 'express-openid-connect', serve: onNode, logout: true, fails: ['future-iat', 'bad-signature'] },
];

let usher;
let page;
const skip = program ? false : 'no program to start';

before(async () => {
  if (skip) return;
  usher = await instance();
  page = await CheckUpConsole.open(usher);
});
after(() => usher?.end());

for (const { name, serve, logout, fails } of APPLICATIONS) {
  test(`a check-up of ${name}`, { skip }, async (context) => {
    const [port] = await freePorts(1);
    const prepared = await page.prepare(name, `http://localhost:${port}`, logout);
    const application = await serve(prepared.issuer, prepared, port);
    try {
      const verdicts = await page.run();
      context.diagnostic(JSON.stringify(verdicts));
      assert.equal(verdicts['sign-in'], 'passed', JSON.stringify(verdicts));
      assert.deepEqual(Object.keys(verdicts).filter((one) => verdicts[one] === 'failed'), fails);
    } finally {
      await application.stop();
    }
  });
}
