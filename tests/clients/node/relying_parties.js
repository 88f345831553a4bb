// Two relying parties with back-channel logout: one on express-openid-connect, which is built on openid-client, and one
// on idpyoidc in its own process. Both sign people in at /login, show at /me who is signed in (401: nobody), and accept
// a logout token only if their library verifies it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import express from 'express';
import oidc from 'express-openid-connect';

/** The interpreter with idpyoidc; null if there is none. */
export const python = process.env.RELYING_PARTY_PYTHON || null;
const script = fileURLToPath(new URL('../python/relying_party.py', import.meta.url));

/** A session store in memory, with the interface of express-session. */
class Memory {
  #kept = new Map();
  get(id, done) {
    done(null, this.#kept.get(id));
  }
  set(id, session, done) {
    this.#kept.set(id, session);
    done?.(null);
  }
  destroy(id, done) {
    this.#kept.delete(id);
    done?.(null);
  }
}

/** Serves with express-openid-connect until `stop`; `start` serves again, with the same sessions. */
export async function onNode(issuer, client, port) {
  const base = `http://localhost:${port}`;
  const app = express();
  app.use(oidc.auth({
    issuerBaseURL: issuer,
    baseURL: base,
    clientID: client.client_id,
    clientSecret: client.client_secret,
    secret: 'a secret of the test that is long enough',
    idTokenSigningAlg: 'RS256',
    authRequired: false,
    authorizationParams: { response_type: 'code', scope: 'openid offline_access' },
    session: { store: new Memory() },
    backchannelLogout: { store: new Memory() },
  }));
  app.get('/', (request, response) => response.redirect('/me'));
  app.get('/me', (request, response) => {
    if (!request.oidc.isAuthenticated()) return response.status(401).json({ error: 'nobody' });
    const { sub, sid } = request.oidc.idTokenClaims;
    return response.json({ sub, sid, id_token: request.oidc.idToken, refresh_token: request.oidc.refreshToken });
  });
  let server;
  const party = {
    name: 'express-openid-connect',
    base,
    async start() {
      server = app.listen(port);
      await once(server, 'listening');
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  await party.start();
  return party;
}

/** Serves with idpyoidc until `stop`. */
export async function onPython(issuer, client, port) {
  const told = [script, issuer, client.client_id, client.client_secret, String(port)];
  const child = spawn(python, told, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    name: 'idpyoidc',
    base: `http://localhost:${port}`,
    async stop() {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
