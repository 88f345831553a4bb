import type { StoredState } from '../core/store-log.js';
import { ExpiringMap } from './expiring.js';
import type { Storage } from './storage.js';

/** Keeps values in memory. After a restart, the module starts without state. */
export function memoryStore(): Storage {
  const values = new ExpiringMap();
  return {
    open: async () => {},
    get: async (key) => values.get(key),
    set: async (key, value, ttl) => values.set(key, value, Date.now() + ttl * 1000),
    delete: async (key) => values.delete(key),
    appendRevocations: async () => {},
    loadSnapshot: async (): Promise<StoredState | undefined> => undefined,
    saveSnapshot: async () => {},
    close: async () => {},
  };
}
