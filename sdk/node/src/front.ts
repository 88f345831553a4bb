// The user and permissions in a front end. Nothing here imports from Node.
import type { Residual } from './policy/residual.js';

/** The user as a front end sees it. */
export interface FrontUser {
  /** The `sub`. */
  id: string;
  roles?: readonly string[];
  email?: string;
  name?: string;
  [claim: string]: unknown;
}

/** The signed-in user and the filter of each permission. */
export interface Known {
  user: FrontUser | null;
  permissions: Record<string, Residual>;
}

/** Options of a sign-in. */
export interface SignInOptions {
  /** The path to return to. Default: the current page. */
  returnTo?: string;
  /** How well to authenticate: `aal2`. */
  acr?: string;
  /** …and how many seconds ago at most. */
  maxAge?: number;
}

/** Where a front end loads the user from. */
export interface AuthSource {
  load(): Promise<Known>;
  signIn(options?: SignInOptions): Promise<void>;
  signOut(): Promise<void>;
  /** Calls the listener when the user may have changed; returns a function that stops this. */
  onChange(listener: () => void): () => void;
}

/** Tabs notify each other of a sign-out by this channel. */
const CHANNEL = '@usher-id/sdk';

/** Loads the user from the application in web mode. The page never receives a token. */
export function webSource(endpoint = '/auth'): AuthSource {
  const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel(CHANNEL);
  return {
    load: async () => {
      const response = await fetch(`${endpoint}/me`, {
        credentials: 'same-origin',
        headers: { accept: 'application/json' },
      });
      if (!response.ok) throw new Error(`${endpoint}/me answered ${response.status}`);
      return (await response.json()) as Known;
    },
    signIn: async ({ returnTo = `${location.pathname}${location.search}`, acr, maxAge } = {}) => {
      const query = new URLSearchParams({ return_to: returnTo });
      if (acr !== undefined) query.set('acr_values', acr);
      if (maxAge !== undefined) query.set('max_age', String(maxAge));
      location.assign(`${endpoint}/login?${query}`);
    },
    signOut: async () => {
      channel?.postMessage('out');
      const form = document.createElement('form');
      [form.method, form.action] = ['post', `${endpoint}/logout`];
      document.body.append(form);
      form.submit();
    },
    onChange: (listener) => {
      const seen = () => {
        if (document.visibilityState === 'visible') listener();
      };
      document.addEventListener('visibilitychange', seen);
      channel?.addEventListener('message', listener);
      return () => {
        document.removeEventListener('visibilitychange', seen);
        channel?.removeEventListener('message', listener);
      };
    },
  };
}
