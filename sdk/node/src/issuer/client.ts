// Requests to Usher as a client: tokens for the module itself, introspection, the API.
import { IssuerError, send, unexpected } from './http.js';
import { type Metadata, fetchMetadata } from './metadata.js';

/** Seconds before expiry at which the module's own token is replaced. */
const EARLY = 60;

export interface ClientSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  fetch: typeof globalThis.fetch;
}

/** The application as a client of Usher. */
export class IssuerClient {
  readonly #settings: ClientSettings;
  #metadata: Promise<Metadata> | undefined;
  #token: { value: string; expiresAt: number } | undefined;
  #asking: Promise<string> | undefined;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
  }

  /** The issuer's metadata, fetched once. */
  metadata(): Promise<Metadata> {
    this.#metadata ??= fetchMetadata(this.#settings.fetch, this.#settings.issuer).catch((cause: unknown) => {
      this.#metadata = undefined;
      throw cause;
    });
    return this.#metadata;
  }

  /** Returns a token for the module itself, with the scope `usher:sync` (RFC 6749 §4.4). */
  async token(now = Date.now() / 1000): Promise<string> {
    if (this.#token && now < this.#token.expiresAt - EARLY) return this.#token.value;
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Discards the token after Usher has refused it. */
  forgetToken(): void {
    this.#token = undefined;
  }

  async #ask(): Promise<string> {
    const { token_endpoint } = await this.metadata();
    const response = await this.#post(token_endpoint, { grant_type: 'client_credentials', scope: 'usher:sync' });
    const body = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (!response.ok || typeof body.access_token !== 'string') {
      throw new IssuerError(
        `the client gets no token for the live feed: ${String(body.error ?? response.status)}${hint(body.error)}`,
        response.status,
      );
    }
    const lifetime = typeof body.expires_in === 'number' ? body.expires_in : 60;
    this.#token = { value: body.access_token, expiresAt: Date.now() / 1000 + lifetime };
    return body.access_token;
  }

  /**
   * Introspects a token (RFC 7662). Tokens of other projects are never active.
   * @throws {IssuerError}
   */
  async isActive(token: string): Promise<boolean> {
    const { introspection_endpoint } = await this.metadata();
    const response = await this.#post(introspection_endpoint, { token, token_type_hint: 'access_token' });
    if (!response.ok) throw unexpected(response);
    const body = (await response.json()) as Record<string, unknown>;
    return body.active === true && body.token_use !== 'refresh_token';
  }

  /** Sends a request to the API with the module's own token. After a 401, it is repeated once with a new token. */
  async call(path: string, init: RequestInit = {}, patience?: number): Promise<Response> {
    const url = `${this.#settings.issuer.replace(/\/$/, '')}/api/v1/${path}`;
    for (let tries = 0; ; tries += 1) {
      const authorization = `Bearer ${await this.token()}`;
      const response = await send(
        this.#settings.fetch,
        url,
        { ...init, headers: { ...init.headers, authorization } },
        patience,
      );
      if (response.status !== 401 || tries > 0) return response;
      this.forgetToken();
    }
  }

  #post(url: string, form: Record<string, string>): Promise<Response> {
    const { clientId, clientSecret, fetch } = this.#settings;
    const credentials = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString(
      'base64',
    );
    const headers = {
      authorization: `Basic ${credentials}`,
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    return send(fetch, url, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
  }
}

const hint = (error: unknown): string =>
  error === 'invalid_scope' || error === 'unauthorized_client'
    ? ' (register it with the grant type client_credentials and the scope usher:sync)'
    : '';
