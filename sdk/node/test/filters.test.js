import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as operators from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, boolean, pgTable, text } from 'drizzle-orm/pg-core';
import knex from 'knex';
import mongoose from 'mongoose';
import pg from 'pg';
import { FilterUnsupported, matches, toDrizzle, toKnex, toMongoose, toPrisma } from '@usher-id/sdk/filters';
import { mongo, postgres } from './databases.js';

const ROWS = [
  { id: '1', owner: 'ana', team: 'north', locked: false, total: 5, limit: 5, tags: ['red', 'blue'] },
  { id: '2', owner: 'bea', team: 'south', locked: true, total: 50, limit: 5, tags: [] },
  { id: '3', owner: null, team: null, locked: null, total: null, limit: 7, tags: null },
  { id: '4', owner: 'Ana', team: '', locked: false, total: 0, limit: null, tags: ['ана'] },
  { id: '5', owner: 'o\'neil "x" $1 ?', team: 'north', locked: true, total: -3, limit: -3, tags: ['red'] },
];
const field = (name) => ({ field: name });
const value = (each) => ({ value: each });
const is = (op, left, right, negated = false) => ({ op, left, right, negated });
const LEAVES = [
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
const COLUMNS = [
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
const FILTERS = [...LEAVES, ...together];
const expected = (filter) => ROWS.filter((row) => matches(filter, row)).map((row) => row.id);
const same = async (filters, ask) => {
  for (const filter of filters) assert.deepEqual((await ask(filter)).sort(), expected(filter), JSON.stringify(filter));
};

test('the cases of this test tell rows apart', () => {
  assert.ok(new Set(FILTERS.map((filter) => expected(filter).join())).size > 12);
});

describe(
  'PostgreSQL lets through what can() allows',
  { skip: postgres ? false : 'USHER_TEST_POSTGRES_URL names none' },
  () => {
    const name = `sdk_orders_${randomBytes(6).toString('hex')}`;
    let pool;
    let sql;
    before(async () => {
      pool = new pg.Pool({ connectionString: postgres });
      sql = knex({ client: 'pg', connection: postgres });
      await pool.query(
        `CREATE TABLE ${name} (id TEXT, owner_name TEXT, team TEXT, locked BOOL, total BIGINT, "limit" BIGINT, tags TEXT[])`,
      );
      for (const { id, owner, team, locked, total, limit, tags } of ROWS) {
        await pool.query(`INSERT INTO ${name} VALUES ($1, $2, $3, $4, $5, $6, $7)`, [
          id,
          owner,
          team,
          locked,
          total,
          limit,
          tags,
        ]);
      }
    });
    after(async () => {
      await pool.query(`DROP TABLE ${name}`);
      await Promise.all([pool.end(), sql.destroy()]);
    });
    test('by Knex', () =>
      same([...FILTERS, ...COLUMNS], async (filter) =>
        (
          await sql(name)
            .select('id')
            .where(toKnex(filter, { fields: { owner: 'owner_name' } }))
        ).map((row) => row.id),
      ));
    test('by Knex beside a condition of the application', async () => {
      const own = toKnex({ any: [LEAVES[0], LEAVES[4]] }, { fields: { owner: 'owner_name' } });
      const rows = await sql(name).select('id').where('locked', false).where(own);
      assert.deepEqual(
        rows.map((row) => row.id),
        ['1'],
      );
    });
    test('by Drizzle', async () => {
      const orders = pgTable(name, {
        id: text(),
        owner: text('owner_name'),
        team: text(),
        locked: boolean(),
        total: bigint({ mode: 'number' }),
        limit: bigint({ mode: 'number' }),
        tags: text().array(),
      });
      const database = drizzle(pool);
      await same([...FILTERS, ...COLUMNS], async (filter) =>
        (
          await database
            .select({ id: orders.id })
            .from(orders)
            .where(toDrizzle(filter, orders, operators))
        ).map((row) => row.id),
      );
      assert.throws(() => toDrizzle(is('eq', field('nothing'), value(1)), orders, operators), FilterUnsupported);
    });
  },
);

describe(
  'MongoDB lets through what can() allows',
  { skip: mongo ? false : 'there is neither mongod nor FerretDB' },
  () => {
    let server;
    let connection;
    before(async () => {
      server = await mongo();
      connection = await mongoose.createConnection(`mongodb://127.0.0.1:${server.port}/shop`).asPromise();
      await connection.collection('orders').insertMany(ROWS.map((row) => ({ ...row })));
      // Missing is as null is.
      await connection.collection('orders').updateOne({ id: '3' }, { $unset: { owner: 1, tags: 1 } });
    });
    after(async () => {
      await connection.close();
      await server.stop();
    });
    test('by Mongoose', async () => {
      const schema = new mongoose.Schema({
        id: String,
        owner: String,
        team: String,
        locked: Boolean,
        total: Number,
        limit: Number,
        tags: { type: [String], default: undefined },
      });
      const Order = connection.model('Order', schema, 'orders');
      await same(FILTERS, async (filter) => (await Order.find(toMongoose(filter)).lean()).map((row) => row.id));
    });
  },
);

test('Prisma is asked in its own words', () => {
  const where = (filter) => toPrisma(filter, { fields: { owner: 'ownerId' } });
  assert.deepEqual(where(true), {});
  assert.deepEqual(where(false), { OR: [] });
  assert.deepEqual(where({ any: [LEAVES[0], { all: [LEAVES[5], LEAVES[6]] }] }), {
    OR: [{ ownerId: { equals: 'ana' } }, { AND: [{ locked: { not: true } }, { total: { gt: 5 } }] }],
  });
  assert.deepEqual(where(is('in', field('team'), value(['a']), true)), { team: { notIn: ['a'] } });
  assert.deepEqual(where(is('in', field('team'), value([]), true)), { team: { not: null } });
  assert.deepEqual(where(is('contains', field('tags'), value('x'), true)), { NOT: { tags: { has: 'x' } } });
  assert.deepEqual(where(is('lt', value(5), field('total'))), { total: { gt: 5 } });
  assert.deepEqual(where({ present: 'owner', negated: true }), { ownerId: null });
  assert.deepEqual(where(is('gt', field('owner'), value('text'))), { OR: [] });
  assert.throws(() => where(COLUMNS[0]), FilterUnsupported);
});
