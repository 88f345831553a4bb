import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import Redis from 'ioredis';
import Keyv from 'keyv';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createClient } from 'redis';
import { Usher, fileStore, keyvStore, memoryStore, mongoStore, redisStore, sqlStore } from '@usher-id/sdk';
import { createTestUsher } from '@usher-id/sdk/testing';
import { mongo, postgres, redis } from './databases.js';

const OWNER = { issuer: 'https://id.example.com', client: 'client_shop', secret: 'a secret' };
const ev = (c, v) => ({ t: 'ev', c, k: 'sid', v, exp: 1_900_000_000 });
const STATE = {
  epoch: 'e7',
  cursor: 20,
  at: 1_795_000_000,
  revocations: [ev(10, 'one')],
  jwks: { etag: '"a"', jwks: { keys: [] } },
  policy: { etag: '"43-0"', jws: 'e30.e30.c2ln' },
  clients: ['client_shop'],
};

/** Each `open` makes a store over the same data, as another process would. */
const KINDS = {
  'a Redis by the package redis': {
    skip: redis ? false : 'there is no redis-server',
    async make() {
      const server = await redis();
      const client = await createClient({ url: `redis://127.0.0.1:${server.port}` }).connect();
      return {
        open: () => redisStore(client),
        tamper: async (change) => {
          for (const key of await client.keys('*snapshot')) await client.set(key, change(await client.get(key)));
        },
        stop: () => (client.destroy(), server.stop()),
      };
    },
  },
  'a Redis by the package ioredis': {
    skip: redis ? false : 'there is no redis-server',
    async make() {
      const server = await redis();
      const client = new Redis(server.port, '127.0.0.1');
      return { open: () => redisStore(client, { prefix: 'shop:' }), stop: () => (client.disconnect(), server.stop()) };
    },
  },
  MongoDB: {
    skip: mongo ? false : 'there is neither mongod nor FerretDB',
    async make() {
      const server = await mongo();
      const client = await new MongoClient(`mongodb://127.0.0.1:${server.port}/`).connect();
      const collection = client.db('shop').collection('usher');
      return {
        open: () => mongoStore(collection),
        tamper: async (change) => {
          const found = await collection.findOne({ _id: 'usher:client_shop:snapshot' });
          await collection.replaceOne({ _id: found._id }, { ...found, value: change(found.value) });
        },
        stop: async () => (await client.close(), server.stop()),
      };
    },
  },
  PostgreSQL: {
    skip: postgres ? false : 'USHER_TEST_POSTGRES_URL names none',
    async make() {
      const pool = new pg.Pool({ connectionString: postgres });
      const prefix = `sdk_${randomBytes(6).toString('hex')}`;
      const query = async (text, values) => (await pool.query(text, values)).rows;
      return {
        open: () => sqlStore(query, { dialect: 'postgres', prefix }),
        tamper: async (change) => {
          const [{ value }] = await query(`SELECT value FROM ${prefix}_values WHERE name LIKE '%snapshot'`, []);
          await query(`UPDATE ${prefix}_values SET value = $1 WHERE name LIKE '%snapshot'`, [change(value)]);
        },
        stop: async () => {
          await query(`DROP TABLE ${prefix}_values, ${prefix}_log`, []);
          await pool.end();
        },
      };
    },
  },
  'any Keyv': {
    skip: false,
    async make() {
      const keyv = new Keyv();
      return { open: () => keyvStore(keyv), stop: async () => {} };
    },
  },
  'a folder': {
    skip: false,
    async make() {
      const folder = await mkdtemp(path.join(tmpdir(), 'usher-file-'));
      const log = path.join(folder, 'usher.log');
      return {
        open: () => fileStore(folder),
        alone: true,
        tamper: async (change) => writeFile(log, change(await readFile(log, 'utf8'))),
        stop: () => rm(folder, { recursive: true }),
      };
    },
  },
};

