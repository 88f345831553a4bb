// Usher in development mode, in a temporary folder, on free ports.
import { execFile, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../ports.mjs';

const PATIENCE = 60_000;

/** Reads the addresses and the sample account from the banner of `usher dev`. */
function readBanner(text) {
  const tryIt = /Try it\s+open (http:\S+).*sign in as (\S+) \/ (\S+)/.exec(text);
  const other = /then (http:\S+)/.exec(text);
  const admin = /Admin\s+(https?:\S+\/setup\/\S+)/.exec(text);
  if (!tryIt || !other || !admin) return undefined;
  return { demoA: tryIt[1], email: tryIt[2], password: tryIt[3], demoB: other[1], setup: admin[1] };
}

// One listener for each signal, however many servers run.
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    for (const usher of running) {
      usher.process.kill('SIGKILL');
      rmSync(usher.folder, { recursive: true, force: true });
    }
    process.exit(1);
  });
}

export class Usher {
  /** Starts it with these additional settings, and waits for its banner. */
  static async start(settings = {}) {
    const usher = new Usher();
    usher.folder = await mkdtemp(path.join(tmpdir(), 'usher-browser-'));
    const [port, a, b] = await freePorts(3);
    usher.issuer = settings.USHER_ISSUER ?? `http://localhost:${port}`;
    const env = {
      // Without the variables of the tests: Usher refuses unknown settings.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('USHER_'))),
      USHER_ISSUER: usher.issuer,
      USHER_LISTEN: `127.0.0.1:${port}`,
      USHER_DEMO__LISTEN_A: `127.0.0.1:${a}`,
      USHER_DEMO__LISTEN_B: `127.0.0.1:${b}`,
      USHER_LIMITS__SIGN_IN: 'off',
      ...settings,
    };
    usher.env = env;
    const began = Date.now();
    const bin = path.resolve(process.env.USHER_BIN ?? '../../target/debug/usher');
    usher.process = spawn(bin, ['dev'], { cwd: usher.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    usher.output = '';
    running.add(usher);
    try {
      usher.banner = await usher.#banner();
    } catch (cause) {
      await usher.stop();
      throw cause;
    }
    usher.startedIn = Date.now() - began;
    return usher;
  }

  /** Runs a command of `usher` beside it and reads its JSON. */
  async command(...args) {
    const bin = path.resolve(process.env.USHER_BIN ?? '../../target/debug/usher');
    const { stdout } = await promisify(execFile)(bin, [...args, '--json'], { cwd: this.folder, env: this.env });
    return JSON.parse(stdout);
  }

  #banner() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => fail('Usher printed no banner in time'), PATIENCE);
      const fail = (why) => {
        clearTimeout(timer);
        reject(new Error(`${why}; it printed:\n${this.output}`));
      };
      const listen = (chunk) => {
        this.output += chunk.toString().replace(/\x1b\[[0-9;]*m/g, '');
        const banner = readBanner(this.output);
        if (banner) {
          clearTimeout(timer);
          resolve(banner);
        }
      };
      this.process.stdout.on('data', listen);
      this.process.stderr.on('data', listen);
      this.process.once('error', (cause) => fail(cause.message));
      this.process.once('exit', (code) => fail(`Usher ended with ${code}`));
    });
  }

  /** Ends it and removes its folder. */
  async stop() {
    running.delete(this);
    if (this.process.exitCode === null && this.process.signalCode === null && this.process.pid) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGTERM');
      await ended;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
