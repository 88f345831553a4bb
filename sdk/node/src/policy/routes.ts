// Finds the most specific route rule for a request. The order of the rules does not matter.
import { segments } from './path.js';

/** A route rule. */
export interface Route {
  /** Methods, or `*`. */
  methods: readonly string[];
  path: string;
  /** No authentication is required. */
  public: boolean;
  /** The required permission. Without it, a route that is not public requires a valid token. */
  need?: string;
  /** The required authentication context. */
  acr?: string;
  /** The largest age of the sign-in in seconds. */
  maxAge?: number;
  /** The required scopes. */
  scopes: readonly string[];
  /** Introspect the token. */
  fresh: boolean;
}

interface Node {
  literals: Map<string, Node>;
  parameter?: Node;
  /** Rules whose path ends at this node. */
  here: Route[];
  /** Rules with `/*` at this node. */
  open: Route[];
}

const node = (): Node => ({ literals: new Map(), here: [], open: [] });

/** Route rules as a tree of segments. A literal takes precedence over a parameter, and a parameter over `/*`. */
export class RouteTable {
  readonly #routes: readonly Route[];
  readonly #root: Node;
  /** Whether the path of a rule has capital letters. */
  readonly #hasCapitals: boolean;
  #small: Node | undefined;

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
    this.#root = tree(routes, (part) => part);
    this.#hasCapitals = routes.some(({ path }) => path !== path.toLowerCase());
  }

  get size(): number {
    return this.#routes.length;
  }

  /**
   * Returns the rule for a request, or `null`.
   * @returns `undefined` if the path is ambiguous
   */
  find(method: string, path: string): Route | null | undefined {
    const parts = segments(path);
    return parts && this.findBySegments(method, parts);
  }

  /** Returns the rule for a path that was parsed before. */
  findBySegments(method: string, parts: readonly string[]): Route | null {
    return descend(this.#root, parts, 0, method) ?? null;
  }

  /**
   * Returns the rule for a path if case is ignored, as many frameworks do; `null` if there is none or if case makes no difference.
   */
  findIgnoringCase(method: string, parts: readonly string[]): Route | null {
    const small = parts.map((part) => part.toLowerCase());
    if (!this.#hasCapitals && small.every((part, index) => part === parts[index])) return null;
    this.#small ??= tree(this.#routes, (part) => part.toLowerCase());
    return descend(this.#small, small, 0, method) ?? null;
  }
}

/** @param spell how literal segments are spelt */
function tree(routes: readonly Route[], spell: (part: string) => string): Node {
  const root = node();
  for (const route of routes) {
    const parts = route.path.split('/').slice(1);
    const open = parts.at(-1) === '*';
    if (open || parts.at(-1) === '') parts.pop();
    const end = parts.reduce((at, part) => child(at, part, spell), root);
    (open ? end.open : end.here).push(route);
  }
  return root;
}

function child(at: Node, part: string, spell: (part: string) => string): Node {
  if (part.startsWith(':')) return (at.parameter ??= node());
  const literal = spell(part);
  const known = at.literals.get(literal) ?? node();
  at.literals.set(literal, known);
  return known;
}

function descend(at: Node, parts: readonly string[], index: number, method: string): Route | undefined {
  const part = parts[index];
  if (part === undefined) return byMethod(at.here, method) ?? byMethod(at.open, method);
  const literal = at.literals.get(part);
  return (
    (literal && descend(literal, parts, index + 1, method)) ??
    (at.parameter && descend(at.parameter, parts, index + 1, method)) ??
    byMethod(at.open, method)
  );
}

/** An exact method takes precedence over `GET` for `HEAD`, and that over `*`. */
function byMethod(routes: readonly Route[], method: string): Route | undefined {
  return (
    routes.find((route) => route.methods.includes(method)) ??
    (method === 'HEAD' ? routes.find((route) => route.methods.includes('GET')) : undefined) ??
    routes.find((route) => route.methods.includes('*'))
  );
}
