// The file store: an append-only log with an authentication tag on each line. It is compacted when it grows too long.
import { type FileHandle, mkdir, open, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type LogRecord, LogWriter, type StoredState, logKey, readLog } from '../core/store-log.js';
import { ExpiringMap } from './expiring.js';
import type { Storage, StorageOwner } from './storage.js';
import { Turns } from './turns.js';

/** The number of appended bytes above which the log is compacted. */
const LONGEST = 4 * 1024 * 1024;
/** Milliseconds between two fsync calls. */
const SYNC_EVERY = 1000;
/** Locks held by this process. In a container, the process before a restart may have had the same process id. */
const HELD = new Set<string>();

/**
 * Keeps state in the files `usher.log` and `values.json` of a folder. Each process needs its own folder.
 * Only the owner can read the files (0600).
 * @param folder created if it does not exist
 */
export function fileStore(folder: string): Storage {
  return new FileStore(folder);
}

class FileStore implements Storage {
  readonly #folder: string;
  readonly #values = new ExpiringMap();
  #owner: StorageOwner | undefined;
  #key: Buffer = Buffer.alloc(0);
  #writer: LogWriter | undefined;
  #file: FileHandle | undefined;
  #length = 0;
  /** The length of the log after it was last read or compacted. */
  #base = 0;
  #dirty = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #turns = new Turns();
  #valuesDirty = false;

  constructor(folder: string) {
    this.#folder = path.resolve(folder);
  }

  get #log(): string {
    return path.join(this.#folder, 'usher.log');
  }

  get #lock(): string {
    return path.join(this.#folder, 'usher.lock');
  }

  async open(owner: StorageOwner): Promise<void> {
    this.#owner = owner;
    this.#key = logKey(owner.secret);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#takeLock();
    await this.#loadValues();
    this.#timer = setInterval(() => void this.#turns.take(() => this.#flush()).catch(() => {}), SYNC_EVERY);
    this.#timer.unref();
  }

  /** The lock file contains the id of its process. The lock of a process that no longer runs is removed. */
  async #takeLock(): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await writeFile(this.#lock, String(process.pid), { flag: 'wx', mode: 0o600 });
        HELD.add(this.#lock);
        return;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST' || tries >= 2) throw cause;
        const holder = Number(await readFile(this.#lock, 'utf8').catch(() => ''));
        if (holder !== process.pid && isAlive(holder)) {
          throw new Error(`${this.#folder} is in use by process ${holder}: each process needs a folder of its own`, {
            cause,
          });
        }
        if (HELD.has(this.#lock))
          throw new Error(`${this.#folder} is in use by another module of this process`, { cause });
        await rm(this.#lock, { force: true });
      }
    }
  }

  async loadSnapshot(): Promise<StoredState | undefined> {
    const text = await readFile(this.#log, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return '';
      throw cause;
    });
    if (text === '') return undefined;
    const { state, dropped, tag } = readLog(text, this.#key, this.#ownerOfLog);
    this.#file = await open(this.#log, 'r+');
    this.#length = Buffer.byteLength(text) - dropped;
    this.#base = this.#length;
    await this.#file.truncate(this.#length);
    this.#writer = new LogWriter(this.#key, tag);
    return state;
  }

  get #ownerOfLog() {
    const owner = this.#owner;
    if (!owner) throw new Error('the store was not opened');
    return { issuer: owner.issuer, client: owner.client };
  }

  saveSnapshot(state: StoredState): Promise<void> {
    return this.#turns.take(() => this.#rewrite(state));
  }

  /** Writes a new file and renames it, so that the log is always complete. */
  async #rewrite(state: StoredState): Promise<void> {
    const writer = new LogWriter(this.#key);
    const text = writer.begin(this.#ownerOfLog, state);
    const next = `${this.#log}.next`;
    await rm(next, { force: true });
    const file = await open(next, 'wx', 0o600);
    await file.writeFile(text);
    await file.sync();
    await rename(next, this.#log);
    await this.#file?.close();
    this.#base = Buffer.byteLength(text);
    [this.#file, this.#writer, this.#length, this.#dirty] = [file, writer, this.#base, false];
  }

  appendRevocations(records: readonly LogRecord[]): Promise<void> {
    return this.#turns.take(async () => {
      if (!this.#writer || !this.#file) return;
      const writer = this.#writer;
      const bytes = Buffer.from(records.map((record) => writer.line(record)).join(''));
      await this.#file.write(bytes, 0, bytes.length, this.#length);
      this.#length += bytes.length;
      this.#dirty = true;
    });
  }

  /** True if the log should be compacted. */
  get isLong(): boolean {
    return this.#length - this.#base > LONGEST;
  }

  async #flush(): Promise<void> {
    if (this.#dirty) await this.#file?.datasync();
    this.#dirty = false;
    if (this.#valuesDirty) await this.#saveValues();
  }

  async get(key: string): Promise<string | undefined> {
    return this.#values.get(key);
  }

  async set(key: string, value: string, ttl: number): Promise<void> {
    this.#values.set(key, value, Date.now() + ttl * 1000);
    this.#valuesDirty = true;
  }

  async delete(key: string): Promise<void> {
    this.#values.delete(key);
    this.#valuesDirty = true;
  }

  get #valuesFile(): string {
    return path.join(this.#folder, 'values.json');
  }

  async #loadValues(): Promise<void> {
    const text = await readFile(this.#valuesFile, 'utf8').catch(() => '[]');
    let values: unknown;
    try {
      values = JSON.parse(text);
    } catch {
      values = [];
    }
    // The caller encrypts or authenticates values.
    for (const [key, value, end] of values as [string, string, number][]) this.#values.set(key, value, end);
  }

  async #saveValues(): Promise<void> {
    this.#valuesDirty = false;
    const next = `${this.#valuesFile}.next`;
    await writeFile(next, JSON.stringify([...this.#values.entries()]), { mode: 0o600 });
    await rename(next, this.#valuesFile);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#turns.take(() => this.#flush());
    await this.#file?.close();
    this.#file = undefined;
    if (HELD.delete(this.#lock)) await unlink(this.#lock).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM';
  }
}
