// A network that a test cuts, and in which somebody changes answers: everything between the applications and Usher.
import { createServer, request as send } from 'node:http';
import { connect } from 'node:net';

export class Proxy {
  #lines = new Set();
  #blocked = () => false;
  #change = (answer) => answer;

  /** Listens on `port` and passes on to `target`. */
  static async start(port, target) {
    const proxy = new Proxy();
    proxy.server = createServer((request, response) => proxy.#pass(request, response, target));
    proxy.server.on('connection', (socket) => {
      proxy.#lines.add(socket);
      socket.on('close', () => proxy.#lines.delete(socket));
    });
    proxy.server.on('upgrade', (request, socket, head) => proxy.#upgrade(request, socket, head, target));
    proxy.server.listen(port, '127.0.0.1');
    await new Promise((resolve) => proxy.server.once('listening', resolve));
    return proxy;
  }

  /** Requests that are not answered from now on; connections that stand are cut. */
  block(blocked) {
    this.#blocked = blocked;
    for (const line of this.#lines) line.destroy();
  }

  restore() {
    this.#blocked = () => false;
    this.#change = (answer) => answer;
  }

  /** Changes answers: `{ path, status, headers, body }` in, and out. */
  change(change) {
    this.#change = change;
  }

  #pass(request, response, target) {
    if (this.#blocked({ path: request.url, upgrade: false })) return request.socket.destroy();
    const there = send(
      { port: target, host: '127.0.0.1', method: request.method, path: request.url, headers: request.headers },
      (answer) => {
        const parts = [];
        answer.on('data', (part) => parts.push(part));
        answer.on('end', () => {
          const { statusCode: status, headers } = answer;
          const changed = this.#change({ path: request.url, status, headers, body: Buffer.concat(parts).toString() });
          const { 'transfer-encoding': _, 'content-length': __, ...rest } = changed.headers;
          response.writeHead(changed.status, rest);
          response.end(request.method === 'HEAD' ? undefined : changed.body);
        });
        answer.on('error', () => response.destroy());
      },
    );
    there.on('error', () => response.destroy());
    response.on('close', () => there.destroy());
    request.pipe(there);
    return undefined;
  }

  #upgrade(request, socket, head, target) {
    if (this.#blocked({ path: request.url, upgrade: true })) return socket.destroy();
    const there = connect(target, '127.0.0.1');
    for (const line of [socket, there]) {
      this.#lines.add(line);
      line.on('error', () => {});
      line.on('close', () => {
        this.#lines.delete(line);
        socket.destroy();
        there.destroy();
      });
    }
    const headers = request.rawHeaders.reduce(
      (text, value, index) => text + (index % 2 === 0 ? `${value}: ` : `${value}\r\n`),
      '',
    );
    there.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers}\r\n`);
    there.write(head);
    socket.pipe(there);
    there.pipe(socket);
    return undefined;
  }

  async stop() {
    for (const line of this.#lines) line.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
