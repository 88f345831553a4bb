// What every adapter asks of a comparison: the field stands first.
import type { Comparison } from '../policy/condition.js';
import type { Where } from '../policy/residual.js';
import { type Type, type Value, typeOf } from '../policy/value.js';

/** A filter that a database cannot answer in this way. */
export class FilterUnsupported extends Error {
  override readonly name = 'UsherFilterUnsupported';
}

/** How fields of the access rules are called in the database. */
export interface FieldNames {
  /** `{ owner_id: 'ownerId' }`; names that are not here stay as they are. */
  fields?: Record<string, string>;
}

/** The name of a field in the database. */
export const fieldName = (name: string, { fields }: FieldNames): string =>
  fields !== undefined && Object.hasOwn(fields, name) ? (fields[name] as string) : name;

/** A comparison of a field with a value, or with another field. */
export interface FieldTest {
  field: string;
  op: Comparison;
  negated: boolean;
  value?: Value;
  other?: string;
}

const FLIPPED: Record<Comparison, Comparison> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  gte: 'lte',
  lt: 'gt',
  lte: 'gte',
  in: 'contains',
  contains: 'in',
};

/** Puts the field first. */
export function fieldTest(where: Extract<Where, { op: Comparison }>): FieldTest {
  const { op, left, right, negated } = where;
  if ('field' in left)
    return 'field' in right
      ? { field: left.field, op, negated, other: right.field }
      : { field: left.field, op, negated, value: right.value };
  if ('field' in right) return { field: right.field, op: FLIPPED[op], negated, value: left.value };
  throw new FilterUnsupported('a comparison without a field');
}

/** Types that do not compare hold for nothing, and neither does their negation. */
export function neverHolds({ op, value }: FieldTest): boolean {
  if (value === undefined) return false;
  const type: Type = typeOf(value);
  if (op === 'in') return type !== 'strings';
  if (op === 'contains') return type !== 'string';
  if (op === 'eq' || op === 'ne') return type === 'strings';
  return type !== 'int';
}
