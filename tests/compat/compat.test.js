// Applications on third-party libraries sign people in, refresh and sign out, each as a client that `usher client create`
// makes by default. COMPAT_ONLY=a,b runs only these, COMPAT_QUICK=1 those of `make test`; COMPAT_DOCS=1 writes the results
// into docs/compatibility.md.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { applications } from './applications.js';
import { closeChromium } from './drivers/chromium.js';
import { folderOf, install, target, versionOf } from './lib/install.js';
import { freePorts } from '../ports.mjs';
import { cleanEnvironment, Program } from './lib/process.js';
import { inColumns, writeInto } from './lib/report.js';
import { registerApi, registerClient, startUsher, startUsherOnHttps } from './lib/usher.js';

const { COMPAT_ONLY, COMPAT_QUICK, COMPAT_DOCS } = process.env;
const only = COMPAT_ONLY?.split(',');
const chosen = applications.filter((row) => (only ? only.includes(row.folder) : !COMPAT_QUICK || row.quick));
if (only && chosen.length < only.length) throw new Error(`COMPAT_ONLY=${COMPAT_ONLY}: no such application`);

const results = [];
const ushers = {};

before(async () => {
  if (chosen.some((row) => !row.https)) ushers.http = await startUsher();
  if (chosen.some((row) => row.https)) ushers.https = await startUsherOnHttps();
});
after(async () => {
  await closeChromium();
  for (const usher of Object.values(ushers)) await usher.stop();
  console.log(`\n${inColumns(results)}\n`);
  if (!COMPAT_DOCS) return;
  const file = fileURLToPath(new URL('../../docs/compatibility.md', import.meta.url));
  await writeInto(file, await readFile(file, 'utf8'), results);
});

/** Registers the client of an application, starts the application, and waits until it listens. */
async function start(row, installed) {
  const usher = row.https ? ushers.https : ushers.http;
  const [free, ...others] = await freePorts(1 + (row.ports ?? []).length);
  const port = row.port ?? free;
  const base = `http://localhost:${port}`;
  if (row.resource) await registerApi(usher, { name: row.folder, identifier: base + row.resource });
  const client = await registerClient(usher, {
    name: row.folder,
    project: row.project,
    type: row.type,
    redirectUris: [row.callback].flat().map((callback) => base + callback),
    signedOutUris: [base + (row.signedOut ?? '/')],
    options: row.options,
  });
  const env = {
    ...cleanEnvironment(),
    ISSUER: usher.issuer,
    CLIENT_ID: client.client_id,
    CLIENT_SECRET: client.client_secret ?? '',
    BASE_URL: base,
    PORT: String(port),
    ...Object.fromEntries((row.ports ?? []).map((name, at) => [name, String(others[at])])),
    ...installed,
  };
  const log = path.join(target, 'logs', `${row.folder}.log`);
  const program = Program.start(row.start, { cwd: folderOf(row), env, log });
  try {
    await program.isReady(port, row.ready && base + row.ready, row.patience ?? 60);
  } catch (cause) {
    await program.stop();
    throw cause;
  }
  return { program, application: { row, usher, base, client } };
}

for (const row of chosen) {
  test(row.name, async (t) => {
    const steps = {};
    results.push({ row, version: await versionOf(row), steps });
    const { missing, ...installed } = await install(row);
    if (missing) {
      steps['sign in'] = 'skipped';
      return t.skip(`this machine has no ${missing}`);
    }
    const { program, application } = await start(row, installed);
    const { drive } = await import(row.driver.endsWith('.js') ? `./apps/${row.folder}/${row.driver}` : `./drivers/${row.driver}.js`);
    let stuck = false;
    try {
      await drive(application, (name, body) =>
        t.test(name, { skip: stuck && 'the step before it failed' }, async () => {
          steps[name] = 'failed';
          try {
            await body();
          } catch (cause) {
            stuck = true;
            cause.message = `${cause.message}\n\nThe application printed:\n${program.words}`;
            throw cause;
          }
          steps[name] = 'passed';
        }),
      );
    } finally {
      await program.stop();
    }
  });
}
