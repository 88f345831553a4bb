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
  readonly #root = node();
  readonly size: number;

  constructor(routes: readonly Route[]) {
    this.size = routes.length;
    for (const route of routes) this.#insert(route);
  }

  #insert(route: Route): void {
    const parts = route.path.split('/').slice(1);
    const open = parts.at(-1) === '*';
    if (open || parts.at(-1) === '') parts.pop();
    let at = this.#root;
    for (const part of parts) {
      if (part.startsWith(':')) {
        at = at.parameter ??= node();
      } else {
        const known = at.literals.get(part);
        const next = known ?? node();
        if (!known) at.literals.set(part, next);
        at = next;
      }
    }
    (open ? at.open : at.here).push(route);
  }

  /**
   * Returns the rule for a request, or `null`.
   * @returns `undefined` if the path is ambiguous
   */
  find(method: string, path: string): Route | null | undefined {
    const parts = segments(path);
    return parts === undefined ? undefined : (descend(this.#root, parts, 0, method) ?? null);
  }
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
