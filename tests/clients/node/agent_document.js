// Publishes the metadata document of an agent over https, as its maker's web site does.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const { AGENT_URL, AGENT_FILES, REDIRECT_URI } = process.env;
const document = JSON.stringify({
  client_id: AGENT_URL,
  client_name: 'Test agent',
  redirect_uris: [REDIRECT_URI],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
});
const read = (name) => readFileSync(`${AGENT_FILES}/${name}`);
createServer({ key: read('host.key'), cert: read('host.pem') }, (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(document);
}).listen(new URL(AGENT_URL).port, 'localhost');
