// Serves a single-page application: the files of its folder, the packages that it imports below /modules, and
// /config.json with the issuer and the client id.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const { ISSUER: issuer, CLIENT_ID: clientId, PORT } = process.env;
const folder = path.resolve(process.argv[2] ?? '.');
// Every folder in which Node.js looks for packages of the application.
const packages = createRequire(path.join(folder, 'app.js')).resolve.paths('any');
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css' };

/** The file of a path; a path without an extension gives the application's page. */
async function find(pathname) {
  const places = pathname.startsWith('/modules/')
    ? packages.map((place) => path.join(place, pathname.slice('/modules/'.length)))
    : [path.join(folder, pathname)];
  for (const file of path.extname(pathname) ? places : []) {
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes) return { bytes, type: TYPES[path.extname(file)] ?? 'application/octet-stream' };
  }
  return path.extname(pathname) ? undefined : { bytes: await readFile(path.join(folder, 'index.html')), type: 'text/html' };
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  const found =
    pathname === '/config.json'
      ? { bytes: JSON.stringify({ issuer, clientId }), type: 'application/json' }
      : await find(path.posix.normalize(pathname));
  response.writeHead(found ? 200 : 404, { 'content-type': found?.type ?? 'text/plain' });
  response.end(found?.bytes);
});
server.listen(PORT, '127.0.0.1');
