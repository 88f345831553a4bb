// Comparisons in a uniform form for the adapters: the field comes first.
import type { Comparison } from '../policy/condition.js';
import { FLIPPED, type Where } from '../policy/residual.js';
import { type Type, type Value, typeOf } from '../policy/value.js';

/** A filter that cannot be expressed in the query language. */
export class FilterUnsupported extends Error {
  override readonly name = 'UsherFilterUnsupported';
}

/** The names of fields in the database. */
export interface FieldNames {
  /** `{ owner_id: 'ownerId' }`. Other names stay as they are. */
  fields?: Record<string, string>;
}

/** Returns the name of a field in the database. */
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

/** Converts a comparison so that the field comes first. */
export function fieldTest(where: Extract<Where, { op: Comparison }>): FieldTest {
  const { op, left, right, negated } = where;
  if ('field' in left)
    return 'field' in right
      ? { field: left.field, op, negated, other: right.field }
      : { field: left.field, op, negated, value: right.value };
  if ('field' in right) return { field: right.field, op: FLIPPED[op], negated, value: left.value };
  throw new FilterUnsupported('a comparison without a field');
}

/** Returns whether the types cannot be compared. The comparison and its negation are then false. */
export function neverHolds({ op, value }: FieldTest): boolean {
  if (value === undefined) return false;
  const type: Type = typeOf(value);
  if (op === 'in') return type !== 'strings';
  if (op === 'contains') return type !== 'string';
  if (op === 'eq' || op === 'ne') return type === 'strings';
  return type !== 'int';
}
