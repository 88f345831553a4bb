// Back-channel logout to relying parties on certified libraries: whatever ends a session at Usher ends it at both, by
// tokens that their libraries verify; one that was down is notified when it is back.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'node-html-parser';
import { freePorts } from '../../ports.mjs';
import { instance as startInstance, program } from './instance.js';
import { Person } from './person.js';
import { onNode, onPython, python } from './relying_parties.js';

const skip = !program
  ? 'needs its own instance (tests/clients/run.sh gives one on SQLite)'
  : !python && 'needs Python with idpyoidc for the second relying party';
const PASSWORD = 'a quiet green door';
let instance;
let project;
let folder;
let parties;

/** Registers a client that listens at this port. */
async function register(name, port) {
  const metadata = {
    client_name: name,
    redirect_uris: [`http://localhost:${port}/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'RS256',
    backchannel_logout_uri: `http://127.0.0.1:${port}/backchannel-logout`,
    backchannel_logout_session_required: true,
    scope: 'openid offline_access',
  };
  const file = path.join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(metadata));
  return instance.usher('client', 'create', '--project', project.id, '--type', 'web', '--name', name, '--from-json', file);
}

before(async () => {
  if (skip) return;
  folder = await mkdtemp(path.join(tmpdir(), 'usher-parties-'));
  instance = await startInstance({ USHER_LIMITS__SIGN_IN: 'off', USHER_PASSWORDS__MEMORY_KIB: '8' });
  project = await instance.usher('project', 'create', '--name', 'Parties');
  project.id ??= project.project_id;
  const [here, there] = await freePorts(2);
  const clients = [await register('Node', here), await register('Python', there)];
  parties = [await onNode(instance.issuer, clients[0], here), await onPython(instance.issuer, clients[1], there)];
  parties.forEach((party, place) => { party.client = clients[place]; });
});
after(async () => {
  for (const party of parties ?? []) await party.stop();
  await instance?.end();
  if (folder) await rm(folder, { recursive: true, force: true });
});

let people = 0;

/** A new person who is signed in at both in one browser. */
async function signedIn() {
  people += 1;
  const email = `person${people}@example.test`;
  await instance.usherTyping(`${PASSWORD}\n`, 'user', 'create', '--email', email, '--password-stdin');
  const person = new Person({ email, password: PASSWORD });
  for (const party of parties) {
    await person.go(`${party.base}/login`, { target: 'http://nowhere' });
    assert.equal((await at(person, party)).status, 200, `signed in at ${party.name}`);
  }
  return { person, email };
}

/** Whether a relying party considers the browser signed in. */
async function at(person, party) {
  const answer = await person.send(`${party.base}/me`);
  return { status: answer.status, body: await answer.json() };
}

/** Waits until both have signed the person out. */
async function signedOut(person, which = parties) {
  for (const party of which) {
    let status;
    for (let tries = 0; tries < 600 && status !== 401; tries += 1) {
      ({ status } = await at(person, party));
      if (status !== 401) await sleep(100);
    }
    assert.equal(status, 401, `${party.name} has ended its session`);
  }
}

/** Opens a page of Usher and submits the form that has this field. */
async function submit(person, place, fields, wanted = Object.keys(fields)[0]) {
  const page = parse(await (await person.send(new URL(place, instance.issuer))).text());
  const form = page.querySelectorAll('form').find((one) => one.querySelector(`[name=${wanted}]`));
  assert.ok(form, `${place} has a form with ${wanted}: ${page.text.replace(/\s+/g, ' ').slice(0, 300)}`);
  const filled = new URLSearchParams();
  for (const input of form.querySelectorAll('input[type=hidden]')) {
    filled.append(input.getAttribute('name'), input.getAttribute('value') ?? '');
  }
  for (const [name, value] of Object.entries(fields)) filled.set(name, value);
  const answer = await person.send(new URL(form.getAttribute('action') ?? place, new URL(place, instance.issuer)), filled);
  assert.ok(answer.status < 400, `${place}: ${answer.status}`);
  await answer.text();
}

