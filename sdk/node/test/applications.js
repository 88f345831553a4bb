// The same application on each framework: `listen(usher)` gives its address and how it ends.
import { serve } from '@hono/node-server';
import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as onFastify from '@usher-id/sdk/fastify';
import * as onHono from '@usher-id/sdk/hono';
import * as onKoa from '@usher-id/sdk/koa';
import * as onNest from '@usher-id/sdk/nest';

export const RULES = {
  conditions: { own: { eq: ['resource.owner_id', 'user.id'] } },
  roles: { viewer: { 'Order:read': 'own' }, editor: { 'Order:read': '*' } },
  routes: [
    { m: ['*'], p: '/open/*', public: true },
    { m: ['GET'], p: '/orders/:id', need: 'Order:read' },
  ],
};
const ORDERS = { 1: { id: '1', owner_id: 'ana' }, 2: { id: '2', owner_id: 'bea' } };

export const applications = {
  async 'Fastify 5'(usher) {
    const app = Fastify();
    await app.register(onFastify.usherFastify, { usher });
    const { requireAuth, requireScope, requireRole, requirePermission, getAuth } = onFastify;
    app.get('/open/who', async (request) => ({ somebody: request.auth?.user.id ?? null }));
    app.get('/open/me', { preHandler: app.requireAuth() }, async (request) => getAuth(request).user);
    app.get('/open/strong', { preHandler: requireAuth({ acr: 'aal2' }) }, async () => ({ ok: true }));
    app.get('/open/scope', { preHandler: requireScope('orders') }, async () => ({ ok: true }));
    app.get('/open/role', { preHandler: requireRole('editor') }, async () => ({ ok: true }));
    app.get('/open/forgets', { preHandler: requirePermission('Order:read') }, async (request, reply) => {
      reply.header('x-secret', 'yes');
      return { secret: true };
    });
    app.get(
      '/orders/:id',
      { preHandler: requirePermission('Order:read', { load: (request) => ORDERS[request.params.id] }) },
      async (request) => request.auth.resource,
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { base: `http://127.0.0.1:${app.server.address().port}`, stop: () => app.close() };
  },

  async 'Koa 3'(usher) {
    const app = new Koa();
    const { requireAuth, requireScope, requireRole, requirePermission, getAuth } = onKoa;
    app.use(onKoa.usher(usher));
    const handlers = {
      '/open/who': [(context) => (context.body = { somebody: context.state.auth?.user.id ?? null })],
      '/open/me': [requireAuth(), (context) => (context.body = getAuth(context).user)],
      '/open/strong': [requireAuth({ acr: 'aal2' }), (context) => (context.body = { ok: true })],
      '/open/scope': [requireScope('orders'), (context) => (context.body = { ok: true })],
      '/open/role': [requireRole('editor'), (context) => (context.body = { ok: true })],
      '/open/forgets': [
        requirePermission('Order:read'),
        (context) => {
          context.set('x-secret', 'yes');
          context.body = { secret: true };
        },
      ],
    };
    const order = [
      requirePermission('Order:read', { load: (context) => ORDERS[context.path.slice(8)] }),
      (context) => (context.body = getAuth(context).resource),
    ];
    app.use((context) => {
      const [first, ...rest] = handlers[context.path] ?? order;
      return rest.length === 0 ? first(context) : first(context, async () => rest[0](context));
    });
    const server = app.listen(0);
    return {
      base: `http://127.0.0.1:${server.address().port}`,
      stop: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
    };
  },

  async 'Hono 4'(usher) {
    const app = new Hono();
    const { requireAuth, requireScope, requireRole, requirePermission, getAuth } = onHono;
    app.use(onHono.usher(usher));
    app.get('/open/who', (context) => context.json({ somebody: context.get('auth')?.user.id ?? null }));
    app.get('/open/me', requireAuth(), (context) => context.json(getAuth(context).user));
    app.get('/open/strong', requireAuth({ acr: 'aal2' }), (context) => context.json({ ok: true }));
    app.get('/open/scope', requireScope('orders'), (context) => context.json({ ok: true }));
    app.get('/open/role', requireRole('editor'), (context) => context.json({ ok: true }));
    app.get('/open/forgets', requirePermission('Order:read'), (context) =>
      context.json({ secret: true }, 200, { 'x-secret': 'yes' }),
    );
    app.get(
      '/orders/:id',
      requirePermission('Order:read', { load: (context) => ORDERS[context.req.param('id')] }),
      (context) => context.json(getAuth(context).resource),
    );
    const server = await new Promise((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve(made));
    });
    return {
      base: `http://127.0.0.1:${server.address().port}`,
      stop: () => (server.closeAllConnections(), new Promise((done) => server.close(done))),
    };
  },

  async 'NestJS 12'(usher) {
    const { RequireAuth, RequireScope, RequireRole, RequirePermission, CurrentAuth, UsherModule } = onNest;
    class Open {
      me(auth) {
        return auth.user;
      }
      ok() {
        return { ok: true };
      }
      strong() {
        return { ok: true };
      }
      role() {
        return { ok: true };
      }
      forgets() {
        return { secret: true };
      }
    }
    class Who {
      who(request) {
        return { somebody: request.auth?.user.id ?? null };
      }
      order(id, auth) {
        return auth.resource;
      }
    }
    // What decorators are in TypeScript.
    const decorate = (type, name, ...decorators) => {
      for (const each of decorators) each(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));
    };
    Controller('open')(Open);
    RequireAuth()(Open);
    decorate(Open, 'me', Get('me'));
    CurrentAuth()(Open.prototype, 'me', 0);
    decorate(Open, 'ok', Get('scope'), RequireScope('orders'));
    decorate(Open, 'strong', Get('strong'), RequireAuth({ acr: 'aal2' }));
    decorate(Open, 'role', Get('role'), RequireRole('editor'));
    decorate(Open, 'forgets', Get('forgets'), RequirePermission('Order:read'));
    Controller()(Who);
    const { Req } = await import('@nestjs/common');
    decorate(Who, 'who', Get('open/who'));
    Req()(Who.prototype, 'who', 0);
    decorate(
      Who,
      'order',
      Get('orders/:id'),
      RequirePermission('Order:read', { load: (request) => ORDERS[request.params.id] }),
    );
    Param('id')(Who.prototype, 'order', 0);
    CurrentAuth()(Who.prototype, 'order', 1);
    class App {}
    Module({ imports: [UsherModule.forRoot(usher)], controllers: [Open, Who] })(App);
    const app = await NestFactory.create(App, { logger: false });
    await app.listen(0, '127.0.0.1');
    return { base: `http://127.0.0.1:${app.getHttpServer().address().port}`, stop: () => app.close() };
  },
};
