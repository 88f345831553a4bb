// Cookies of web mode (RFC 6265): for this host alone, never for scripts, never with requests of other sites.

/** The value of a cookie; `undefined` if it is not there, or there twice. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  let found: string | undefined;
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at < 0 || pair.slice(0, at).trim() !== name) continue;
    const value = pair.slice(at + 1).trim();
    // A neighbouring host may have planted the other.
    if (found !== undefined && found !== value) return undefined;
    found = value;
  }
  return found;
}

/** A line of `Set-Cookie`. With https the name begins with `__Host-`, which no other host and no plain http can set. */
export const writeCookie = (name: string, value: string, maxAge: number, secure: boolean): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${Math.max(0, Math.floor(maxAge))}${secure ? '; Secure' : ''}`;
