// Import and export of people in the console: an administrator uploads a table, checks it, imports it, exports everybody.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

let admin;
before(async () => {
  admin = await visitor(browser, { acceptDownloads: true });
  await becomeAdministrator(admin, usher.banner.setup);
});
after(() => admin.context().close());

const imports = () => `${usher.issuer}/console/imports`;

/** Uploads a file by the form of the page. */
async function upload(page, name, content) {
  await page.goto(imports());
  await page.setInputFiles('#file', { name, mimeType: 'text/csv', buffer: Buffer.from(content) });
  await follow(page, 'main form button[type=submit].primary');
}

/** The content of the file that a link downloads. */
async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(link)]);
  return readFile(await file.path(), 'utf8');
}

const FILE = [
  'E-Mail,First name,Last name,Verified,Department',
  'olena@people.test,Olena,Kovalenko,true,Sales',
  'rafa@people.test,Rafael,Pereira,true,Support',
  'nobody,Nobody,,true,',
  'lena@people.test,Lena,Brandt,false,',
  'olena@people.test,Olena,Again,true,',
].join('\r\n');

test('a table is uploaded, checked and imported', async () => {
  await admin.goto(`${usher.issuer}/console/users`);
  await follow(admin, '.page-head a[href="/console/imports"]');
  await inspect(admin, 'console-imports-none');
  await upload(admin, 'people.csv', FILE);
  await inspect(admin, 'console-import-ready');
  assert.equal(await admin.inputValue('#column-1'), 'given_name');
  assert.equal(await admin.inputValue('#column-4'), 'ignore');
  await follow(admin, 'form[action$="/check"] button[type=submit]');
  await inspect(admin, 'console-import-checked');
  assert.match(await text(admin, 'form[action$="/start"] button'), /Import 2 people/);
  await follow(admin, 'form[action$="/start"] button');
  await inspect(admin, 'console-import-done');
  await follow(admin, '.filters a[href*="result=failed"]');
  assert.equal(await admin.locator('tbody tr').count(), 3);
  await inspect(admin, 'console-import-failed-rows');
  const report = await download(admin, 'a[href$="/report"]');
  assert.equal(report.split('\r\n')[1], '2,created,');
  await admin.goto(imports());
  await inspect(admin, 'console-imports');
});

test('a file that is none is refused with the reason', async () => {
  await upload(admin, 'people.xlsx', 'PK\u0003\u0004');
  assert.match(await text(admin, '#file-error'), /compressed/);
});

test('people are exported as the list finds them', async () => {
  await admin.goto(`${usher.issuer}/console/users?q=kovalenko`);
  await follow(admin, '.page-head a[href^="/console/export-users"]');
  await inspect(admin, 'console-export');
  const table = await download(admin, 'a[href*="/export-users/csv"]');
  assert.match(table, /^sub,email,email_verified,/);
  assert.equal(table.trim().split('\r\n').length, 2);
});

test('the same works without JavaScript', async () => {
  const state = await admin.context().storageState();
  const page = await visitor(browser, { javaScriptEnabled: false, storageState: state });
  await upload(page, 'more.jsonl', '{"email":"ines@people.test","email_verified":true}\n');
  await follow(page, 'form[action$="/check"] button[type=submit]');
  await follow(page, 'form[action$="/start"] button');
  assert.match(await text(page, '#results'), /What happened/);
  await page.context().close();
});
