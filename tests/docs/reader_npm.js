// `npm` of the reader: `npm install NAME…` links packages that are installed for tests/compat or tests/clients already, so
// that the documents need no network and use the versions under test. A package that is not installed there is an error.
// Everything else is done by npm itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';

const compat = path.resolve(import.meta.dirname, '../compat');
const applications = readdirSync(path.join(compat, 'apps')).map((name) => path.join(compat, 'apps', name));
const clients = path.resolve(import.meta.dirname, '../clients/node');
const places = [compat, clients, ...applications].map((folder) => path.join(folder, 'node_modules'));

/** Links a package and what it depends on, as npm places both side by side. */
function link(name) {
  const target = path.join('node_modules', name);
  if (existsSync(target)) return;
  const source = places.map((place) => path.join(place, name)).find((folder) => existsSync(folder));
  if (!source) throw new Error(`${name} is not installed below tests/compat or tests/clients/node`);
  mkdirSync(path.dirname(target), { recursive: true });
  symlinkSync(source, target);
  const { dependencies = {}, bin = {} } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8'));
  const programs = typeof bin === 'string' ? { [path.basename(name)]: bin } : bin;
  mkdirSync('node_modules/.bin', { recursive: true });
  for (const [program, file] of Object.entries(programs)) {
    const place = path.join('node_modules/.bin', program);
    if (!existsSync(place)) symlinkSync(path.join(source, file), place);
  }
  Object.keys(dependencies).forEach(link);
}

const [command, ...names] = process.argv.slice(2);
if (command === 'install' && names.length > 0) {
  names.forEach(link);
} else {
  // The first folder of the path holds this program.
  const PATH = process.env.PATH.split(path.delimiter).slice(1).join(path.delimiter);
  process.exit(spawnSync('npm', process.argv.slice(2), { stdio: 'inherit', env: { ...process.env, PATH } }).status ?? 1);
}
