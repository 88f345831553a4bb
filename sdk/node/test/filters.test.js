import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import * as operators from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, boolean, pgTable, text } from 'drizzle-orm/pg-core';
import knex from 'knex';
import mongoose from 'mongoose';
import pg from 'pg';
import { FilterUnsupported, toDrizzle, toKnex, toMongoose, toPrisma } from '@usher-id/sdk/filters';
import { mongo, postgres } from './databases.js';
import { COLUMNS, FILTERS, LEAVES, ROWS, expected, field, is, same, value } from './filter-cases.js';

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
