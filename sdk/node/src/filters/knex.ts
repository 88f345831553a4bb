import type { Comparison } from '../policy/condition.js';
import type { Residual, Where } from '../policy/residual.js';
import { type FieldNames, FilterUnsupported, type FieldTest, fieldName, fieldTest, neverHolds } from './leaf.js';

/** A query of Knex, as far as it is used. */
interface Builder {
  where(build: (query: Builder) => void): Builder;
  orWhere(build: (query: Builder) => void): Builder;
  where(column: string, operator: string, value: unknown): Builder;
  whereColumn?(one: string, operator: string, other: string): Builder;
  whereIn(column: string, values: readonly unknown[]): Builder;
  whereNotIn(column: string, values: readonly unknown[]): Builder;
  whereNull(column: string): Builder;
  whereNotNull(column: string): Builder;
  whereRaw(sql: string, bindings?: readonly unknown[]): Builder;
}

const OPERATORS: Partial<Record<Comparison, string>> = { eq: '=', ne: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' };

/**
 * A filter for Knex: `knex('orders').where(toKnex(auth.filter('Order:list')))`. Lists must be PostgreSQL arrays. The collation must be
 * case-sensitive.
 */
export function toKnex(filter: Residual, options: FieldNames = {}): (query: unknown) => void {
  return (query) => apply(query as Builder, filter, options);
}

function apply(query: Builder, filter: Residual, options: FieldNames): void {
  if (filter === true) query.whereRaw('1 = 1');
  else if (filter === false) query.whereRaw('1 = 0');
  else read(query, filter, options);
}

function read(query: Builder, where: Where, options: FieldNames): void {
  if ('all' in where) for (const part of where.all) query.where((inner) => read(inner, part, options));
  else if ('any' in where) for (const part of where.any) query.orWhere((inner) => read(inner, part, options));
  else if ('present' in where) {
    const name = fieldName(where.present, options);
    if (where.negated) query.whereNull(name);
    else query.whereNotNull(name);
  } else test(query, fieldTest(where), options);
}

function test(query: Builder, each: FieldTest, options: FieldNames): void {
  const name = fieldName(each.field, options);
  const operator = OPERATORS[each.op];
  if (each.other !== undefined) {
    if (operator === undefined) throw new FilterUnsupported(`${each.field} and ${each.other} are not compared in SQL`);
    query.whereRaw(`?? ${operator} ??`, [name, fieldName(each.other, options)]);
  } else if (neverHolds(each)) {
    query.whereRaw('1 = 0');
  } else if (operator !== undefined) {
    query.where(name, operator, each.value);
  } else if (each.op === 'contains') {
    query.whereRaw(each.negated ? 'NOT (? = ANY(??))' : '? = ANY(??)', [each.value, name]);
  } else if (!each.negated) {
    query.whereIn(name, each.value as string[]);
  } else if ((each.value as string[]).length === 0) {
    query.whereNotNull(name);
  } else {
    query.whereNotIn(name, each.value as string[]);
  }
}
