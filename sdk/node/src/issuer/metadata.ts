// The metadata of the issuer (OpenID Connect Discovery 1.0 §4).
import { IssuerError, send, unexpected } from './http.js';

/** The endpoints that the module uses. */
export interface Metadata {
  issuer: string;
  jwks_uri: string;
  token_endpoint: string;
  introspection_endpoint: string;
  authorization_endpoint: string;
  end_session_endpoint: string | undefined;
}

const ADDRESSES = ['jwks_uri', 'token_endpoint', 'introspection_endpoint', 'authorization_endpoint'] as const;

/**
 * Fetches the metadata. All endpoints must have the origin of the issuer.
 * @throws {IssuerError}
 */
export async function fetchMetadata(fetch: typeof globalThis.fetch, issuer: string): Promise<Metadata> {
  const response = await send(fetch, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (!response.ok) throw unexpected(response);
  const found = (await response.json()) as Record<string, unknown>;
  if (found.issuer !== issuer)
    throw new IssuerError(`the issuer calls itself ${String(found.issuer)}, and not ${issuer}`, response.status);
  const { origin } = new URL(issuer);
  for (const name of ADDRESSES) {
    const value = found[name];
    if (typeof value !== 'string' || !URL.canParse(value) || new URL(value).origin !== origin) {
      throw new IssuerError(`${name} is not on the origin of the issuer`, response.status);
    }
  }
  return found as unknown as Metadata;
}