for (const [name, { skip, make }] of Object.entries(KINDS)) {
  describe(name, { skip }, () => {
    let kind;
    const opened = [];
    const open = async (owner = OWNER) => {
      if (kind.alone) await Promise.all(opened.splice(0).map((store) => store.close()));
      const store = kind.open();
      await store.open(owner);
      opened.push(store);
      return store;
    };
    before(async () => {
      kind = await make();
    });
    after(async () => {
      await Promise.all(opened.map((store) => store.close()));
      await kind.stop();
    });

    test('keeps values until their end', async () => {
      const store = await open();
      assert.equal(await store.get('nothing'), undefined);
      await store.set('value', 'вітаю "\n', 60);
      await store.set('short', 'gone soon', 1);
      assert.equal(await store.get('value'), 'вітаю "\n');
      await store.set('value', 'another', 60);
      assert.equal(await store.get('value'), 'another');
      await store.delete('value');
      assert.equal(await store.get('value'), undefined);
      await sleep(1100);
      assert.equal(await store.get('short'), undefined);
    });
    test('keeps the state, and what has happened since', async () => {
      const store = await open();
      assert.equal(await store.loadSnapshot(), undefined);
      await store.saveSnapshot(STATE);
      await store.appendRevocations([ev(21, 'two'), { t: 'skip', c: 22 }]);
      await store.appendRevocations([
        ev(23, 'three'),
        { t: 'at', cursor: 23, at: STATE.at + 5 },
        { t: 'clients', ids: ['a', 'b'] },
      ]);
      const loaded = await (await open()).loadSnapshot();
      assert.deepEqual([loaded.epoch, loaded.cursor, loaded.at, loaded.clients], ['e7', 23, STATE.at + 5, ['a', 'b']]);
      assert.deepEqual(
        loaded.revocations.map((entry) => entry.v),
        ['one', 'two', 'three'],
      );
      assert.deepEqual([loaded.policy, loaded.jwks], [STATE.policy, STATE.jwks]);
    });
    test('goes on adding to what it loaded, and begins anew with a new state', async () => {
      const store = await open();
      await store.loadSnapshot();
      await store.appendRevocations([ev(24, 'four')]);
      assert.equal((await (await open()).loadSnapshot()).cursor, 24);
      const next = await open();
      await next.saveSnapshot({ ...STATE, cursor: 30, revocations: [] });
      const loaded = await (await open()).loadSnapshot();
      assert.deepEqual([loaded.cursor, loaded.revocations], [30, []]);
    });
    test('refuses what another module, or somebody else, has written', async () => {
      await (await open()).saveSnapshot(STATE);
      await assert.rejects(async () => (await open({ ...OWNER, secret: 'another secret' })).loadSnapshot(), {
        reason: 'log_tampered',
      });
      await assert.rejects(async () => (await open({ ...OWNER, issuer: 'https://id.example.org' })).loadSnapshot(), {
        reason: 'log_foreign',
      });
      if (!kind.tamper) return;
      await kind.tamper((text) => text.replace('"one"', '"eno"'));
      await assert.rejects(async () => (await open()).loadSnapshot(), { reason: 'log_tampered' });
      await (await open()).saveSnapshot(STATE);
    });
    test('what is added while a state is being saved follows it', async () => {
      const store = await open();
      await store.saveSnapshot(STATE);
      const works = [store.appendRevocations([ev(21, 'two')])];
      works.push(store.saveSnapshot({ ...STATE, cursor: 21, revocations: [ev(21, 'two')] }));
      works.push(store.appendRevocations([ev(22, 'three')]), store.appendRevocations([ev(23, 'four')]));
      await Promise.all(works);
      assert.equal((await (await open()).loadSnapshot()).cursor, 23);
    });
    test('two processes add the same entries', { skip: name === 'a folder' }, async () => {
      const [one, other] = [await open(), await open()];
      await one.saveSnapshot(STATE);
      await other.loadSnapshot();
      for (const store of [one, other]) await store.appendRevocations([ev(21, 'two'), ev(22, 'three')]);
      const loaded = await (await open()).loadSnapshot();
      assert.equal(loaded.cursor, 22);
      assert.equal(new Set(loaded.revocations.map((entry) => entry.v)).size, 3);
    });
  });
}

