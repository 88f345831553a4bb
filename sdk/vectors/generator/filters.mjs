// Filters as front ends read them: what is left of a permission once everything but the resource is known.
import { PROJECT } from './files.mjs';

const field = (name) => ({ field: name });
const value = (each) => ({ value: each });
const is = (op, left, right, negated = false) => ({ op, left, right, negated });
const USER = { id: 'u1', teams: ['north', 'south'], level: 5 };

const CASES = [
  ['everything', '*', true],
  ['nothing', 'deny', false],
  ['what does not depend on the resource and holds', { eq: ['user.level', 5] }, true],
  ['what does not depend on the resource and does not hold', { present: 'user.nothing' }, false],
  ['a comparison with the user', { eq: ['resource.owner_id', 'user.id'] }, is('eq', field('owner_id'), value('u1'))],
  ['the resource on the right', { eq: ['user.id', 'resource.owner_id'] }, is('eq', field('owner_id'), value('u1'))],
  ['a number on the left', { lt: [3, 'resource.total'] }, is('gt', field('total'), value(3))],
  ['a list of the user', { in: ['resource.team', 'user.teams'] }, is('in', field('team'), value(['north', 'south']))],
  ['a list of the user that contains it', { contains: ['user.teams', 'resource.team'] }, is('in', field('team'), value(['north', 'south']))],
  ['a list of the resource', { not: { in: ['user.id', 'resource.tags'] } }, is('contains', field('tags'), value('u1'), true)],
  ['a text', { ne: ['resource.state', { lit: 'closed' }] }, is('ne', field('state'), value('closed'))],
  ['a large number', { gte: ['resource.total', { int: '9007199254740993' }] }, is('gte', field('total'), value({ int: '9007199254740993' }))],
  ['two attributes of the resource', { lte: ['resource.total', 'resource.limit'] }, is('lte', field('total'), field('limit'))],
  ['an attribute that is there', { present: 'resource.owner_id' }, { present: 'owner_id', negated: false }],
  ['an attribute that is missing', { not: { present: 'resource.owner_id' } }, { present: 'owner_id', negated: true }],
  ['a user without the attribute', { eq: ['resource.owner_id', 'user.nothing'] }, false],
  [
    'several conditions, of which the known ones are gone',
    { all: [{ eq: ['user.level', 5] }, { eq: ['resource.locked', false] }, { any: [{ present: 'user.nothing' }, { eq: ['resource.owner_id', 'user.id'] }, { gt: ['resource.total', 'user.level'] }] }] },
    { all: [is('eq', field('locked'), value(false)), { any: [is('eq', field('owner_id'), value('u1')), is('gt', field('total'), value(5))] }] },
  ],
];

export function filters() {
  const cases = CASES.map(([name, rule, filter]) => ({ name, rule, filter }));
  return { project: PROJECT, permission: 'Order:read', user: USER, cases };
}
