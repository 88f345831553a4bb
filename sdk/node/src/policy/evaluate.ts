// What a table answers: allow, deny, or that it depends on a resource that was not shown.
//
// Several roles add up; one denial wins. Where no resource is shown, leaves about it are unknown (Kleene's third value).
import { compare } from './compare.js';
import type { Condition, Leaf, Operand, Path } from './condition.js';
import type { PolicyTable } from './table.js';
import { type Attributes, type Value, readValue } from './value.js';

export type Verdict = 'allow' | 'deny' | 'conditional';

/** What is asked. */
export interface Question {
  roles: readonly string[];
  permission: string;
  user: Attributes;
  /** `undefined` where it was not loaded. */
  resource?: Attributes | undefined;
  context: Attributes;
  token: Attributes;
}

/** A rule that was weighed. */
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
/** In place of a value of a resource that was not shown: no value is `null`. */
const NOT_SHOWN = null;

/** Answers a question. */
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

/** Every rule that is weighed for a question, in the order of the roles. */
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

/** Whether a condition holds: 0 no, 1 unknown, 2 yes. */
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
