// Users and sessions in the console: an administrator invites, finds, disables and deletes people.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { becomeAdministrator, follow, heading, newestEmail, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

let admin;
before(async () => {
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
});
after(() => admin.context().close());

const users = () => `${usher.issuer}/console/users`;

/** Opens the page of the person with this name. */
async function open(name) {
  await admin.goto(users());
  await admin.fill('#q', name);
  await follow(admin, '.tools button[type=submit]');
  await follow(admin, admin.locator('.people th a').first());
  assert.match(await text(admin, 'h1'), new RegExp(name));
}

/** Chooses an action of the person's menu, and confirms it. */
async function act(name, confirm = async () => {}) {
  await admin.click('[popovertarget=user-actions]');
  await follow(admin, admin.locator('#user-actions a', { hasText: name }));
  await confirm();
  await follow(admin, '.form-foot button[type=submit]');
}

test('a person is invited, and chooses a password by the link', async () => {
  await admin.goto(users());
  await follow(admin, '.page-head a.primary');
  await inspect(admin, 'console-invite');
  for (const [given, family, email] of [['Olena', 'Kovalenko', 'olena@people.test'], ['Rafael', 'Pereira', 'rafa@people.test']]) {
    await admin.goto(`${usher.issuer}/console/invite-user`);
    await admin.fill('#email', email);
    await admin.fill('#given_name', given);
    await admin.fill('#family_name', family);
    await submit(admin);
    await admin.locator('.notice[role=status]').waitFor();
  }
  await inspect(admin, 'console-user-invited');
  const guest = await visitor(browser);
  const { link } = await newestEmail(guest, usher.issuer, 'olena@people.test', 'account');
  await guest.goto(link);
  await guest.fill('#password', 'a quiet harbour at night');
  await submit(guest);
  await guest.goto(`${usher.issuer}/login`);
  await guest.fill('#email', 'olena@people.test');
  await guest.fill('#password', 'a quiet harbour at night');
  await submit(guest);
  await guest.waitForURL(/\/account/);
  await guest.context().close();
});

test('people are searched and filtered, and the address holds the search', async () => {
  await admin.goto(users());
  await inspect(admin, 'console-users');
  await admin.click('.tools summary');
  await admin.selectOption('#status', 'active');
  await admin.fill('#q', 'kovalenko');
  await follow(admin, '.tools button[type=submit]');
  assert.match(admin.url(), /q=kovalenko/);
  assert.equal(await admin.locator('.people tbody tr').count(), 1);
  await inspect(admin, 'console-users-found');
  await admin.goto(`${users()}?q=nobody-of-this-name`);
  await inspect(admin, 'console-users-none');
});

test('the pages of a person show what is known', async () => {
  await open('Olena');
  await inspect(admin, 'console-user');
  for (const tab of ['sign-in', 'sessions', 'applications', 'roles', 'activity']) {
    await follow(admin, `.tabs a[href$="/${tab}"]`);
    await inspect(admin, `console-user-${tab}`);
  }
});

test('a profile is edited', async () => {
  await open('Olena');
  await follow(admin, '.page-head a.button');
  await inspect(admin, 'console-user-edit');
  await admin.fill('#nickname', 'Lena');
  await submit(admin);
  await admin.locator('.notice[role=status]').waitFor();
});

test('several people are disabled at once, and that is undone', async () => {
  await admin.goto(`${users()}?q=people.test`);
  for (const box of await admin.locator('.people [name=user]').all()) await box.check();
  await admin.selectOption('#do', 'disable');
  await follow(admin, '.bulk button[type=submit]');
  await inspect(admin, 'console-users-disable');
  await follow(admin, '.form-foot button[type=submit]');
  await inspect(admin, 'console-users-disabled');
  await follow(admin, '.page-head button[type=submit]');
  assert.equal(await admin.locator('.badge.good').count(), 2);
});

test('sessions are listed and ended', async () => {
  await admin.goto(`${usher.issuer}/console/sessions`);
  await inspect(admin, 'console-sessions');
  await admin.locator('.people [name=session]').first().check();
  await follow(admin, '.bulk button[type=submit]');
  await inspect(admin, 'console-sessions-end');
});

test('a person is deleted after the number is typed', async () => {
  await open('Rafael');
  await inspect(admin, 'console-user-to-delete');
  await follow(admin, admin.locator('.notice.advice .danger'));
  assert.match(admin.url(), /done=withdrawn/);
  await open('Olena');
  await act('Delete', async () => {
    await inspect(admin, 'console-users-delete');
    await admin.fill('#confirmation', '1');
  });
  assert.match(await heading(admin).innerText(), /1 person/);
  await inspect(admin, 'console-users-deleted');
});
