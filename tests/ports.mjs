// Free ports on loopback.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** This many different free ports: each is held until all are found. */
export async function freePorts(number) {
  const servers = Array.from({ length: number }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** A free port. */
export async function freePort() {
  const [port] = await freePorts(1);
  return port;
}
