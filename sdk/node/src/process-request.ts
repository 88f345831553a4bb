// The steps before a handler runs, the same in every framework: web-mode routes, authentication, route rules.
import { Refusal } from './core/refusal.js';
import type { Answer } from './http/answer.js';
import type { Authentication, IncomingRequest, Usher } from './usher.js';

/** Either the caller of a request that may continue, or the response that the module sends. */
export type Processed =
  { authentication: Authentication; answer?: undefined } | { answer: Answer; authentication?: undefined };

/** Runs the steps before a handler. */
export async function processRequest(usher: Usher, request: IncomingRequest): Promise<Processed> {
  try {
    const answer = await usher.handle(request);
    if (answer) return { answer };
    const authentication = await usher.authenticate(request);
    await usher.enforceRoutes(request, authentication);
    return { authentication };
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return { answer: usher.answerTo(request, cause) };
  }
}

/** Returns a refusal if the handler succeeded without a permission check that needs the resource. */
export function missingResourceCheck(usher: Usher, { auth }: Authentication, status: number): Refusal | undefined {
  const { policy } = usher.settings;
  if (!auth || policy === false || status >= 400 || auth.pendingResourceChecks.length === 0) return undefined;
  const message =
    'the handler responded without checking the permission on the resource: call can(permission, resource) or filter(permission), or pass load';
  usher.settings.logger.error(message, { permission: auth.pendingResourceChecks.join(' ') });
  return policy.strict ? new Refusal('entity_check_missing') : undefined;
}
