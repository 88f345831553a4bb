// Stores that several processes share: a snapshot and a list of changes, both with authentication tags.
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  LogRefused,
  type LogRecord,
  LogWriter,
  type StoredState,
  applyRecords,
  logKey,
  readLog,
} from '../core/store-log.js';
import type { Storage, StorageOwner } from './storage.js';
import { Turns } from './turns.js';

/** The database operations of a shared store. */
export interface Driver {
  /** Creates tables and indexes. */
  open?(): Promise<void>;
  get(key: string): Promise<string | undefined>;
  /** @param ttl seconds */
  set(key: string, value: string, ttl: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Appends lines to a list. */
  append(list: string, lines: readonly string[]): Promise<void>;
  /** Returns the lines of a list in any order. */
  lines(list: string): Promise<string[]>;
  /** Deletes a list. */
  clear(list: string): Promise<void>;
  close?(): Promise<void>;
}

/** Seconds for which a snapshot is kept. */
const KEPT = 7 * 86_400;
/** The number of lines above which the snapshot is saved again. */
const LONG = 5000;

/** A store over a database that several processes share. */
export class SharedStore implements Storage {
  readonly #driver: Driver;
  #key: Buffer = Buffer.alloc(0);
  #owner = { issuer: '', client: '' };
  #name = '';
  /** The last tag of the current snapshot; empty if there is none. */
  #tag = '';
  #appended = 0;
  /** Keeps snapshots and appended lines in order. */
  readonly #turns = new Turns();

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  async open({ issuer, client, secret }: StorageOwner): Promise<void> {
    this.#key = logKey(secret);
    this.#owner = { issuer, client };
    this.#name = `usher:${client}:`;
    await this.#driver.open?.();
    // Fail now if the store cannot be written.
    await this.#driver.set(`${this.#name}probe`, '1', 60);
  }

  get(key: string): Promise<string | undefined> {
    return this.#driver.get(this.#name + key);
  }

  set(key: string, value: string, ttl: number): Promise<void> {
    return this.#driver.set(this.#name + key, value, ttl);
  }

  delete(key: string): Promise<void> {
    return this.#driver.delete(this.#name + key);
  }

  get isLong(): boolean {
    return this.#appended > LONG;
  }

  get #list(): string {
    return `${this.#name}log:${this.#tag}`;
  }

  saveSnapshot(state: StoredState): Promise<void> {
    return this.#turns.take(() => this.#save(state));
  }

  async #save(state: StoredState): Promise<void> {
    const writer = new LogWriter(this.#key);
    const text = writer.begin(this.#owner, state);
    const former = this.#tag === '' ? undefined : this.#list;
    [this.#tag, this.#appended] = [writer.tag, 0];
    await this.#driver.clear(this.#list);
    await this.#driver.set(`${this.#name}snapshot`, text, KEPT);
    if (former !== undefined && former !== this.#list) await this.#driver.clear(former);
  }

  appendRevocations(records: readonly LogRecord[]): Promise<void> {
    return this.#turns.take(() => this.#append(records));
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    if (this.#tag === '') return;
    const lines = records.map((record) => {
      const json = JSON.stringify(record);
      return `${this.#tagOf(json)} ${json}`;
    });
    await this.#driver.append(this.#list, lines);
    this.#appended += lines.length;
  }

  async loadSnapshot(): Promise<StoredState | undefined> {
    const text = await this.#driver.get(`${this.#name}snapshot`);
    if (text === undefined) return undefined;
    const { state, tag } = readLog(text, this.#key, this.#owner);
    this.#tag = tag;
    const lines = await this.#driver.lines(this.#list);
    this.#appended = lines.length;
    applyRecords(
      state,
      lines.map((line) => this.#read(line)),
    );
    return state;
  }

  /** Several processes append the same entries, so each line is bound to the snapshot, not to the line before it. */
  #tagOf(json: string): string {
    return createHmac('sha256', this.#key).update(`${this.#tag}\n${json}`).digest('base64url');
  }

  #read(line: string): Record<string, unknown> {
    const json = line.slice(44);
    const [shown, right] = [Buffer.from(line.slice(0, 43)), Buffer.from(this.#tagOf(json))];
    if (line[43] !== ' ' || shown.length !== right.length || !timingSafeEqual(shown, right))
      throw new LogRefused('log_tampered');
    return JSON.parse(json) as Record<string, unknown>;
  }

  async close(): Promise<void> {
    await this.#driver.close?.();
  }
}
