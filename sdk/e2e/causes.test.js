// Whatever ends something at Usher ends it at every application: by socket within a second, by asking at the next question.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { Server } from './harness/server.js';
import { Shop, administrator } from './harness/shop.js';

const apps = await applications();
const POLL = 5;
const WITHIN = { ws: 1000, longpoll: 1000, poll: POLL * 1000 + 2000 };
let server;
let shop;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
  shop = await Shop.open(server);
});
after(() => server?.stop());

const revoke = (client, token) => {
  const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;
  return fetch(`${server.issuer}/oauth2/revoke`, {
    method: 'POST',
    headers: { authorization },
    body: new URLSearchParams({ token }),
  });
};

/** Each brings about one end and says which status the old token is answered with. */
const CAUSES = {
  'signing out': ({ person }) => server.api('POST', 'auth/logout', { cookie: person.cookie, body: {} }),
  'a session ended by its owner elsewhere': async ({ person, session }) => {
    await person.signIn();
    await server.api('DELETE', `auth/sessions/${session}`, { cookie: person.cookie });
  },
  'a session ended by an administrator': ({ person }) =>
    server.api('POST', `admin/users/${person.sub}/revoke`, { cookie: admin.cookie, body: {} }),
  'a changed password': async ({ person }) => {
    await person.signIn();
    const body = { current_password: person.password, new_password: `${person.password} indeed` };
    await server.api('POST', 'auth/change-password', { cookie: person.cookie, body });
  },
  'a disabled user': ({ person }) =>
    server.api('POST', `admin/users/${person.sub}/disable`, { cookie: admin.cookie, body: {} }),
  'a role that is taken': ({ person }) => person.take('viewer'),
  'a deleted client': ({ client }) =>
    server.api('DELETE', `projects/${shop.project}/clients/${client.client_id}`, { token: shop.token }),
  // Another process writes this, and on SQLite the server looks for such things every five seconds.
  'a client disabled on the command line': async ({ client }) => {
    await server.usher(['client', 'disable', client.client_id]);
    return { later: 5500 };
  },
  'a refresh token used again': async ({ person, client, tokens }) => {
    let last = tokens;
    for (let round = 0; round < 3; round += 1) last = await person.refresh(client, last.refresh_token);
    await assert.rejects(person.refresh(client, tokens.refresh_token), /invalid_grant/);
  },
  'an access token given back by its client': ({ client, tokens }) => revoke(client, tokens.access_token),
  'a grant given back by its client': ({ client, tokens }) => revoke(client, tokens.refresh_token),
};

for (const app of apps) {
  describe(`${app.name}: what is revoked is refused`, { concurrency: true }, () => {
    const running = {};
    before(async () => {
      const start = async (transport) => {
        running[transport] = await Application.start(app, shop, { TRANSPORT: transport, POLL_INTERVAL: String(POLL) });
      };
      await Promise.all(Object.keys(WITHIN).map(start));
    });
    after(() => Promise.all(Object.values(running).map((application) => application.stop())));

    for (const [cause, end] of Object.entries(CAUSES)) {
      test(`after ${cause}`, async () => {
        const client = cause.includes('client') ? await shop.client({ name: cause }) : shop.web;
        const person = await shop.person();
        const [session, tokens] = [person.session, await person.tokens(client)];
        for (const application of Object.values(running)) {
          const { status, body } = await application.get('/me', tokens.access_token);
          assert.deepEqual([status, body.sub, body.roles], [200, person.sub, ['viewer']]);
        }
        const { later = 0 } = (await end({ person, session, client, tokens })) ?? {};
        await Promise.all(
          Object.entries(running).map(async ([transport, application]) => {
            const { body, headers } = await application.answers(
              '/me',
              tokens.access_token,
              401,
              WITHIN[transport] + later,
            );
            assert.equal(body.code, 'AUTH_INVALID');
            assert.match(headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
          }),
        );
      });
    }
  });

  test(`${app.name}: a role that is taken is not in the next token`, async () => {
    const application = await Application.start(app, shop);
    try {
      const person = await shop.person();
      const { access_token: before } = await person.tokens();
      assert.equal((await application.get('/orders', before)).status, 200);
      await person.take('viewer');
      await application.answers('/orders', before, 401, 1000);
      const { access_token: next } = await person.tokens();
      const { status, body } = await application.get('/orders', next);
      assert.deepEqual([status, body.code], [403, 'NOT_ALLOWED']);
    } finally {
      await application.stop();
    }
  });

  test(`${app.name}: a token of another project is refused, and it cannot copy the audience`, async () => {
    const [application, other] = [await Application.start(app, shop), await Shop.open(server)];
    try {
      const stranger = await other.person(['editor']);
      const { status, body } = await application.get('/me', (await stranger.tokens()).access_token);
      assert.deepEqual([status, body.code], [401, 'AUTH_INVALID']);
      const machine = await server.grant(other.module, { grant_type: 'client_credentials', scope: 'orders' });
      assert.equal((await application.get('/me', machine.access_token)).status, 401);
      const copied = { grant_type: 'client_credentials', resource: shop.audience };
      await assert.rejects(server.grant(other.module, copied), /invalid_target/);
    } finally {
      await application.stop();
    }
  });
}

test('a key that leaked: what it signed is refused, and what the next one signs is not', async () => {
  const own = await Server.start();
  const running = [];
  try {
    const there = await Shop.open(own);
    for (const app of apps) running.push(await Application.start(app, there));
    const person = await there.person();
    const { access_token: token } = await person.tokens();
    for (const application of running) assert.equal((await application.get('/me', token)).status, 200);
    const { kid } = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
    const { cookie } = await administrator(own);
    await own.api('POST', `admin/keys/${kid}/revoke`, { cookie, body: {} });
    // The module's own token was signed with that key too: it comes back with a new one.
    await Promise.all(running.map((application) => application.answers('/me', token, 401, 5000)));
    const next = await person.tokens();
    for (const application of running) await application.answers('/me', next.access_token, 200, 5000);
  } finally {
    await Promise.all(running.map((application) => application.stop()));
    await own.stop();
  }
});
