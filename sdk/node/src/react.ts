'use client';

// React 18 and 19: who is signed in, and what they may do.
import {
  type ReactElement,
  type ReactNode,
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { matches } from './filters/matches.js';
import { type AuthSource, type FrontUser, type Known, type SignInOptions, webSource } from './front.js';

export { webSource };
export type { AuthSource, FrontUser, Known, SignInOptions };

/** What `useAuth` gives. */
export interface UseAuth {
  /** Whoever is signed in; `null` where nobody is. */
  user: FrontUser | null;
  /** It is not known yet. */
  isLoading: boolean;
  /** It could not be found out. */
  error: Error | null;
  signIn(options?: SignInOptions): Promise<void>;
  signOut(): Promise<void>;
  /** Finds out anew. */
  reload(): Promise<void>;
}

interface Value extends UseAuth {
  permissions: Known['permissions'];
}

const Context = createContext<Value | null>(null);

export interface UsherProviderProps {
  /** Where it is learned who is signed in: `createUsherBrowser(…)`. Default: the application in web mode, at `/auth`. */
  source?: AuthSource;
  /** What is known already, from the server that rendered the page. */
  initial?: Known;
  children?: ReactNode;
}

/** Stands above everything that asks who is signed in. */
export function UsherProvider({ source, initial, children }: UsherProviderProps): ReactElement {
  const [from] = useState(() => source ?? (typeof window === 'undefined' ? null : webSource()));
  const [known, setKnown] = useState<Known | null>(initial ?? null);
  const [error, setError] = useState<Error | null>(null);
  const [isLoading, setLoading] = useState(initial === undefined);

  const reload = useCallback(async () => {
    try {
      if (from) setKnown(await from.load());
      setError(null);
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      setLoading(false);
    }
  }, [from]);

  useEffect(() => {
    if (initial === undefined) void reload();
    return from?.onChange(() => void reload());
  }, [from, initial, reload]);

  const value = useMemo<Value>(
    () => ({
      user: known?.user ?? null,
      permissions: known?.permissions ?? {},
      isLoading,
      error,
      signIn: async (options) => from?.signIn(options),
      signOut: async () => from?.signOut(),
      reload,
    }),
    [known, isLoading, error, from, reload],
  );
  return createElement(Context.Provider, { value }, children);
}

function useValue(): Value {
  const value = useContext(Context);
  if (!value) throw new Error('usher: <UsherProvider> has to stand above');
  return value;
}

/** Who is signed in. */
export function useAuth(): UseAuth {
  const { permissions: _, ...auth } = useValue();
  return auth;
}

/**
 * May they? A permission that depends on its resource needs the resource; without it only what is certain is `true`.
 * What a page hides is a courtesy: the application decides.
 */
export function usePermission(permission: string, resource?: object): boolean {
  const { permissions } = useValue();
  const left = Object.hasOwn(permissions, permission) ? permissions[permission] : false;
  if (typeof left === 'boolean' || left === undefined) return left === true;
  return resource !== undefined && matches(left, resource);
}

export interface CanProps {
  /** The permission: `Order:update`. */
  do: string;
  /** The resource that it is about. */
  on?: object;
  /** What is shown otherwise. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/** Shows its children to whoever has a permission: `<Can do="Order:update" on={order}>…</Can>`. */
export function Can({ do: permission, on, fallback = null, children }: CanProps): ReactNode {
  return usePermission(permission, on) ? children : fallback;
}
