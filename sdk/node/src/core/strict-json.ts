// JSON without two meanings: parsers that choose different ones of two members with one name see different tokens (RFC 7519 §4).

/** The deepest nesting of a token's header and claims. */
const DEEPEST = 16;
/** Everything that a walk over valid JSON has to stop at. */
const MARKS = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

/**
 * Returns whether valid JSON has no member twice and is not nested too deeply.
 * @param text JSON that `JSON.parse` accepts
 */
export function isStrict(text: string): boolean {
  /** The names of each open object; `undefined` for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (const [mark] of text.matchAll(MARKS)) {
    if (mark === '{' || mark === '[') {
      if (open.length === DEEPEST) return false;
      open.push(mark === '{' ? new Set() : undefined);
      isName = mark === '{';
    } else if (mark === '}' || mark === ']') {
      open.pop();
      isName = false;
    } else if (mark === ',') {
      isName = open.at(-1) !== undefined;
    } else if (mark !== ':' && isName) {
      const [names, name] = [open.at(-1), JSON.parse(mark) as string];
      if (names?.has(name)) return false;
      names?.add(name);
      isName = false;
    }
  }
  return true;
}
