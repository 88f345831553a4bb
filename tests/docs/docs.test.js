// Runs the commands of README.md and docs/, in order, beside a new `usher dev`. Code that the documents show is that of
// the repository; the applications of the guides are saved, installed and started as a reader does it.
// DOCS_COMPAT=1 also starts those that need more than Node.js and Python (tests/compat/run.sh).
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { applications } from '../compat/applications.js';
import { closeChromium } from '../compat/drivers/chromium.js';
import { notes } from '../compat/lib/report.js';
import { blocks } from './blocks.js';
import { isDone, Reader, root } from './reader.js';

const read = (name) => readFileSync(path.join(root, name), 'utf8');
const installs = (name) => read(name).split('$ pip install').length;
const documents = readdirSync(path.join(root, 'docs'), { recursive: true })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
  .concat('README.md')
  // Those that install the most come first, so that no other waits for them in the end.
  .sort((a, b) => installs(b) - installs(a) || (a < b ? -1 : 1));

/** The options by which the compatibility tests register a row, for an application on port 3000. */
function registration({ type, callback, signedOut = '/', options = [] }) {
  const uris = (option, paths) => [paths].flat().map((path) => `${option} http://localhost:3000${path}`);
  const addresses = [...uris('--redirect-uri', callback), ...uris('--post-logout-redirect-uri', signedOut)];
  return [`--type ${type}`, ...options.join(' ').split(/ (?=--)/).filter(Boolean), ...addresses].sort().join(' ');
}

/** The same options of a command that a guide shows; what the client is called is left out. */
function registered(command) {
  const [, options] = /^usher client create (.*)$/s.exec(command) ?? [];
  const own = (options ?? '').replaceAll('\\\n', ' ').replace(/--(project|name) ("[^"]*"|\S+)|--env.*$/gs, '');
  return own.split(/\s+(?=--)/).map((part) => part.trim()).filter(Boolean).sort().join(' ');
}

after(closeChromium);

describe('documents', { concurrency: 4 }, () => {
  for (const name of documents) {
    const all = blocks(name, read(name));
    const shown = all.filter(({ kind }) => kind === 'file');
    const typed = all.filter(isDone);
    const flat = (code) => code.split('\n').map((part) => part.trim()).filter(Boolean).join('\n');
    for (const block of shown) block.whole = read(block.path).trimEnd() === block.text;
    if (shown.length > 0 && name.startsWith('docs/guides/')) {
      test(`${name} shows whole files of the repository and says under which name to save each`, () => {
        for (const { path: file, name: saved, line, whole, introduction } of shown) {
          assert.ok(whole, `${name}:${line} is not the whole of ${file}`);
          assert.ok(introduction.includes(`\`${saved}\``), `${name}:${line}: "${introduction}" does not name ${saved}`);
        }
      });
    } else if (shown.length > 0) {
      test(`${name} shows code as it is in the repository`, () => {
        for (const { path: file, text, line } of shown) {
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
      test(`${name} works as it is typed`, async (t) => {
        const reader = await Reader.start();
        try {
          await reader.follow(name, typed, (what) => t.diagnostic(what));
        } finally {
          await reader.stop();
        }
      });
    }
  }
});

test('links lead from the index to every document, and to nothing that is not served', () => {
  const served = documents.filter((name) => name !== 'README.md');
  const reached = new Set(['docs/index.md']);
  for (const name of reached) {
    for (const [, link] of read(name).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)) {
      if (link.startsWith('/')) continue;
      const target = path.posix.join(path.dirname(name), link);
      assert.ok(served.includes(target), `${name} links to ${link}`);
      reached.add(target);
    }
  }
  assert.deepEqual(served.filter((name) => !reached.has(name)), []);
});

describe('compatibility.md', () => {
  const document = read('docs/compatibility.md');
  const lines = document.slice(document.indexOf('<!-- results -->'), document.indexOf('<!-- end -->')).split('\n');
  const cells = (line) => line.split('|').map((cell) => cell.trim()).slice(1, -1);
  const head = cells(lines.find((line) => line.startsWith('| Application')));

  test('has a row for each application, which says truthfully what it does not do', () => {
    for (const row of applications) {
      const name = row.options ? `${row.name} *` : row.name;
      const line = lines.find((one) => one.startsWith(`| ${name} | `));
      assert.ok(line, `no row for ${name}`);
      const result = Object.fromEntries(cells(line).map((cell, column) => [head[column], cell]));
      for (const column of Object.keys(row.lacks ?? {})) assert.equal(result[column], '–', `${name}: ${column}`);
      for (const column of ['sign in', 'refresh', 'sign out', 'sign out at Usher']) assert.ok(result[column], `${name}: ${column} is empty`);
    }
  });

  test('gives the reason of each dash and of each setting', () => assert.ok(document.includes(`${notes(applications)}\n<!-- end -->`)));
});

test('an unknown comment before a block is an error', () => {
  assert.throws(() => blocks('x.md', '<!-- skip -->\n```console\n$ true\n```\n'), /x\.md:2: "skip" before a block is unknown/);
  assert.throws(() => blocks('x.md', '<!-- not run: -->\n```sh\ntrue\n```\n'), /unknown/);
});

test('a command goes on over several lines, and what is shown after it is its output', () => {
  const [block] = blocks('x.md', '```console\n$ printf \'%s\\n\' \\\n    a\na\n$ cat <<E\n> b\n> E\nb\n```\n');
  assert.deepEqual(block.commands, [
    { command: "printf '%s\\n' \\\n    a", shown: ['a'] },
    { command: 'cat <<E\nb\nE', shown: ['b'] },
  ]);
});
