// The live feed with a third-party WebSocket client: a restart, a lost connection, and a cursor that is too old.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { instance as startInstance, program } from './instance.js';

const skip = program ? false : 'needs its own instance (tests/clients/run.sh gives one on SQLite)';
let instance;
let machine;
let token;

before(async () => {
  if (skip) return;
  instance = await startInstance();
  const project = await instance.usher('project', 'create', '--name', 'Feed');
  token = project.token;
  machine = await instance.usher(
    'client', 'create', '--project', project.id ?? project.project_id, '--type', 'machine', '--name', 'Doomed', '--scope', 'orders',
  );
});
after(() => instance?.end());

const form = (fields) => ({
  method: 'POST',
  headers: {
    authorization: `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  },
  body: new URLSearchParams(fields),
});

/** Issues an access token, revokes it, and returns its `jti`. */
async function revokeOne() {
  const issued = await fetch(`${instance.issuer}/oauth2/token`, form({ grant_type: 'client_credentials' }));
  const { access_token: doomed } = await issued.json();
  const revoked = await fetch(`${instance.issuer}/oauth2/revoke`, form({ token: doomed }));
  assert.equal(revoked.status, 200);
  return JSON.parse(Buffer.from(doomed.split('.')[1], 'base64url')).jti;
}

/** Follows the feed through `port`, from `cursor`. */
async function follow(cursor, port = instance.port) {
  const url = `ws://127.0.0.1:${port}/api/v1/sync${cursor ? `?cursor=${cursor}` : ''}`;
  const headers = { authorization: `Bearer ${token}`, host: `localhost:${instance.port}` };
  const socket = new WebSocket(url, 'usher.sync.v1', { headers });
  const heard = [];
  socket.on('message', (data) => heard.push(JSON.parse(data)));
  socket.on('error', () => {});
  await once(socket, 'open');
  assert.equal(socket.protocol, 'usher.sync.v1');
  const until = async (found) => {
    for (let tries = 0; tries < 1000; tries += 1) {
      const message = heard.find(found);
      if (message) return message;
      await sleep(20);
    }
    throw new Error(`not heard: ${JSON.stringify(heard)}`);
  };
  const hello = await until((message) => message.t === 'hello');
  return { socket, heard, hello, until, named: (name) => until((message) => message.v === name) };
}

const entries = (heard) => heard.filter((message) => message.t === 'ev').map((message) => message.c);

test('a revocation arrives at once', { skip }, async () => {
  const { socket, hello, named } = await follow();
  const entry = await named(await revokeOne());
  assert.equal(entry.k, 'jti');
  assert.equal(entry.c, hello.cursor + 1);
  assert.ok(entry.exp > Date.now() / 1000);
  socket.send(JSON.stringify({ t: 'ack', c: entry.c }));
  socket.close();
  const [code] = await once(socket, 'close');
  assert.ok([1000, 1005].includes(code), `${code}`);
});

test('nothing is lost or repeated over a restart, however Usher stops', { skip, timeout: 120_000 }, async () => {
  let place = (await follow()).hello;
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    const first = await follow(`${place.epoch}.${place.cursor}`);
    const before = await revokeOne();
    const seen = await first.named(before);
    const closed = once(first.socket, 'close');
    const unheard = [];
    await instance.stop(signal);
    await closed;
    if (signal === 'SIGTERM') assert.ok(first.heard.some((message) => message.t === 'retry'), 'it says when to come back');
    await instance.start();
    unheard.push(await revokeOne(), await revokeOne());
    const second = await follow(`${place.epoch}.${seen.c}`);
    for (const name of unheard) await second.named(name);
    assert.deepEqual(entries(second.heard), [seen.c + 1, seen.c + 2]);
    place = { epoch: place.epoch, cursor: seen.c + 2 };
    second.socket.terminate();
  }
});

test('a partition loses nothing', { skip, timeout: 60_000 }, async () => {
  const lines = new Set();
  const proxy = createServer((near) => {
    const far = connect(instance.port, '127.0.0.1');
    for (const line of [near, far]) {
      lines.add(line);
      line.on('error', () => {});
    }
    near.pipe(far);
    far.pipe(near);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address();
  const first = await follow(undefined, port);
  const seen = await first.named(await revokeOne());
  const closed = once(first.socket, 'close');
  for (const line of lines) line.destroy();
  await closed;
  const unheard = [await revokeOne(), await revokeOne(), await revokeOne()];
  const second = await follow(`${first.hello.epoch}.${seen.c}`, port);
  for (const name of unheard) await second.named(name);
  assert.deepEqual(entries(second.heard), [seen.c + 1, seen.c + 2, seen.c + 3]);
  second.socket.terminate();
  for (const line of lines) line.destroy();
  proxy.close();
});

test('a cursor that is too old: 410 to polling, resync by WebSocket, and the feed continues after a snapshot', { skip }, async () => {
  const headers = { authorization: `Bearer ${token}` };
  const gone = await fetch(`${instance.issuer}/api/v1/sync/events?cursor=e9.1`, { headers });
  assert.equal(gone.status, 410);
  assert.equal((await gone.json()).error.code, 'CURSOR_GONE');
  const name = await revokeOne();
  const lost = await follow('e9.1');
  await lost.until((message) => message.t === 'resync');
  let snapshot;
  do {
    snapshot = await (await fetch(`${instance.issuer}/api/v1/sync/snapshot`, { headers })).json();
  } while (!snapshot.revocations.some((entry) => entry.v === name));
  const next = await revokeOne();
  const later = await follow(`${snapshot.epoch}.${snapshot.cursor}`);
  assert.equal((await later.named(next)).c, snapshot.cursor + 1);
  assert.equal((await lost.named(next)).c, snapshot.cursor + 1, 'who was told to begin anew hears on meanwhile');
  later.socket.terminate();
  lost.socket.terminate();
});
