// Sign-in with openid-client, which checks state, nonce, issuer and signature.
import * as oidc from 'openid-client';
import type { Settings } from '../core/options.js';
import { Refusal } from '../core/refusal.js';

/** The state of a sign-in, encrypted in a cookie until the callback. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  returnTo: string;
  acr?: string | undefined;
  maxAge?: number | undefined;
  /** Seconds since the epoch. */
  at: number;
}

/** The tokens of a sign-in or a refresh. */
export interface Tokens {
  accessToken: string;
  refreshToken?: string | undefined;
  idToken?: string | undefined;
  /** Seconds since the epoch. */
  expiresAt: number;
  /** The claims of the ID token. */
  claims?: Record<string, unknown> | undefined;
}

/** Seconds within which Usher has to answer. */
const TIMEOUT = 10;
/** Errors that are about this application and not about the session (RFC 6749 §5.2). */
const OWN_ERRORS = ['invalid_client', 'unauthorized_client'];

/** Usher as the OpenID Provider of this application. */
export class Provider {
  readonly #settings: Settings;
  readonly #callback: string;
  #configuration: Promise<oidc.Configuration> | undefined;

  constructor(settings: Settings, callback: string) {
    this.#settings = settings;
    this.#callback = callback;
  }

  #config(): Promise<oidc.Configuration> {
    this.#configuration ??= this.#discover().catch((cause: unknown) => {
      this.#configuration = undefined;
      throw cause;
    });
    return this.#configuration;
  }

  async #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret, clockSkew, fetch } = this.#settings;
    const metadata = { client_secret: clientSecret, [oidc.clockTolerance]: clockSkew };
    const custom: oidc.CustomFetch = (url, options) => fetch(url, { ...(options as RequestInit), redirect: 'manual' });
    const execute = issuer.startsWith('http://') ? [oidc.allowInsecureRequests] : [];
    return oidc.discovery(new URL(issuer), clientId, metadata, oidc.ClientSecretBasic(clientSecret), {
      [oidc.customFetch]: custom,
      timeout: TIMEOUT,
      execute,
    });
  }

  /** Returns the authorization URL, with more parameters for Usher, and the state that the callback must match. */
  async begin(
    returnTo: string,
    step: { acr?: string | undefined; maxAge?: number | undefined },
    more: Record<string, string>,
    now: number,
  ): Promise<{ url: string; begun: Begun }> {
    const verifier = oidc.randomPKCECodeVerifier();
    const begun: Begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, returnTo, ...step, at: now };
    const url = oidc.buildAuthorizationUrl(await this.#config(), {
      ...more,
      redirect_uri: this.#callback,
      scope: this.#settings.scope,
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(step.acr === undefined ? {} : { acr_values: step.acr }),
      ...(step.maxAge === undefined ? {} : { max_age: String(step.maxAge) }),
    });
    return { url: url.href, begun };
  }

  /** Exchanges the code of the callback. */
  async finish(query: string, begun: Begun): Promise<Tokens> {
    const url = new URL(this.#callback);
    url.search = query;
    return read(
      await oidc.authorizationCodeGrant(await this.#config(), url, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
        expectedNonce: begun.nonce,
        idTokenExpected: true,
        ...(begun.maxAge === undefined ? {} : { maxAge: begun.maxAge }),
      }),
    );
  }

  /**
   * Returns new tokens, or `undefined` if the grant has ended.
   * @throws {Refusal} `token_revoked`: Usher gives this application no tokens. Nobody is signed out for that
   */
  async refresh(refreshToken: string): Promise<Tokens | undefined> {
    try {
      return read(await oidc.refreshTokenGrant(await this.#config(), refreshToken));
    } catch (cause) {
      if (cause instanceof oidc.ResponseBodyError && cause.error === 'invalid_grant') return undefined;
      const refused = cause instanceof oidc.ResponseBodyError && OWN_ERRORS.includes(cause.error);
      if (!refused && !(cause instanceof oidc.WWWAuthenticateChallengeError)) throw cause;
      this.#settings.logger.error('Usher refuses the client of this application', { message: (cause as Error).message });
      throw new Refusal('token_revoked', {}, cause);
    }
  }

  /** Returns the URL that signs out at Usher (OpenID Connect RP-Initiated Logout 1.0). */
  async signOutAddress(idToken: string | undefined, back: string): Promise<string> {
    const parameters = { post_logout_redirect_uri: back, ...(idToken === undefined ? {} : { id_token_hint: idToken }) };
    return oidc.buildEndSessionUrl(await this.#config(), parameters).href;
  }
}

function read(response: oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers): Tokens {
  const claims = response.claims();
  return {
    accessToken: response.access_token,
    refreshToken: response.refresh_token,
    idToken: response.id_token,
    expiresAt: Math.floor(Date.now() / 1000) + (response.expiresIn() ?? 60),
    ...(claims === undefined ? {} : { claims: claims as Record<string, unknown> }),
  };
}
