import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readFileSync } from 'node:fs';
import { Usher } from '@usher-id/sdk';
import { VERSION } from '../dist/version.js';

const GOOD = {
  issuer: 'https://id.example.com',
  clientId: 'shop',
  clientSecret: 'secret',
  audience: 'https://api.shop',
  project: 'p',
};

const WEB = { mode: 'web', baseURL: 'https://shop.example', secret: 'x'.repeat(32) };

describe('misuse is refused when the module is made', () => {
  const cases = {
    'no audience': [{ audience: undefined }, /audience: is missing/],
    'no secret': [{ clientSecret: '' }, /clientSecret: is missing/],
    'no project for access rules': [{ project: undefined }, /project: .*policy: false/],
    'plain http off loopback': [{ issuer: 'http://id.example.com' }, /issuer: plain http is for loopback only/],
    'an issuer that is no address': [{ issuer: 'id.example.com' }, /issuer: an absolute address/],
    'an issuer with a query': [{ issuer: 'https://id.example.com?x' }, /issuer: .*without/],
    'a skew above a minute': [{ clockSkew: 61 }, /clockSkew: a number from 0 to 60/],
    'an option that is misspelt': [{ clockskew: 30 }, /clockskew: there is no such option; did you mean clockSkew\?/],
    'an option inside that is misspelt': [{ sync: { onStall: 'deny' } }, /sync\.onStall: .*sync\.onStale/],
    'a symmetric algorithm': [{ algorithms: ['HS256'] }, /algorithms: HS256 .*could sign as well/],
    'no signature at all': [{ algorithms: ['none'] }, /algorithms: none is not accepted/],
    'a poll interval under five seconds': [{ sync: { pollInterval: 4 } }, /sync\.pollInterval: a number from 5/],
    'a list that would be stale between two pings': [
      { sync: { maxStaleness: 30 } },
      /sync\.maxStaleness: .*60 at least/,
    ],
    'a list that would be stale between two questions': [
      { sync: { transport: 'poll', pollInterval: 60, maxStaleness: 60 } },
      /sync\.maxStaleness/,
    ],
    'an unknown answer to staleness': [{ sync: { onStale: 'panic' } }, /sync\.onStale: one of allow, introspect, deny/],
    'one client in place of a list': [{ clients: 'shop' }, /clients: a list/],
    'no client at all': [{ clients: [] }, /clients: a list/],
    'a text in place of an object': [{ sync: 'poll' }, /sync: an object with transport/],
    'nothing in place of access rules': [{ policy: null }, /policy: an object/],
    'a cookie that browsers refuse': [{ ...WEB, cookie: { name: 'a;b' } }, /cookie\.name/],
    'a cookie that needs https': [
      { ...WEB, baseURL: 'http://localhost:3000', cookie: { name: '__Host-shop' } },
      /cookie\.name: .*https/,
    ],
    'a session without time': [{ ...WEB, cookie: { idle: 0 } }, /cookie\.idle: a number from 1/],
    'web mode without a secret': [{ mode: 'web', baseURL: 'https://shop.example' }, /secret: /],
    'web mode with a short secret': [{ mode: 'web', baseURL: 'https://shop.example', secret: 'short' }, /secret: .*32/],
    'web mode without an address': [{ mode: 'web', secret: 'x'.repeat(32) }, /baseURL: /],
  };
  for (const [name, [options, message]] of Object.entries(cases)) {
    test(name, () => assert.throws(() => new Usher({ ...GOOD, ...options }), message));
  }
  test('http on loopback is for development', () => {
    for (const issuer of ['http://localhost:8080', 'http://127.0.0.1:8080', 'http://[::1]:8080'])
      new Usher({ ...GOOD, issuer });
  });
  test('without access rules no project is needed', () =>
    void new Usher({ ...GOOD, project: undefined, policy: false }));
});

test('the module calls itself by the version of its package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  assert.equal(VERSION, version);
});
