// Fastify 5.
import type { IncomingMessage } from 'node:http';
import type {} from 'fastify';
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth, checkPermission, checkRole, checkScope } from './checks.js';
import type { UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { owes, passGate } from './gate.js';
import { type Answer, problemAnswer } from './http/answer.js';
import { type NodeRequest, readRequest } from './http/node.js';
import { type Authentication, type IncomingRequest, Usher } from './usher.js';

export { Refusal, Usher };
export type { Auth, AuthRequirement, UsherOptions };

/** A request of Fastify, as far as it is of interest here. */
export interface FastifyRequestLike {
  raw: IncomingMessage;
  /** Whoever sends it; `null` where nobody is known. */
  auth: Auth | null;
  params: unknown;
}
/** A reply of Fastify, as far as it is of interest here. */
export interface FastifyReplyLike {
  statusCode: number;
  code(status: number): FastifyReplyLike;
  header(name: string, value: unknown): FastifyReplyLike;
  send(payload?: unknown): unknown;
  removeHeader(name: string): unknown;
  getHeaders(): Record<string, unknown>;
}
/** What comes before a handler. */
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
    /** Whoever sends it; `null` where nobody is known. */
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
 * The plugin: `await app.register(usherFastify, options)`. Adds `request.auth`, `app.usher`, `app.requireAuth` and its neighbours.
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
    const { answer, authentication } = await passGate(usher, incoming);
    if (answer) return send(reply, answer);
    request[ATTACHED] = { usher, incoming, authentication };
    request.auth = authentication.auth;
    return undefined;
  });
  instance.addHook('onSend', async (request: Carrier, reply: FastifyReplyLike, payload: unknown) => {
    const attached = request[ATTACHED];
    const refusal = attached && owes(usher, attached.authentication, reply.statusCode);
    if (!refusal) return payload;
    for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
    const { status, headers, body } = problemAnswer(refusal, undefined);
    reply.code(status);
    for (const [name, value] of Object.entries(headers)) reply.header(name, value);
    return body;
  });
  instance.addHook('onClose', () => usher.close());
}

/** The hooks are for the whole application and not for the plugin alone. */
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
    if (!attached) throw new Error('usher: app.register(usherFastify, …) has to come before what requires somebody');
    try {
      await test(attached.authentication, request);
      return undefined;
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      return send(reply, attached.usher.answerTo(attached.incoming, cause));
    }
  };
}

/** A `preHandler`: only with a good token; with `acr` and `maxAge` a stronger or newer sign-in is asked for. */
export const requireAuth = (requirement: AuthRequirement = {}): PreHandler =>
  check((authentication) => checkAuth(authentication, requirement));

/** A `preHandler`: only with a token of all these scopes. */
export const requireScope = (...scopes: string[]): PreHandler =>
  check((authentication) => checkScope(authentication, scopes));

/** A `preHandler`: only for holders of one of these roles. */
export const requireRole = (...roles: string[]): PreHandler =>
  check((authentication) => checkRole(authentication, roles));

/** A `preHandler`: only with a permission; `load` finds the resource that it depends on. */
export const requirePermission = <R = FastifyRequestLike>(
  permission: string,
  { load }: { load?: (request: R) => unknown } = {},
): PreHandler =>
  check((authentication, request) =>
    checkPermission(authentication, permission, load && (() => load(request as unknown as R))),
  );

/** @throws {Refusal} where nobody is known */
export function getAuth(request: { auth?: unknown }): Auth {
  const auth = request.auth as Auth | null | undefined;
  if (!auth) throw (request as Carrier)[ATTACHED]?.authentication.refusal ?? new Refusal('token_missing');
  return auth;
}
