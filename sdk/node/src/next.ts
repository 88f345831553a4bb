// Next.js 15 and 16: route handlers, server components, proxy.
import type { Auth } from './auth.js';
import { type AuthRequirement, checkAuth } from './checks.js';
import type { UsherOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { processRequest } from './process-request.js';
import { problemAnswer } from './http/answer.js';
import { readWebRequest, requestOf, webResponse } from './http/web.js';
import { type IncomingRequest, Usher } from './usher.js';

export { Refusal, Usher };
export type { Auth, AuthRequirement, UsherOptions };

/** The result of `createUsherNext`. */
export interface UsherNext {
  /** `app/auth/[...usher]/route.ts`: `export const { GET, POST } = handlers`. */
  handlers: { GET(request: Request): Promise<Response>; POST(request: Request): Promise<Response> };
  /** The signed-in user in server components, server actions and route handlers, or `null`. */
  auth(request?: Request): Promise<Auth | null>;
  /** `proxy.ts`: enforces the route rules before any page is rendered. `undefined` means that the request continues. */
  proxy(request: Request): Promise<Response | undefined>;
  /** Wraps a route handler that requires a signed-in user. */
  withAuth<A extends unknown[]>(
    handler: (request: Request, auth: Auth, ...more: A) => Response | Promise<Response>,
    requirement?: AuthRequirement,
  ): (request: Request, ...more: A) => Promise<Response>;
  usher: Usher;
}

/** Next bundles pages, handlers and the proxy separately. The bundles of one process share one module. */
const MODULES = Symbol.for('@usher-id/sdk/next');
type Holder = typeof globalThis & { [MODULES]?: Map<string, Usher> };

function shared(options: UsherOptions): Usher {
  const modules = ((globalThis as Holder)[MODULES] ??= new Map());
  const key = `${options.issuer} ${options.clientId}`;
  const known = modules.get(key);
  if (known) return known;
  const made = new Usher(options);
  modules.set(key, made);
  return made;
}

/**
 * Makes the module of a Next application, in web mode unless `mode` says otherwise.
 * @throws {OptionError} where the options make no sense
 */
export function createUsherNext(options: UsherOptions | Usher): UsherNext {
  const usher = options instanceof Usher ? options : shared({ mode: 'web', ...options });
  /** The first request starts the module, so that `next build` does not connect to Usher. */
  const read = async (request: Request | undefined): Promise<IncomingRequest> => {
    await usher.start();
    return request ? readWebRequest(request) : currentRequest();
  };
  const refusing = async <R>(work: () => Promise<R>): Promise<R | Response> => {
    try {
      return await work();
    } catch (cause) {
      if (!(cause instanceof Refusal)) throw cause;
      return webResponse(problemAnswer(cause, undefined));
    }
  };
  const handle = (request: Request): Promise<Response> =>
    refusing(async () => {
      const answer = await usher.handle(await read(request));
      return answer ? webResponse(answer) : new Response(null, { status: 404 });
    });
  return {
    usher,
    handlers: { GET: handle, POST: handle },
    auth: async (request) => (await usher.authenticate(await read(request))).auth,
    proxy: (request) =>
      refusing(async () => {
        const { answer } = await processRequest(usher, await read(request));
        return answer && webResponse(answer);
      }),
    withAuth:
      (handler, requirement) =>
      (request, ...more) =>
        refusing(async () => {
          const incoming = await read(request);
          try {
            return await handler(request, await checkAuth(await usher.authenticate(incoming), requirement), ...more);
          } catch (cause) {
            if (!(cause instanceof Refusal)) throw cause;
            return webResponse(usher.answerTo(incoming, cause));
          }
        }),
  };
}

/** The request of a server component, a server action or a route handler. */
async function currentRequest(): Promise<IncomingRequest> {
  const { headers } = await import('next/headers.js');
  return requestOf(await headers());
}
