// HTTP requests to Usher, with a timeout and without redirects.
import { USER_AGENT } from '../version.js';

/** The timeout in milliseconds. */
const PATIENCE = 10_000;

/** A request to Usher failed. `status` is 0 if there was no response. */
export class IssuerError extends Error {
  override readonly name = 'UsherIssuerError';
  readonly status: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter: number | undefined;
  constructor(message: string, status = 0, retryAfter?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Sends a request. Redirects are errors.
 * @param patience milliseconds
 * @throws {IssuerError} for a redirect, and if there is no response
 */
export async function send(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit = {},
  patience = PATIENCE,
): Promise<Response> {
  const timeout = AbortSignal.timeout(patience);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  let response: Response;
  try {
    const headers = { 'user-agent': USER_AGENT, ...(init.headers as Record<string, string> | undefined) };
    response = await fetch(url, { ...init, headers, signal, redirect: 'manual' });
  } catch (cause) {
    throw new IssuerError(`${new URL(url).pathname} does not answer`, 0, undefined, cause);
  }
  if (
    response.type === 'opaqueredirect' ||
    (response.status >= 300 && response.status < 400 && response.status !== 304)
  ) {
    throw new IssuerError(`${new URL(url).pathname} redirects: the issuer never does`, response.status);
  }
  return response;
}

/** The error for an unexpected status. */
export function unexpected(response: Response): IssuerError {
  const retryAfter = Number(response.headers.get('retry-after') ?? '');
  const seconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined;
  return new IssuerError(
    `${new URL(response.url || 'http://issuer/').pathname} answered ${response.status}`,
    response.status,
    seconds,
  );
}
