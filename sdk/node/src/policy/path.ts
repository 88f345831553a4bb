// Parses the path of a request in the same way as Usher does.

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const ODD = /[\u0000-\u001f\u007f-\u009f/\\]/;
const ESCAPE = /%[0-9A-Fa-f]{2}/;

/**
 * Returns the percent-decoded segments of a path. A query, a fragment and one trailing slash are ignored.
 * @returns `undefined` for an ambiguous path, which is refused
 */
export function segments(raw: string): string[] | undefined {
  const path = raw.split(/[?#]/, 1)[0] ?? '';
  if (!path.startsWith('/')) return undefined;
  if (path === '/') return [];
  const inner = path.endsWith('/') ? path.slice(1, -1) : path.slice(1);
  if (inner === '') return undefined;
  const read: string[] = [];
  for (const part of inner.split('/')) {
    const text = segment(part);
    if (text === undefined) return undefined;
    read.push(text);
  }
  return read;
}

function segment(raw: string): string | undefined {
  const text = raw.includes('%') ? decode(raw) : raw;
  if (text === undefined || text === '' || text === '.' || text === '..') return undefined;
  return ODD.test(text) || ESCAPE.test(text) ? undefined : text;
}

function decode(raw: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(raw)) return undefined;
  const bytes: number[] = [];
  for (const piece of raw.match(/%[0-9A-Fa-f]{2}|[^%]+/g) ?? []) {
    if (piece.startsWith('%')) bytes.push(Number.parseInt(piece.slice(1), 16));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
