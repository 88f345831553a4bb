// Writes the vectors of this folder; with --check it only says whether they are as they would be written.
import { readFileSync, writeFileSync } from 'node:fs';
import { policyFile } from './generator/files.mjs';
import { filters } from './generator/filters.mjs';
import { proofs } from './generator/proofs.mjs';
import { refusals } from './generator/refusals.mjs';
import { returns } from './generator/returns.mjs';
import { revocation } from './generator/revocation.mjs';
import { routes } from './generator/routes.mjs';
import { storeLog } from './generator/store-log.mjs';
import { tokens } from './generator/tokens.mjs';
import { webhooks } from './generator/webhooks.mjs';

const check = process.argv.includes('--check');
const at = (name) => new URL(name, import.meta.url);
const read = (name) => {
    try {
        return readFileSync(at(name), 'utf8');
    } catch {
        return '';
    }
};

const written = {
    'tokens.json': await tokens(read('tokens.json')),
    'revocation.json': revocation(),
    'filters.json': filters(),
    'proofs.json': await proofs(read('proofs.json')),
    'refusals.json': refusals(),
    'returns.json': returns(),
    'routes.json': routes(policyFile('decisions.json').table),
    'store-log.json': storeLog(),
    'webhooks.json': webhooks(),
};

let differs = false;
for (const [name, vectors] of Object.entries(written)) {
    const text = `${JSON.stringify(vectors, null, 2)}\n`;
    if (check) {
        if (text === read(name)) continue;
        differs = true;
        console.error(`${name} is not what generate.mjs writes: run npm run generate`);
    } else {
        writeFileSync(at(name), text);
        console.log(`${name}: ${vectors.cases.length} cases`);
    }
}
process.exitCode = differs ? 1 : 0;
