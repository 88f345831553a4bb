// Prisma, Drizzle and Knex select what can() allows, on PostgreSQL and SQLite, which has no lists; and a store on SQLite.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@libsql/client';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaPg } from '@prisma/adapter-pg';
import * as operators from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import knex from 'knex';
import BetterSqlite from 'knex/lib/dialects/better-sqlite3/index.js';
import libsql from 'libsql';
import pg from 'pg';
import { sqlStore } from '../../../sdk/node/dist/index.js';
import { toDrizzle, toKnex, toPrisma } from '../../../sdk/node/dist/filters.js';
import { COLUMNS, FILTERS, ROWS, same } from '../../../sdk/node/test/filter-cases.js';
import { PrismaClient as OnPostgres } from './generated/postgresql.js';
import { PrismaClient as OnSqlite } from './generated/sqlite.js';

const postgres = process.env.USHER_TEST_POSTGRES_URL;
const WITHOUT_LISTS = FILTERS.filter((filter) => !JSON.stringify(filter).includes('"tags"'));
const byPrisma = (prisma) => async (filter) =>
  (await prisma.order.findMany({ where: toPrisma(filter), select: { id: true } })).map(({ id }) => id);

describe('PostgreSQL', { skip: postgres ? false : 'USHER_TEST_POSTGRES_URL names none' }, () => {
  let pool;
  before(async () => {
    pool = new pg.Pool({ connectionString: postgres });
    await pool.query('DROP TABLE IF EXISTS sdk_prisma_orders');
    await pool.query(
      'CREATE TABLE sdk_prisma_orders (id TEXT PRIMARY KEY, owner TEXT, team TEXT, locked BOOL, total BIGINT, "limit" BIGINT, tags TEXT[])',
    );
    for (const { id, owner, team, locked, total, limit, tags } of ROWS)
      await pool.query('INSERT INTO sdk_prisma_orders VALUES ($1, $2, $3, $4, $5, $6, $7)', [
        ...[id, owner, team, locked],
        ...[total, limit, tags],
      ]);
  });
  after(async () => {
    await pool.query('DROP TABLE sdk_prisma_orders');
    await pool.end();
  });
  test('by Prisma', async () => {
    const prisma = new OnPostgres({ adapter: new PrismaPg({ connectionString: postgres }) });
    await same(FILTERS, byPrisma(prisma));
    await prisma.$disconnect();
  });
});

describe('SQLite', () => {
  let folder;
  let file;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'usher-queries-'));
    file = path.join(folder, 'shop.db');
    const client = createClient({ url: `file:${file}` });
    await client.execute(
      'CREATE TABLE orders (id TEXT PRIMARY KEY, owner TEXT, team TEXT, locked BOOL, total BIGINT, "limit" BIGINT)',
    );
    for (const { id, owner, team, locked, total, limit } of ROWS) {
      const args = [id, owner, team, locked === null ? null : Number(locked), total, limit];
      await client.execute({ sql: 'INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)', args });
    }
    client.close();
  });
  after(() => rmSync(folder, { recursive: true }));

  test('by Prisma', async () => {
    const prisma = new OnSqlite({ adapter: new PrismaLibSql({ url: `file:${file}` }) });
    await same(WITHOUT_LISTS, byPrisma(prisma));
    await prisma.$disconnect();
  });
  test('by Drizzle', async () => {
    const orders = sqliteTable('orders', {
      ...{ id: text(), owner: text(), team: text() },
      ...{ locked: integer({ mode: 'boolean' }), total: integer(), limit: integer() },
    });
    const client = createClient({ url: `file:${file}` });
    const ids = (filter) =>
      drizzle(client)
        .select({ id: orders.id })
        .from(orders)
        .where(toDrizzle(filter, orders, operators));
    await same([...WITHOUT_LISTS, ...COLUMNS], async (filter) => (await ids(filter)).map(({ id }) => id));
    client.close();
  });
  test('by Knex', async () => {
    class Libsql extends BetterSqlite {
      _driver() {
        return libsql;
      }
    }
    const database = knex({ client: Libsql, connection: { filename: file }, useNullAsDefault: true });
    const ids = (filter) => database('orders').select('id').where(toKnex(filter));
    await same([...WITHOUT_LISTS, ...COLUMNS], async (filter) => (await ids(filter)).map(({ id }) => id));
    await database.destroy();
  });
  test('a store of two tables', async () => {
    const client = createClient({ url: `file:${file}` });
    const query = async (statement, values) => (await client.execute({ sql: statement, args: values })).rows;
    const owner = { issuer: 'https://id.example.com', client: 'shop', secret: 'a secret' };
    const [one, other] = [sqlStore(query, { dialect: 'sqlite' }), sqlStore(query, { dialect: 'sqlite' })];
    await one.open(owner);
    const entry = (c, v) => ({ t: 'ev', c, k: 'sid', v, exp: 1_900_000_000 });
    const state = { epoch: 'e7', cursor: 20, at: 1_795_000_000, revocations: [entry(10, 'one')], clients: ['shop'] };
    await one.saveSnapshot({ ...state, jwks: { etag: '"a"', jwks: { keys: [] } }, policy: null });
    await one.appendRevocations([entry(21, 'two')]);
    await one.set('session', 'first', 60);
    await one.set('session', 'second', 60);
    await one.set('over', 'gone', 0);
    await other.open(owner);
    const found = await other.loadSnapshot();
    assert.deepEqual([found.cursor, found.revocations.map(({ v }) => v)], [21, ['one', 'two']]);
    assert.deepEqual([await other.get('session'), await other.get('over')], ['second', undefined]);
    await other.delete('session');
    assert.equal(await one.get('session'), undefined);
    await query(`UPDATE usher_values SET value = replace(value, 'one', 'two') WHERE name LIKE '%snapshot'`, []);
    await assert.rejects(other.loadSnapshot(), /log_/);
    client.close();
  });
});
