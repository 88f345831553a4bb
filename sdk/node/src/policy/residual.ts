// Partial evaluation: the condition on the resource that remains when everything else is known. Databases can evaluate it.
import { compare } from './compare.js';
import type { Comparison, Condition, Leaf, Operand } from './condition.js';
import type { Question } from './evaluate.js';
import type { PolicyTable } from './table.js';
import { type Value, readValue } from './value.js';

/** One side of a comparison: a field of the resource, or a value. */
export type Side = { field: string } | { value: Value };
/** A condition on the resource. */
export type Where =
  | { all: Where[] }
  | { any: Where[] }
  | { op: Comparison; left: Side; right: Side; negated: boolean }
  | { present: string; negated: boolean };
/** All resources, none, or those that match a condition. */
export type Residual = true | false | Where;

/** JSON with filters in it. Integers beyond ±(2⁵³−1) are written as the access rules write them. */
export const filterJson = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? { int: String(each) } : each));

/** Returns the remaining condition of a permission. */
export function residual(table: PolicyTable, question: Omit<Question, 'resource'>): Residual {
  const parts: Residual[] = [];
  for (const role of question.roles) {
    const rule = table.roles.get(role)?.get(question.permission);
    if (rule === 'deny') return false;
    if (rule === '*') parts.push(true);
    else if (rule) parts.push(...rule.map(({ condition }) => leftOf(condition, question)));
  }
  return anyOf(parts);
}

function leftOf(condition: Condition, question: Omit<Question, 'resource'>): Residual {
  if (condition.kind === 'all') return allOf(condition.parts.map((part) => leftOf(part, question)));
  if (condition.kind === 'any') return anyOf(condition.parts.map((part) => leftOf(part, question)));
  return leftOfLeaf(condition as Leaf, question);
}

function leftOfLeaf(leaf: Leaf, question: Omit<Question, 'resource'>): Residual {
  if (leaf.kind === 'present') {
    if (leaf.path.root === 'resource') return { present: leaf.path.name, negated: leaf.negated };
    return (readValue(question[leaf.path.root][leaf.path.name]) !== undefined) !== leaf.negated;
  }
  const [left, right] = [side(leaf.left, question), side(leaf.right, question)];
  // A missing value makes the comparison false for every resource.
  if (left === undefined || right === undefined) return false;
  if ('value' in left && 'value' in right) {
    const truth = compare(leaf.op, left.value, right.value);
    return truth !== undefined && truth !== leaf.negated;
  }
  // The field comes first, as in queries.
  if ('value' in left) return { op: FLIPPED[leaf.op], left: right, right: left, negated: leaf.negated };
  return { op: leaf.op, left, right, negated: leaf.negated };
}

/** The comparison with its sides exchanged. */
export const FLIPPED: Record<Comparison, Comparison> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  gte: 'lte',
  lt: 'gt',
  lte: 'gte',
  in: 'contains',
  contains: 'in',
};

function side(operand: Operand, question: Omit<Question, 'resource'>): Side | undefined {
  if ('literal' in operand) return { value: operand.literal };
  const { root, name } = operand.path;
  if (root === 'resource') return { field: name };
  const value = readValue(question[root][name]);
  return value === undefined ? undefined : { value };
}

function allOf(parts: Residual[]): Residual {
  if (parts.includes(false)) return false;
  const left = parts.filter((part): part is Where => part !== true);
  return left.length === 0 ? true : left.length === 1 ? (left[0] as Where) : { all: left };
}

function anyOf(parts: Residual[]): Residual {
  if (parts.includes(true)) return true;
  const left = parts.filter((part): part is Where => part !== false);
  return left.length === 0 ? false : left.length === 1 ? (left[0] as Where) : { any: left };
}
