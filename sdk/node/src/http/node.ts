// Requests and responses of Node's HTTP server, used by Express, Fastify, Koa and Nest.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../core/refusal.js';
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

/** Sends a response of the module. */
export function sendAnswer(response: ServerResponse, { status, headers, cookies, body }: Answer): void {
  if (cookies.length > 0)
    response.setHeader('set-cookie', [...[response.getHeader('set-cookie') ?? []].flat().map(String), ...cookies]);
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(response.req?.method === 'HEAD' ? undefined : body);
}

/** The largest form that is read, in bytes. */
const LARGEST_FORM = 64 * 1024;

/** Reads the body, also if another middleware has parsed it already. */
async function readBody(request: NodeRequest): Promise<string> {
  const parsed = (request as { body?: unknown }).body;
  if (typeof parsed === 'string') return parsed;
  if (typeof parsed === 'object' && parsed !== null)
    return new URLSearchParams(parsed as Record<string, string>).toString();
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
 * Calls `check` before the first byte of the response is sent.
 * @param check receives the status; if it returns a refusal, that is sent instead
 */
export function guardResponse(response: ServerResponse, check: (status: number) => Refusal | undefined): void {
  const { write, end, writeHead, flushHeaders } = response;
  const judge = (status: number): boolean => {
    Object.assign(response, { write, end, writeHead, flushHeaders });
    const refusal = check(status);
    if (!refusal) return true;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendAnswer(response, problemAnswer(refusal, undefined));
    // Whatever the handler writes afterwards is discarded.
    Object.assign(response, {
      write: () => false,
      end: () => response,
      writeHead: () => response,
      setHeader: () => response,
    });
    return false;
  };
  const guarded =
    (method: (...all: never[]) => unknown, statusOf: (first: unknown) => number, instead: unknown) =>
    (...all: never[]): unknown =>
      judge(statusOf(all[0])) ? method.apply(response, all) : instead;
  const status = () => response.statusCode;
  Object.assign(response, {
    write: guarded(write as never, status, false),
    end: guarded(end as never, status, response),
    flushHeaders: guarded(flushHeaders as never, status, undefined),
    writeHead: guarded(
      writeHead as never,
      (first) => (typeof first === 'number' ? first : response.statusCode),
      response,
    ),
  });
}
