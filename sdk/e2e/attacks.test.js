// What an attacker sends to an application: nothing but the open route answers without a good token, in any language.
import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { Server } from './harness/server.js';
import { RULES, Shop } from './harness/shop.js';

const apps = await applications();
const running = [];
let server;
let shop;
let tokens;

before(async () => {
  server = await Server.start();
  shop = await Shop.open(server);
  const person = await shop.person();
  const stranger = await Shop.open(server, 'Stranger');
  await shop.api('https://api.other.example');
  const other = await shop.client({ name: 'Other', metadata: { audience: ['https://api.other.example'] } });
  const mine = await person.tokens(shop.web, 'openid offline_access');
  tokens = {
    good: mine.access_token,
    id: mine.id_token,
    refresh: mine.refresh_token,
    stranger: (await person.tokens(stranger.web)).access_token,
    other: (await person.tokens(other)).access_token,
  };
  for (const app of apps) running.push(await Application.start(app, shop));
});
after(async () => {
  await Promise.all(running.map((application) => application.stop()));
  await server?.stop();
});

/** Sends these bytes; the status, the headers and the body of the answer. */
async function send(application, text) {
  const socket = connect(Number(new URL(application.url).port), '127.0.0.1');
  socket.write(text);
  socket.setTimeout(5000, () => socket.destroy());
  let answer = '';
  socket.setEncoding('utf8').on('data', (data) => (answer += data));
  socket.on('error', () => {});
  await once(socket, 'close');
  return { status: Number(answer.split(' ')[1] ?? 0), answer };
}
const request = (line, headers = []) => [`${line} HTTP/1.1`, 'Host: shop.example', 'Connection: close', ...headers, '', ''].join('\r\n');
const bearer = (token) => [`Authorization: Bearer ${token}`];
/** No success, and nothing of what the handlers say. */
function isRefused({ status, answer }, name) {
  assert.ok(status === 0 || status >= 400, `${name}: ${answer.slice(0, 300)}`);
  assert.doesNotMatch(answer, /"sub"|"secret":true|"owner_id"/, name);
}

const PATHS = [
  ...['/ME', '/Me', '//me', '/./me', '/me/.', '/health/../me', '/health/..%2fme', '/health/%2e%2e/me', '/health%2f..%2fme'],
  ...['/me%2f', '/me%00', '/me%0a', '/me;x=1', '/me.', '/me%20', '/%6d%65', '/%256de', '/me%c0%af', '/me\\', '/\\me', '/me?/health'],
  ...['/me#/health', '/health;/../me', '/me/', '/health/me', '/orders/1/', '/orders/%2e', '/orders/..', '/unchecked//1', '/unchecked/1%00'],
];
const SPOOFS = [
  ['X-Original-URL: /health'],
  ['X-Rewrite-URL: /health'],
  ['X-Forwarded-Uri: /health', 'X-Forwarded-Path: /health'],
  ['X-Forwarded-For: 127.0.0.1', 'X-Real-IP: 127.0.0.1', 'Forwarded: for=127.0.0.1'],
  ['X-Forwarded-User: admin', 'X-Remote-User: admin', 'X-User-Id: admin'],
  ['X-HTTP-Method-Override: OPTIONS', 'Origin: https://evil.example', 'Access-Control-Request-Method: GET'],
  ['Cookie: access_token=a; token=a; __Host-usher-app=a'],
];

