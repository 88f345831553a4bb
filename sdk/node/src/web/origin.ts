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
  // A socket is opened by GET, and what it carries afterwards changes things.
  const opensSocket = request.header('upgrade')?.toLowerCase() === 'websocket';
  if (SAFE.includes(request.method) && !opensSocket) return;
  if (!isOwnPage(request, origin)) throw new Refusal('request_forged');
}

/** Does a page of this application send this, or no page at all? */
export function isOwnPage(request: IncomingRequest, origin: string): boolean {
  const [site, from] = [request.header('sec-fetch-site'), request.header('origin')];
  const sameSite = site === undefined || site === 'same-origin' || site === 'none';
  return sameSite && (from === undefined || from === origin);
}

/**
 * The path of this application that somebody is sent back to; `/` for every address that is not of this application.
 * Browsers take `/\host`, `/<tab>/host` and `/..//host` for another host: an address is read as a browser reads it, then written anew.
 */
export function ownPath(wanted: string | null | undefined, base: URL): string {
  const home = base.pathname;
  // Browsers drop control characters, and read a backslash as a slash.
  if (!wanted?.startsWith('/') || /[\u0000-\u001f\u007f\\]/.test(wanted) || !URL.canParse(wanted, base.origin)) return home;
  const url = new URL(wanted, base.origin);
  const own = url.origin === base.origin && !url.pathname.startsWith('//');
  return own ? `${url.pathname}${url.search}` : home;
}
