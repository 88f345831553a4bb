import type { Residual, Where } from '../policy/residual.js';
import { type FieldNames, FilterUnsupported, fieldName, fieldTest, neverHolds } from './leaf.js';

/** A `where` of Prisma. */
export type PrismaWhere = Record<string, unknown>;

const NOTHING: PrismaWhere = { OR: [] };

/**
 * A filter as `where` of Prisma: `prisma.order.findMany({ where: { AND: [toPrisma(auth.filter('Order:list')), { open: true }] } })`.
 * `present` is for fields that may be null; Prisma compares no two fields with each other.
 * @throws {FilterUnsupported}
 */
export function toPrisma(filter: Residual, options: FieldNames = {}): PrismaWhere {
  if (typeof filter === 'boolean') return filter ? {} : NOTHING;
  return read(filter, options);
}

function read(where: Where, options: FieldNames): PrismaWhere {
  if ('all' in where) return { AND: where.all.map((part) => read(part, options)) };
  if ('any' in where) return { OR: where.any.map((part) => read(part, options)) };
  if ('present' in where) return { [fieldName(where.present, options)]: where.negated ? null : { not: null } };
  const test = fieldTest(where);
  if (test.other !== undefined) throw new FilterUnsupported(`Prisma does not compare ${test.field} with ${test.other}`);
  if (neverHolds(test)) return NOTHING;
  const [name, value] = [fieldName(test.field, options), test.value];
  switch (test.op) {
    case 'eq':
      return { [name]: { equals: value } };
    case 'ne':
      return { [name]: { not: value } };
    case 'in': {
      const list = [...(value as string[])];
      if (!test.negated) return { [name]: { in: list } };
      return list.length === 0 ? { [name]: { not: null } } : { [name]: { notIn: list } };
    }
    case 'contains':
      return test.negated ? { NOT: { [name]: { has: value } } } : { [name]: { has: value } };
    default:
      return { [name]: { [test.op]: value } };
  }
}
