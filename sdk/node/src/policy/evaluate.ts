// Evaluates permissions: allow, deny, or conditional if the decision depends on a resource that was not given.
//
// Roles are combined; a deny takes precedence. Without the resource, conditions about it are unknown (three-valued logic).
import { compare } from './compare.js';
import type { Condition, Leaf, Operand, Path } from './condition.js';
import type { PolicyTable } from './table.js';
import { type Attributes, type Value, readValue } from './value.js';

export type Verdict = 'allow' | 'deny' | 'conditional';

/** The input of an evaluation. */
export interface Question {
  roles: readonly string[];
  permission: string;
  user: Attributes;
  /** `undefined` if it was not loaded. */
  resource?: Attributes | undefined;
  context: Attributes;
  token: Attributes;
}

/** A rule that was evaluated. */
export interface Reason {
  role: string;
  rule: 'allow' | 'deny' | 'when';
  condition?: string;
  holds: 'true' | 'false' | 'unknown';
}

const FALSE = 0;
const UNKNOWN = 1;
const TRUE = 2;
const WORDS = ['false', 'unknown', 'true'] as const;
/** Stands for the unknown value of a resource that was not given. Attribute values are never `null`. */
const NOT_SHOWN = null;

/** Evaluates a permission. */
export function evaluate(table: PolicyTable, question: Question): Verdict {
  let best = FALSE;
  for (const role of question.roles) {
    const rule = table.roles.get(role)?.get(question.permission);
    if (rule === undefined) continue;
    if (rule === 'deny') return 'deny';
    if (rule === '*') best = TRUE;
    else if (best < TRUE) for (const { condition } of rule) best = Math.max(best, holds(condition, question));
  }
  return best === TRUE ? 'allow' : best === UNKNOWN ? 'conditional' : 'deny';
}

/** Returns every rule that applies, in the order of the roles. */
export function reasons(table: PolicyTable, question: Question): Reason[] {
  const found: Reason[] = [];
  for (const role of question.roles) {
    const rule = table.roles.get(role)?.get(question.permission);
    if (rule === undefined) continue;
    if (rule === 'deny') found.push({ role, rule, holds: 'true' });
    else if (rule === '*') found.push({ role, rule: 'allow', holds: 'true' });
    else
      for (const { name, condition } of rule)
        found.push({ role, rule: 'when', condition: name, holds: word(holds(condition, question)) });
  }
  return found;
}

const word = (truth: number): 'true' | 'false' | 'unknown' => WORDS[truth] ?? 'false';

/** Evaluates a condition: 0 false, 1 unknown, 2 true. */
function holds(condition: Condition, question: Question): number {
  if (condition.kind === 'all')
    return condition.parts.reduce((least, part) => Math.min(least, least && holds(part, question)), TRUE);
  if (condition.kind === 'any') {
    return condition.parts.reduce(
      (most, part) => (most === TRUE ? most : Math.max(most, holds(part, question))),
      FALSE,
    );
  }
  return leafHolds(condition as Leaf, question);
}

function leafHolds(leaf: Leaf, question: Question): number {
  if (leaf.kind === 'present') {
    const found = look(leaf.path, question);
    return found === NOT_SHOWN ? UNKNOWN : (found !== undefined) !== leaf.negated ? TRUE : FALSE;
  }
  const [left, right] = [side(leaf.left, question), side(leaf.right, question)];
  if (left === undefined || right === undefined) return FALSE;
  if (left === NOT_SHOWN || right === NOT_SHOWN) return UNKNOWN;
  const truth = compare(leaf.op, left, right);
  return truth !== undefined && truth !== leaf.negated ? TRUE : FALSE;
}

const side = (operand: Operand, question: Question): Value | undefined | null =>
  'literal' in operand ? operand.literal : look(operand.path, question);

function look({ root, name }: Path, question: Question): Value | undefined | null {
  const attributes = question[root];
  return attributes === undefined ? NOT_SHOWN : readValue(attributes[name]);
}
