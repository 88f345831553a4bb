// Access rules in the console: they are made in forms, tried, published, taken back and assigned, without a pointer too.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { becomeAdministrator, follow, submit, text, visitor } from './browser.js';
import { inspect } from './inspect.js';
import { browser, usher } from './suite.js';

const RULES = {
  entities: {
    Plant: { attributes: { owner: 'string' }, actions: { read: 'item', create: 'collection', update: 'item', remove: 'item' } },
    Order: { attributes: { owner: 'string', amount: 'int' }, actions: { read: 'item', create: 'collection', refund: 'item' } },
    Report: { actions: { read: 'collection', export: 'collection' } },
  },
  context: { hour: 'int' },
  conditions: {
    own: { eq: ['resource.owner', 'user.id'] },
    small: { lte: ['resource.amount', 200] },
  },
  roles: {
    visitor: { title: 'Visitor', grants: { 'Plant:read': 'allow', 'Order:create': 'allow' } },
    grower: { title: 'Grower', inherits: ['visitor'], grants: { 'Plant:create': 'allow', 'Plant:update': 'own', 'Order:read': 'own' } },
    manager: { title: 'Manager', inherits: ['grower'], grants: { 'Plant:*': 'allow', 'Order:read': 'allow', 'Order:refund': 'small', 'Report:read': 'allow' } },
    suspended: { grants: { '*': 'deny' } },
  },
  routes: [
    { methods: ['GET'], path: '/health', public: true },
    { methods: ['GET'], path: '/plants/:id', need: 'Plant:read' },
    { methods: ['PUT', 'PATCH'], path: '/plants/:id', need: 'Plant:update' },
    { methods: ['POST'], path: '/orders/:id/refund', need: 'Order:refund', acr: 'aal2', max_age: 900, fresh: true },
    { methods: ['*'], path: '/me', auth: true },
  ],
};

let admin;
let rules;
before(async () => {
  await usher.command('project', 'create', '--name', 'Greenhouse');
  admin = await visitor(browser);
  await becomeAdministrator(admin, usher.banner.setup);
  await admin.goto(`${usher.issuer}/console/projects`);
  await follow(admin, admin.getByRole('link', { name: 'Greenhouse', exact: true }));
  await follow(admin, '.sidebar a[href$="/rules"]');
  rules = admin.url();
});

const main = (page) => page.locator('main').innerText();

test('the first rules are made in forms', async () => {
  await inspect(admin, 'rules-none');
  await follow(admin, 'main a[href$="/rules/entity"]');
  await inspect(admin, 'rules-entity-new');
  await admin.fill('#name', 'my order');
  await submit(admin);
  await admin.locator('#name[aria-invalid=true]').waitFor();
  await inspect(admin, 'rules-entity-refused', { again: true });
  await admin.fill('#name', 'Order');
  await admin.fill('#actions', 'list collection\nread item');
  await admin.fill('#attributes', 'owner string\namount int');
  await submit(admin);
  await follow(admin, 'main a[href$="/rules/role"]');
  await inspect(admin, 'rules-role-new');
  await admin.fill('#name', 'clerk');
  await submit(admin);
  await follow(admin, 'main a[href$="/rules/condition"]');
  await inspect(admin, 'rules-condition-new');
  await admin.fill('#name', 'own');
  await admin.selectOption('#left_1', 'resource.owner');
  await admin.fill('#right_1', 'user.id');
  await submit(admin);
  await follow(admin, 'main a.cell[href*="Order%3Aread"]');
  await admin.check('#grant-3');
  await admin.check('#when-1');
  await inspect(admin, 'rules-cell');
  await submit(admin);
  assert.match(await text(admin, '.matrix'), /own/);
  await follow(admin, 'main a[href$="/rules/route"]');
  await admin.fill('#path', '/orders/:id');
  await admin.fill('#methods', 'GET');
  await admin.selectOption('#need', 'Order:read');
  await inspect(admin, 'rules-route-new');
  await submit(admin);
  await inspect(admin, 'rules-draft');
});

test('the whole draft is edited as text, with errors at their lines', async () => {
  await admin.goto(`${rules}/text`);
  const broken = structuredClone(RULES);
  broken.roles.grower.grants['Plant:updte'] = 'own';
  await admin.fill('#document', JSON.stringify(broken, null, 2));
  await submit(admin);
  assert.match(await main(admin), /did you mean `Plant:update`/);
  await inspect(admin, 'rules-text-faults');
  await admin.fill('#document', '{\n  "roles": [\n}');
  await submit(admin);
  await admin.locator('#document[aria-invalid=true]').waitFor();
  await inspect(admin, 'rules-text-unread', { again: true });
  await admin.fill('#document', JSON.stringify(RULES, null, 2));
  await submit(admin);
});

