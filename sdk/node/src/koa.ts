// Koa 2 and 3.
import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** The parts of a Koa context that the module uses. */
export interface KoaContext {
  req: IncomingMessage;
  res: ServerResponse;
  /** `state.auth` is the caller, or `null` if the request has no valid token. */
  state: Record<PropertyKey, unknown>;
  status: number;
  body: unknown;
  originalUrl: string;
  ip: string;
  set(name: string, value: string | string[]): void;
}
/** Middleware of Koa. */
export type KoaMiddleware = (context: any, next: () => Promise<any>) => Promise<void>;

const ATTACHED = Symbol.for('@usher-id/sdk/koa');
interface Attached {
  usher: Usher;
  incoming: IncomingRequest;
  authentication: Authentication;
}

/**
 * Finds out who sends each request and enforces the route rules; `usher(…).usher` is the module itself.
 * @throws {OptionError} where the options make no sense
 */
export function usher(options: UsherOptions | Usher): KoaMiddleware & { usher: Usher } {
  const module = options instanceof Usher ? options : new Usher(options);
  module
    .start()
    .catch((cause: Error) => module.settings.logger.error('the module does not start', { message: cause.message }));
  const middleware = async (context: KoaContext, next: () => Promise<unknown>): Promise<void> => {
    try {
      const incoming: IncomingRequest = {
        ...readRequest(context.req as NodeRequest),
        target: context.originalUrl,
        native: context,
        get ip() {
          return context.ip;
        },
      };
      const { answer, authentication } = await processRequest(module, incoming);
      if (answer) return send(context, answer);
      context.state[ATTACHED] = { usher: module, incoming, authentication } satisfies Attached;
      context.state.auth = authentication.auth;
      await refusing(context, module, incoming, next);
      const refusal = missingResourceCheck(module, authentication, context.status);
      if (refusal) send(context, problemAnswer(refusal, undefined), true);
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      send(context, problemAnswer(cause, undefined));
    }
  };
  return Object.assign(middleware, { usher: module });
}

async function refusing(
  context: KoaContext,
  module: Usher,
  incoming: IncomingRequest,
  next: () => Promise<unknown>,
): Promise<void> {
  try {
    await next();
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    send(context, module.answerTo(incoming, cause));
  }
}

function send(context: KoaContext, { status, headers, cookies, body }: Answer, instead = false): void {
  if (instead) for (const name of context.res.getHeaderNames()) context.res.removeHeader(name);
  context.status = status;
  context.body = body;
  for (const [name, value] of Object.entries(headers)) context.set(name, value);
  if (cookies.length > 0) context.set('set-cookie', cookies);
}

function check(test: (authentication: Authentication, context: KoaContext) => Promise<unknown>): KoaMiddleware {
  return async (context: KoaContext, next) => {
    const attached = context.state[ATTACHED] as Attached | undefined;
    if (!attached) throw new Error('usher: call app.use(usher(…)) before middleware that requires a caller');
    await test(attached.authentication, context);
    await next();
  };
}

/** Only with a good token; with `acr` and `maxAge` a stronger or newer sign-in is asked for. */
export const requireAuth = (requirement: AuthRequirement = {}): KoaMiddleware =>
  check((authentication) => checkAuth(authentication, requirement));

/** Only with a token of all these scopes. */
export const requireScope = (...scopes: string[]): KoaMiddleware =>
  check((authentication) => checkScope(authentication, scopes));

/** Only for holders of one of these roles. */
export const requireRole = (...roles: string[]): KoaMiddleware =>
  check((authentication) => checkRole(authentication, roles));

/** Only with a permission; `load` finds the resource that it depends on. */
export const requirePermission = <C = KoaContext>(
  permission: string,
  { load }: { load?: (context: C) => unknown } = {},
): KoaMiddleware =>
  check((authentication, context) =>
    checkPermission(authentication, permission, load && (() => load(context as unknown as C))),
  );

/** @throws {Refusal} where nobody is known */
export function getAuth(context: { state: object }): Auth {
  const { auth, [ATTACHED]: attached } = context.state as { auth?: Auth | null; [ATTACHED]?: Attached };
  if (!auth) throw attached?.authentication.refusal ?? new Refusal('token_missing');
  return auth;
}