for (const app of apps) {
  describe(`${app.name} refuses`, () => {
    let application;
    before(() => (application = running.find((one) => one.app === app)));
    const each = async (list, make) => {
      for (const item of list) isRefused(await send(application, make(item)), JSON.stringify(item).slice(0, 200));
    };

    test('every way to write a path, without a token', () => each(PATHS, (path) => request(`GET ${path}`)));
    test('another case of a path, with a token', async () => {
      for (const path of ['/ME', '//me', '/me%2f', '/health/../me', '/%256de'])
        isRefused(await send(application, request(`GET ${path}`, bearer(tokens.good))), path);
    });
    test('other methods, and headers that name another method or path', async () => {
      const methods = ['HEAD', 'OPTIONS', 'POST', 'PUT', 'TRACE', 'PROPFIND', 'get'];
      await each(methods, (method) => request(`${method} /me`));
      await each(SPOOFS, (headers) => request('GET /me', headers));
      const override = ['X-HTTP-Method-Override: GET', 'X-Method-Override: GET', 'X-HTTP-Method: GET', 'Content-Length: 0'];
      isRefused(await send(application, request('POST /me?_method=GET', [...override, ...bearer(tokens.good)])), 'an override');
    });
    test('absolute targets and a preflight that wants content', async () => {
      isRefused(await send(application, request('GET http://shop.example/me')), 'absolute');
      isRefused(await send(application, request('GET http://127.0.0.1/health/../me')), 'absolute');
      const preflight = ['Origin: https://evil.example', 'Access-Control-Request-Method: GET'];
      assert.doesNotMatch((await send(application, request('OPTIONS /me', preflight))).answer, /"sub"/);
    });
    test('tokens that came in two ways or in another place', async () => {
      const { good } = tokens;
      await each(
        [
          [...bearer(good), ...bearer(good)],
          [`Authorization: Bearer ${good}, Bearer ${good}`],
          [`Authorization: Bearer ${good} ${good}`],
          [`Authorization: Basic ${Buffer.from(`x:${good}`).toString('base64')}`],
          [`Authorization: DPoP ${good}`],
          [`Authorization: ${good}`],
          [`Cookie: access_token=${good}`],
          [`X-Access-Token: ${good}`],
          [`Proxy-Authorization: Bearer ${good}`],
        ],
        (headers) => request('GET /me', headers),
      );
      isRefused(await send(application, request(`GET /me?access_token=${good}`)), 'in the query');
    });
    test('tokens for something else, of somebody else, or made by somebody else', async () => {
      const { good, ...others } = tokens;
      const [head, payload, signature] = good.split('.');
      const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
      const header = JSON.parse(Buffer.from(head, 'base64url'));
      const claims = JSON.parse(Buffer.from(payload, 'base64url'));
      const { keys } = await (await fetch(`${server.issuer}/oauth2/jwks`)).json();
      const pem = createPublicKey({ key: keys.find(({ kid }) => kid === header.kid), format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      const hmac = (input) => createHmac('sha256', pem).update(input).digest('base64url');
      const confused = `${part({ ...header, alg: 'HS256' })}.${payload}`;
      const last = signature.at(-1);
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      const twisted = [...letters].find((letter) => letters.indexOf(letter) === (letters.indexOf(last) ^ 1));
      const made = {
        none: `${part({ ...header, alg: 'none' })}.${payload}.`,
        confusion: `${confused}.${hmac(confused)}`,
        admin: `${head}.${part({ ...claims, roles: ['editor', 'admin'] })}.${signature}`,
        longer: `${head}.${part({ ...claims, exp: claims.exp + 86_400 })}.${signature}`,
        bare: `${head}.${payload}.`,
        'another kid': `${part({ ...header, kid: '../../../dev/null' })}.${payload}.${signature}`,
        'a key of its own': `${part({ ...header, jwk: keys[0], jku: 'https://evil.example/jwks' })}.${payload}.${signature}`,
        'other bits': `${head}.${payload}.${signature.slice(0, -1)}${twisted}`,
        padded: `${good}=`,
      };
      for (const [name, token] of Object.entries({ ...others, ...made })) {
        const found = await send(application, request('GET /me', bearer(token)));
        isRefused(found, name);
        assert.equal(found.status, 401, `${name}: ${found.answer.slice(0, 200)}`);
      }
      assert.equal((await send(application, request('GET /me', bearer(good)))).status, 200, 'and the good one is good');
    });
  });
}

test('every application answers alike without a token', async () => {
  const answers = await Promise.all(running.map((application) => send(application, request('GET /me'))));
  const bodies = answers.map(({ answer }) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')).replace(/^[^{]*|[^}]*$/g, '')));
  for (const body of bodies) assert.deepEqual(body, bodies[0]);
  assert.equal(RULES.routes.find(({ path }) => path === '/me').auth, true);
});
