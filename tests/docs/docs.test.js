// What README.md and docs/ tell people to type is typed here, in order, beside a fresh `usher dev`;
// and code that they show is the code of the repository.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Usher } from '../browser/usher.js';
import { applications } from '../compat/applications.js';
import { Person } from '../compat/lib/person.js';
import { blocks } from './blocks.js';
import { Shell } from './shell.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = path.resolve(process.env.USHER_BIN ?? path.join(root, 'target/debug/usher'));
process.env.USHER_BIN = bin;

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const documents = readdirSync(path.join(root, 'docs'), { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .concat('README.md')
  .sort();

/** Every line that the document shows is printed; `…` stands for anything. */
function assertShown(output, { command, shown }) {
  for (const line of shown) {
    const pattern = line.trim().split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    assert.match(output, new RegExp(pattern), `after: ${command}`);
  }
}

/** The options by which the compatibility tests register a row, for an application on port 3000. */
function registration({ type, callback, signedOut = '/', options = [] }) {
  const uris = (option, paths) => [paths].flat().map((path) => `${option} http://localhost:3000${path}`);
  const addresses = [...uris('--redirect-uri', callback), ...uris('--post-logout-redirect-uri', signedOut)];
  return [`--type ${type}`, ...options, ...addresses].sort().join(' ');
}

/** The same options of a command that a guide shows; what the client is called is left out. */
function registered(command) {
  const [, options] = /^usher client create (.*)$/s.exec(command) ?? [];
  const own = (options ?? '').replaceAll('\\\n', ' ').replace(/--(project|name) ("[^"]*"|\S+)|--env.*$/gs, '');
  return own.split(/\s+(?=--)/).map((part) => part.trim()).filter(Boolean).sort().join(' ');
}

/** The newest code that was mailed to an address. */
async function codeTo(person, issuer, address) {
  for (let tries = 0; tries < 100; tries += 1) {
    const list = await person.open(`${issuer}/dev/mail`);
    const row = list.text.split('<tr').find((part) => part.includes(address));
    const letter = /href="(\/dev\/mail\/\d+)"/.exec(row ?? '')?.[1];
    const code = letter && /id="code"[^>]*>\s*(\d+)/.exec((await person.open(issuer + letter)).text)?.[1];
    if (code) return code;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`no email with a code came to ${address}`);
}

/** An Usher, a person and a shell for one document. */
async function beside() {
  const usher = await Usher.start();
  const person = new Person({ issuer: usher.issuer, ...usher.banner });
  // The reader has `usher` on their path.
  const tools = path.join(usher.folder, 'bin');
  await mkdir(tools);
  await symlink(bin, path.join(tools, 'usher'));
  const env = { ...usher.env, PATH: `${tools}:${usher.env.PATH}` };
  const shell = new Shell({ cwd: usher.folder, env });
  const here = (text) => text.replaceAll('http://localhost:8080', usher.issuer);
  const stop = async () => {
    shell.stop();
    await usher.stop();
  };
  return { usher, person, shell, here, stop };
}

const doing = {
  async commands({ commands }, { shell, here }) {
    for (const one of commands) assertShown(await shell.run(here(one.command)), { ...one, shown: one.shown.map(here) });
  },
  async browser({ name, url, text }, { shell, person }) {
    const target = /https?:\/\/[^?'"\s]+/.exec(text)?.[0];
    assert.ok(target, 'the block shows no address that the person is sent back to');
    const { url: reached } = await person.open(await shell.get(url), { before: target });
    assert.ok(reached.startsWith(target), `the person ends at ${reached}`);
    await shell.set(name, reached);
  },
  async mail({ name, address }, { shell, person, usher }) {
    await shell.set(name, await codeTo(person, usher.issuer, address));
  },
};

describe('documents', { concurrency: 2 }, () => {
  for (const name of documents) {
    const all = blocks(name, read(name));
    const shown = all.filter(({ kind }) => kind === 'file');
    const typed = all.filter(({ kind }) => kind in doing);
    if (shown.length > 0) {
      test(`${name} shows code as it is in the repository`, () => {
        for (const { path: file, text, line } of shown) {
          const flat = (code) => code.split('\n').map((part) => part.trim()).filter(Boolean).join('\n');
          assert.ok(flat(read(file)).includes(flat(text)), `${name}:${line} is not in ${file}`);
        }
      });
    }
    const folders = new Set(shown.map(({ path: file }) => /^tests\/compat\/apps\/([^/]+)\//.exec(file)?.[1]));
    for (const row of applications.filter(({ folder }) => folders.has(folder))) {
      test(`${name} registers the client that ${row.name} was tested with`, () => {
        const expected = registration(row);
        const found = typed.flatMap((block) => block.commands).map(({ command }) => registered(command));
        assert.ok(found.includes(expected), `no command registers ${expected}`);
      });
    }
    if (typed.length > 0) {
      test(`${name} works as it is typed`, async () => {
        const scene = await beside();
        try {
          for (const block of typed) {
            await doing[block.kind](block, scene).catch((cause) => {
              cause.message = `${name}:${block.line}: ${cause.message}`;
              throw cause;
            });
          }
        } finally {
          await scene.stop();
        }
      });
    }
  }
});

test('links lead from the index to every document', () => {
  const reached = new Set(['docs/index.md']);
  for (const name of reached) {
    for (const [, link] of read(name).matchAll(/\]\(([^)#:]+\.md)(?:#[^)]*)?\)/g)) reached.add(path.posix.join(path.dirname(name), link));
  }
  assert.deepEqual(documents.filter((name) => name !== 'README.md' && !reached.has(name)), []);
});

test('a comment before a block that nobody knows is an error', () => {
  assert.throws(() => blocks('x.md', '<!-- skip -->\n```console\n$ true\n```\n'), /x\.md:2: nobody knows what "skip" means/);
  assert.throws(() => blocks('x.md', '<!-- not run: -->\n```sh\ntrue\n```\n'), /nobody knows/);
});

test('a command goes on over several lines, and what is shown after it is its output', () => {
  const [block] = blocks('x.md', '```console\n$ printf \'%s\\n\' \\\n    a\na\n$ cat <<E\n> b\n> E\nb\n```\n');
  assert.deepEqual(block.commands, [
    { command: "printf '%s\\n' \\\n    a", shown: ['a'] },
    { command: 'cat <<E\nb\nE', shown: ['b'] },
  ]);
});
