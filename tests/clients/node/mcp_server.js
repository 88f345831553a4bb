// A sample MCP server that Usher guards: the metadata of RFC 9728, bearer tokens, one tool. Each request asks Usher about its
// token (RFC 7662), so that one that was revoked is refused at once.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { InsufficientScopeError, InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import {
  getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter,
} from '@modelcontextprotocol/sdk/server/auth/router.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';

const { ISSUER, MCP_URL, CLIENT_ID, CLIENT_SECRET } = process.env;
const resource = new URL(MCP_URL);
const oauthMetadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();

async function verifyAccessToken(token) {
  const credentials = [CLIENT_ID, CLIENT_SECRET].map(encodeURIComponent).join(':');
  const response = await fetch(oauthMetadata.introspection_endpoint, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    body: new URLSearchParams({ token }),
  });
  const told = await response.json();
  if (!told.active || ![told.aud].flat().includes(resource.href)) throw new InvalidTokenError('the token is not valid here');
  const scopes = told.scope.split(' ');
  if (!scopes.includes('notes:read')) throw new InsufficientScopeError('notes:read is missing');
  return { token, clientId: told.client_id, scopes, expiresAt: told.exp, extra: { sub: told.sub } };
}

const app = express();
app.use(mcpAuthMetadataRouter({
  oauthMetadata, resourceServerUrl: resource, scopesSupported: ['notes:read', 'offline_access'], resourceName: 'Notes',
}));
const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resource);
// Without `requiredScopes` agents ask for all that the metadata lists: with offline_access they get a refresh token.
app.use(resource.pathname, requireBearerAuth({ verifier: { verifyAccessToken }, resourceMetadataUrl }));
app.post(resource.pathname, express.json(), async (request, response) => {
  const server = new McpServer({ name: 'notes', version: '1.0.0' });
  server.registerTool('whoami', { description: 'Who is asking' }, ({ authInfo }) => ({
    content: [{ type: 'text', text: JSON.stringify({ client: authInfo.clientId, sub: authInfo.extra.sub }) }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined, enableJsonResponse: true });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});
app.all(resource.pathname, (request, response) => response.status(405).end());
app.listen(resource.port, 'localhost', () => console.log(`MCP server at ${resource.href}`));
