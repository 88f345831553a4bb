// Requests and answers of Node's own server, on which Express, Koa and Nest stand.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Auth } from '../auth.js';
import { Refusal } from '../core/refusal.js';
import type { Logger } from '../core/options.js';
import type { IncomingRequest } from '../usher.js';
import { type Answer, problemAnswer } from './answer.js';

/** A request of Node's server, with what frameworks add to it. */
export type NodeRequest = IncomingMessage & { originalUrl?: string; ip?: string; auth?: unknown };

/**
 * Reads a request.
 * @throws {Refusal} `credentials_ambiguous`: Node keeps the first of two `Authorization` headers, and another reader might keep the other
 */
export function readRequest(request: NodeRequest): IncomingRequest {
  const { rawHeaders } = request;
  let authorizations = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.length === 13 && rawHeaders[index]?.toLowerCase() === 'authorization') authorizations += 1;
  }
  if (authorizations > 1) throw new Refusal('credentials_ambiguous');
  return {
    method: request.method ?? 'GET',
    target: request.originalUrl ?? request.url ?? '',
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    get ip() {
      return request.ip ?? request.socket?.remoteAddress;
    },
    native: request,
    body: () => readBody(request),
  };
}

/** Sends an answer of the module. */
export function sendAnswer(response: ServerResponse, { status, headers, cookies, body }: Answer): void {
  if (cookies.length > 0) response.setHeader('set-cookie', [...[response.getHeader('set-cookie') ?? []].flat().map(String), ...cookies]);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(response.req?.method === 'HEAD' ? undefined : body);
}

/** Bytes of the largest form that is read. */
const LARGEST_FORM = 64 * 1024;

/** The body, whether or not another middleware has read it already. */
async function readBody(request: NodeRequest): Promise<string> {
  const parsed = (request as { body?: unknown }).body;
  if (typeof parsed === 'string') return parsed;
  if (typeof parsed === 'object' && parsed !== null) return new URLSearchParams(parsed as Record<string, string>).toString();
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > LARGEST_FORM) return '';
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * Holds an answer back while the handler owes a check with the resource. In strict mode it becomes 500 before any of the body is
 * sent; otherwise it is logged.
 */
export function guardAnswer(response: ServerResponse, auth: Auth, strict: boolean, logger: Logger): void {
  const { write, end, writeHead, flushHeaders } = response;
  const restore = () => Object.assign(response, { write, end, writeHead, flushHeaders });
  const judge = (status: number): boolean => {
    restore();
    const { owed } = auth;
    if (owed.length === 0 || status >= 400) return true;
    const permission = owed.join(' ');
    logger.error('the handler answers without the check of the resource that it owes: call can(permission, resource) or filter(permission), or give load', { permission });
    if (!strict) return true;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendAnswer(response, problemAnswer(new Refusal('entity_check_missing'), undefined));
    // Whatever the handler goes on to write is for nobody.
    Object.assign(response, { write: () => false, end: () => response, writeHead: () => response, setHeader: () => response });
    return false;
  };
  const guarded = (method: (...all: never[]) => unknown, statusOf: (first: unknown) => number, instead: unknown) =>
    function guard(this: ServerResponse, ...all: never[]): unknown {
      return judge(statusOf(all[0])) ? method.apply(response, all) : instead;
    };
  const status = () => response.statusCode;
  Object.assign(response, {
    write: guarded(write as never, status, false),
    end: guarded(end as never, status, response),
    flushHeaders: guarded(flushHeaders as never, status, undefined),
    writeHead: guarded(writeHead as never, (first) => (typeof first === 'number' ? first : response.statusCode), response),
  });
}