/** Calls the API with a bearer token. */
async function api(method, place, token, body) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${instance.issuer}/api/v1${place}`, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(answer.ok, `${method} ${place}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? null : answer.json();
}

/** Signs the person in at the session API, in token mode. */
async function elsewhere(email) {
  const headers = { accept: 'application/json; mode=token', 'content-type': 'application/json' };
  const body = JSON.stringify({ email, password: PASSWORD });
  const answer = await fetch(`${instance.issuer}/api/v1/auth/login`, { method: 'POST', headers, body });
  assert.ok(answer.ok, `${answer.status}`);
  return (await answer.json()).access_token;
}

async function token(party, form) {
  const credentials = Buffer.from(`${party.client.client_id}:${party.client.client_secret}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const answer = await fetch(`${instance.issuer}/oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
  return answer.json();
}

const causes = {
  'signing out': ({ person }) => submit(person, '/logout', { logout: 'yes' }),
  'signing out everywhere': ({ person }) => submit(person, '/logout', { logout: 'yes', everywhere: 'true' }),
  'a relying party that sends them to sign out': async ({ person }) => {
    const { body } = await at(person, parties[0]);
    await person.go(`${instance.issuer}/oauth2/logout?id_token_hint=${body.id_token}`, { target: 'http://nowhere' });
  },
  'ending the session from another device': async ({ person, email }) => {
    const { body } = await at(person, parties[0]);
    await api('DELETE', `/auth/sessions/${body.sid}`, await elsewhere(email));
  },
  'another password': async ({ email }) => {
    const change = { current_password: PASSWORD, new_password: 'a loud yellow window' };
    await api('POST', '/auth/change-password', await elsewhere(email), change);
  },
  'a refresh token used twice': async ({ person }) => {
    const [party] = parties;
    const first = (await at(person, party)).body.refresh_token;
    const again = (refresh_token) => token(party, { grant_type: 'refresh_token', refresh_token });
    await again((await again(first)).refresh_token);
    assert.equal((await again(first)).error, 'invalid_grant');
  },
  '"this was not me"': async ({ person }) => {
    const page = parse(await (await person.send(`${instance.issuer}/account/not-me`)).text());
    const proof = page.querySelector('[name=token]').getAttribute('value');
    await submit(person, '/account/not-me', { token: proof });
  },
  'an administrator ending all that they have': ({ email }) => instance.usher('user', 'revoke', email),
  'disabling the user': ({ email }) => instance.usher('user', 'disable', email),
  'taking access back': async ({ person }) => {
    for (const party of parties) await submit(person, '/account/apps', { client: party.client.client_id });
  },
  'disabling the clients': async () => {
    for (const disabled of [true, false]) {
      for (const party of parties) {
        const { client_id: id } = party.client;
        await api('PUT', `/projects/${project.id}/clients/${id}`, project.token, { disabled });
      }
    }
  },
};

for (const [cause, end] of Object.entries(causes)) {
  test(`${cause} reaches both relying parties`, { skip }, async () => {
    const who = await signedIn();
    const bystander = await signedIn();
    await end(who);
    await signedOut(who.person);
    if (cause !== 'disabling the clients') {
      for (const party of parties) assert.equal((await at(bystander.person, party)).status, 200, `not at ${party.name}`);
    }
  });
}

test('a relying party that was down is notified when it is back, and the other does not wait for it', { skip }, async () => {
  const who = await signedIn();
  const [node, other] = parties;
  await node.stop();
  await submit(who.person, '/logout', { logout: 'yes' });
  await signedOut(who.person, [other]);
  await sleep(12_000);
  await node.start();
  assert.equal((await at(who.person, node)).status, 200, 'nobody has told it yet');
  await signedOut(who.person, [node]);
});

test('both are notified when the clients are deleted', { skip }, async () => {
  const who = await signedIn();
  for (const party of parties) await instance.usher('client', 'delete', party.client.client_id);
  await signedOut(who.person);
});
