// Fastify 5.
import type { IncomingMessage } from 'node:http';
import type {} from 'fastify';
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth, checkPermission, checkRole, checkScope } from './checks.js';
import type { UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { missingResourceCheck, processRequest } from './process-request.js';
import { type Answer, problemAnswer } from './http/answer.js';
import { type NodeRequest, readRequest } from './http/node.js';
import { type Authentication, type IncomingRequest, Usher } from './usher.js';

export { Refusal, Usher };
export type { Auth, AuthRequirement, UsherOptions };

/** The parts of a Fastify request that the module uses. */
export interface FastifyRequestLike {
  raw: IncomingMessage;
  /** The caller, or `null` if the request has no valid token. */
  auth: Auth | null;
  params: unknown;
}
/** The parts of a Fastify reply that the module uses. */
export interface FastifyReplyLike {
  statusCode: number;
  code(status: number): FastifyReplyLike;
  header(name: string, value: unknown): FastifyReplyLike;
  send(payload?: unknown): unknown;
  removeHeader(name: string): unknown;
  getHeaders(): Record<string, unknown>;
}
/** A `preHandler` hook. */
export type PreHandler = (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;

declare module 'fastify' {
  interface FastifyInstance {
    usher: Usher;
    requireAuth: typeof requireAuth;
    requireScope: typeof requireScope;
    requireRole: typeof requireRole;
    requirePermission: typeof requirePermission;
  }
  interface FastifyRequest {
    /** The caller, or `null` if the request has no valid token. */
    auth: Auth | null;
  }
}

interface Instance {
  decorate(name: string, value: unknown): unknown;
  decorateRequest(name: string, value: unknown): unknown;
  addHook(name: string, hook: (...all: any[]) => Promise<unknown>): unknown;
}

const ATTACHED = Symbol.for('@usher-id/sdk/fastify');
interface Attached {
  usher: Usher;
  incoming: IncomingRequest;
  authentication: Authentication;
}
type Carrier = FastifyRequestLike & { [ATTACHED]?: Attached };

/**
 * The plugin: `await app.register(usherFastify, options)`. Adds `request.auth`, `app.usher`, `app.requireAuth`, `app.requireScope`, `app.requireRole` and
 * `app.requirePermission`.
 * @throws {OptionError} where the options make no sense
 */
export async function usherFastify(app: unknown, options: UsherOptions | { usher: Usher }): Promise<void> {
  const instance = app as Instance;
  const usher = 'usher' in options ? options.usher : new Usher(options);
  await usher.start();
  instance.decorate('usher', usher);
  for (const [name, value] of Object.entries({ requireAuth, requireScope, requireRole, requirePermission }))
    instance.decorate(name, value);
  instance.decorateRequest('auth', null);
  instance.addHook('onRequest', async (request: Carrier, reply: FastifyReplyLike) => {
    const incoming = read(request, reply);
    if (!incoming) return reply;
    const { answer, authentication } = await processRequest(usher, incoming);
    if (answer) return send(reply, answer);
    request[ATTACHED] = { usher, incoming, authentication };
    request.auth = authentication.auth;
    return undefined;
  });
  instance.addHook('onSend', async (request: Carrier, reply: FastifyReplyLike, payload: unknown) => {
    const attached = request[ATTACHED];
    const refusal = attached && missingResourceCheck(usher, attached.authentication, reply.statusCode);
    if (!refusal) return payload;
    for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    const { status, headers, body } = problemAnswer(refusal, undefined);
    reply.code(status);
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    return body;
  });
  instance.addHook('onClose', () => usher.close());
}

/** The hooks apply to the whole application, not only to the scope of the plugin. */
Object.assign(usherFastify, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'usher' });

function read(request: FastifyRequestLike, reply: FastifyReplyLike): IncomingRequest | undefined {
  try {
    return { ...readRequest(request.raw as NodeRequest), native: request };
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    send(reply, problemAnswer(cause, undefined));
    return undefined;
  }
}

function send(reply: FastifyReplyLike, { status, headers, cookies, body }: Answer): FastifyReplyLike {
  reply.code(status);
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  reply.send(body);
  return reply;
}

function check(test: (authentication: Authentication, request: FastifyRequestLike) => Promise<unknown>): PreHandler {
  return async (request, reply) => {
    const attached = (request as Carrier)[ATTACHED];
    if (!attached) throw new Error('usher: register usherFastify before routes that require a caller');
    try {
      await test(attached.authentication, request);
      return undefined;
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      return send(reply, attached.usher.answerTo(attached.incoming, cause));
    }
  };
}

/** A `preHandler` that requires a valid token and, with `acr` and `maxAge`, a strong and recent sign-in. */
export const requireAuth = (requirement: AuthRequirement = {}): PreHandler =>
  check((authentication) => checkAuth(authentication, requirement));

/** A `preHandler` that requires all of these scopes. */
export const requireScope = (...scopes: string[]): PreHandler =>
  check((authentication) => checkScope(authentication, scopes));

/** A `preHandler` that requires one of these roles. */
export const requireRole = (...roles: string[]): PreHandler =>
  check((authentication) => checkRole(authentication, roles));

/** A `preHandler` that requires a permission. `load` returns the resource that the permission depends on. */
export const requirePermission = <R = FastifyRequestLike>(
  permission: string,
  { load }: { load?: (request: R) => unknown } = {},
): PreHandler =>
  check((authentication, request) =>
    checkPermission(authentication, permission, load && (() => load(request as unknown as R))),
  );

/**
 * Returns the caller.
 * @throws {Refusal} if the request has no valid token
 */
export function getAuth(request: { auth?: unknown }): Auth {
  const auth = request.auth as Auth | null | undefined;
  if (!auth) throw (request as Carrier)[ATTACHED]?.authentication.refusal ?? new Refusal('token_missing');
  return auth;
}
