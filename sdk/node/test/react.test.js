import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { JSDOM } from 'jsdom';
import { StrictMode, act, createElement as h } from 'react';
import { renderToString } from 'react-dom/server';
import { createRoot } from 'react-dom/client';
import { Can, UsherProvider, useAuth, usePermission } from '@usher-id/sdk/react';

const OWN = { op: 'eq', left: { field: 'owner_id' }, right: { value: 'ana' }, negated: false };
const ANA = {
  user: { id: 'ana', name: 'Ana', roles: ['viewer'] },
  permissions: { 'Order:list': true, 'Order:update': OWN, 'Order:delete': false },
};

/** A source that a test turns. */
function source(known) {
  const listeners = new Set();
  return {
    known,
    asked: [],
    async load() {
      if (this.known instanceof Error) throw this.known;
      return this.known;
    },
    async signIn(options) {
      this.asked.push(options);
    },
    async signOut() {
      this.turn({ user: null, permissions: {} });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    turn(next) {
      this.known = next;
      for (const listener of listeners) listener();
    },
    listeners,
  };
}

function Page({ order }) {
  const { user, isLoading, error, signIn, signOut } = useAuth();
  const may = usePermission('Order:update', order);
  if (isLoading) return 'loading';
  if (error) return `error: ${error.message}`;
  return h(
    'main',
    null,
    h('p', null, user ? user.name : 'nobody'),
    h('p', { id: 'may' }, String(may)),
    h(Can, { do: 'Order:list' }, 'lists '),
    h(Can, { do: 'Order:update', on: order, fallback: 'only reads ' }, 'edits '),
    h(Can, { do: 'Order:delete' }, 'deletes '),
    h(Can, { do: 'constructor' }, 'everything '),
    h('button', { id: 'in', onClick: () => signIn({ returnTo: '/x' }) }),
    h('button', { id: 'out', onClick: () => signOut() }),
  );
}

describe('React', () => {
  let root;
  let element;
  beforeEach(() => {
    const { window } = new JSDOM('<div id="root"></div>', { url: 'http://localhost/' });
    Object.assign(globalThis, { window, document: window.document, IS_REACT_ACT_ENVIRONMENT: true });
    element = window.document.querySelector('#root');
    root = createRoot(element);
  });
  afterEach(async () => {
    await act(async () => root.unmount());
    delete globalThis.window;
    delete globalThis.document;
  });
  const render = (from, order, more = {}) =>
    act(async () => root.render(h(StrictMode, null, h(UsherProvider, { source: from, ...more }, h(Page, { order })))));

  test('shows who is signed in and what they may do', async () => {
    await render(source(ANA), { owner_id: 'ana' });
    assert.match(element.textContent, /^Anatruelists edits $/);
  });
  test('a permission that depends on its resource is not there without it, nor for another', async () => {
    await render(source(ANA), undefined);
    assert.match(element.textContent, /^Anafalselists only reads $/);
    await render(source(ANA), { owner_id: 'bea' });
    assert.match(element.textContent, /only reads/);
  });
  test('shows nobody, and asks to sign in', async () => {
    const from = source({ user: null, permissions: {} });
    await render(from);
    assert.match(element.textContent, /^nobodyfalseonly reads $/);
    await act(async () => element.querySelector('#in').click());
    assert.deepEqual(from.asked, [{ returnTo: '/x' }]);
  });
  test('follows what happens elsewhere, and stops when it is gone', async () => {
    const from = source(ANA);
    await render(from, { owner_id: 'ana' });
    await act(async () => from.turn({ user: null, permissions: {} }));
    assert.match(element.textContent, /^nobody/);
    await act(async () => root.render(null));
    assert.equal(from.listeners.size, 0);
  });
  test('says when it could not be found out', async () => {
    await render(source(new Error('away')));
    assert.equal(element.textContent, 'error: away');
  });
  test('a page rendered by the server shows at once what the server knows', () => {
    const page = renderToString(
      h(UsherProvider, { source: source(ANA), initial: ANA }, h(Page, { order: { owner_id: 'ana' } })),
    );
    assert.match(page, /Ana.*lists .*edits /s);
    assert.match(renderToString(h(UsherProvider, { source: source(ANA) }, h(Page))), /loading/);
  });
});
