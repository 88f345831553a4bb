// Drives an application whose server keeps the session, through its pages.
import assert from 'node:assert/strict';
import { Person } from '../lib/person.js';

const WAYS = { home: '/', login: '/login', userinfo: '/userinfo', refresh: '/refresh', api: '/api', logout: '/logout' };

/**
 * Signs in, does what the application offers, signs out.
 * @param {{ row: object, usher: object, base: string }} application
 * @param {(name: string, body: () => Promise<void>) => Promise<void>} step
 */
export async function drive({ row, usher, base }, step) {
  const ways = { ...WAYS, ...row.ways };
  const person = new Person({ issuer: usher.issuer, ...usher.person });
  const at = (way, options) => person.open(base + ways[way], options);
  const knows = ({ text }) => (row.shows ?? ['name', 'email']).every((what) => text.includes(usher.person[what]));

  await step('sign in', async () => {
    const page = await (row.signIn ? row.signIn(person, base) : at('login'));
    assert.ok(page.status < 400, `${page.url} answers ${page.status}: ${page.text.slice(0, 800)}\n${person.trail.join('\n')}`);
    const home = await at('home');
    assert.ok(knows(home), `it shows nobody's name and address: ${home.status} ${home.text.slice(0, 800)}`);
    assert.equal(person.passwordsTyped, 1);
  });
  if (row.offers.includes('userinfo')) {
    await step('userinfo', async () => {
      const page = await at('userinfo');
      assert.ok(page.status === 200 && page.text.includes(usher.person.email), `${page.status} ${page.text}`);
    });
  }
  if (row.offers.includes('api')) await step('api', () => protectsAnApi({ row, usher, base, person, ways }));
  if (row.offers.includes('refresh')) {
    await step('refresh', async () => {
      if (row.refresh) return row.refresh(person, base);
      const page = await at('refresh');
      assert.ok(page.status === 200 && /"refreshed":\s*true/.test(page.text), `${page.status} ${page.text}`);
    });
  }
  await step('sign out', async () => {
    const page = await (row.signOut ? row.signOut(person, base) : at('logout'));
    assert.ok(page.status < 400, `${page.url} answers ${page.status}: ${page.text.slice(0, 800)}\n${person.trail.join('\n')}`);
    assert.ok(!knows(await at('home', { before: usher.issuer })), 'it still shows who was signed in');
  });
  if (row.offers.includes('sign out at Usher')) {
    await step('sign out at Usher', async () => {
      await (row.signIn ? row.signIn(person, base) : at('login'));
      assert.equal(person.passwordsTyped, 2, 'how often the password was asked for');
    });
  }
}

/** The API of the application accepts the person's access token, and refuses an altered one. */
async function protectsAnApi({ row, base, person, ways }) {
  if (!row.bearer) {
    const page = await person.open(base + ways.api);
    return assert.ok(page.status === 200 && page.text.includes('"scope"'), `${page.status} ${page.text}`);
  }
  const token = await row.bearer(person, base);
  const call = (value) => fetch(base + row.protected, { headers: { authorization: `Bearer ${value}` } });
  const accepted = await call(token);
  assert.equal(accepted.status, 200, `${accepted.headers.get('www-authenticate')} ${await accepted.text()}`);
  assert.equal((await call(`${token.slice(0, -6)}AAAAAA`)).status, 401);
}
