// Filters and rows that every query builder is asked with. An application in memory, `matches`, says which rows are right.
import assert from 'node:assert/strict';
import { matches } from '../dist/filters/matches.js';

export const ROWS = [
  { id: '1', owner: 'ana', team: 'north', locked: false, total: 5, limit: 5, tags: ['red', 'blue'] },
  { id: '2', owner: 'bea', team: 'south', locked: true, total: 50, limit: 5, tags: [] },
  { id: '3', owner: null, team: null, locked: null, total: null, limit: 7, tags: null },
  { id: '4', owner: 'Ana', team: '', locked: false, total: 0, limit: null, tags: ['ана'] },
  { id: '5', owner: 'o\'neil "x" $1 ?', team: 'north', locked: true, total: -3, limit: -3, tags: ['red'] },
];
export const field = (name) => ({ field: name });
export const value = (each) => ({ value: each });
export const is = (op, left, right, negated = false) => ({ op, left, right, negated });
export const LEAVES = [
  is('eq', field('owner'), value('ana')),
  is('ne', field('owner'), value('ana')),
  is('eq', value('ana'), field('owner')),
  is('eq', field('owner'), value('o\'neil "x" $1 ?')),
  is('eq', field('locked'), value(true)),
  is('ne', field('locked'), value(true)),
  is('gt', field('total'), value(5)),
  is('gte', field('total'), value(5)),
  is('lt', value(5), field('total')),
  is('lte', field('total'), value(0)),
  is('in', field('team'), value(['north', 'east'])),
  is('in', field('team'), value(['north', 'east']), true),
  is('in', field('team'), value([])),
  is('in', field('team'), value([]), true),
  is('contains', field('tags'), value('red')),
  is('contains', field('tags'), value('red'), true),
  is('in', value('ана'), field('tags')),
  is('contains', value(['north', '']), field('team')),
  is('contains', value(['north']), field('team'), true),
  { present: 'owner', negated: false },
  { present: 'owner', negated: true },
  is('gt', field('owner'), value('a')),
  is('in', field('team'), value('north')),
  is('contains', field('tags'), value(5), true),
];
export const COLUMNS = [
  is('eq', field('total'), field('limit')),
  is('ne', field('total'), field('limit')),
  is('gt', field('total'), field('limit')),
];
const together = [
  true,
  false,
  { all: [LEAVES[1], LEAVES[6]] },
  { any: [LEAVES[0], LEAVES[20], { all: [LEAVES[5], LEAVES[15]] }] },
  { all: [{ any: [LEAVES[0], LEAVES[4]] }, { any: [LEAVES[10], LEAVES[19]] }] },
];
export const FILTERS = [...LEAVES, ...together];
export const expected = (filter) => ROWS.filter((row) => matches(filter, row)).map((row) => row.id);

/** Asks with each filter and compares the ids of the rows. */
export const same = async (filters, ask) => {
  for (const filter of filters) assert.deepEqual((await ask(filter)).sort(), expected(filter), JSON.stringify(filter));
};
