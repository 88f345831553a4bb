// Where a request comes from, and where one may be sent.
import { Refusal } from '../core/refusal.js';
import type { IncomingRequest } from '../usher.js';

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * A request that changes something and brings the session cookie has to come from a page of this application. `SameSite=Lax`
 * keeps other sites away; this keeps away neighbours on the same site, and browsers that know no `SameSite`.
 * @throws {Refusal} `request_forged`
 */
export function refuseForged(request: IncomingRequest, origin: string): void {
  // What a socket carries changes things, although it is opened by GET. A browser always says which page opens it. With HTTP/2 it is
  // opened by CONNECT (RFC 8441 §4).
  const opensSocket = request.method === 'CONNECT' || request.header('upgrade')?.toLowerCase() === 'websocket';
  if (SAFE.includes(request.method) && !opensSocket) return;
  const isUnnamed = opensSocket && request.header('origin') === undefined;
  if (isUnnamed || !isOwnPage(request, origin)) throw new Refusal('request_forged');
}

/** Does a page of this application send this, or no page at all? */
export function isOwnPage(request: IncomingRequest, origin: string): boolean {
  const [site, from] = [request.header('sec-fetch-site'), request.header('origin')];
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  return sameSite && (from === undefined || from === origin);
}

/** The longest path that somebody is sent back to: it is kept in a cookie, and browsers refuse those of more than 4096 bytes. */
const LONGEST_PATH = 2000;

/**
 * The path of this application that somebody is sent back to; `/` for every address that is not of this application, or too long.
 * Browsers take `/\host`, `/<tab>/host` and `/..//host` for another host: an address is read as a browser reads it, then written anew.
 */
export function ownPath(wanted: string | null | undefined, base: URL): string {
  const home = base.pathname;
  // Browsers drop control characters, and read a backslash as a slash.
  if (!wanted?.startsWith('/') || /[\u0000-\u001f\u007f\\]/.test(wanted) || !URL.canParse(wanted, base.origin)) return home;
  const url = new URL(wanted, base.origin);
  const path = `${url.pathname}${url.search}`;
  const own = url.origin === base.origin && !path.startsWith('//');
  return own && path.length <= LONGEST_PATH ? path : home;
}
