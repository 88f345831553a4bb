import type { Comparison } from '../policy/condition.js';
import type { Residual, Where } from '../policy/residual.js';
import { type Value, typeOf } from '../policy/value.js';
import { type FieldNames, FilterUnsupported, fieldName, fieldTest, neverHolds } from './leaf.js';

/** A filter of MongoDB, as Mongoose and the package `mongodb` take it. */
export type MongoFilter = Record<string, unknown>;

const NOTHING: MongoFilter = { _id: { $in: [] } };
const THERE = { $exists: true, $ne: null };
const TYPES: Record<string, string> = { string: 'string', bool: 'bool', int: 'number' };

/** A filter for MongoDB: `Order.find({ $and: [toMongoose(auth.filter('Order:list')), { open: true }] })`. */
export function toMongoose(filter: Residual, options: FieldNames = {}): MongoFilter {
  if (typeof filter === 'boolean') return filter ? {} : NOTHING;
  return read(filter, options);
}

function read(where: Where, options: FieldNames): MongoFilter {
  if ('all' in where) return { $and: where.all.map((part) => read(part, options)) };
  if ('any' in where) return { $or: where.any.map((part) => read(part, options)) };
  if ('present' in where) return { [fieldName(where.present, options)]: where.negated ? { $eq: null } : THERE };
  const test = fieldTest(where);
  const name = fieldName(test.field, options);
  if (test.other !== undefined) return ofFields(name, fieldName(test.other, options), test.op, test.negated);
  if (neverHolds(test)) return NOTHING;
  return { [name]: ofValue(test.op, test.value as Value, test.negated) };
}

/** `$ne` and `$nin` match missing fields in MongoDB, but a missing value must not grant anything, so the type is checked too. */
function ofValue(op: Comparison, value: Value, negated: boolean): MongoFilter {
  switch (op) {
    case 'eq':
      return { $eq: value };
    case 'ne':
      return { $ne: value, $type: TYPES[typeOf(value)] };
    case 'in':
      return negated ? { $nin: value, $type: 'string' } : { $in: value };
    case 'contains':
      return negated ? { $type: 'array', $not: { $elemMatch: { $eq: value } } } : { $elemMatch: { $eq: value } };
    default:
      return { [`$${op}`]: value };
  }
}

function ofFields(one: string, other: string, op: Comparison, negated: boolean): MongoFilter {
  if (op === 'in' || op === 'contains') throw new FilterUnsupported(`${one} and ${other} are not compared in MongoDB`);
  const comparison = { [`$${op}`]: [`$${one}`, `$${other}`] };
  return { $and: [{ [one]: THERE }, { [other]: THERE }, { $expr: negated ? { $not: [comparison] } : comparison }] };
}
