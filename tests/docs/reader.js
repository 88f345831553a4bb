// The reader of one document: a new `usher dev`, a shell in its folder, a person who signs in, and ports that are free.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Usher } from '../browser/usher.js';
import { applications } from '../compat/applications.js';
import { Person } from '../compat/lib/person.js';
import { freePorts } from '../ports.mjs';
import { Shell } from './shell.js';

/** The repository. */
export const root = path.resolve(import.meta.dirname, '../..');

const bin = path.resolve(process.env.USHER_BIN ?? path.join(root, 'target/debug/usher'));
process.env.USHER_BIN = bin;

const { DOCS_COMPAT, DOCS_PYTHON } = process.env;

/** How often an application is asked whether it is ready, at intervals of 150 ms. */
const TRIES = DOCS_COMPAT ? 3000 : 300;

/** Tools that only `make compat` needs, and that a machine may lack. */
const TOOLS = new Set(['go', 'mvn', 'cargo', 'apt-get']);

const isInstalled = (tool) =>
  (tool !== 'apt-get' || process.getuid() === 0) &&
  process.env.PATH.split(path.delimiter).some((folder) => existsSync(path.join(folder, tool)));

/** Why a block that starts an application is not run here; nothing if it is run. */
function missing({ compat, commands }) {
  if (compat && !DOCS_COMPAT) return 'make compat starts it';
  const programs = commands.map(({ command }) => /^\S+/.exec(command)[0]);
  if (programs.includes('pip') && !DOCS_PYTHON) return 'DOCS_PYTHON names no Python with the packages of the guides';
  const tool = programs.find((program) => TOOLS.has(program) && !isInstalled(program));
  return tool && `${tool} cannot be used here`;
}

