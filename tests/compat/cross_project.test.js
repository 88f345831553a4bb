// Spring as the resource server of one project's API: it accepts that project's tokens alone.
//
// Its API wants a scope that no API has, so an accepted token is answered 403, and any other one 401.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { freePort } from '../ports.mjs';
import { applications } from './applications.js';
import { folderOf, install, target } from './lib/install.js';
import { cleanEnvironment, Program } from './lib/process.js';
import { startUsher } from './lib/usher.js';

const { COMPAT_ONLY, COMPAT_QUICK } = process.env;
const row = applications.find(({ folder }) => folder === 'spring');
const chosen = COMPAT_ONLY ? COMPAT_ONLY.split(',').includes(row.folder) : !COMPAT_QUICK || row.quick;

const API = 'https://api.shop.example';
const SCOPES = ['--scope', 'orders:read', '--scope', 'orders:admin'];

/** A machine's token, for this resource if there is one. */
async function machineToken(usher, { client_id, client_secret }, resource = {}) {
  const response = await fetch(`${usher.issuer}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...resource }),
  });
  assert.equal(response.status, 200);
  return (await response.json()).access_token;
}

/** A project with an API and a machine that asks for its tokens, and one that asks for none. */
async function project(usher, name, identifier) {
  await usher.command('project', 'create', '--name', name);
  await usher.command('api', 'create', '--project', name, '--name', name, '--identifier', identifier, ...SCOPES);
  const machine = (more) =>
    usher.command('client', 'create', '--project', name, '--type', 'machine', '--name', name, '--scope', 'orders:read', ...more);
  return { caller: await machine(['--audience', identifier]), plain: await machine([]) };
}

test('Spring accepts no token of another project', { skip: !chosen && 'it is not chosen' }, async (t) => {
  const { missing, ...installed } = await install(row);
  if (missing) return t.skip(`this machine has no ${missing}`);
  const usher = await startUsher();
  t.after(() => usher.stop());
  const shop = await project(usher, 'Shop', API);
  const mallory = await project(usher, 'Mallory', 'https://api.mallory.example');
  const port = await freePort();
  const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = shop.caller;
  const settings = { ISSUER: usher.issuer, AUDIENCE: API, CLIENT_ID, CLIENT_SECRET, PORT: String(port) };
  const env = { ...cleanEnvironment(), ...settings, BASE_URL: `http://localhost:${port}`, ...installed };
  const log = path.join(target, 'logs', 'spring-cross-project.log');
  const program = Program.start(row.start, { cwd: folderOf(row), env, log });
  t.after(() => program.stop());
  await program.isReady(port, row.ready && `http://localhost:${port}${row.ready}`, row.patience ?? 60);
  const call = async (client, resource) => {
    const authorization = `Bearer ${await machineToken(usher, client, resource)}`;
    return (await fetch(`http://localhost:${port}/api/me`, { headers: { authorization } })).status;
  };
  assert.equal(await call(shop.caller), 403, program.words);
  assert.equal(await call(shop.caller, { resource: usher.issuer }), 401, 'for Usher itself');
  for (const [name, client] of Object.entries({ ...mallory, 'without the API': shop.plain })) {
    assert.equal(await call(client), 401, name);
  }
});
