// What a store has to do. The memory copy always answers requests; a store keeps state between starts, and shares it.
import type { LogRecord, StoredState } from '../core/store-log.js';

/** What a store is told about whose state it keeps. */
export interface StorageOwner {
  issuer: string;
  client: string;
  /** The secret that protects what is kept. */
  secret: string;
}

/** Six methods, and two for its life. */
export interface Storage {
  /**
   * Called once, before anything else.
   * @throws if the store cannot be read and written: the module refuses to start
   */
  open(owner: StorageOwner): Promise<void>;
  /** A value, such as a session of web mode; `undefined` where there is none, or its time is over. */
  get(key: string): Promise<string | undefined>;
  /** @param ttl seconds after which the value is forgotten */
  set(key: string, value: string, ttl: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Adds to the snapshot what has happened since. */
  appendRevocations(records: readonly LogRecord[]): Promise<void>;
  /**
   * The newest state; `undefined` where there is none.
   * @throws {LogRefused} if it was tampered with, or belongs to another module
   */
  loadSnapshot(): Promise<StoredState | undefined>;
  /** Replaces the state. */
  saveSnapshot(state: StoredState): Promise<void>;
  /** Has so much been appended that the state had better be saved anew? */
  readonly isLong?: boolean;
  close(): Promise<void>;
}
