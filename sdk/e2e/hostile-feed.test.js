// A feed that sends what no Usher sends: every module stays within its bounds and goes on answering requests.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Application, applications } from './harness/application.js';
import { until } from './harness/process.js';

const AUDIENCE = 'https://api.shop.example';
const PROJECT = '01980000-0000-7000-8000-000000000000';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const now = () => Math.floor(Date.now() / 1000);
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

function signed(typ, payload) {
  const input = `${part({ alg: 'ES256', kid: 'k', typ })}.${part(payload)}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A frame of a server (RFC 6455 §5.2). */
function frame(opcode, payload, { fin = true } = {}) {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | opcode;
  if (length < 126) head[1] = length;
  else if (length < 65_536) ((head[1] = 126), head.writeUInt16BE(length, 2));
  else ((head[1] = 127), head.writeBigUInt64BE(BigInt(length), 2));
  return Buffer.concat([head, payload]);
}

/** What is sent on an open socket, again and again. */
const ATTACKS = {
  'a message of 64 MB': (socket) => socket.write(frame(1, Buffer.alloc(64 << 20, 'x'))),
  'a message without end, in fragments of one byte': (socket) => {
    socket.write(frame(1, Buffer.from('x'), { fin: false }));
    const piece = frame(0, Buffer.from('x'), { fin: false });
    const many = Buffer.concat(Array.from({ length: 100_000 }, () => piece));
    const more = () => socket.write(many, (error) => error || setImmediate(more));
    more();
  },
  'pings without end': (socket) => {
    const many = Buffer.concat(Array.from({ length: 10_000 }, () => frame(9, Buffer.alloc(100))));
    const more = () => socket.write(many, (error) => error || setTimeout(more, 5));
    more();
  },
  'messages that mean nothing': (socket) => {
    for (const text of ['', '{', 'null', '[]', '5', '{"t":5}', '{"t":"ev"}', '{"t":"hello"}', '{"t":"ev","c":"1","k":[],"v":{}}', '['.repeat(50_000)])
      socket.write(frame(1, Buffer.from(text)));
    for (const bytes of [[0xff, 0xfe], [0xc3, 0x28]]) socket.write(frame(1, Buffer.from(bytes)));
    socket.write(frame(2, Buffer.alloc(1000)));
  },
  'a frame of no kind': (socket) => socket.write(frame(7, Buffer.from('x'))),
};

const apps = (await applications()).filter(({ sockets }) => sockets !== false);
const running = [];
let issuer;
let server;
let attack;
/** The open sockets of the modules, and on how many the attack began. */
const sockets = new Set();
let struck = 0;

function answer(url) {
  const at = (path) => `${issuer}${path}`;
  const { pathname } = new URL(url, issuer);
  if (pathname === '/.well-known/openid-configuration') {
    const endpoints = { jwks_uri: at('/jwks'), end_session_endpoint: at('/logout') };
    for (const name of ['token', 'introspection', 'authorization', 'revocation']) endpoints[`${name}_endpoint`] = at(`/${name}`);
    return [200, { issuer, ...endpoints }];
  }
  if (pathname === '/jwks') return [200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'ES256' }] }];
  if (pathname === '/token') return [200, { access_token: 'module', token_type: 'Bearer', expires_in: 600 }];
  if (pathname === '/introspection') return [200, { active: true, token_use: 'access_token' }];
  if (pathname === '/api/v1/sync/snapshot')
    return [200, { epoch: 'e1', cursor: 0, server_time: now(), revocations: [], policy: { revision: 1, etag: '"1-0"' }, jwks: { etag: '"k"' } }];
  if (pathname === '/api/v1/sync/events') return [304];
  if (pathname === '/api/v1/sync/seen') return [202, { noted: 0 }];
  if (pathname.endsWith('/policy')) {
    const rules = { v: 1, project: PROJECT, revision: 1, iat: now(), default: 'deny', permissions: {}, roles: {}, conditions: {} };
    return [200, signed('usher-policy+jws', { ...rules, routes: [{ m: ['GET'], p: '/me', auth: true }] })];
  }
  return [404, {}];
}

before(async () => {
  server = createServer((request, response) => {
    const [status, body = ''] = answer(request.url);
    response.writeHead(status, { 'content-type': 'application/json', etag: request.url.endsWith('/policy') ? '"1-0"' : '"k"' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.on('upgrade', (request, socket) => {
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    sockets.add(socket);
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Protocol: usher.sync.v1'];
    socket.write(`${lines.join('\r\n')}\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    socket.write(frame(1, Buffer.from(JSON.stringify({ t: 'hello', epoch: 'e1', cursor: 0, hb: 25 }))));
    if (!attack) return;
    struck += 1;
    setTimeout(attack, 50, socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://localhost:${server.address().port}`;
  const shop = { server: { issuer }, module: { client_id: 'module', client_secret: 'secret' }, project: PROJECT, audience: AUDIENCE };
  for (const app of apps) running.push(await Application.start(app, shop));
});
after(async () => {
  await Promise.all(running.map((application) => application.stop()));
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  server.close();
});

const claims = () => ({ iss: issuer, aud: [AUDIENCE], sub: 'ana', client_id: 'module', iat: now(), exp: now() + 600, jti: `${Math.random()}`, urv: 0 });
/** Megabytes of memory of an application. */
const memory = ({ program }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.child.pid}/status`, 'utf8'))[1]) / 1024;

for (const [name, make] of Object.entries(ATTACKS)) {
  test(`${name}: every application goes on within its memory`, async () => {
    const before = running.map(memory);
    [attack, struck] = [make, 0];
    // The sockets that are open are ended, so that each module comes again.
    for (const socket of sockets) socket.destroy();
    await until('every module has come again', async () => struck >= running.length, { within: 20_000 });
    for (const [index, application] of running.entries()) {
      for (let round = 0; round < 20; round += 1) {
        const { status } = await application.get('/me', signed('at+jwt', claims()));
        assert.equal(status, 200, `${application.app.name}\n${application.program.output.slice(-2000)}`);
        assert.equal((await application.get('/me', signed('at+jwt', { ...claims(), iss: 'https://evil.example' }))).status, 401);
        await sleep(100);
      }
      const grown = memory(application) - before[index];
      assert.ok(grown < 120, `${application.app.name} has grown by ${Math.round(grown)} MB`);
    }
    attack = undefined;
  });
}
