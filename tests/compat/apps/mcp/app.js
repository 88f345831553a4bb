// An MCP server whose tool accepts access tokens of Usher. Its metadata (RFC 9728) names Usher.
import { InvalidTokenError } from '@modelcontextprotocol/sdk/server/auth/errors.js';
import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';
import { getOAuthProtectedResourceMetadataUrl, mcpAuthMetadataRouter } from '@modelcontextprotocol/sdk/server/auth/router.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import express from 'express';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER, BASE_URL, PORT } = process.env;

const oauthMetadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();
const keys = createRemoteJWKSet(new URL(oauthMetadata.jwks_uri));
const resourceServerUrl = new URL(`${BASE_URL}/mcp`);

const verifier = {
  async verifyAccessToken(token) {
    try {
      const { payload } = await jwtVerify(token, keys, { issuer: ISSUER, audience: resourceServerUrl.href, typ: 'at+jwt' });
      const { client_id: clientId, scope = '', exp: expiresAt, sub } = payload;
      return { token, clientId, scopes: scope.split(' '), expiresAt, extra: { sub } };
    } catch (error) {
      throw new InvalidTokenError(error.message);
    }
  },
};

const app = express();
app.use(express.json());
const scopesSupported = ['openid', 'offline_access'];
app.use(mcpAuthMetadataRouter({ oauthMetadata, resourceServerUrl, scopesSupported }));

const resourceMetadataUrl = getOAuthProtectedResourceMetadataUrl(resourceServerUrl);
app.post('/mcp', requireBearerAuth({ verifier, resourceMetadataUrl }), async (request, response) => {
  const server = new McpServer({ name: 'demo', version: '1' });
  server.registerTool('whoami', {}, ({ authInfo }) => ({ content: [{ type: 'text', text: authInfo.extra.sub }] }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(request, response, request.body);
});

app.listen(PORT, 'localhost');
