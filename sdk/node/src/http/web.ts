// Requests and responses of the Fetch standard, used by Hono and Next.
import { Refusal } from '../core/refusal.js';
import type { IncomingRequest } from '../usher.js';
import type { Answer } from './answer.js';

/**
 * Reads a request.
 * @throws {Refusal} `credentials_ambiguous`: two `Authorization` headers are joined by a comma
 */
export function readWebRequest(request: Request, native: unknown = request): IncomingRequest {
  const authorization = request.headers.get('authorization');
  if (authorization?.includes(',') && /^(?:Bearer|DPoP)/i.test(authorization)) throw new Refusal('credentials_ambiguous');
  return {
    method: request.method,
    target: request.url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, ''),
    header: (name) => request.headers.get(name) ?? undefined,
    native,
    body: () => request.clone().text(),
  };
}

/**
 * A request of which only the headers are known. Browsers name the origin with everything that changes something, and not when they open
 * a page.
 */
export const requestOf = (headers: Pick<Headers, 'get'>): IncomingRequest => ({
  method: headers.get('origin') === null ? 'GET' : 'POST',
  target: '/',
  header: (name) => headers.get(name) ?? undefined,
});

/** Converts a response of the module. */
export function webResponse({ status, headers, cookies, body }: Answer): Response {
  const all = new Headers(headers);
  for (const cookie of cookies) all.append('set-cookie', cookie);
  return new Response(body === '' ? null : body, { status, headers: all });
}
