// The application behind the proxy: shows what the proxy says about the person.
import { createServer } from 'node:http';

createServer((request, response) => {
  const { 'x-forwarded-email': email, 'x-forwarded-groups': groups, 'x-forwarded-access-token': token } = request.headers;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ user: email ?? null, groups, access_token: token }));
}).listen(process.env.UPSTREAM_PORT, '127.0.0.1');
