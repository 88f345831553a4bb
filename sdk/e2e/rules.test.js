// Access rules that are published reach every application, and Usher knows that they did.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { RULES, Shop } from './harness/shop.js';

let server;
let shop;
const running = [];

before(async () => {
  server = await Server.start();
  shop = await Shop.open(server);
  // Two of each, as behind a load balancer.
  for (const app of await applications())
    running.push(await Application.start(app, shop), await Application.start(app, shop));
});
after(async () => {
  await Promise.all(running.map((application) => application.stop()));
  await server?.stop();
});

const subscribers = async () => {
  const { body } = await server.api('GET', `projects/${shop.project}/sync/subscribers`, { token: shop.token });
  return body;
};

test('every module acknowledges the revision that it applies, and what it has heard', async () => {
  const { access_token: token } = await (await shop.person()).tokens();
  for (const application of running) assert.equal((await application.get('/orders', token)).status, 200);
  const roles = { ...RULES.roles, viewer: { title: 'Viewer', grants: { 'Order:read': 'own' } } };
  const revision = await shop.publish({ ...RULES, roles });
  await Promise.all(running.map((application) => application.answers('/orders', token, 403, 1000)));
  await until(`${running.length} of ${running.length} modules on revision ${revision}`, async () => {
    const { connected, subscribers: all } = await subscribers();
    const there = all.filter((each) => each.behind === 0 && each.policy_revision === revision);
    return connected === running.length && there.length === running.length;
  });
  for (const each of (await subscribers()).subscribers) {
    assert.match(each.version, /^usher-sdk-[a-z]+\/\d+\.\d+\.\d+$/);
    assert.match(each.host, /^[\w.:-]+\/\d+$/, 'the host and the process');
  }
  await shop.publish(RULES);
  await Promise.all(running.map((application) => application.answers('/orders', token, 200, 1000)));
});

test('the route rules are enforced before any handler runs', async () => {
  const [viewer, editor] = [await shop.person(['viewer']), await shop.person(['editor'])];
  const [one, other] = [(await viewer.tokens()).access_token, (await editor.tokens()).access_token];
  for (const application of running) {
    const expected = [
      ['/health', undefined, 200],
      ['/me', undefined, 401],
      ['/me', one, 200],
      ['/nowhere', one, 403],
      ['/nowhere', undefined, 403],
      ['/orders//1', one, 400],
      ['/orders', one, 200],
      ['/orders', undefined, 401],
      [`/orders/${viewer.sub}`, one, 200],
      [`/orders/${editor.sub}`, one, 403],
      [`/orders/${viewer.sub}`, other, 200],
      ['/orders/missing', other, 404],
      ['/unchecked/1', one, 500],
      ['/unchecked/1', other, 200],
      ['/fresh', one, 200],
    ];
    for (const [path, token, status] of expected) {
      assert.equal((await application.get(path, token)).status, status, `${application.app.name} ${path}`);
    }
  }
});

test('every application lists the sessions that were used at it', async () => {
  const person = await shop.person();
  const { access_token: token } = await person.tokens();
  for (const application of running) {
    await application.get('/me', token);
    const { body } = await application.get('/sessions');
    assert.ok(
      body.some((session) => session.sid === person.session && session.sub === person.sub),
      JSON.stringify(body),
    );
  }
});
