// Hono 4, on every runtime that has `node:crypto` (Node, Bun, Deno, Workers with nodejs_compat).
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth, checkPermission, checkRole, checkScope } from './checks.js';
import type { UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { missingResourceCheck, processRequest } from './process-request.js';
import { problemAnswer } from './http/answer.js';
import { readWebRequest, webResponse } from './http/web.js';
import { type Authentication, type IncomingRequest, Usher } from './usher.js';

export { Refusal, Usher };
export type { Auth, AuthRequirement, UsherOptions };

/** The parts of a Hono context that the module uses. */
export interface HonoContext {
  req: { raw: Request; param(name: string): string | undefined };
  res: Response;
  get(key: any): any;
  set(key: any, value: unknown): void;
}
/** Middleware of Hono. */
export type HonoMiddleware = (context: any, next: () => Promise<void>) => Promise<Response | void>;
/** The variables that the middleware sets: `new Hono<{ Variables: UsherVariables }>()`. */
export interface UsherVariables {
  /** The caller, or `null` if the request has no valid token. */
  auth: Auth | null;
}

const ATTACHED = '@usher-id/sdk/hono';
interface Attached {
  usher: Usher;
  incoming: IncomingRequest;
  authentication: Authentication;
}

/**
 * Finds out who sends each request and enforces the route rules; `usher(…).usher` is the module itself.
 * @throws {OptionError} where the options make no sense
 */
export function usher(options: UsherOptions | Usher): HonoMiddleware & { usher: Usher } {
  const module = options instanceof Usher ? options : new Usher(options);
  module
    .start()
    .catch((cause: Error) => module.settings.logger.error('the module does not start', { message: cause.message }));
  const middleware = async (context: HonoContext, next: () => Promise<void>): Promise<Response | void> => {
    const incoming = read(context);
    if (incoming instanceof Response) return incoming;
    const { answer, authentication } = await processRequest(module, incoming);
    if (answer) return webResponse(answer);
    context.set(ATTACHED, { usher: module, incoming, authentication } satisfies Attached);
    context.set('auth', authentication.auth);
    await next();
    const refusal = missingResourceCheck(module, authentication, context.res.status);
    if (refusal) {
      // Hono merges the headers of a replaced response into the new one unless the old one is removed first.
      context.res = undefined as unknown as Response;
      context.res = webResponse(problemAnswer(refusal, undefined));
    }
  };
  return Object.assign(middleware, { usher: module });
}

function read(context: HonoContext): IncomingRequest | Response {
  try {
    return readWebRequest(context.req.raw, context);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return webResponse(problemAnswer(cause, undefined));
  }
}

function check(test: (authentication: Authentication, context: HonoContext) => Promise<unknown>): HonoMiddleware {
  return async (context: HonoContext, next) => {
    const attached = context.get(ATTACHED) as Attached | undefined;
    if (!attached) throw new Error('usher: call app.use(usher(…)) before middleware that requires a caller');
    try {
      await test(attached.authentication, context);
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      return webResponse(attached.usher.answerTo(attached.incoming, cause));
    }
    await next();
    return undefined;
  };
}

/** Only with a good token; with `acr` and `maxAge` a stronger or newer sign-in is asked for. */
export const requireAuth = (requirement: AuthRequirement = {}): HonoMiddleware =>
  check((authentication) => checkAuth(authentication, requirement));

/** Only with a token of all these scopes. */
export const requireScope = (...scopes: string[]): HonoMiddleware =>
  check((authentication) => checkScope(authentication, scopes));

/** Only for holders of one of these roles. */
export const requireRole = (...roles: string[]): HonoMiddleware =>
  check((authentication) => checkRole(authentication, roles));

/** Only with a permission; `load` finds the resource that it depends on. */
export const requirePermission = <C = HonoContext>(
  permission: string,
  { load }: { load?: (context: C) => unknown } = {},
): HonoMiddleware =>
  check((authentication, context) =>
    checkPermission(authentication, permission, load && (() => load(context as unknown as C))),
  );

/** @throws {Refusal} where nobody is known */
export function getAuth(context: { get(key: any): any }): Auth {
  const auth = context.get('auth') as Auth | null | undefined;
  if (!auth)
    throw (context.get(ATTACHED) as Attached | undefined)?.authentication.refusal ?? new Refusal('token_missing');
  return auth;
}