/** A line of a document as a pattern; `…` stands for anything. */
const asPattern = (line) =>
  new RegExp(line.trim().split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*'));

/** What a reader does with a block, by its kind. */
const ACTIONS = {
  async commands({ commands }, reader) {
    for (const { command, shown } of commands) {
      const output = await reader.shell.run(reader.here(command));
      for (const line of shown) assert.match(output, asPattern(reader.here(line)), `after: ${command}`);
    }
  },

  async file({ name, text, whole }, { shell }) {
    if (!whole) return;
    const target = path.join((await shell.run('pwd')).trim(), name);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, `${text}\n`);
  },

  async starts({ commands, url = 'http://localhost:3000/' }, reader) {
    await ACTIONS.commands({ commands: commands.slice(0, -1) }, reader);
    await reader.shell.start(reader.here(commands.at(-1).command));
    await reader.untilReady(reader.here(url));
  },

  async page({ url, text }, { usher, here, shell }) {
    const visitor = new Person({ issuer: usher.issuer, ...usher.banner });
    const { status, text: seen } = await visitor.open(here(url));
    const { output } = await shell.program();
    for (const line of text.split('\n')) {
      const why = `${status} at ${url}: ${seen.slice(0, 800)}\nThe application printed:\n${output}`;
      assert.ok(asPattern(here(line)).test(seen), `it does not show ${line}\n${why}`);
    }
  },

  async driven({ folder }, { usher, ports }) {
    const row = { ...applications.find((one) => one.folder === folder), offers: [] };
    const own = row.driver.endsWith('.js');
    const { drive } = await import(own ? `../compat/apps/${folder}/${row.driver}` : `../compat/drivers/${row.driver}.js`);
    const who = { issuer: usher.issuer, person: { ...usher.banner, name: 'Souza', role: 'gardener' } };
    await drive({ row, usher: who, base: `http://localhost:${ports[3000]}` }, (name, body) => body());
  },

  async browser({ name, url, text }, { shell, person, here }) {
    const target = /https?:\/\/[^?'"\s]+/.exec(here(text))?.[0];
    assert.ok(target, 'the block shows no address that the person is sent back to');
    const { url: reached } = await person.open(await shell.get(url), { before: target });
    assert.ok(reached.startsWith(target), `the person ends at ${reached}`);
    await shell.set(name, reached);
  },

  async device({ name, commands }, reader) {
    await ACTIONS.commands({ commands }, reader);
    const { url, text } = await reader.person.open(await reader.shell.get(name));
    assert.match(url, /\/(device|ciba)\/done\?/, `the person ends at ${url}: ${text.slice(0, 800)}`);
  },

  async mail({ name, address }, reader) {
    await reader.shell.set(name, await reader.inMailTo(address, /id="code"[^>]*>\s*(\d+)/));
  },

  async 'reset link'({ name, address }, reader) {
    await reader.shell.set(name, await reader.inMailTo(address, /\/recover\/reset\?token=([\w-]+)/));
  },
};

/** Whether a reader does anything with a block. */
export const isDone = ({ kind }) => kind in ACTIONS;

export class Reader {
  static async start() {
    const reader = new Reader();
    reader.usher = await Usher.start();
    reader.person = new Person({ issuer: reader.usher.issuer, ...reader.usher.banner });
    const [first, second, third] = await freePorts(3);
    reader.ports = { 3000: first, 3001: second, 3002: third };
    // A server that changes its user, such as Apache, reads files in the folder.
    await chmod(reader.usher.folder, 0o711);
    reader.shell = new Shell({ cwd: reader.usher.folder, env: await reader.#environment() });
    return reader;
  }

  /** The reader has `usher` on their path, and an `npm` and a `python3` that install what the tests have. */
  async #environment() {
    const tools = path.join(this.usher.folder, 'bin');
    const programs = path.join(root, 'target/compat/go');
    await mkdir(tools);
    await symlink(bin, path.join(tools, 'usher'));
    const npm = `#!/bin/sh\nexec node '${path.join(root, 'tests/docs/reader_npm.js')}' "$@"\n`;
    await writeFile(path.join(tools, 'npm'), npm, { mode: 0o755 });
    if (DOCS_PYTHON) await symlink(path.join(root, 'tests/docs/reader_python3.sh'), path.join(tools, 'python3'));
    return {
      ...this.usher.env,
      PATH: `${tools}:${programs}:${this.usher.env.PATH}`,
      GOBIN: programs,
      CARGO_TARGET_DIR: path.join(root, 'target/compat/rust'),
    };
  }

  /** A text of the document with the addresses of this Usher and of this reader's ports. */
  here = (text) =>
    text.replaceAll('http://localhost:8080', this.usher.issuer).replace(/\b300[012]\b/g, (port) => this.ports[port]);

  /** Does what the blocks say. Those of an application that is not started here are left out, and reported. */
  async follow(name, blocks, report) {
    let left;
    for (const block of blocks) {
      if (block.kind === 'starts') {
        left = missing(block);
        if (left) report(`${name}:${block.line} is not run: ${left}`);
      }
      if (left && ['starts', 'page', 'driven'].includes(block.kind)) continue;
      await ACTIONS[block.kind](block, this).catch((cause) => {
        cause.message = `${name}:${block.line}: ${cause.message}`;
        throw cause;
      });
    }
  }

  /** Waits until the program that was started answers at this address. A proxy answers 404 or 503 while what is behind it starts. */
  async untilReady(address) {
    const answers = () => fetch(address, { redirect: 'manual' }).then(({ status }) => status < 404, () => false);
    for (let tries = 0; !(await answers()); tries += 1) {
      const { output, running } = await this.shell.program();
      if (!running || tries > TRIES) throw new Error(`the application does not answer; it printed:\n${output}`);
      await sleep(150);
    }
  }

  /** What matches in the newest email to an address. */
  async inMailTo(address, pattern) {
    const { issuer } = this.usher;
    for (let tries = 0; tries < 100; tries += 1) {
      const list = await this.person.open(`${issuer}/dev/mail`);
      const row = list.text.split('<tr').find((part) => part.includes(address));
      const email = /href="(\/dev\/mail\/\d+)"/.exec(row ?? '')?.[1];
      const found = email && pattern.exec((await this.person.open(issuer + email)).text)?.[1];
      if (found) return found;
      await sleep(100);
    }
    throw new Error(`no email to ${address} has ${pattern}`);
  }

  async stop() {
    await this.shell.stop();
    await this.usher.stop();
  }
}
