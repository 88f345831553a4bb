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

/** The result of `useAuth`. */
export interface UseAuth {
  /** The signed-in user, or `null`. */
  user: FrontUser | null;
  /** True until the first answer arrives. */
  isLoading: boolean;
  /** The error of the last attempt to load the user. */
  error: Error | null;
  signIn(options?: SignInOptions): Promise<void>;
  signOut(): Promise<void>;
  /** Loads the user and the permissions again. */
  reload(): Promise<void>;
}

interface Value extends UseAuth {
  permissions: Known['permissions'];
}

const Context = createContext<Value | null>(null);

export interface UsherProviderProps {
  /** Where the user is loaded from: `createUsherBrowser(…)`. Default: the application in web mode, at `/auth`. */
  source?: AuthSource;
  /** The user and permissions that the server already knew when it rendered the page. */
  initial?: Known;
  children?: ReactNode;
}

/** Provides the user and the permissions to the components below it. */
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
  if (!value) throw new Error('usher: this component needs a <UsherProvider> above it');
  return value;
}

/** Returns the signed-in user and the functions to sign in and out. */
export function useAuth(): UseAuth {
  const { permissions: _, ...auth } = useValue();
  return auth;
}

/**
 * Returns whether the user has a permission. A permission that depends on a resource is `false` without the resource.
 * This only controls what the page shows: the server must check the permission too.
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
  /** Rendered if the user does not have the permission. */
  fallback?: ReactNode;
  children?: ReactNode;
}

/** Renders its children if the user has a permission: `<Can do="Order:update" on={order}>…</Can>`. */
export function Can({ do: permission, on, fallback = null, children }: CanProps): ReactNode {
  return usePermission(permission, on) ? children : fallback;
}
