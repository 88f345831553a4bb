// Single-page applications without a server, on oidc-client-ts. Prefer web mode if there is a server: scripts then cannot read tokens.
import { type User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import type { AuthSource, FrontUser, Known, SignInOptions } from './front.js';

export { matches } from './filters/matches.js';
export type { AuthSource, FrontUser, Known, SignInOptions };

/** Options of a single-page application. */
export interface BrowserOptions {
  /** The address of Usher. */
  authority: string;
  /** A client of the type `spa`. */
  clientId: string;
  /** The redirect URI: the page that Usher returns to. */
  redirectUri: string;
  /** Where Usher returns to after signing out. Default: the origin of `redirectUri`. */
  postLogoutRedirectUri?: string;
  /** Default `openid profile email roles offline_access`. */
  scope?: string;
  /** Origins that receive the access token. Default: the origin of the page. */
  apis?: string[];
  /** A URL of your API that returns `auth.permissions()`, for `usePermission`. */
  permissionsUrl?: string;
  /** Where tokens are kept. Default: `sessionStorage`, which ends with the tab. */
  storage?: Storage;
}

/** A single-page application's sign-in. */
export interface UsherBrowser extends AuthSource {
  /** The signed-in user, or `null`. */
  readonly user: FrontUser | null;
  /** Completes a sign-in if the page is its redirect URI, and loads the user. Call it first. */
  handleCallback(): Promise<FrontUser | null>;
  /** The headers of a request to an API; empty if nobody is signed in. */
  authHeaders(): Promise<{ authorization?: string }>;
  /** `fetch` with the access token, for the origins in `apis`. */
  fetch(input: string | URL, init?: RequestInit): Promise<Response>;
}

/** Seconds before its end at which an access token is replaced. */
const EARLY = 30;

/** Creates the sign-in of a single-page application. */
export function createUsherBrowser(options: BrowserOptions): UsherBrowser {
  return new Browser(options);
}

class Browser implements UsherBrowser {
  readonly #options: BrowserOptions;
  readonly #manager: UserManager;
  readonly #listeners = new Set<() => void>();
  #user: User | null = null;
  #begun: Promise<void> | undefined;
  #renewing: Promise<User | null> | undefined;

  constructor(options: BrowserOptions) {
    const { authority, clientId, redirectUri, scope = 'openid profile email roles offline_access' } = options;
    if (!authority || !clientId || !redirectUri) throw new TypeError('authority, clientId and redirectUri are needed');
    this.#options = options;
    this.#manager = new UserManager({
      authority,
      client_id: clientId,
      redirect_uri: redirectUri,
      scope,
      response_type: 'code',
      loadUserInfo: false,
      automaticSilentRenew: false,
      post_logout_redirect_uri: options.postLogoutRedirectUri ?? `${new URL(redirectUri).origin}/`,
      userStore: new WebStorageStateStore({ store: options.storage ?? sessionStorage }),
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
    });
  }

  get user(): FrontUser | null {
    const { profile } = this.#user ?? {};
    return profile ? { ...profile, id: profile.sub } : null;
  }

  async handleCallback(): Promise<FrontUser | null> {
    await this.#begin();
    return this.user;
  }

  /** Runs once: a code can be exchanged once. */
  #begin(): Promise<void> {
    this.#begun ??= this.#arrive().then((user) => {
      this.#user = user;
    });
    return this.#begun;
  }

  async #arrive(): Promise<User | null> {
    const query = new URLSearchParams(location.search);
    if (!query.has('state') || !(query.has('code') || query.has('error'))) return this.#manager.getUser();
    // The code is used now. Remove it from the address, also if the exchange fails.
    const url = location.href;
    history.replaceState(null, '', location.pathname);
    const user = await this.#manager.signinRedirectCallback(url);
    const back = (user.state as { returnTo?: string } | undefined)?.returnTo;
    if (back?.startsWith('/') && !/^\/[\\/]/.test(back)) history.replaceState(null, '', back);
    return user;
  }

  async load(): Promise<Known> {
    const { permissionsUrl } = this.#options;
    await this.#begin();
    if (!this.#user || permissionsUrl === undefined) return { user: this.user, permissions: {} };
    const response = await this.fetch(permissionsUrl);
    return { user: this.user, permissions: response.ok ? ((await response.json()) as Known['permissions']) : {} };
  }

  async signIn({
    returnTo = `${location.pathname}${location.search}`,
    acr,
    maxAge,
  }: SignInOptions = {}): Promise<void> {
    await this.#manager.signinRedirect({
      state: { returnTo },
      ...(acr === undefined ? {} : { acr_values: acr }),
      ...(maxAge === undefined ? {} : { max_age: maxAge }),
    });
  }

  async signOut(): Promise<void> {
    const hint = this.#user?.id_token;
    await this.#manager.removeUser();
    this.#user = null;
    this.#changed();
    await this.#manager.signoutRedirect(hint === undefined ? {} : { id_token_hint: hint });
  }

  async authHeaders(): Promise<{ authorization?: string }> {
    const user = await this.#current();
    return user ? { authorization: `Bearer ${user.access_token}` } : {};
  }

  async fetch(input: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(input, location.href);
    const trusted = (this.#options.apis ?? [location.origin]).includes(url.origin);
    const headers = new Headers(init.headers);
    const { authorization } = trusted ? await this.authHeaders() : {};
    if (authorization !== undefined) headers.set('authorization', authorization);
    return globalThis.fetch(url, { ...init, headers });
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The user with a valid access token. Concurrent calls share one refresh. */
  async #current(): Promise<User | null> {
    const user = this.#user;
    if (!user || (user.expires_in ?? EARLY + 1) > EARLY) return user;
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #renew(): Promise<User | null> {
    try {
      this.#user = await this.#manager.signinSilent();
    } catch {
      await this.#manager.removeUser();
      this.#user = null;
      this.#changed();
    }
    return this.#user;
  }
}
