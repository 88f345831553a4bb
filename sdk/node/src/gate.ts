// What every framework does with a request before its handlers: the module's own addresses, who sends it, the route rules.
import { Refusal } from './core/refusal.js';
import type { Answer } from './http/answer.js';
import type { Authentication, IncomingRequest, Usher } from './usher.js';

/** A request that may go on, with whoever sends it; or the answer that the module gives. */
export type Passed =
  { authentication: Authentication; answer?: undefined } | { answer: Answer; authentication?: undefined };

/** Lets a request pass, or answers it. */
export async function passGate(usher: Usher, request: IncomingRequest): Promise<Passed> {
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

/** Does the handler still owe a check with the resource? Then its answer, unless it refuses, is not to be sent. */
export function owes(usher: Usher, { auth }: Authentication, status: number): Refusal | undefined {
  const { policy } = usher.settings;
  if (!auth || policy === false || status >= 400 || auth.owed.length === 0) return undefined;
  const message =
    'the handler answers without the check of the resource that it owes: call can(permission, resource) or filter(permission), or give load';
  usher.settings.logger.error(message, { permission: auth.owed.join(' ') });
  return policy.strict ? new Refusal('entity_check_missing') : undefined;
}
