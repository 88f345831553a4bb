// Installs what an application needs, by language: below target/compat or in node_modules.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment } from './process.js';

const run = promisify(execFile);

/** The folder of this suite. */
export const here = path.resolve(import.meta.dirname, '..');

/** The folder of an application. */
export const folderOf = (row) => path.join(here, 'apps', row.folder);

/** The pinned version of its library; of a Debian package the installed version. */
export async function versionOf({ folder, library: [file, name], module, packages }) {
  if (module) return module.split('@v')[1];
  if (packages) return run('dpkg-query', ['-W', '-f', '${Version}', packages.at(-1)]).then(({ stdout }) => stdout, () => '');
  const own = path.join(here, 'apps', folder, file);
  const text = await readFile(existsSync(own) ? own : path.join(here, file), 'utf8');
  const needle = file.endsWith('.json') ? `"${name}":` : name;
  const version = /\d+(\.\d+)+/.exec(text.slice(text.lastIndexOf(needle) + needle.length))?.[0];
  if (!version) throw new Error(`${file} pins no version of ${name}`);
  return version;
}

/** Where things are installed and logs are kept. */
export const target = path.resolve(here, '../../target/compat');

const exists = async (command) => run('sh', ['-c', `command -v ${command}`]).then(() => true, () => false);

/** Runs a command in the application's folder; its output is shown only if it fails. */
async function command(row, line, env = {}) {
  const [program, ...args] = line;
  const options = { cwd: folderOf(row), env: { ...cleanEnvironment(), ...env }, maxBuffer: 1 << 26 };
  await run(program, args, options).catch(({ stdout, stderr, message }) => {
    throw new Error(`${message}\n${stdout ?? ''}${stderr ?? ''}`);
  });
}

/** Runs `work` unless it was done already for this text (versions, a lock file). */
async function once(row, words, work) {
  const mark = path.join(target, 'installed', row.folder);
  if ((await readFile(mark, 'utf8').catch(() => undefined)) === words) return;
  await work();
  await mkdir(path.dirname(mark), { recursive: true });
  await writeFile(mark, words);
}

const read = (row, file) => readFile(path.join(folderOf(row), file), 'utf8');

const installers = {
  /** Packages of its own beside the shared ones, and its bundle. */
  async npm(row) {
    if (!existsSync(path.join(folderOf(row), 'package.json'))) return {};
    await once(row, await read(row, 'package-lock.json'), () =>
      command(row, ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error']),
    );
    if (row.build) await command(row, row.build);
    return {};
  },

  /** A virtual environment. */
  async python(row) {
    if (!(await exists('python3'))) return { missing: 'python3' };
    const venv = path.join(target, 'python', row.folder);
    await once(row, await read(row, 'requirements.txt'), async () => {
      await command(row, ['python3', '-m', 'venv', '--clear', venv]);
      await command(row, [`${venv}/bin/pip`, 'install', '-q', '--disable-pip-version-check', '-r', 'requirements.txt']);
    });
    if (existsSync(path.join(folderOf(row), 'package.json'))) await command(row, ['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
    return { PATH: `${venv}/bin:${process.env.PATH}` };
  },

  /** A program of the folder, or one that the module proxy has. */
  async go(row) {
    if (!(await exists('go'))) return { missing: 'go' };
    const bin = path.join(target, 'go');
    const own = existsSync(path.join(folderOf(row), 'go.mod'));
    if (own) await command(row, ['go', 'build', '-o', path.join(bin, row.folder), '.']);
    else await once(row, row.module, () => command(row, ['go', 'install', row.module], { GOBIN: bin, GOFLAGS: '-mod=mod' }));
    return { PATH: `${bin}:${process.env.PATH}` };
  },

  async maven(row) {
    if (!(await exists('mvn'))) return { missing: 'mvn' };
    await command(row, ['mvn', '-q', '-B', 'package']);
    return {};
  },

  async cargo(row) {
    if (!(await exists('cargo'))) return { missing: 'cargo' };
    await command(row, ['cargo', 'build', '-q', '--locked'], { CARGO_TARGET_DIR: path.join(target, 'rust') });
    return { PATH: `${path.join(target, 'rust/debug')}:${process.env.PATH}` };
  },

  /** Packages of Debian or Ubuntu, where we may install them. */
  async debian(row) {
    const there = await run('dpkg-query', ['-W', ...row.packages]).then(() => true, () => false);
    if (there) return {};
    if (process.getuid() !== 0 || !(await exists('apt-get'))) return { missing: row.packages.join(', ') };
    await command(row, ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...row.packages], {
      DEBIAN_FRONTEND: 'noninteractive',
    });
    return {};
  },
};

const BY_LANGUAGE = {
  'Node.js': 'npm', browser: 'npm', Python: 'python', Go: 'go', Java: 'maven', Rust: 'cargo', Apache: 'debian',
};

/** Installs an application. Returns additional environment variables, or `{ missing }`: what this machine lacks. */
export const install = (row) => installers[BY_LANGUAGE[row.language]](row);
