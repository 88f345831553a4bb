// Starts the examples at an Usher in development mode, and checks what their READMEs promise.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { Browser } from '../e2e/harness/browser.js';
import { start, until } from '../e2e/harness/process.js';
import { freePort } from '../../tests/ports.mjs';

const ANA = { email: 'ana@example.test', password: 'usher-demo' };
const here = new URL('.', import.meta.url).pathname;
const python = process.env.USHER_SDK_PYTHON ?? 'python3';
const json = { accept: 'application/json' };
const usher = path.resolve(process.env.USHER_BIN ?? path.join(here, '../../target/debug/usher'));

/** The examples: `port` is the one of their README, `web` says that people sign in there, `status` is that of a watered plant. */
export const EXAMPLES = [
  { name: 'express-shop', port: 3000, web: true, status: 200, command: () => ['node', 'server.js'] },
  { name: 'django-site', port: 8092, web: true, status: 302, command: () => [python, 'app.py'] },
  { name: 'fastapi-service', port: 8091, status: 200, command: () => [python, 'main.py'] },
  { name: 'go-service', port: 8090, status: 200, command: goProgram },
  { name: 'axum-service', port: 8093, status: 200, command: () => [builtProgram('axum-service')] },
  { name: 'axum-site', port: 8094, web: true, status: 303, command: () => [builtProgram('axum-site')] },
];

/** A program in Rust, which is built with the tests of the workspace, beside that of Usher. */
export function builtProgram(name) {
  return path.join(path.dirname(usher), 'examples', name);
}

/** `go run` would not pass on the signal that ends it. */
function goProgram(folder) {
  const program = path.join(folder, 'go-service');
  execFileSync('go', ['build', '-o', program, '.'], { cwd: path.join(here, 'go-service') });
  return [program];
}

/** Registers and starts an example on its port, or on a free one: `{ name, web, status, url, env, stop }`. */
export async function startExample(example, server, { ownPorts = true } = {}) {
  const tools = path.join(server.folder, 'bin');
  mkdirSync(tools, { recursive: true });
  try {
    symlinkSync(usher, path.join(tools, 'usher'));
  } catch (cause) {
    if (cause.code !== 'EEXIST') throw cause;
  }
  const folder = path.join(here, example.name);
  const port = ownPorts ? example.port : await freePort();
  const env = { ...server.env, PORT: String(port), ISSUER: server.issuer };
  env.PATH = `${tools}:${process.env.PATH}`;
  env.PYTHONPATH = path.join(here, '../python/src');
  const settings = execFileSync('sh', [path.join(folder, 'register.sh')], { cwd: server.folder, env }).toString();
  for (const [, name, value] of settings.matchAll(/(\w+)=(\S+)/g)) env[name] = value;
  env.STORE = path.join(server.folder, `store-of-${example.name}`);
  const [program, ...args] = example.command(server.folder);
  const running = start(program, args, { cwd: folder, env });
  const url = `http://localhost:${port}`;
  await until(`${example.name} listens`, async () => (await fetch(`${url}/`)).status < 500, { within: 60_000, program: running });
  return { ...example, url, env, stop: () => running.stop() };
}

/** A request of the application itself, as a page of it or a program sends it: its status. */
function asker({ web, url }, browser, token) {
  const sent = web ? { ...json, origin: url, 'sec-fetch-site': 'same-origin' } : { ...json, authorization: `Bearer ${token}` };
  return async (method, address) => (await browser.send(url + address, { method, headers: sent })).status;
}

/**
 * Signs Ana in once and goes to every example: the protected route without and with a sign-in, what the rules let her water and
 * what not. Then she signs out at Usher, and each example refuses her within a second.
 * @param say called with one sentence for each thing that was checked
 */
export async function checkExamples(examples, server, say = () => {}) {
  const { response } = await server.api('POST', 'auth/login', { body: ANA });
  const [cookie] = response.headers.getSetCookie().map((line) => line.split(';')[0]);
  const ana = new Browser({ cookie, shop: { server } });
  const known = [];
  for (const example of examples) {
    const { name, web, url, status, env } = example;
    assert.equal((await fetch(`${url}/plants`, { headers: json })).status, 401, `${name}, nobody`);
    if (web) await ana.open(`${url}/auth/login`);
    const ask = asker(example, ana, web ? undefined : await tokenOf(ana, env));
    assert.equal(await ask('GET', '/plants'), 200, `${name}, Ana`);
    assert.equal(await ask('POST', '/plants/fern/water'), status, `${name}, the fern`);
    assert.equal(await ask('POST', '/plants/foxglove/water'), 403, `${name}, the foxglove`);
    say(`${name}: 401 for nobody; Ana is signed in, waters the fern, and may not water the foxglove (403)`);
    known.push([name, ask]);
  }
  await server.api('POST', 'auth/logout', { cookie, body: {} });
  const began = Date.now();
  await Promise.all(
    known.map(async ([name, ask]) => {
      const gone = async () => [401, 302].includes(await ask('GET', '/plants'));
      await until(`${name} knows that Ana has signed out`, gone, { within: 1000, every: 10 });
      say(`${name}: refuses Ana ${Date.now() - began} ms after she signed out at Usher`);
    }),
  );
}

/** Ana's access token for a service, by the authorization code flow of the client that was registered beside it. */
async function tokenOf(ana, { ISSUER, PEOPLE_ID, PEOPLE_SECRET }) {
  const [verifier, callback] = [randomBytes(32).toString('hex'), 'http://localhost:9/callback'];
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: PEOPLE_ID,
    redirect_uri: callback,
    scope: 'openid',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const location = (await ana.send(`${ISSUER}/oauth2/authorize?${query}`)).headers.get('location');
  const code = new URL(location).searchParams.get('code');
  const form = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: callback };
  const authorization = `Basic ${Buffer.from(`${PEOPLE_ID}:${PEOPLE_SECRET}`).toString('base64')}`;
  const answer = await fetch(`${ISSUER}/oauth2/token`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams(form),
  });
  return (await answer.json()).access_token;
}
