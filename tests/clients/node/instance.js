// `usher dev` in a temporary folder, for a test that stops and starts it.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../../ports.mjs';

const run = promisify(execFile);

/** The program under test; null if the tests were started without one, or on a shared database. */
export const program = process.env.USHER_DATABASE_URL ? null : (process.env.USHER_TEST_BIN ?? null);

/** Creates an instance with these additional settings, and starts it. */
export async function instance(settings = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'usher-feed-'));
  const [port, a, b] = await freePorts(3);
  const issuer = `http://localhost:${port}`;
  const env = {
    PATH: process.env.PATH,
    // Reuse is detected at once, without the retry window: the clock of the real program cannot be moved.
    USHER_TOKENS__REFRESH_RETRY_WINDOW: '0s',
    USHER_LISTEN: `127.0.0.1:${port}`,
    USHER_ISSUER: issuer,
    USHER_DEMO__LISTEN_A: `127.0.0.1:${a}`,
    USHER_DEMO__LISTEN_B: `127.0.0.1:${b}`,
    ...settings,
  };
  let child = null;
  const made = {
    issuer,
    port,
    async start() {
      child = spawn(program, ['dev'], { cwd: folder, env, stdio: 'ignore' });
      for (let tries = 0; tries < 600; tries += 1) {
        const answer = await fetch(`${issuer}/health/ready`).catch(() => null);
        if (answer?.ok) return;
        await sleep(100);
      }
      throw new Error('Usher does not become ready');
    },
    async stop(signal = 'SIGTERM') {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    },
    /** Runs a command of `usher` and returns its JSON. */
    async usher(...args) {
      const { stdout } = await run(program, [...args, '--json'], { cwd: folder, env });
      return JSON.parse(stdout);
    },
    /** The same, with standard input. */
    async usherTyping(typed, ...args) {
      const running = run(program, [...args, '--json'], { cwd: folder, env });
      running.child.stdin.end(typed);
      return JSON.parse((await running).stdout);
    },
    async end() {
      if (child?.exitCode === null && child.signalCode === null) await made.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await made.start();
  return made;
}
