// What a front end knows of whoever is signed in, wherever it comes from. No import of Node is reached from here.
import type { Residual } from './policy/residual.js';

/** The person, as a front end sees them. */
export interface FrontUser {
  /** The `sub`. */
  id: string;
  roles?: readonly string[];
  email?: string;
  name?: string;
  [claim: string]: unknown;
}

/** Who is signed in, and what they may do. What a page hides is a courtesy: the application decides. */
export interface Known {
  user: FrontUser | null;
  permissions: Record<string, Residual>;
}

/** How a sign-in is asked for. */
export interface SignInOptions {
  /** The path to come back to. Default: where the page is. */
  returnTo?: string;
  /** How well to authenticate: `aal2`. */
  acr?: string;
  /** …and how many seconds ago at most. */
  maxAge?: number;
}

/** Where a front end learns who is signed in. */
export interface AuthSource {
  load(): Promise<Known>;
  signIn(options?: SignInOptions): Promise<void>;
  signOut(): Promise<void>;
  /** Calls back when it may have changed; returns how to stop that. */
  onChange(listener: () => void): () => void;
}

/** Tabs tell each other that somebody has signed out. */
const CHANNEL = '@usher-id/sdk';

/** The application itself, in web mode: no token ever reaches the page. */
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
