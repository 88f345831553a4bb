// How two values compare.
import type { Comparison } from './condition.js';
import { type Value, typeOf } from './value.js';

/** Compares two values; `undefined` where their types do not allow it. */
export function compare(op: Comparison, left: Value, right: Value): boolean | undefined {
  const [one, other] = [typeOf(left), typeOf(right)];
  switch (op) {
    case 'eq':
    case 'ne':
      if (one !== other || one === 'strings') return undefined;
      // A number and a bigint are equal by ==; the types were compared above.
      return (left == right) === (op === 'eq');
    case 'in':
      return one === 'string' && other === 'strings' ? (right as string[]).includes(left as string) : undefined;
    case 'contains':
      return one === 'strings' && other === 'string' ? (left as string[]).includes(right as string) : undefined;
    default:
      return one === 'int' && other === 'int' ? ordered(op, left as number, right as number) : undefined;
  }
}

function ordered(op: 'gt' | 'gte' | 'lt' | 'lte', left: number | bigint, right: number | bigint): boolean {
  switch (op) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
  }
}
