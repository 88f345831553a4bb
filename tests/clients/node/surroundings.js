// The running Usher under test and its clients, from the environment.
import { readFileSync } from 'node:fs';
import * as oidc from 'openid-client';

const required = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set (tests/clients/run.sh sets it)`);
  return value;
};

/** The issuer identifier of the Usher under test. */
export const issuer = new URL(required('USHER_TEST_ISSUER'));

const told = JSON.parse(readFileSync(required('USHER_TEST_CLIENTS'), 'utf8'));
/** The API of the tests' project. */
export const api = told.api;
/** The person who signs in: `{ email, password }`. */
export const person = told.user;
/** The redirect URI of all clients. No server listens there: the tests stop at the redirect. */
export const redirectUri = told.redirect_uri;
/** The post-logout redirect URI. */
export const postLogoutUri = told.post_logout_redirect_uri;

/** The sample MCP server: its URL, the URL of an agent's metadata document, and the id of an agent that is registered. */
export const mcp = { url: new URL(required('MCP_URL')), document: required('AGENT_URL'), agent: told.agent.client_id };

/** The id and the secret of a client, as registered. */
export const credentials = (name) => ({ id: told[name].client_id, secret: told[name].client_secret });

/**
 * A client of openid-client, made by discovery, which also verifies signatures of ID tokens.
 * @param {'rs256'|'es256'|'public'|'machine'|'device'|'ciba'|'shop'|'mallory'|'mallory_plain'|'mallory_web'} name
 */
export async function client(name) {
  const { client_id: id, client_secret: secret } = told[name];
  const auth = name === 'es256' ? oidc.ClientSecretPost : oidc.ClientSecretBasic;
  const algorithm = { rs256: 'RS256', es256: 'ES256', public: 'ES256', mallory_web: 'RS256' }[name];
  const metadata = algorithm ? { id_token_signed_response_alg: algorithm } : {};
  return oidc.discovery(issuer, id, metadata, secret ? auth(secret) : oidc.None(), {
    execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
  });
}

/** The same client with a wrong secret. */
export async function impostor(name) {
  return oidc.discovery(issuer, told[name].client_id, {}, oidc.ClientSecretBasic('not-the-secret'), {
    execute: [oidc.allowInsecureRequests],
  });
}
