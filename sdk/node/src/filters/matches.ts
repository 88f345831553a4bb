// Evaluates a filter on one object in memory.
import { compare } from '../policy/compare.js';
import type { Residual, Side, Where } from '../policy/residual.js';
import { type Value, readValue } from '../policy/value.js';

/** Returns whether an object matches a filter. */
export function matches(filter: Residual, resource: object): boolean {
  return typeof filter === 'boolean' ? filter : holds(filter, resource as Record<string, unknown>);
}

function holds(where: Where, resource: Record<string, unknown>): boolean {
  if ('all' in where) return where.all.every((part) => holds(part, resource));
  if ('any' in where) return where.any.some((part) => holds(part, resource));
  if ('present' in where) return (readValue(resource[where.present]) !== undefined) !== where.negated;
  const value = (side: Side): Value | undefined => readValue('value' in side ? side.value : resource[side.field]);
  const [left, right] = [value(where.left), value(where.right)];
  if (left === undefined || right === undefined) return false;
  const truth = compare(where.op, left, right);
  return truth !== undefined && truth !== where.negated;
}
