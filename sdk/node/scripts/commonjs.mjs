// Beside every module that package.json exports: a CommonJS entry that requires it, and declarations for CommonJS.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const dist = new URL('../dist/', import.meta.url).pathname;
const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

for (const entry of Object.values(exports)) {
    const target = entry.require?.default;
    if (!target) continue;
    const name = path.basename(target, '.cjs');
    writeFileSync(path.join(dist, `${name}.cjs`), `'use strict';\nmodule.exports = require('./${name}.js');\n`);
}

for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.d.ts')) continue;
    const text = readFileSync(path.join(dist, file), 'utf8');
    const common = text.replace(/(from |import\()(['"])(\.[^'"]*)\.js\2/g, '$1$2$3.cjs$2');
    writeFileSync(path.join(dist, file.replace(/\.d\.ts$/, '.d.cts')), common);
}
