// What applications in strict TypeScript write. It is compiled, and never run.
import { Controller, Get, Module } from '@nestjs/common';
import express from 'express';
import Fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import type { ReactNode } from 'react';
import * as onExpress from '@usher-id/sdk/express';
import { usherFastify } from '@usher-id/sdk/fastify';
import * as onHono from '@usher-id/sdk/hono';
import * as onKoa from '@usher-id/sdk/koa';
import { type Auth, CurrentAuth, RequireAuth, RequirePermission, UsherModule } from '@usher-id/sdk/nest';
import { createUsherNext } from '@usher-id/sdk/next';
import { Can, UsherProvider, useAuth, usePermission } from '@usher-id/sdk/react';
import type { UsherOptions } from '@usher-id/sdk';

const options: UsherOptions = {
  issuer: 'https://id.example.com',
  clientId: 'shop',
  clientSecret: 'secret',
  audience: 'https://api.shop.example',
  project: 'p',
};
interface Order {
  id: string;
  owner_id: string;
}
declare const orders: { find(id: string | string[] | undefined): Promise<Order | null> };

const app = express();
app.use(onExpress.usher(options));
app.get('/me', onExpress.requireAuth({ acr: 'aal2', maxAge: 60 }), (request, response) => {
  response.json(onExpress.getAuth(request).user);
});
app.put(
  '/orders/:id',
  onExpress.requirePermission('Order:update', {
    load: (request: express.Request) => orders.find(request.params.id),
  }),
);
app.put('/others/:id', onExpress.requirePermission('Order:update', { load: (request) => orders.find(request.params.id) }));

const fastify = Fastify();
await fastify.register(usherFastify, options);
fastify.get('/me', { preHandler: fastify.requireAuth() }, async (request) => request.auth?.user);
fastify.put<{ Params: { id: string } }>(
  '/orders/:id',
  {
    preHandler: fastify.requirePermission('Order:update', {
      load: (request: { params: { id: string } }) => orders.find(request.params.id),
    }),
  },
  async (request) => request.auth?.resource as Order,
);
void fastify.usher.state;

const koa = new Koa();
koa.use(onKoa.usher(options));
koa.use(onKoa.requireAuth());
koa.use((context) => {
  context.body = onKoa.getAuth(context).user;
});

const hono = new Hono<{ Variables: onHono.UsherVariables }>();
hono.use(onHono.usher(options));
hono.get('/me', onHono.requireAuth(), (c) => c.json(c.get('auth')?.user ?? null));
hono.put(
  '/orders/:id',
  onHono.requirePermission('Order:update', { load: (c) => orders.find(c.req.param('id')) }),
  (c) => c.json(onHono.getAuth(c).resource as Order),
);

@Controller('orders')
@RequireAuth()
class OrdersController {
  @Get(':id')
  @RequirePermission('Order:read', { load: (request: { params: { id: string } }) => orders.find(request.params.id) })
  read(@CurrentAuth() auth: Auth): Order {
    return auth.resource as Order;
  }
}

@Module({ imports: [UsherModule.forRoot(options)], controllers: [OrdersController] })
export class AppModule {}

export const { handlers, auth, proxy, withAuth } = createUsherNext({
  ...options,
  mode: 'web',
  baseURL: 'https://shop.example',
  secret: 's',
});
export const POST = withAuth(async (request, me) => Response.json([request.url, me.user.id]), { acr: 'aal2' });

function Page({ order }: { order: Order }): ReactNode {
  const { user, signIn } = useAuth();
  const may = usePermission('Order:update', order);
  if (!user) return <button onClick={() => void signIn({ returnTo: '/' })}>Sign in</button>;
  return (
    <Can do="Order:update" on={order} fallback={may}>
      {user.name}
    </Can>
  );
}
export const page = (
  <UsherProvider>
    <Page order={{ id: '1', owner_id: '2' }} />
  </UsherProvider>
);
