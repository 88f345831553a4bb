// docs/sdk/parity.md lists every public name of the module.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import * as core from '@usher-id/sdk';
import * as express from '@usher-id/sdk/express';
import { createTestUsher } from '@usher-id/sdk/testing';
import { OPTION_NAMES } from '../dist/core/options.js';

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const page = read('../../../docs/sdk/parity.md');
/** The names of the Node.js column of a section. */
const listed = (section) => {
  const [, rest] = page.split(`\n## ${section}\n`);
  const rows = rest.split('\n## ')[0].match(/^\|.*\|$/gm).slice(2);
  const cells = rows.map((row) => row.split('|')[2]);
  return [...new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1])))].sort();
};
const sorted = (names) => [...new Set(names)].sort();

describe('docs/sdk/parity.md lists', () => {
  let issuer;
  let auth;
  before(async () => {
    issuer = await createTestUsher();
    auth = await issuer.usher.verify(await issuer.token());
  });
  after(() => issuer.close());

  test('all options', () => assert.deepEqual(listed('Options'), sorted(OPTION_NAMES)));
  test('all verbs', () => {
    assert.deepEqual(listed('Verbs'), sorted(Object.keys(express).filter((name) => name.startsWith('require'))));
  });
  test('all members of the caller', () => {
    const internal = ['constructor', 'requireRules', 'requireResourceCheck', 'pendingResourceChecks'];
    const members = [...Object.keys(auth), ...Object.getOwnPropertyNames(Object.getPrototypeOf(auth))];
    assert.deepEqual(listed('Caller'), sorted(members.filter((name) => !internal.includes(name))));
  });
  test('members of the module that are there', () => {
    for (const name of listed('Module')) assert.ok(name in issuer.usher, name);
  });
  test('the whole state', () => assert.deepEqual(listed('State'), sorted(Object.keys(issuer.usher.state))));
  test('all events', () => {
    const [, declared] = /interface UsherEvents \{(.*?)\n\}/s.exec(read('../src/module-state.ts'));
    assert.deepEqual(listed('Events'), sorted([...declared.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1])));
  });
  test('all stores', () => {
    assert.deepEqual(listed('Stores'), sorted(Object.keys(core).filter((name) => name.endsWith('Store'))));
  });
  test('all entries of the package', () => {
    const entries = Object.keys(JSON.parse(read('../package.json')).exports).map((name) => name.slice(2));
    assert.deepEqual(listed('Frameworks'), sorted(entries.filter((name) => name !== '' && name !== 'package.json')));
  });
});
