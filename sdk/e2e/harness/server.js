// A real Usher in development mode, in a folder and on ports of its own.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as open } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../../tests/ports.mjs';
import { start, until } from './process.js';
import { Proxy } from './proxy.js';

const run = promisify(execFile);
const bin = path.resolve(process.env.USHER_BIN ?? new URL('../../../target/debug/usher', import.meta.url).pathname);

export class Server {
  /** Starts one, with these settings beside the usual ones; `proxied`: behind a network that can be cut. */
  static async start(settings = {}, { proxied = false } = {}) {
    const server = new Server();
    server.folder = await mkdtemp(path.join(tmpdir(), 'usher-sdk-'));
    const [port, a, b, behind] = await freePorts(4);
    const listen = proxied ? behind : port;
    if (proxied) server.proxy = await Proxy.start(port, listen);
    server.port = listen;
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
    await until('Usher is ready', async () => (await fetch(`${this.issuer}/health/ready`)).ok, {
      within: 60_000,
      program: this.program,
    });
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

  /** A request past the network of the applications: the test itself is never cut off. */
  async send(method, path, headers = {}, body = undefined) {
    const sent = { host: new URL(this.issuer).host, ...headers };
    const request = open({ port: this.port, host: '127.0.0.1', method, path, headers: sent, agent: false });
    request.end(body);
    const [response] = await once(request, 'response');
    const parts = [];
    for await (const part of response) parts.push(part);
    const all = new Headers();
    for (const [name, value] of Object.entries(response.headers))
      [value].flat().forEach((each) => all.append(name, each));
    const text = Buffer.concat(parts).toString();
    return { status: response.statusCode, headers: all, text, body: /^[[{]/.test(text) ? JSON.parse(text) : text };
  }

  /** A call of the API, which has to succeed. */
  async api(method, path, { body, token, cookie, headers = {} } = {}) {
    const sent = { ...headers };
    if (body !== undefined) sent['content-type'] = 'application/json';
    if (token) sent.authorization = `Bearer ${token}`;
    if (cookie) sent.cookie = cookie;
    const response = await this.send(
      method,
      `/api/v1/${path}`,
      sent,
      body === undefined ? undefined : JSON.stringify(body),
    );
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${response.text}`);
    return { response, body: response.body };
  }

  /** The token endpoint, asked by a client of a project. */
  async grant(client, form) {
    const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const { status, body } = await this.send('POST', '/oauth2/token', headers, new URLSearchParams(form).toString());
    if (status !== 200) throw new Error(`${form.grant_type}: ${JSON.stringify(body)}`);
    return body;
  }
}
