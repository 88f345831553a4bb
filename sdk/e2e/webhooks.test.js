// A webhook of a real Usher, verified by the module.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { verifyWebhook } from '@usher-id/sdk';
import { until } from './harness/process.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

let server;
let shop;
let receiver;
const received = [];

before(async () => {
  server = await Server.start();
  shop = await Shop.open(server);
  receiver = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    received.push({ body: Buffer.concat(parts), headers: request.headers });
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
after(async () => {
  receiver?.close();
  receiver?.closeAllConnections();
  await server?.stop();
});

test('what Usher sends is believed, also while its secret is being replaced; what was changed is not', async () => {
  const path = `projects/${shop.project}/webhooks`;
  const url = `http://127.0.0.1:${receiver.address().port}/hooks`;
  const made = await server.api('POST', path, { token: shop.token, body: { url, events: ['session.*'] } });
  const { id, secret } = made.body;
  const person = await shop.person([]);
  await person.tokens();
  const heard = (type) =>
    until(`${type} arrives`, async () => received.find(({ body }) => body.includes(`"${type}"`)), { within: 10_000 });
  const { body, headers } = await heard('session.created');
  const message = verifyWebhook(body, headers, secret);
  assert.deepEqual([message.type, message.data.sub, message.data.sid], ['session.created', person.sub, person.session]);
  assert.equal(message.id, headers['webhook-id']);
  assert.throws(() => verifyWebhook(`${body} `, headers, secret), { reason: 'signature_invalid' });
  assert.throws(() => verifyWebhook(body, headers, secret, Date.now() / 1000 + 400), { reason: 'timestamp_old' });

  const replaced = await server.api('POST', `${path}/${id}/secrets`, {
    token: shop.token,
    body: { overlap_seconds: 60 },
  });
  await server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} });
  const later = await heard('session.revoked');
  for (const each of [secret, replaced.body.secret, [secret, replaced.body.secret]]) {
    assert.equal(verifyWebhook(later.body, later.headers, each).data.reason, 'sign_out');
  }
});
