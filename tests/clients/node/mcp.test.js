// The official MCP SDK as a client: it is sent to Usher by the 401 of an MCP server, becomes known there in three ways, and is
// out within a second after the person ends its access.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { parse } from 'node-html-parser';
import { Person } from './person.js';
import { issuer, mcp, redirectUri } from './surroundings.js';

/** An agent with its memory. `known`: its registration; `document`: the URL of its metadata. */
class Agent {
  tokens;
  #verifier;
  #asked;
  #known;

  constructor({ known, document, name = 'Registered agent' } = {}) {
    this.#known = known;
    this.clientMetadataUrl = document;
    this.name = name;
  }

  get redirectUrl() {
    return redirectUri;
  }

  get clientMetadata() {
    return {
      client_name: this.name,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  clientInformation = () => this.#known;
  saveClientInformation = (told) => (this.#known = told);
  saveTokens = (tokens) => (this.tokens = tokens);
  saveCodeVerifier = (verifier) => (this.#verifier = verifier);
  codeVerifier = () => this.#verifier;
  redirectToAuthorization = (url) => (this.#asked = url);

  /** A provider of the SDK whose method `tokens` reads the memory. */
  get provider() {
    return new Proxy(this, {
      get: (agent, name) => {
        if (name === 'tokens') return () => agent.tokens;
        const value = Reflect.get(agent, name, agent);
        return typeof value === 'function' ? value.bind(agent) : value;
      },
      set: (agent, name, value) => Reflect.set(agent, name, value, agent),
    });
  }

  async #connect() {
    const transport = new StreamableHTTPClientTransport(mcp.url, { authProvider: this.provider });
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(transport);
    return client;
  }

  /** Connects; the person allows it. Returns the connected client, and the pages that the person saw. */
  async connect(person) {
    const transport = new StreamableHTTPClientTransport(mcp.url, { authProvider: this.provider });
    await assert.rejects(new Client({ name: 'test', version: '1.0.0' }).connect(transport), UnauthorizedError);
    assert.equal(this.#asked.searchParams.get('resource'), mcp.url.href);
    const { reached, visited } = await person.go(this.#asked);
    assert.equal(reached.searchParams.get('iss'), issuer.href.replace(/\/$/, ''));
    await transport.finishAuth(reached.searchParams.get('code'));
    return { client: await this.#connect(), visited };
  }

  clientId = () => this.#known.client_id;
}

/** Ends the access of an application as people do. */
async function revoke(person, clientId) {
  const url = new URL('/account/apps', issuer);
  const page = parse(await (await person.send(url)).text());
  const button = page.querySelectorAll('button[name=client]').find((one) => one.getAttribute('value') === clientId);
  const form = button.closest('form');
  const fields = new URLSearchParams({ client: clientId });
  for (const input of form.querySelectorAll('input[name]')) {
    fields.set(input.getAttribute('name'), input.getAttribute('value') ?? '');
  }
  await person.send(new URL(form.getAttribute('action'), url), fields);
}

async function worksUntilRevoked(agent) {
  const person = new Person();
  const { client, visited } = await agent.connect(person);
  assert.deepEqual(visited, ['/login', '/consent']);
  const { content } = await client.callTool({ name: 'whoami' });
  assert.equal(JSON.parse(content[0].text).client, agent.clientId());
  assert.ok(agent.tokens.refresh_token, 'it stays connected without the person');
  await revoke(person, agent.clientId());
  const since = performance.now();
  const authorization = `Bearer ${agent.tokens.access_token}`;
  const refused = await fetch(mcp.url, { method: 'POST', headers: { authorization } });
  assert.equal(refused.status, 401);
  assert.ok(performance.now() - since < 1_000);
  const refresh = new URLSearchParams({
    grant_type: 'refresh_token', refresh_token: agent.tokens.refresh_token, client_id: agent.clientId(),
  });
  const { error } = await (await fetch(new URL('/oauth2/token', issuer), { method: 'POST', body: refresh })).json();
  assert.equal(error, 'invalid_grant');
}

test('an MCP server says where its authorization server is', async () => {
  const refused = await fetch(mcp.url, { method: 'POST' });
  assert.equal(refused.status, 401);
  const [, metadata] = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate'));
  const told = await (await fetch(metadata)).json();
  assert.equal(told.resource, mcp.url.href);
  assert.equal(new URL(told.authorization_servers[0]).href, issuer.href);
});

test('an agent is known by its metadata document', async () => {
  const agent = new Agent({ document: mcp.document });
  await worksUntilRevoked(agent);
  assert.equal(agent.clientId(), mcp.document);
});

test('an agent registers itself', async () => {
  const agent = new Agent();
  await worksUntilRevoked(agent);
  assert.match(agent.clientId(), /^client_/);
});

test('an agent was registered before', async () => {
  await worksUntilRevoked(new Agent({ known: { client_id: mcp.agent } }));
});