test('a draft is reviewed and published', async () => {
  await admin.goto(rules);
  await follow(admin, 'main a[href$="/rules/publish"]');
  await inspect(admin, 'rules-publish-first');
  await admin.fill('#note', 'The first rules');
  await submit(admin);
  await inspect(admin, 'rules');
  await follow(admin, 'main a.cell[href*="Order%3Arefund"][href*="role=grower"]');
  await admin.check('#grant-2');
  await submit(admin);
  await follow(admin, 'main a[href$="/rules/publish"]');
  assert.match(await main(admin), /grower: Order:refund was “Not allowed” and becomes “Allowed”/);
  await inspect(admin, 'rules-publish');
  await submit(admin);
});

test('roles are assigned and found', async () => {
  await admin.goto(`${rules}/assignments`);
  await inspect(admin, 'rules-assignments-none');
  await admin.fill('#who', 'nobody@example.test');
  await submit(admin);
  await admin.locator('#who[aria-invalid=true]').waitFor();
  await inspect(admin, 'rules-assignments-unknown', { again: true });
  await admin.fill('#who', usher.banner.email);
  await admin.selectOption('#role', 'manager');
  await submit(admin);
  await admin.fill('#who', 'ada@example.test');
  await admin.selectOption('#role', 'grower');
  await admin.fill('#days', '30');
  await submit(admin);
  await inspect(admin, 'rules-assignments');
  await admin.fill('#find', usher.banner.email);
  await follow(admin, 'form[action$="/find"] button');
  assert.match(await main(admin), /manager/);
  await inspect(admin, 'rules-assignments-found', { again: true });
});

test('a request is tried as a person, and the answer says why', async () => {
  await admin.goto(`${rules}/try`);
  await inspect(admin, 'rules-try');
  await admin.fill('#who', usher.banner.email);
  await admin.selectOption('#permission', 'Order:refund');
  await admin.fill('#attributes', 'resource.amount = 250');
  await submit(admin);
  assert.match(await main(admin), /Allowed[^]*The role manager allows it/);
  await inspect(admin, 'rules-try-allowed', { again: true });
  await admin.fill('#who', 'ada@example.test');
  await admin.selectOption('#permission', 'Plant:update');
  await admin.fill('#attributes', 'resource.owner = somebody');
  await submit(admin);
  assert.match(await main(admin), /the condition own does not hold[^]*resource\.owner = user\.id does not hold: resource\.owner = "somebody"/);
  await inspect(admin, 'rules-try-condition', { again: true });
  await admin.selectOption('#permission', '');
  await admin.selectOption('#method', 'PUT');
  await admin.fill('#path', '/nowhere');
  await submit(admin);
  assert.match(await main(admin), /No route matches/);
  await inspect(admin, 'rules-try-denied', { again: true });
});

test('an earlier revision is published again', async () => {
  await admin.goto(rules);
  await follow(admin, 'main a[href$="/rules/history"]');
  await inspect(admin, 'rules-history');
  await follow(admin, 'main a[href$="/history/1"]');
  await inspect(admin, 'rules-revision');
  await follow(admin, 'main a[href$="/roll-back"]');
  await inspect(admin, 'rules-roll-back');
  await follow(admin, 'main form button[type=submit]');
  assert.match(await main(admin), /Revision 3/);
});

test('a grant is changed by the keyboard alone', async () => {
  await admin.goto(rules);
  const until = async (selector) => {
    for (let presses = 0; presses < 120; presses += 1) {
      await admin.keyboard.press('Tab');
      const [there, ring] = await admin.evaluate((wanted) => {
        const { activeElement: here } = document;
        return [here.matches(wanted), getComputedStyle(here).outlineStyle];
      }, selector);
      assert.notEqual(ring, 'none', `the focus on the way to ${selector} can be seen`);
      if (there) return;
    }
    throw new Error(`Tab does not reach ${selector}`);
  };
  await until('a.cell[href*="Report%3Aexport"][href*="role=manager"]');
  await Promise.all([admin.waitForURL(/\/rules\/cell/), admin.keyboard.press('Enter')]);
  await until('#grant-1');
  await admin.keyboard.press('ArrowDown');
  await until('main form button.primary');
  await Promise.all([admin.waitForURL(/\/rules\?done=saved/), admin.keyboard.press('Enter')]);
  assert.match(await main(admin), /Draft with 1 change/);
  await admin.locator('main summary', { hasText: 'Discard' }).click();
  await follow(admin, 'form[action$="/discard"] button');
  assert.doesNotMatch(await main(admin), /Draft with/);
});
