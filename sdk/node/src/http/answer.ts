// Responses that the module creates itself.
import type { Refusal } from '../core/refusal.js';

/** A response, independent of the framework. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Values of `Set-Cookie`. */
  cookies: string[];
  body: string;
}

/** The response to a refused request (RFC 9457, RFC 6750 §3). */
export function problemAnswer(refusal: Refusal, traceparent: string | undefined, cookies: string[] = []): Answer {
  return {
    status: refusal.status,
    headers: refusal.headers(),
    cookies,
    body: JSON.stringify(refusal.problem(traceIdOf(traceparent))),
  };
}

/** A redirect with 303, so that the next request is a GET (RFC 9110 §15.4.4). */
export const redirectAnswer = (location: string, cookies: string[] = []): Answer => ({
  status: 303,
  headers: { location, 'cache-control': 'no-store' },
  cookies,
  body: '',
});

/** The trace id of a W3C trace context. */
export const traceIdOf = (traceparent: string | undefined): string | undefined =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '')?.[1];
