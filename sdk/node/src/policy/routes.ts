// Which route rule counts for a request: the most specific one, in whatever order they are written.
import { segments } from './path.js';

/** A route rule. */
export interface Route {
  /** Methods, or `*`. */
  methods: readonly string[];
  path: string;
  /** Everybody may pass. */
  public: boolean;
  /** The permission that is needed; without it and `public`, everybody who is signed in may pass. */
  need?: string;
  /** How well the person must have authenticated. */
  acr?: string;
  /** …and how many seconds ago at most. */
  maxAge?: number;
  /** Scopes that the token must have. */
  scopes: readonly string[];
  /** Ask Usher whether the token still stands. */
  fresh: boolean;
}

interface Node {
  literals: Map<string, Node>;
  parameter?: Node;
  /** Rules whose path ends here. */
  here: Route[];
  /** Rules with a star from here on. */
  open: Route[];
}

const node = (): Node => ({ literals: new Map(), here: [], open: [] });

/** Route rules as a tree of segments: a literal comes before a parameter, before the end, before the star. */
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
   * The rule that counts for a request, or `null`.
   * @returns `undefined` if the path has more than one reading
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

/** A method by name comes before `HEAD` as `GET`, before `*`. */
function byMethod(routes: readonly Route[], method: string): Route | undefined {
  return (
    routes.find((route) => route.methods.includes(method)) ??
    (method === 'HEAD' ? routes.find((route) => route.methods.includes('GET')) : undefined) ??
    routes.find((route) => route.methods.includes('*'))
  );
}
