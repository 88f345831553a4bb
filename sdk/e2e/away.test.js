// What happens while Usher, or its feed, cannot be reached; and what somebody on the way cannot do.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { Server } from './harness/server.js';
import { RULES, Shop } from './harness/shop.js';

const FEED = ({ path: at }) => at.startsWith('/api/v1/sync');
const SOCKETS = ({ upgrade }) => upgrade;
const EVERYTHING = () => true;
/** The tests of one language, on a server and a network of its own. */
function suite(app) {
  let server;
  let shop;
  before(async () => {
    server = await Server.start({}, { proxied: true });
    shop = await Shop.open(server);
  });
  after(() => server?.stop());
  const signOut = (person) => server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
  const ask = async (at) => (await server.api('GET', at, { token: shop.token })).body;

  describe('while the network is cut', () => {
    const running = [];
    const start = async (settings) => {
      const application = await Application.start(app, shop, settings);
      running.push(application);
      return application;
    };
    after(() => {
      server.proxy.restore();
      return Promise.all(running.map((application) => application.stop()));
    });
    const cut = async (blocked, during) => {
      server.proxy.block(blocked);
      try {
        await during();
      } finally {
        server.proxy.restore();
      }
    };

    test('without sockets it is told by questions that are held open', async () => {
      const person = await shop.person();
      const { access_token: token } = await person.tokens();
      const application = await start({ POLL_INTERVAL: '5' });
      assert.equal((await application.get('/me', token)).status, 200);
      await cut(SOCKETS, async () => {
        if (app.sockets !== false) await application.state((state) => !state.connected, 'without a socket');
        await signOut(person);
        await application.answers('/me', token, 401, 12_000);
      });
    });

    test('each onStale does what it says, and all are well when the network is back', async () => {
      const stale = { MAX_STALENESS: '2', TRANSPORT: 'longpoll' };
      const [allow, deny, introspect] = await Promise.all(
        ['allow', 'deny', 'introspect'].map((onStale) => start({ ...stale, ON_STALE: onStale })),
      );
      const all = [allow, deny, introspect];
      const [stays, leaves] = [await shop.person(), await shop.person()];
      const [good, doomed] = [(await stays.tokens()).access_token, (await leaves.tokens()).access_token];
      for (const application of all) {
        for (const token of [good, doomed]) await application.answers('/me', token, 200, 5000);
      }
      await cut(FEED, async () => {
        // The feed alone is away: what it does not tell, introspection does.
        await signOut(leaves);
        await Promise.all(all.map((application) => application.state((state) => state.stale, 'stale')));
        assert.deepEqual(await statuses(all, good), [200, 503, 200]);
        assert.deepEqual(await statuses(all, doomed), [200, 503, 401]);
        const { body, headers } = await deny.get('/me', good);
        assert.equal(body.code, 'UNAVAILABLE');
        assert.ok(Number(headers.get('retry-after')) > 0);
      });
      await Promise.all(all.map((application) => application.answers('/me', good, 200, 40_000)));
      await Promise.all(all.map((application) => application.answers('/me', doomed, 401, 40_000)));
      await cut(EVERYTHING, async () => {
        await Promise.all(all.map((application) => application.state((state) => state.stale, 'stale')));
        assert.deepEqual(await statuses(all, good), [200, 503, 503]);
      });
    });

    test('a route that wants to be sure is answered 503', async () => {
      const application = await start({});
      const { access_token: token } = await (await shop.person()).tokens();
      assert.equal((await application.get('/fresh', token)).status, 200);
      await cut(EVERYTHING, async () => assert.equal((await application.get('/fresh', token)).status, 503));
    });
  });

  describe('started while Usher is away', () => {
    let application;
    let good;
    let doomed;
    before(async () => {
      application = await Application.start(app, shop);
      const [stays, leaves] = [await shop.person(), await shop.person()];
      [good, doomed] = [(await stays.tokens()).access_token, (await leaves.tokens()).access_token];
      await application.answers('/me', good, 200, 5000);
      await signOut(leaves);
      await application.answers('/me', doomed, 401, 5000);
      await application.pause();
      server.proxy.block(EVERYTHING);
    });
    after(async () => {
      server.proxy.restore();
      await application?.stop();
    });

    test('it goes on from its store: keys, revocations, access rules', async () => {
      await application.resume({ ready: false });
      await application.state((state) => state.ready && !state.connected, 'ready by its store');
      assert.equal((await application.get('/me', good)).status, 200);
      assert.equal((await application.get('/me', doomed)).status, 401);
      assert.equal((await application.get('/nowhere', good)).status, 403);
      await application.pause();
    });

    test('it goes on after a crash in the middle of a line', async () => {
      const log = path.join(application.env.STORE, 'usher.log');
      const text = await readFile(log, 'utf8');
      await writeFile(log, text + text.split('\n').at(-2).slice(0, -7));
      await application.resume({ ready: false });
      await application.state((state) => state.ready, 'ready by its store');
      assert.equal((await application.get('/me', doomed)).status, 401);
      await application.pause('SIGKILL');
    });

    test('with a store that was tampered with it lets nobody in', async () => {
      const log = path.join(application.env.STORE, 'usher.log');
      const lines = (await readFile(log, 'utf8')).split('\n');
      const index = lines.findIndex((line) => line.includes('"k":"sid"'));
      assert.ok(index > 0);
      await writeFile(log, [...lines.slice(0, index), ...lines.slice(index + 1)].join('\n'));
      await application.resume({ ready: false });
      for (const token of [good, doomed]) {
        const { status, body } = await application.get('/me', token);
        assert.deepEqual([status, body.code], [503, 'UNAVAILABLE']);
      }
      server.proxy.restore();
      await application.answers('/me', good, 200, 40_000);
      await application.answers('/me', doomed, 401, 1000);
    });
  });

  describe('somebody on the way', () => {
    let application;
    before(async () => {
      application = await Application.start(app, shop);
    });
    after(async () => {
      server.proxy.restore();
      await application?.stop();
    });

    test('cannot hand in an old snapshot', async () => {
      const old = JSON.stringify(await ask('sync/snapshot'));
      const person = await shop.person();
      const { access_token: token } = await person.tokens();
      await application.answers('/me', token, 200, 5000);
      await signOut(person);
      await application.answers('/me', token, 401, 1000);
      server.proxy.change((answer) => {
        if (answer.path.startsWith('/api/v1/sync/snapshot')) return { ...answer, status: 200, body: old };
        if (answer.path.startsWith('/api/v1/sync/events')) return { ...answer, status: 410, body: '{}' };
        return answer;
      });
      server.proxy.block(SOCKETS);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      assert.equal((await application.get('/me', token)).status, 401);
      server.proxy.restore();
    });

    test('cannot change or bring back access rules', async () => {
      const { access_token: token } = await (await shop.person()).tokens();
      await application.answers('/orders', token, 200, 5000);
      const first = await ask(`projects/${shop.project}/policy`);
      await shop.publish({
        ...RULES,
        roles: { ...RULES.roles, viewer: { title: 'Viewer', grants: { 'Order:list': 'deny' } } },
      });
      // The module may still wait after the failures that the old snapshot brought about.
      await application.answers('/orders', token, 403, 40_000);
      const revision = (await application.state(() => true)).revision;
      for (const body of [first, tampered(first)]) {
        server.proxy.change((answer) =>
          answer.path.endsWith('/policy') ? { ...answer, status: 200, body, headers: { etag: '"x"' } } : answer,
        );
        server.proxy.block(() => false);
        await application.pause();
        await application.resume({ ready: false });
        await new Promise((resolve) => setTimeout(resolve, 1000));
        assert.notEqual((await application.get('/orders', token)).status, 200);
        server.proxy.restore();
      }
      await application.state((state) => state.revision >= revision, 'on the newest rules');
      await shop.publish(RULES);
      await application.answers('/orders', token, 200, 5000);
    });
  });
}

const apps = await applications();
describe('every language', { concurrency: 3 }, () => {
  for (const app of apps) describe(app.name, { concurrency: 1 }, () => suite(app));
});

const statuses = (all, token) =>
  Promise.all(all.map(async (application) => (await application.get('/me', token)).status));

function tampered(jws) {
  const [header, payload, signature] = jws.split('.');
  const table = JSON.parse(Buffer.from(payload, 'base64url'));
  table.revision += 100;
  table.roles.viewer = { 'Order:list': '*', 'Order:read': '*' };
  return [header, Buffer.from(JSON.stringify(table)).toString('base64url'), signature].join('.');
}
