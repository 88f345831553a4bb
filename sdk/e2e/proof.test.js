// Tokens that are bound to a key (DPoP, RFC 9449), issued by a real Usher and checked by the applications of all languages.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Application, applications } from './harness/application.js';
import { Server } from './harness/server.js';
import { Shop } from './harness/shop.js';

const apps = await applications();
const running = [];
let server;
let client;
let shop;
let unknown;

/** Who holds a key. */
class Holder {
  #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  proof(htm, htu, more = {}) {
    const { kty, crv, x, y } = this.#keys.publicKey.export({ format: 'jwk' });
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const claims = { htm, htu, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ...more };
    const input = `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } })}.${part(claims)}`;
    const key = { key: this.#keys.privateKey, dsaEncoding: 'ieee-p1363' };
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }

  /** A token that is bound to the key. */
  async token() {
    const url = `${server.issuer}/oauth2/token`;
    const authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`;
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const response = await fetch(url, { method: 'POST', headers: { authorization, dpop: this.proof('POST', url) }, body });
    const { access_token: token, token_type: type } = await response.json();
    assert.equal(type, 'DPoP');
    return token;
  }
}

before(async () => {
  server = await Server.start();
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json();
  unknown = !metadata.dpop_signing_alg_values_supported;
  if (unknown) return;
  shop = await Shop.open(server);
  client = await shop.client({
    name: 'Robot',
    type: 'machine',
    metadata: { grant_types: ['client_credentials'], redirect_uris: [], scope: 'orders' },
  });
  for (const app of apps) running.push(await Application.start(app, shop));
});
after(async () => {
  await Promise.all(running.map((application) => application.stop()));
  await server?.stop();
});

const hash = (token) => createHash('sha256').update(token).digest('base64url');

test('every application accepts a bound token with a proof, once, and never as a bearer token', async (t) => {
  if (unknown) return t.skip('this Usher knows no DPoP');
  const [holder, other] = [new Holder(), new Holder()];
  const token = await holder.token();
  const htu = `${shop.audience}/me`;
  for (const { app, url } of running) {
    const proof = (more, by = holder) => by.proof('GET', htu, { ath: hash(token), ...more });
    const ask = async (scheme, dpop) => {
      const headers = { authorization: `${scheme} ${token}`, ...(dpop ? { dpop } : {}) };
      const response = await fetch(`${url}/me`, { headers });
      const { status } = response;
      return [status, /error="(\w+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1]];
    };
    const used = proof();
    const refused = [401, 'invalid_dpop_proof'];
    assert.deepEqual(await ask('DPoP', used), [200, undefined], app.name);
    assert.deepEqual(await ask('DPoP', used), refused, `${app.name}, again`);
    assert.deepEqual(await ask('DPoP'), refused, `${app.name}, no proof`);
    assert.deepEqual(await ask('DPoP', proof({}, other)), refused, `${app.name}, another key`);
    assert.deepEqual(await ask('DPoP', proof({ htu: `${url}/me` })), refused, `${app.name}, the address of the Host header`);
    assert.deepEqual(await ask('Bearer', proof()), [401, 'invalid_token'], `${app.name}, as a bearer token`);
  }
});
