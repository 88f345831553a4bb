// The interface of stores. Requests are always answered from memory; a store keeps state between starts and shares it.
import type { LogRecord, StoredState } from '../core/store-log.js';

/** The module that a store belongs to. */
export interface StorageOwner {
  issuer: string;
  client: string;
  /** The secret that authenticates stored state. */
  secret: string;
}

/** A store. */
export interface Storage {
  /**
   * Opens the store. Called once, first.
   * @throws if the store cannot be read and written; the module then does not start
   */
  open(owner: StorageOwner): Promise<void>;
  /** Returns a value, such as a session of web mode; `undefined` if there is none or it has expired. */
  get(key: string): Promise<string | undefined>;
  /** @param ttl seconds after which the value expires */
  set(key: string, value: string, ttl: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Appends changes to the saved state. */
  appendRevocations(records: readonly LogRecord[]): Promise<void>;
  /**
   * Returns the saved state with the changes applied; `undefined` if there is none.
   * @throws {LogRefused} if it was tampered with, or belongs to another module
   */
  loadSnapshot(): Promise<StoredState | undefined>;
  /** Saves the complete state and discards the changes before it. */
  saveSnapshot(state: StoredState): Promise<void>;
  /** True if so much was appended that the state should be saved again. */
  readonly isLong?: boolean;
  close(): Promise<void>;
}
