// Other programs, each in its own process group, with their output in a file.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true) || socket.destroy());
    socket.once('error', () => resolve(false));
  });

/** The environment without the variables of Usher and of these tests. */
export const cleanEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(USHER_|COMPAT_|NODE_TEST)/.test(name)));

/** A running program. */
export class Program {
  /** Starts it; what it prints goes to the file `log`. */
  static start([command, ...args], { cwd, env, log }) {
    const program = new Program();
    mkdirSync(path.dirname(log), { recursive: true });
    const out = openSync(log, 'w');
    program.log = log;
    program.child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', out, out] });
    program.child.once('error', (cause) => (program.failure = cause.message));
    closeSync(out);
    return program;
  }

  /** The last lines of its output. */
  get words() {
    return readFileSync(this.log, 'utf8').split('\n').slice(-40).join('\n');
  }

  get ended() {
    return this.failure ?? (this.child.exitCode !== null || this.child.signalCode !== null);
  }

  /** Waits until it listens and, if there is an address that says so, is ready. */
  async isReady(port, address, seconds) {
    const ready = () => (address ? fetch(address).then(({ ok }) => ok, () => false) : answers(port));
    for (const until = Date.now() + seconds * 1000; Date.now() < until && !this.ended; await sleep(50)) {
      if (await ready()) return;
    }
    throw new Error(`it does not become ready on ${port}:\n${this.failure ?? ''}\n${this.words}`);
  }

  /** Waits for its end; true if it ended well. */
  async succeeds() {
    if (!this.ended) await new Promise((resolve) => this.child.once('exit', resolve).once('error', resolve));
    return this.child.exitCode === 0;
  }

  /** Ends it and every process that it started. */
  async stop() {
    if (this.ended) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    process.kill(-this.child.pid, 'SIGTERM');
    const patience = setTimeout(() => process.kill(-this.child.pid, 'SIGKILL'), 5000);
    await ended;
    clearTimeout(patience);
  }
}
