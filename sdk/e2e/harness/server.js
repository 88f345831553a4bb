// A real Usher in development mode, in a folder and on ports of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort, start, until } from './process.js';
import { Proxy } from './proxy.js';

const run = promisify(execFile);
const bin = path.resolve(process.env.USHER_BIN ?? new URL('../../../target/debug/usher', import.meta.url).pathname);

export class Server {
  /** Starts one, with these settings beside the usual ones; `proxied`: behind a network that can be cut. */
  static async start(settings = {}, { proxied = false } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(path.join(tmpdir(), 'usher-sdk-'));
    const [port, a, b] = [await freePort(), await freePort(), await freePort()];
    const listen = proxied ? await freePort() : port;
    if (proxied) server.proxy = await Proxy.start(port, listen);
    server.issuer = `http://localhost:${port}`;
    server.env = {
      PATH: process.env.PATH,
      USHER_ISSUER: server.issuer,
      USHER_LISTEN: `127.0.0.1:${listen}`,
      USHER_DEMO__LISTEN_A: `127.0.0.1:${a}`,
      USHER_DEMO__LISTEN_B: `127.0.0.1:${b}`,
      USHER_LIMITS__SIGN_IN: 'off',
      // An old refresh token beside a used one is reuse at once.
      USHER_TOKENS__REFRESH_RETRY_WINDOW: '0s',
      ...settings,
    };
    await server.resume();
    return server;
  }

  /** Starts it, also again after `pause`. */
  async resume() {
    this.program = start(bin, ['dev'], { cwd: this.folder, env: this.env });
    await until('Usher is ready', async () => (await fetch(`${this.issuer}/health/ready`)).ok, { within: 60_000, program: this.program });
  }

  /** Ends it; its data stay. */
  async pause(signal) {
    await this.program.stop(signal);
  }

  async stop() {
    await this.program.stop();
    await this.proxy?.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A command of `usher`, and its JSON; `typed` is given to its standard input. */
  async usher(args, typed) {
    const running = run(bin, [...args, '--json'], { cwd: this.folder, env: this.env });
    if (typed !== undefined) running.child.stdin.end(typed);
    const { stdout } = await running;
    return stdout.trim() === '' ? null : JSON.parse(stdout);
  }

  /** A call of the API. */
  async api(method, path, { body, token, cookie, headers = {} } = {}) {
    const sent = { ...headers };
    if (body !== undefined) sent['content-type'] = 'application/json';
    if (token) sent.authorization = `Bearer ${token}`;
    if (cookie) sent.cookie = cookie;
    const response = await fetch(`${this.issuer}/api/v1/${path}`, { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return { response, body: text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text };
  }
}
