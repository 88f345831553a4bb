// The name of this host, which the module tells Usher for the list of modules.
import { hostname } from 'node:os';

/** The longest name that Usher accepts. */
const LONGEST = 64;

/** Returns a host name with only the characters that Usher accepts; `undefined` if nothing is left. */
export function acceptable(name: string): string | undefined {
  const plain = name.replace(/[^A-Za-z0-9._:-]/g, '').slice(0, LONGEST);
  return plain === '' ? undefined : plain;
}

/** The name of this host, if it is known. */
export const HOST = acceptable(hostname());
