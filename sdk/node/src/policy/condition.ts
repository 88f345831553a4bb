// Conditions: a closed set of operators over paths and literals, brought into negation normal form when they are read.
//
// A leaf whose value is missing is false, and so is its negation. That is only well defined once every `not` stands before a
// leaf, which reading a condition brings about.
import { type Value, readValue } from './value.js';

export type Root = 'user' | 'resource' | 'context' | 'token';
export type Comparison = 'eq' | 'ne' | 'in' | 'contains' | 'gt' | 'gte' | 'lt' | 'lte';

/** The path of an attribute. */
export interface Path {
  root: Root;
  name: string;
}
/** One side of a comparison. */
export type Operand = { path: Path } | { literal: Value };

/** A comparison; `negated` only for `in` and `contains`. */
export interface Compare {
  kind: 'compare';
  op: Comparison;
  left: Operand;
  right: Operand;
  negated: boolean;
}
/** Tests whether an attribute has a value. */
export interface Present {
  kind: 'present';
  path: Path;
  negated: boolean;
}
export type Leaf = Compare | Present;
export type Condition = { kind: 'all' | 'any'; parts: Condition[] } | Leaf;

/** An invalid condition. `pointer` is a JSON pointer into it. */
export class ConditionError extends Error {
  readonly pointer: string;
  constructor(pointer: string, message: string) {
    super(`${pointer || '/'}: ${message}`);
    this.pointer = pointer;
  }
}

const ROOTS: readonly string[] = ['user', 'resource', 'context', 'token'];
const OPPOSITES: Partial<Record<Comparison, Comparison>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'lte',
  lte: 'gt',
  lt: 'gte',
  gte: 'lt',
};
const COMPARISONS: readonly string[] = ['eq', 'ne', 'in', 'contains', 'gt', 'gte', 'lt', 'lte'];
const DEPTH = 8;
const NODES = 64;

/**
 * Parses a condition of a table.
 * @throws {ConditionError}
 */
export function readCondition(json: unknown): Condition {
  const budget = { nodes: 0 };
  return read(json, '', 1, false, budget);
}

function read(json: unknown, pointer: string, depth: number, negated: boolean, budget: { nodes: number }): Condition {
  budget.nodes += 1;
  if (budget.nodes > NODES) throw new ConditionError(pointer, `a condition has at most ${NODES} operators`);
  if (depth > DEPTH) throw new ConditionError(pointer, `operators stand at most ${DEPTH} deep`);
  const member = only(json);
  if (!member) throw new ConditionError(pointer, 'a condition is an object with one operator');
  const [name, inner] = member;
  const here = `${pointer}/${name}`;
  if (name === 'not') return read(inner, here, depth + 1, !negated, budget);
  if (name === 'all' || name === 'any') {
    if (!Array.isArray(inner) || inner.length === 0) throw new ConditionError(here, 'a list of conditions is expected');
    const parts = inner.map((part, index) => read(part, `${here}/${index}`, depth + 1, negated, budget));
    // De Morgan: a negated `all` is an `any` of negations.
    return { kind: (name === 'all') === negated ? 'any' : 'all', parts };
  }
  if (name === 'present') {
    const path = readPath(inner);
    if (!path) throw new ConditionError(here, 'a path such as resource.owner_id is expected');
    return { kind: 'present', path, negated };
  }
  if (!COMPARISONS.includes(name)) throw new ConditionError(here, `there is no operator ${name}`);
  return readComparison(name as Comparison, inner, here, negated);
}

function readComparison(op: Comparison, json: unknown, pointer: string, negated: boolean): Compare {
  if (!Array.isArray(json) || json.length !== 2) throw new ConditionError(pointer, 'two operands are expected');
  const left = readOperand(json[0], `${pointer}/0`);
  const right = readOperand(json[1], `${pointer}/1`);
  if ('literal' in left && 'literal' in right)
    throw new ConditionError(pointer, 'one of the two operands has to be a path');
  const opposite = negated ? OPPOSITES[op] : undefined;
  return { kind: 'compare', op: opposite ?? op, left, right, negated: negated && opposite === undefined };
}

function readOperand(json: unknown, pointer: string): Operand {
  if (typeof json === 'string') {
    const path = readPath(json);
    if (!path) throw new ConditionError(pointer, `${json} is not a path such as resource.owner_id`);
    return { path };
  }
  const [name, inner] = only(json) ?? [];
  if (name === 'lit') {
    if (typeof inner === 'string') return { literal: inner };
    if (Array.isArray(inner) && inner.length > 0 && inner.every((item) => typeof item === 'string'))
      return { literal: inner };
  }
  const literal = Array.isArray(json) ? undefined : readValue(json);
  if (literal === undefined)
    throw new ConditionError(pointer, 'an operand is a path, true, false, a whole number, or {"lit":…}');
  return { literal };
}

function readPath(json: unknown): Path | undefined {
  const parts = typeof json === 'string' ? /^([a-z]+)\.([A-Za-z][A-Za-z0-9_]{0,63})$/.exec(json) : null;
  const [, root, name] = parts ?? [];
  return root !== undefined && name !== undefined && ROOTS.includes(root) ? { root: root as Root, name } : undefined;
}

function only(json: unknown): [string, unknown] | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  const members = Object.entries(json);
  return members.length === 1 ? members[0] : undefined;
}
