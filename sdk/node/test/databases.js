// Real databases for the tests of stores; null where there is none, and then its tests say that they were skipped.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const listens = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket.destroy() && true));
    socket.once('error', () => resolve(false));
  });

/** Starts a database in a folder of its own: `{ port, stop }`. */
async function start(program, args) {
  const [port, folder] = [await freePort(), await mkdtemp(path.join(tmpdir(), 'usher-store-'))];
  const child = spawn(program, args(port, folder), { cwd: folder, stdio: 'ignore' });
  for (let tries = 0; tries < 400 && child.exitCode === null; tries += 1) {
    if (await listens(port)) break;
    await sleep(25);
  }
  const stop = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { port, stop };
}

const found = (program) => spawnSync('which', [program]).status === 0;

export const redis = found('redis-server')
  ? () =>
      start('redis-server', (port) => [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
        '--appendonly',
        'no',
      ])
  : null;

/** MongoDB itself, or FerretDB 1.24 on SQLite, which speaks its protocol: `go install github.com/FerretDB/FerretDB/cmd/ferretdb@v1.24.0`. */
const ferret =
  [process.env.FERRETDB_BIN, path.join(process.env.HOME ?? '', 'go/bin/ferretdb')].find(
    (each) => each && existsSync(each),
  ) ?? (found('ferretdb') ? 'ferretdb' : undefined);
export const mongo = found('mongod')
  ? () => start('mongod', (port, folder) => ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', folder])
  : ferret
    ? () =>
        start(ferret, (port, folder) => [
          '--handler=sqlite',
          `--sqlite-url=file:${folder}/`,
          `--listen-addr=127.0.0.1:${port}`,
          '--debug-addr=-',
          '--telemetry=disable',
          `--state-dir=${folder}`,
        ])
    : null;

/** The address of a PostgreSQL in which a test may make tables. */
export const postgres = process.env.USHER_TEST_POSTGRES_URL ?? null;
