import type { Residual, Where } from '../policy/residual.js';
import { type FieldNames, type FieldTest, FilterUnsupported, fieldName, fieldTest, neverHolds } from './leaf.js';

/** The operators of `drizzle-orm`, as far as they are used: `import * as operators from 'drizzle-orm'`. */
export interface DrizzleOperators {
  [name: string]: any;
}

/**
 * A filter for Drizzle: `db.select().from(orders).where(toDrizzle(auth.filter('Order:list'), orders, operators))`. Lists are arrays of
 * PostgreSQL.
 * @param table the table, whose columns are asked by name
 * @param operators everything that `drizzle-orm` exports
 */
export function toDrizzle<T extends object>(
  filter: Residual,
  table: T,
  operators: DrizzleOperators,
  options: FieldNames = {},
): ReturnType<DrizzleOperators['sql']> {
  return new Writer(table as Record<string, unknown>, operators, options).write(filter);
}

class Writer {
  readonly #table: Record<string, unknown>;
  readonly #operators: DrizzleOperators;
  readonly #options: FieldNames;

  constructor(table: Record<string, unknown>, operators: DrizzleOperators, options: FieldNames) {
    [this.#table, this.#operators, this.#options] = [table, operators, options];
  }

  write(filter: Residual): unknown {
    const { sql } = this.#operators;
    if (filter === true) return sql`1 = 1`;
    return filter === false ? sql`1 = 0` : this.#read(filter);
  }

  #column(name: string): unknown {
    const column = this.#table[fieldName(name, this.#options)];
    if (column === undefined) throw new FilterUnsupported(`the table has no column ${fieldName(name, this.#options)}`);
    return column;
  }

  #read(where: Where): unknown {
    const { and, or, isNull, isNotNull } = this.#operators;
    if ('all' in where) return and(...where.all.map((part) => this.#read(part)));
    if ('any' in where) return or(...where.any.map((part) => this.#read(part)));
    if ('present' in where) return (where.negated ? isNull : isNotNull)(this.#column(where.present));
    return this.#test(fieldTest(where));
  }

  #test(test: FieldTest): unknown {
    const operators = this.#operators;
    const { inArray, notInArray, isNotNull, arrayContains, not, sql } = operators;
    const column = this.#column(test.field);
    const list = test.op === 'in' || test.op === 'contains';
    if (test.other !== undefined) {
      if (list) throw new FilterUnsupported(`${test.field} and ${test.other} are not compared in SQL`);
      return operators[test.op](column, this.#column(test.other));
    }
    if (neverHolds(test)) return sql`1 = 0`;
    if (!list) return operators[test.op](column, test.value);
    if (test.op === 'contains')
      return test.negated ? not(arrayContains(column, [test.value])) : arrayContains(column, [test.value]);
    const values = test.value as string[];
    if (values.length === 0) return test.negated ? isNotNull(column) : sql`1 = 0`;
    return (test.negated ? notInArray : inArray)(column, values);
  }
}
