// The live feed by WebSocket, subprotocol usher.sync.v1.
import WebSocket from 'ws';
import { USER_AGENT } from '../version.js';

const PROTOCOL = 'usher.sync.v1';
/** The timeout for opening a connection, in milliseconds. */
const PATIENCE = 10_000;
/** The largest message, in bytes. */
const LONGEST = 1024 * 1024;
/** Milliseconds without a message or ping after which the connection is closed. The server pings every 25 s. */
const SILENCE = 60_000;

/** How a connection ended. */
export interface SocketEnd {
  /** Whether it was ever open. */
  opened: boolean;
  /** The close code, or the HTTP status of a refused upgrade. */
  code: number;
  /** Seconds until the next attempt, if the server sent them. */
  retryAfter: number | undefined;
}

export interface SocketListener {
  /** Receives each message; `undefined` for a ping. */
  heard(message: unknown): void;
  /** The connection is open; `say` sends a message. */
  opened(say: (message: object) => void): void;
}

/** Opens a connection and resolves when it has ended. */
export function followSocket(
  url: string,
  token: string,
  listener: SocketListener,
  signal: AbortSignal,
): Promise<SocketEnd> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, PROTOCOL, {
      headers: { authorization: `Bearer ${token}`, 'user-agent': USER_AGENT },
      followRedirects: false,
      handshakeTimeout: PATIENCE,
      maxPayload: LONGEST,
      perMessageDeflate: false,
    });
    const end: SocketEnd = { opened: false, code: 0, retryAfter: undefined };
    const silence = setTimeout(() => socket.terminate(), SILENCE);
    const stop = () => socket.terminate();
    const over = () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', stop);
      resolve(end);
    };
    signal.addEventListener('abort', stop);
    silence.unref();
    socket.on('open', () => {
      if (socket.protocol !== PROTOCOL) return socket.terminate();
      end.opened = true;
      listener.opened((message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      });
    });
    socket.on('message', (data, binary) => {
      silence.refresh();
      if (!binary) listener.heard(parse(String(data)));
    });
    socket.on('ping', () => {
      silence.refresh();
      listener.heard(undefined);
    });
    socket.on('unexpected-response', (request, response) => {
      end.code = response.statusCode ?? 0;
      const seconds = Number(response.headers['retry-after'] ?? '');
      if (seconds > 0) end.retryAfter = seconds;
      response.resume();
      request.destroy();
      over();
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      if (end.code === 0) end.code = code;
      over();
    });
    if (signal.aborted) stop();
  });
}

/** Parses a message; `null` if it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
