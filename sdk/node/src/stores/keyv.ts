import { SharedStore } from './shared.js';
import type { Storage } from './storage.js';

/** A Keyv instance, with any of its storage adapters. */
export interface KeyvLike {
  get(key: string): Promise<unknown>;
  /** @param ttl milliseconds */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** Milliseconds for which a list of entries is kept. */
const KEPT = 604_800_000;

/** Keeps state in a Keyv. Keyv has no lists, so each change rewrites the list of changes. */
export function keyvStore(keyv: KeyvLike): Storage {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  const linesOf = async (list: string): Promise<string[]> =>
    (text(await keyv.get(list)) ?? '').split('\n').filter((line) => line !== '');
  return new SharedStore({
    get: async (key) => text(await keyv.get(key)),
    set: async (key, value, ttl) => void (await keyv.set(key, value, Math.ceil(ttl * 1000))),
    delete: async (key) => void (await keyv.delete(key)),
    append: async (list, lines) => void (await keyv.set(list, [...(await linesOf(list)), ...lines].join('\n'), KEPT)),
    lines: linesOf,
    clear: async (list) => void (await keyv.delete(list)),
  });
}
