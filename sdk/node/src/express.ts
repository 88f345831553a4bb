// Express 4 and 5, and whatever else takes connect's middleware.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth, checkPermission, checkRole, checkScope } from './checks.js';
import { OptionError, type UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { missingResourceCheck, processRequest } from './process-request.js';
import { problemAnswer } from './http/answer.js';
import { type NodeRequest, guardResponse, readRequest, sendAnswer } from './http/node.js';
import { type Authentication, type IncomingRequest, Usher } from './usher.js';

export { Usher, Refusal };
export type { Auth, AuthRequirement, UsherOptions };

/** The parts of an Express request that `load` may use. */
export type ExpressRequest = IncomingMessage & {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body?: any;
};
/** Middleware of connect. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
/** The middleware of a module, and the module itself. */
export type UsherMiddleware = Middleware & { usher: Usher };

/** What the middleware knows about a request. */
export interface Attached {
  usher: Usher;
  incoming: IncomingRequest;
  authentication: Authentication;
}

/** Shared by all copies of this package in a process. */
const ATTACHED = Symbol.for('@usher-id/sdk/express');
type Carrier = NodeRequest & { [ATTACHED]?: Attached };

/**
 * Finds out who sends each request and enforces the route rules. `usher(…).usher` is the module itself: `ready()`, `sessions()`, `close()`.
 * @throws {OptionError} where the options make no sense
 */
export function usher(options: UsherOptions | Usher): UsherMiddleware {
  const module = options instanceof Usher ? options : new Usher(options);
  module.start().catch((cause: Error) => {
    module.settings.logger.error('the module does not start', { message: cause.message });
  });
  const middleware: Middleware = (request, response, next) => {
    attach(module, request as Carrier, response).then((passes) => {
      if (passes) next();
    }, next);
  };
  return Object.assign(middleware, { usher: module });
}

async function attach(module: Usher, request: Carrier, response: ServerResponse): Promise<boolean> {
  let incoming: IncomingRequest;
  try {
    incoming = readRequest(request);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    sendAnswer(response, problemAnswer(cause, undefined));
    return false;
  }
  const { answer, authentication } = await processRequest(module, incoming);
  if (answer) {
    sendAnswer(response, answer);
    return false;
  }
  request[ATTACHED] = { usher: module, incoming, authentication };
  if (authentication.auth) request.auth = authentication.auth;
  guardResponse(response, (status) => missingResourceCheck(module, authentication, status));
  return true;
}

function check(test: (attached: Attached, request: IncomingMessage) => Promise<unknown>): Middleware {
  return (request, response, next) => {
    const attached = (request as Carrier)[ATTACHED];
    if (!attached)
      return next(new OptionError('usher', 'call app.use(usher(…)) before middleware that requires a caller'));
    test(attached, request).then(
      () => next(),
      (cause: unknown) => {
        if (!(cause instanceof Refusal)) return next(cause);
        sendAnswer(response, attached.usher.answerTo(attached.incoming, cause));
      },
    );
  };
}

/** Requires a valid token and, with `acr` and `maxAge`, a strong and recent sign-in. `fresh` introspects the token. */
export const requireAuth = (requirement: AuthRequirement = {}): Middleware =>
  check(({ authentication }) => checkAuth(authentication, requirement));

/** Only with a token of all these scopes. */
export const requireScope = (...scopes: string[]): Middleware =>
  check(({ authentication }) => checkScope(authentication, scopes));

/** Requires one of these roles. Prefer permissions: the access rules then decide which roles have them. */
export const requireRole = (...roles: string[]): Middleware =>
  check(({ authentication }) => checkRole(authentication, roles));

/**
 * Requires a permission: `Order:update`. `load` returns the resource that it depends on; without it the handler must call
 * `getAuth(req).can(permission, resource)`.
 */
export function requirePermission<R = ExpressRequest>(
  permission: string,
  options: { load?: (request: R) => unknown } = {},
): Middleware {
  const { load } = options;
  return check(({ authentication }, request) =>
    checkPermission(authentication, permission, load && (() => load(request as unknown as R))),
  );
}

/**
 * Returns the caller.
 * @throws {Refusal} if the request has no valid token, which `requireAuth` rules out
 */
export function getAuth(request: IncomingMessage): Auth {
  const attached = (request as Carrier)[ATTACHED];
  if (!attached) throw new OptionError('usher', 'call app.use(usher(…)) before getAuth');
  const { auth, refusal } = attached.authentication;
  if (!auth) throw refusal ?? new Refusal('token_missing');
  return auth;
}

/**
 * Authenticates the `upgrade` request of a WebSocket, which passes no middleware, and enforces the route rules. In web mode pages of
 * other sites are refused.
 * @returns the caller, or `null` where the route is public and nobody is signed in
 * @throws {Refusal}
 */
export async function authenticateUpgrade({ usher: module }: UsherMiddleware, request: IncomingMessage): Promise<Auth | null> {
  const incoming = readRequest(request as NodeRequest);
  const authentication = await module.authenticate(incoming);
  await module.enforceRoutes(incoming, authentication);
  return authentication.auth;
}

/** What the middleware knows about a request; for frameworks built on Express. */
export const attachedTo = (request: IncomingMessage): Attached | undefined => (request as Carrier)[ATTACHED];

/** Returns the caller, or `null` if the request has no valid token. */
export const findAuth = (request: IncomingMessage): Auth | null =>
  (request as Carrier)[ATTACHED]?.authentication.auth ?? null;
