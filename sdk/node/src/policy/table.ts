// The compiled table of access rules. Usher has expanded inheritance and wildcards.
import { type Condition, readCondition } from './condition.js';
import { type Route, RouteTable } from './routes.js';

/** The rule of a permission: allow, deny, or allow if one of these conditions holds. */
export type Rule = '*' | 'deny' | readonly NamedCondition[];
/** A condition and its name. */
export interface NamedCondition {
  name: string;
  condition: Condition;
}

/** The largest accepted table, in bytes. */
export const LARGEST_TABLE = 1024 * 1024;

/** The parsed access rules. */
export interface PolicyTable {
  project: string;
  revision: number;
  /** When it was published, in seconds since the epoch. */
  iat: number;
  permissions: ReadonlyMap<string, 'collection' | 'item'>;
  roles: ReadonlyMap<string, ReadonlyMap<string, Rule>>;
  routes: RouteTable;
}

/** Invalid access rules, or a version that is not supported. */
export class PolicyError extends Error {
  override readonly name = 'UsherPolicyError';
}

const object = (value: unknown, what: string): Record<string, unknown> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicyError(`${what} is not an object`);
  return value as Record<string, unknown>;
};

/**
 * Parses a table.
 * @throws {PolicyError}
 */
export function readTable(json: unknown): PolicyTable {
  const table = object(json, 'the table');
  if (table.v !== 1) throw new PolicyError('a table of another version');
  const { project, revision, iat } = table;
  if (typeof project !== 'string' || typeof revision !== 'number' || !Number.isSafeInteger(revision)) {
    throw new PolicyError('a table without project or revision');
  }
  if (table.default !== 'deny') throw new PolicyError('a table that does not deny by default');
  const conditions = readConditions(object(table.conditions, 'conditions'));
  const roles = new Map<string, ReadonlyMap<string, Rule>>();
  for (const [role, rules] of Object.entries(object(table.roles, 'roles')))
    roles.set(role, readRules(rules, conditions));
  if (!Array.isArray(table.routes)) throw new PolicyError('routes is not a list');
  const routes = new RouteTable(table.routes.map(readRoute));
  const permissions = new Map(
    Object.entries(object(table.permissions, 'permissions')) as [string, 'collection' | 'item'][],
  );
  return { project, revision, iat: typeof iat === 'number' ? iat : 0, permissions, roles, routes };
}

function readConditions(json: Record<string, unknown>): Map<string, NamedCondition> {
  const read = new Map<string, NamedCondition>();
  for (const [name, condition] of Object.entries(json)) {
    try {
      read.set(name, { name, condition: readCondition(condition) });
    } catch (cause) {
      throw new PolicyError(`condition ${name} does not read`, { cause });
    }
  }
  return read;
}

function readRules(json: unknown, conditions: Map<string, NamedCondition>): Map<string, Rule> {
  const rules = new Map<string, Rule>();
  for (const [permission, rule] of Object.entries(object(json, 'a role'))) {
    if (rule === '*' || rule === 'deny') {
      rules.set(permission, rule);
      continue;
    }
    const names: unknown[] = Array.isArray(rule) ? rule : [rule];
    const when = names.map((name) => (typeof name === 'string' ? conditions.get(name) : undefined));
    if (when.length === 0 || when.includes(undefined))
      throw new PolicyError('a rule names a condition that is not there');
    rules.set(permission, when as NamedCondition[]);
  }
  return rules;
}

function readRoute(json: unknown): Route {
  const route = object(json, 'a route');
  const { m, p, need, acr, max_age: maxAge, scopes } = route;
  const texts = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (!texts(m) || typeof p !== 'string') throw new PolicyError('a route without methods or path');
  const kinds = [route.public === true, route.auth === true, typeof need === 'string'].filter(Boolean).length;
  if (kinds !== 1) throw new PolicyError(`the route ${p} does not say who may pass`);
  return {
    methods: m,
    path: p,
    public: route.public === true,
    fresh: route.fresh === true,
    scopes: texts(scopes) ? scopes : [],
    ...(typeof need === 'string' ? { need } : {}),
    ...(typeof acr === 'string' ? { acr } : {}),
    ...(typeof maxAge === 'number' ? { maxAge } : {}),
  };
}
