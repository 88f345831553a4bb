// The OAuth client of the MCP SDK finds Usher in the server's metadata, signs a person in, and calls a tool.
import assert from 'node:assert/strict';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Person } from '../../lib/person.js';

/** Stores what the SDK asks the application to store. */
class Keeper {
  constructor(clientId, redirectUrl) {
    Object.assign(this, { clientId, redirectUrl });
  }

  get clientMetadata() {
    return { redirect_uris: [this.redirectUrl], token_endpoint_auth_method: 'none' };
  }

  clientInformation = () => ({ client_id: this.clientId });
  tokens = () => this.kept;
  saveTokens = (tokens) => (this.kept = tokens);
  codeVerifier = () => this.verifier;
  saveCodeVerifier = (verifier) => (this.verifier = verifier);
  redirectToAuthorization = (url) => (this.authorization = url);
}

export async function drive({ usher, base, client: { client_id } }, step) {
  const keeper = new Keeper(client_id, `${base}/callback`);
  const transport = () => new StreamableHTTPClientTransport(new URL(`${base}/mcp`), { authProvider: keeper });
  const client = new Client({ name: 'compat', version: '1' });

  await step('sign in', async () => {
    const first = transport();
    await assert.rejects(client.connect(first), UnauthorizedError);
    const person = new Person({ issuer: usher.issuer, ...usher.person });
    const { url } = await person.open(keeper.authorization, { before: keeper.redirectUrl });
    await first.finishAuth(new URL(url).searchParams.get('code'));
    await client.connect(transport());
  });
  const whoami = async () => {
    const { content } = await client.callTool({ name: 'whoami' });
    assert.match(content[0].text, /\S/);
  };
  await step('api', whoami);
  await step('refresh', async () => {
    const { access_token, refresh_token } = keeper.tokens();
    keeper.saveTokens({ ...keeper.tokens(), access_token: `${access_token}x` });
    await whoami();
    assert.notEqual(keeper.tokens().refresh_token, refresh_token);
  });
  await client.close();
}
