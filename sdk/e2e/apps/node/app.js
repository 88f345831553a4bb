// The application of the end-to-end tests on Express.
import express from 'express';
import { fileStore } from '@usher-id/sdk';
import { getAuth, requireAuth, requirePermission, usher } from '@usher-id/sdk/express';

const { env } = process;
const app = express();
const module = usher({
  issuer: env.ISSUER,
  clientId: env.CLIENT_ID,
  clientSecret: env.CLIENT_SECRET,
  audience: env.AUDIENCE,
  project: env.PROJECT,
  storage: fileStore(env.STORE),
  sync: {
    transport: env.TRANSPORT,
    pollInterval: Number(env.POLL_INTERVAL),
    maxStaleness: Number(env.MAX_STALENESS),
    onStale: env.ON_STALE,
  },
});
app.get('/state', (request, response) => response.json(module.usher.state));
app.use(module);
app.get('/health', (request, response) => response.json({ ok: true }));
app.get('/sessions', (request, response) => response.json(module.usher.sessions()));
app.get('/me', requireAuth(), (request, response) => {
  const { user, scope, clientId, sid } = getAuth(request);
  response.json({ sub: user.id, roles: user.roles, scope, client_id: clientId, sid });
});
app.get('/fresh', requireAuth(), (request, response) => response.json({ ok: true }));
app.get('/orders', (request, response) => response.json({ filter: getAuth(request).filter('Order:read') }));
const load = (request) => (request.params.id === 'missing' ? null : { owner_id: request.params.id, total: 5 });
app.get('/orders/:id', requirePermission('Order:read', { load }), (request, response) =>
  response.json(getAuth(request).resource),
);
app.get('/unchecked/:id', (request, response) => response.json({ secret: true }));

const server = app.listen(Number(env.PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  module.usher.close().finally(() => process.exit(0));
});
