// Webhooks and logout tokens, verified by third-party libraries: standardwebhooks and jose.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { Webhook } from 'standardwebhooks';
import { instance as startInstance, program } from './instance.js';
import { Person } from './person.js';
import { redirectUri } from './surroundings.js';

const skip = program ? false : 'needs its own instance (tests/clients/run.sh gives one on SQLite)';
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
let instance;
let project;
let folder;
const heard = [];
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    heard.push({ url: request.url, headers: request.headers, body });
    response.writeHead(204).end();
  });
});

before(async () => {
  if (skip) return;
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  folder = await mkdtemp(path.join(tmpdir(), 'usher-hooks-'));
  instance = await startInstance();
  project = await instance.usher('project', 'create', '--name', 'Hooks');
});
after(async () => {
  receiver.close();
  await instance?.end();
  if (folder) await rm(folder, { recursive: true, force: true });
});

const at = (place) => `http://127.0.0.1:${receiver.address().port}${place}`;

/** Waits for calls that a test looks for. */
async function calls(wanted, number = 1) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = heard.filter(wanted);
    if (found.length >= number) return found;
    await sleep(50);
  }
  throw new Error(`it was never called so: ${JSON.stringify(heard)}`);
}

async function api(method, place, body) {
  const answer = await fetch(`${instance.issuer}/api/v1/projects/${project.id ?? project.project_id}/webhooks${place}`, {
    method,
    headers: { authorization: `Bearer ${project.token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${place}: ${answer.status}`);
  return answer.json();
}

test('standardwebhooks accepts a message, during a rotation by either secret, and nothing altered', { skip }, async () => {
  const made = await api('POST', '', { url: at('/hook'), events: ['user.*'] });
  const rotated = await api('POST', `/${made.id}/secrets`, { overlap_seconds: 3600 });
  const { id } = await api('POST', `/${made.id}/test`);
  const [{ headers, body }] = await calls((call) => call.headers['webhook-id'] === id);
  for (const { secret } of [made, rotated]) {
    assert.equal(new Webhook(secret).verify(body, headers).type, 'webhook.test');
  }
  const verifier = new Webhook(rotated.secret);
  assert.throws(() => verifier.verify(body.replace('webhook.test', 'user.deleted'), headers));
  assert.throws(() => verifier.verify(body, { ...headers, 'webhook-id': 'another' }));
  const later = String(Number(headers['webhook-timestamp']) + 3600);
  assert.throws(() => verifier.verify(body, { ...headers, 'webhook-timestamp': later }));
});

for (const alg of ['RS256', 'ES256']) {
  test(`jose accepts a logout token signed with ${alg}, which names the session of the ID token`, { skip }, async () => {
    const metadata = {
      client_name: `Listens ${alg}`,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: alg,
      backchannel_logout_uri: at(`/logout-${alg}`),
      backchannel_logout_session_required: true,
      first_party: true,
    };
    const file = path.join(folder, `${alg}.json`);
    await writeFile(file, JSON.stringify(metadata));
    const registered = await instance.usher(
      'client', 'create', '--project', project.id ?? project.project_id, '--type', 'web', '--name', alg, '--from-json', file,
    );
    const config = await oidc.discovery(
      new URL(instance.issuer), registered.client_id, { id_token_signed_response_alg: alg },
      oidc.ClientSecretBasic(registered.client_secret), { execute: [oidc.allowInsecureRequests] },
    );
    assert.equal(config.serverMetadata().backchannel_logout_supported, true);
    assert.equal(config.serverMetadata().backchannel_logout_session_supported, true);
    const person = new Person();
    const verifier = oidc.randomPKCECodeVerifier();
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const { reached } = await person.go(url);
    const tokens = await oidc.authorizationCodeGrant(config, reached, { pkceCodeVerifier: verifier });
    await person.go(oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token }), { target: 'http://nowhere' });
    const [call] = await calls((one) => one.url === `/logout-${alg}`);
    assert.equal(call.headers['content-type'], 'application/x-www-form-urlencoded');
    const token = new URLSearchParams(call.body).get('logout_token');
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri));
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer: instance.issuer,
      audience: registered.client_id,
      typ: 'logout+jwt',
      algorithms: [alg],
      maxTokenAge: '2 min',
      requiredClaims: ['iat', 'exp', 'jti', 'events', 'sub', 'sid'],
    });
    assert.equal(protectedHeader.typ, 'logout+jwt');
    assert.deepEqual(payload.events, { [EVENT]: {} });
    assert.equal(payload.nonce, undefined);
    const { sub, sid } = tokens.claims();
    assert.deepEqual([payload.sub, payload.sid], [sub, sid]);
  });
}
