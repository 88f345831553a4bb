import { SharedStore } from './shared.js';
import type { Storage } from './storage.js';

/** The parts of a collection of the package `mongodb` that the store uses. The application connects and closes the client. */
export interface MongoCollection {
  createIndex(keys: Record<string, 1>, options?: Record<string, unknown>): Promise<unknown>;
  findOne(filter: Record<string, unknown>): Promise<unknown>;
  find(filter: Record<string, unknown>): { toArray(): Promise<unknown[]> };
  replaceOne(
    filter: Record<string, unknown>,
    document: Record<string, unknown>,
    options: { upsert: boolean },
  ): Promise<unknown>;
  insertMany(documents: Record<string, unknown>[]): Promise<unknown>;
  deleteOne(filter: Record<string, unknown>): Promise<unknown>;
  deleteMany(filter: Record<string, unknown>): Promise<unknown>;
}

/** Seconds for which a list of entries is kept. */
const KEPT = 604_800;

const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const isOver = (end: unknown): boolean => end instanceof Date && end.getTime() <= Date.now();

/** Keeps state in a MongoDB collection with a TTL index. */
export function mongoStore(collection: unknown): Storage {
  const documents = collection as MongoCollection;
  return new SharedStore({
    open: async () => {
      // Some compatible databases have no TTL indexes. Expired values are ignored when read.
      await documents.createIndex({ expires_at: 1 }, { expireAfterSeconds: 0 }).catch(() => {});
      await documents.createIndex({ list: 1 });
    },
    get: async (key) => {
      const found = (await documents.findOne({ _id: key })) as { value: string; expires_at: unknown } | null;
      return found && !isOver(found.expires_at) ? found.value : undefined;
    },
    set: async (key, value, ttl) =>
      void (await documents.replaceOne({ _id: key }, { value, expires_at: inSeconds(ttl) }, { upsert: true })),
    delete: async (key) => void (await documents.deleteOne({ _id: key })),
    append: async (list, lines) =>
      void (await documents.insertMany(lines.map((line) => ({ list, line, expires_at: inSeconds(KEPT) })))),
    lines: async (list) => (await documents.find({ list }).toArray()).map((found) => (found as { line: string }).line),
    clear: async (list) => void (await documents.deleteMany({ list })),
  });
}
