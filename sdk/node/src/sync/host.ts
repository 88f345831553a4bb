// The name of this host and process, which the module tells Usher for the list of modules.
import { hostname } from 'node:os';
import { pid } from 'node:process';

/** The longest name that Usher accepts. */
const LONGEST = 64;

/**
 * Returns a host name with only the characters that Usher accepts, and the process on it; `undefined` if no name is left.
 * @param process its id; in a container the first process is the only one, and is not named
 */
export function acceptable(name: string, process: number): string | undefined {
  const suffix = process === 1 ? '' : `/${process}`;
  const plain = name.replace(/[^A-Za-z0-9._:-]/g, '').slice(0, LONGEST - suffix.length);
  return plain === '' ? undefined : plain + suffix;
}

/** The name of this host and process, if it is known. */
export const HOST = acceptable(hostname(), pid);
