// The table of results, for the terminal and for docs/compatibility.md.
import { writeFile } from 'node:fs/promises';

const COLUMNS = ['sign in', 'userinfo', 'api', 'refresh', 'silent', 'popup', 'sign out', 'sign out at Usher'];
const MARKS = { passed: '✔', failed: '✘', skipped: 'not run' };

/** @param {{ name: string, version: string, language: string, steps: Record<string, string> }[]} results */
const cells = (results) => [
  ['Application', 'Version', 'Language', ...COLUMNS],
  ...results.map(({ name, version, language, steps }) => [
    name,
    version,
    language,
    ...COLUMNS.map((column) => MARKS[steps[column]] ?? ''),
  ]),
];

/** The table in columns. */
export function inColumns(results) {
  const rows = cells(results);
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}

/** The table in Markdown. */
export function inMarkdown(results) {
  const [head, ...rows] = cells(results);
  const line = (row) => `| ${row.join(' | ')} |`.replace(/ +\|/g, ' |');
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** Writes the table between the marks of the document. */
export async function writeInto(file, document, results) {
  const [before, after] = [document.indexOf('<!-- results -->'), document.indexOf('<!-- end -->')];
  const table = `${document.slice(0, before)}<!-- results -->\n${inMarkdown(results)}\n${document.slice(after)}`;
  await writeFile(file, table);
}
