// The table of results, for the terminal and for docs/compatibility.md.
import { writeFile } from 'node:fs/promises';

const COLUMNS = ['sign in', 'userinfo', 'api', 'refresh', 'silent', 'popup', 'sign out', 'sign out at Usher'];
const MARKS = { passed: '✔', failed: '✘', skipped: 'not run' };

/** @param {{ row: object, version: string, steps: Record<string, string> }[]} results */
const cells = (results) => [
  ['Application', 'Version', 'Language', ...COLUMNS],
  ...results.map(({ row, version, steps }) => [
    row.options ? `${row.name} *` : row.name,
    version,
    row.language,
    ...COLUMNS.map((column) => MARKS[steps[column]] ?? (row.lacks?.[column] ? '–' : '')),
  ]),
];

/** The table in columns. */
export function inColumns(results) {
  const rows = cells(results);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

/** The table in Markdown. */
function table(results) {
  const [head, ...rows] = cells(results);
  const line = (row) => `| ${row.join(' | ')} |`.replace(/ +\|/g, ' |');
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** What the marks in the table mean for each application. */
export function notes(rows) {
  const lacking = rows.flatMap(({ name, lacks = {} }) =>
    Object.entries(lacks).map(([column, why]) => `| ${name} | ${column} | ${why} |`),
  );
  const adjusted = rows
    .filter(({ options }) => options)
    .map(({ name, options, why }) => `| ${name} | \`${options.join(' ')}\` | ${why} |`);
  return [
    'A dash means that the application does not do this:',
    ['| Application | does not | because |', '|---|---|---|', ...lacking].join('\n'),
    'An asterisk means that the client is not created with the default settings:',
    ['| Application | option of `usher client create` | because |', '|---|---|---|', ...adjusted].join('\n'),
  ].join('\n\n');
}

/** Writes the table and its notes between the marks of the document. */
export async function writeInto(file, document, results) {
  const [before, after] = [document.indexOf('<!-- results -->'), document.indexOf('<!-- end -->')];
  const body = `${table(results)}\n\n${notes(results.map(({ row }) => row))}`;
  await writeFile(file, `${document.slice(0, before)}<!-- results -->\n${body}\n${document.slice(after)}`);
}