describe('the file store', () => {
  let folder;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'usher-file-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('is for one process at a time', async () => {
    const [one, other] = [fileStore(folder), fileStore(folder)];
    await one.open(OWNER);
    await assert.rejects(other.open(OWNER), /in use/);
    await one.close();
    await other.open(OWNER);
    await other.close();
    await writeFile(path.join(folder, 'usher.lock'), '999999999');
    await one.open(OWNER);
    await one.close();
  });
  test('is readable for its owner alone', async () => {
    const store = fileStore(folder);
    await store.open(OWNER);
    await store.saveSnapshot(STATE);
    await store.set('value', 'x', 60);
    await store.close();
    for (const name of ['usher.log', 'values.json'])
      assert.equal((await stat(path.join(folder, name))).mode & 0o777, 0o600, name);
  });
  test('drops a line that was being written when the power went', async () => {
    await appendFile(path.join(folder, 'usher.log'), 'half a li');
    const store = fileStore(folder);
    await store.open(OWNER);
    assert.equal((await store.loadSnapshot()).cursor, 20);
    await store.appendRevocations([ev(21, 'two')]);
    await store.close();
    await store.open(OWNER);
    assert.equal((await store.loadSnapshot()).cursor, 21);
    await store.close();
  });
  test('says when it has grown long, and is short again with a new state', async () => {
    const store = fileStore(folder);
    await store.open(OWNER);
    await store.saveSnapshot(STATE);
    assert.equal(store.isLong, false);
    await store.appendRevocations(Array.from({ length: 45_000 }, (_, index) => ev(21 + index, `session-${index}`)));
    assert.equal(store.isLong, true);
    const revocations = Array.from({ length: 60_000 }, (_, index) => ev(1, `session-${index}`));
    await store.saveSnapshot({ ...STATE, revocations });
    assert.equal(store.isLong, false, 'a long state is not what has grown');
    await store.close();
  });
  test('a folder that cannot be written is refused when the module starts', async () => {
    const file = path.join(folder, 'a file');
    await writeFile(file, '');
    const module = new Usher({
      issuer: 'https://id.example.com',
      clientId: 'a',
      clientSecret: 'b',
      audience: 'c',
      policy: false,
      storage: fileStore(file),
    });
    await assert.rejects(module.ready(), /EEXIST|ENOTDIR/);
    await module.close().catch(() => {});
  });
});

test('a module starts from its store while Usher is away', async () => {
  const keyv = new Keyv();
  const first = await createTestUsher({
    storage: keyvStore(keyv),
    rules: { roles: { viewer: { 'Order:list': '*' } } },
  });
  await first.usher.ready();
  const [good, doomed] = [await first.token({ roles: ['viewer'] }), await first.token({ sid: 'doomed' })];
  await first.revoke('sid', 'doomed');
  await first.close();
  first.away(true);
  const second = new Usher({
    ...first.options,
    storage: keyvStore(keyv),
    logger: { info() {}, warn() {}, error() {} },
  });
  await second.ready();
  assert.equal((await second.verify(good)).can('Order:list'), true);
  await assert.rejects(second.verify(doomed), { reason: 'token_revoked' });
  await second.close();
});

test('a module with an empty store lets nobody in while Usher is away', async () => {
  const issuer = await createTestUsher({ storage: memoryStore(), logger: { info() {}, warn() {}, error() {} } });
  issuer.away(true);
  await assert.rejects(issuer.usher.verify(await issuer.token()), { reason: 'keys_missing', status: 503 });
  await issuer.close();
});
