import { SharedStore } from './shared.js';
import type { Storage } from './storage.js';

/** A connected client of the package `redis` or `ioredis`. The application connects and closes it. */
export type RedisClient =
  | { sendCommand(command: string[]): Promise<unknown> }
  | { call(command: string, ...parameters: string[]): Promise<unknown> };

/** Seconds for which a list of entries is kept. */
const KEPT = '604800';

/** Keeps state in Redis, for all processes of the application. */
export function redisStore(client: RedisClient, options: { prefix?: string } = {}): Storage {
  const { prefix = '' } = options;
  const run = (command: string, ...parameters: string[]): Promise<unknown> =>
    'call' in client ? client.call(command, ...parameters) : client.sendCommand([command, ...parameters]);
  const text = (value: unknown) => (value === null || value === undefined ? undefined : String(value));
  return new SharedStore({
    get: async (key) => text(await run('GET', prefix + key)),
    set: async (key, value, ttl) =>
      void (await run('SET', prefix + key, value, 'EX', String(Math.max(1, Math.ceil(ttl))))),
    delete: async (key) => void (await run('DEL', prefix + key)),
    append: async (list, lines) => {
      await run('RPUSH', prefix + list, ...lines);
      await run('EXPIRE', prefix + list, KEPT);
    },
    lines: async (list) => ((await run('LRANGE', prefix + list, '0', '-1')) as unknown[]).map(String),
    clear: async (list) => void (await run('DEL', prefix + list)),
  });
}
