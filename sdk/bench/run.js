// Measures the modules side by side and prints one table. The programs take turns, so that other load on the machine affects all
// of them; each figure is the median of the rounds, and times are CPU time. --rounds N, default 3.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sdk = new URL('..', import.meta.url).pathname;
const asked = process.argv.indexOf('--rounds');
const rounds = asked < 0 ? 3 : Number(process.argv[asked + 1]);
const folder = mkdtempSync(path.join(tmpdir(), 'usher-bench-'));
const python = process.env.USHER_SDK_PYTHON ?? 'python3';
const target = path.resolve(sdk, '..', process.env.CARGO_TARGET_DIR ?? 'target');
const env = { ...process.env, PYTHONPATH: path.join(sdk, 'python/src') };

/** Each column with its programs: command, arguments, folder. */
const PROGRAMS = [
  ['Node.js', 'node', ['--expose-gc', 'bench/bench.mjs'], 'node'],
  ['Node.js', 'node', ['others.mjs'], 'bench'],
  ['Python', python, ['bench/bench.py'], 'python'],
  ['Go', path.join(folder, 'bench'), [], 'go'],
  ['Rust', path.join(target, 'release/examples/usher-sdk-bench'), [], 'rust'],
];

/** The rows that one program prints: `{ row: { value, unit } }`. */
async function measure(command, args, cwd) {
  const { stdout } = await run(command, args, { cwd: path.join(sdk, cwd), env });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const figure = (value) => (value >= 20 ? value.toFixed(0) : value >= 2 ? value.toFixed(1) : value.toFixed(2));

try {
  execFileSync('go', ['build', '-o', path.join(folder, 'bench'), './internal/bench'], { cwd: path.join(sdk, 'go') });
  const cargo = ['build', '--quiet', '--release', '--package', 'usher-sdk', '--example', 'usher-sdk-bench'];
  execFileSync('cargo', cargo, { cwd: path.join(sdk, 'rust') });
  const found = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, ...program] of PROGRAMS) {
      for (const { row, value, unit } of await measure(...program)) {
        const key = `${row}, ${unit}`;
        if (!found.has(key)) found.set(key, {});
        (found.get(key)[name] ??= []).push(value);
      }
    }
  }
  const version = (command, ...args) => execFileSync(command, args).toString().trim();
  const versions = [version('node', '--version'), version(python, '--version'), version('go', 'env', 'GOVERSION'), version('rustc', '--version')];
  console.log(`Node.js ${versions.join(', ')}; ${availableParallelism()} cores, ${new Date().toISOString().slice(0, 10)}\n`);
  const names = [...new Set(PROGRAMS.map(([name]) => name))];
  const line = (cells) => `| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(44) : cell.padStart(8))).join(' | ')} |`;
  console.log(line(['', ...names]));
  console.log(line(['-'.repeat(44), ...names.map(() => `${'-'.repeat(7)}:`)]));
  for (const [row, values] of found)
    console.log(line([row, ...names.map((name) => (values[name] ? figure(median(values[name])) : ''))]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
