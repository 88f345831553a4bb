// An application of these tests, in any language: `apps/<language>` says how it is started. See README.md for what it must answer.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../../tests/ports.mjs';
import { start, until } from './process.js';

const root = new URL('..', import.meta.url).pathname;
const LANGUAGES = ['node', 'python', 'go', 'rust'];

/**
 * Applications whose language is there: `apps/<language>/app.json` holds its command, and one that succeeds where it can run.
 * `APPS=node,go` chooses.
 */
export async function applications() {
  const chosen = process.env.APPS?.split(',') ?? LANGUAGES;
  const found = [];
  for (const name of chosen) {
    const file = path.join(root, 'apps', name, 'app.json');
    if (!existsSync(file)) continue;
    const { default: app } = await import(file, { with: { type: 'json' } });
    const [command, ...args] = app.needs ?? ['true'];
    const there = spawnSync(command, args, { cwd: path.dirname(file) }).status === 0;
    if (there) found.push({ name, ...app });
    else console.log(`# ${name} is skipped: ${app.needs.join(' ')}`);
  }
  return found;
}

export class Application {
  /** Starts one for a shop; settings are those of README.md. */
  static async start(app, shop, settings = {}, port = undefined) {
    const application = new Application();
    application.port = port ?? (await freePort());
    application.url = `http://127.0.0.1:${application.port}`;
    application.app = app;
    application.folder = await mkdtemp(path.join(tmpdir(), 'usher-sdk-app-'));
    application.env = {
      ...process.env,
      PORT: String(application.port),
      ISSUER: shop.server.issuer,
      CLIENT_ID: shop.module.client_id,
      CLIENT_SECRET: shop.module.client_secret,
      AUDIENCE: shop.audience,
      PROJECT: shop.project,
      TRANSPORT: 'ws',
      POLL_INTERVAL: '5',
      MAX_STALENESS: '300',
      ON_STALE: 'allow',
      STORE: path.join(application.folder, 'store'),
      ...settings,
    };
    await application.resume();
    return application;
  }

  async resume({ ready = true } = {}) {
    const [command, ...args] = this.app.command;
    this.program = start(command, args, { cwd: path.join(root, 'apps', this.app.name), env: this.env });
    const up = async () => (await fetch(`${this.url}/state`)).ok;
    await until(`${this.app.name} listens`, up, { within: 30_000, program: this.program });
    if (ready) await this.state((state) => state.ready && (this.env.TRANSPORT !== 'ws' || state.connected), 'ready');
  }

  async pause(signal) {
    await this.program.stop(signal);
  }

  async stop() {
    await this.program.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Waits until its module is as wanted. */
  state(wanted, what = 'as wanted') {
    return until(
      `${this.app.name} is ${what}`,
      async () => {
        const state = await (await fetch(`${this.url}/state`)).json();
        return wanted(state) ? state : undefined;
      },
      { program: this.program },
    );
  }

  /** A request with a token: `{ status, body, headers }`. */
  async get(target, token) {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(`${this.url}${target}`, { headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text,
    };
  }

  /** Milliseconds until a request is answered with this status. */
  async answers(target, token, status, within) {
    const began = Date.now();
    const last = {};
    await until(
      `${this.app.name} answers ${target} with ${status}`,
      async () => {
        Object.assign(last, await this.get(target, token));
        if (last.status !== status) throw new Error(`${last.status} ${JSON.stringify(last.body)}`);
        return true;
      },
      { within, every: 10, program: this.program },
    );
    return { took: Date.now() - began, ...last };
  }
}
