// The tables of options, from the types: `node scripts/options.mjs` writes them into docs/sdk/node.md, --check compares.
import { readFileSync, writeFileSync } from 'node:fs';

const source = readFileSync(new URL('../src/core/options.ts', import.meta.url), 'utf8');
const page = new URL('../../../docs/sdk/node.md', import.meta.url);

/** The members of an interface with what is written above each. */
function members(name) {
    const body = new RegExp(`export interface ${name} \\{\\n(.*?)\\n\\}`, 's').exec(source)[1].concat('\n');
    return [...body.matchAll(/(?: {2}\/\*\* (.*?) \*\/\n)? {2}(\w+)(\??): (.*?);\n/gs)].map(
        ([, text = '', option, optional, type]) => ({
            option,
            needed: optional === '',
            type: type.replace(/\s+/g, ' '),
            text,
        }),
    );
}

const inner = { sync: 'SyncOptions', policy: 'PolicyOptions', cookie: 'CookieOptions' };
const rows = [];
for (const member of members('UsherOptions')) {
    if (member.text) rows.push([member.option, member.needed, member.text]);
    for (const each of inner[member.option] ? members(inner[member.option]) : [])
        rows.push([`${member.option}.${each.option}`, false, each.text]);
}
const cell = (text) => text.replaceAll('|', '\\|');
const table = [
    '| option | meaning |',
    '|---|---|',
    ...rows.map(([name, needed, text]) => `| \`${name}\`${needed ? ' (needed)' : ''} | ${cell(text)} |`),
].join('\n');
const before = readFileSync(page, 'utf8');
const after = before.replace(/(<!-- options -->\n).*?(<!-- end -->)/s, `$1${table}\n$2`);
if (!process.argv.includes('--check')) writeFileSync(page, after);
else if (before !== after)
    throw new Error('docs/sdk/node.md does not show the options as they are: run node scripts/options.mjs');
