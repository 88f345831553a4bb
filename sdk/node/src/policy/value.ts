// The values of conditions: strings, booleans, integers, lists of strings.

/** The attributes of a user, a resource, a request or a token. */
export type Attributes = Readonly<Record<string, unknown>>;

export type Value = string | boolean | number | bigint | readonly string[];
export type Type = 'string' | 'bool' | 'int' | 'strings';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;

/**
 * Reads a value; `undefined` for what counts as missing: null, fractions, objects, mixed lists, and numbers beyond ±(2⁵³−1),
 * which are written `{"int": "9007199254740993"}` or as a bigint.
 */
export function readValue(value: unknown): Value | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? value : undefined;
    case 'bigint':
      return value >= MIN && value <= MAX ? value : undefined;
    case 'object':
      return value === null ? undefined : readObject(value);
    default:
      return undefined;
  }
}

function readObject(value: object): Value | undefined {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? value : undefined;
  const members = Object.keys(value);
  const digits = members.length === 1 && members[0] === 'int' ? (value as { int: unknown }).int : undefined;
  return typeof digits === 'string' ? whole(digits) : undefined;
}

/** A whole number of 64 bits in the one way to write it in digits: no plus, no zero in front, no minus zero. */
function whole(digits: string): bigint | undefined {
  if (!/^(0|-?[1-9]\d{0,18})$/.test(digits)) return undefined;
  const number = BigInt(digits);
  return number >= MIN && number <= MAX ? number : undefined;
}

/** The type of a value. */
export function typeOf(value: Value): Type {
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'object':
      return 'strings';
    default:
      return 'int';
  }
}
