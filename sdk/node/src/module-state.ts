// The state of the module: keys, revocations, access rules, clients of the project, sessions. It follows the feed and uses the store.
import { EventEmitter } from 'node:events';
import { type Entry, readSnapshot } from './core/feed.js';
import { type Settings, type UsherOptions, readOptions } from './core/options.js';
import { Refusal } from './core/refusal.js';
import { type Outcome, RevocationList } from './core/revocations.js';
import { LogRefused, type LogRecord, type StoredState, logKey } from './core/store-log.js';
import { IssuerClient } from './issuer/client.js';
import { IssuerError } from './issuer/http.js';
import { KeySet } from './issuer/keys.js';
import { Rules } from './policy/rules.js';
import { type SeenSession, SeenSessions } from './sessions.js';
import { memoryStore } from './stores/memory.js';
import type { Storage } from './stores/storage.js';
import { FeedApi } from './sync/api.js';
import { Follower } from './sync/follower.js';

/** The events of the module. */
export interface UsherEvents {
  /** Requests can be answered: keys and list are there. `from` says from where. */
  ready: [{ from: 'issuer' | 'store' }];
  /** The list could not be brought up to date for `maxStaleness`. */
  stale: [{ since: number }];
  /** The list was begun anew by a snapshot. */
  resynced: [{ epoch: string; cursor: number }];
  /** Something was revoked. */
  revoked: [Entry];
  /** Other access rules are in force; `null` where none are published. */
  policyChanged: [{ revision: number | null }];
}

/** Milliseconds after the start for which requests wait for the module to become ready. */
const PATIENCE = 5000;
/** Seconds between two records in the store of when the list was last current. */
const NOTE_EVERY = 15;
/** Seconds between two fetches of the keys, which remove keys that are no longer published. Unknown keys are fetched at once. */
const KEYS_EVERY = 600;
/** Seconds until a failed fetch of keys or rules is repeated. */
const AGAIN = 5;

/** Seconds by which the time of the last contact may lie ahead, because a clock was set back: it proves nothing then. */
const AHEAD = 30;

/** The state of a module. The feed keeps it up to date; a store keeps it between starts. */
export class ModuleState extends EventEmitter<UsherEvents> {
  readonly settings: Settings;
  /** The client that this application is. */
  readonly client: IssuerClient;
  /** The keys of the issuer. */
  readonly keys: KeySet;
  /** Where values are kept. */
  readonly storage: Storage;
  protected readonly list: RevocationList;
  /** Absent where access rules are not used. */
  protected readonly rules: Rules | undefined;
  protected readonly seen: SeenSessions;
  /** Clients known to be of the project. */
  protected readonly clients = new Set<string>();
  readonly #api: FeedApi;
  readonly #follower: Follower;
  #currentAt = Number.NEGATIVE_INFINITY;
  #notedAt = 0;
  #wasStale = false;
  #isReady = false;
  readonly #ready: Promise<void>;
  #markReady: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reportAt = 0;
  /** When the keys are fetched again. */
  #keysAt = Number.POSITIVE_INFINITY;
  /** When the access rules are fetched again after a failure. */
  #rulesAt = Number.POSITIVE_INFINITY;
  #started: Promise<void> | undefined;
  #patientUntil = 0;
  #closed = false;
  #policyTurn: Promise<unknown> = Promise.resolve();

  /** @throws {OptionError} where the options make no sense */
  constructor(options: UsherOptions) {
    super();
    this.settings = readOptions(options);
    const { settings } = this;
    this.list = new RevocationList(settings.sync.maxRevocations);
    this.client = new IssuerClient(settings);
    this.keys = new KeySet(settings.fetch, async () => (await this.client.metadata()).jwks_uri);
    this.keys.onChange = (etag, jwks) => void this.append([{ t: 'jwks', etag, jwks }]);
    this.rules =
      settings.policy !== false && settings.project !== undefined ? new Rules(this.keys, settings.project) : undefined;
    this.storage = settings.storage ?? memoryStore();
    this.seen = new SeenSessions(logKey(settings.storageSecret));
    this.clients.add(settings.clientId);
    this.#api = new FeedApi(this.client);
    this.#follower = this.#newFollower();
    this.#ready = new Promise((resolve) => {
      this.#markReady = resolve;
    });
  }

  #newFollower(): Follower {
    const { issuer, sync, logger } = this.settings;
    return new Follower(
      this.#api,
      this.list,
      {
        received: (message, outcome) => this.#received(message, outcome),
        replaced: (snapshot) => this.#replaced(snapshot),
        current: () => this.#current(),
        revision: () => this.rules?.table?.revision,
      },
      { issuer, sync, logger, token: () => this.client.token(), forgetToken: () => this.client.forgetToken() },
    );
  }

  /** The current state, for health checks and logs. */
  get state(): {
    ready: boolean;
    connected: boolean;
    stale: boolean;
    /** When the list was last up to date, in seconds since the epoch; 0 if never. */
    syncedAt: number;
    place: string;
    revocations: number;
    revision: number | null;
  } {
    return {
      ready: this.#isReady,
      connected: this.#follower.isConnected,
      stale: this.isStale(Date.now() / 1000),
      syncedAt: Math.max(0, this.#currentAt),
      place: this.list.place,
      revocations: this.list.size,
      revision: this.rules?.table?.revision ?? null,
    };
  }

  /**
   * Starts, once however often it is called. Resolves when the store is open; `ready()` tells when requests can be answered.
   * @throws if the store cannot be used
   */
  start(): Promise<void> {
    this.#started ??= this.#begin();
    return this.#started;
  }

  /** Resolves when requests can be answered. */
  async ready(): Promise<void> {
    await this.start();
    await this.#ready;
  }

  async #begin(): Promise<void> {
    this.#patientUntil = Date.now() + PATIENCE;
    const { issuer, clientId, storageSecret, sync } = this.settings;
    await this.storage.open({ issuer, client: clientId, secret: storageSecret });
    if (this.#closed) return;
    await this.#restore();
    this.#timer = setInterval(() => this.#tick(), 1000);
    this.#timer.unref();
    if (sync.transport === 'off') void this.#withoutFeed();
    else void this.#follower.run();
  }

  /** Loads the stored state. The module is ready at once if that state is not stale. */
  async #restore(): Promise<void> {
    const now = Date.now() / 1000;
    let state: StoredState | undefined;
    try {
      state = await this.storage.loadSnapshot();
      const seen = await this.storage.get('seen');
      if (seen !== undefined) this.seen.restore(seen);
    } catch (cause) {
      const reason = cause instanceof LogRefused ? cause.reason : (cause as Error).message;
      this.settings.logger.error('the stored state is refused; beginning anew', { reason });
    }
    if (!state?.jwks) return;
    this.keys.restore(state.jwks.jwks, state.jwks.etag);
    this.list.restore(state, now);
    this.#dropRevokedKeys();
    for (const id of state.clients) this.clients.add(id);
    if (await this.#restoreRules(state, now)) this.#follower.resume();
    if (state.at > now + this.settings.clockSkew || now - state.at > this.settings.sync.maxStaleness) return;
    this.#currentAt = state.at;
    this.#becomeReady('store');
  }

  /** Restores the access rules. If they are refused, the module needs a snapshot, which names the current revision. */
  async #restoreRules({ policy, epoch }: StoredState, now: number): Promise<boolean> {
    if (!this.rules) return true;
    if (!policy) {
      this.rules.clear();
      return true;
    }
    try {
      await this.rules.accept(policy.jws, policy.etag, epoch, now);
      return true;
    } catch (cause) {
      this.#log('the stored access rules are refused', cause as Error);
      return false;
    }
  }

  async #withoutFeed(): Promise<void> {
    for (let failures = 0; !this.#closed; failures += 1) {
      try {
        await this.#takeMarks(await this.#api.snapshot());
        return this.#becomeReady('issuer');
      } catch (cause) {
        this.#log('the issuer cannot be reached', cause as Error);
        await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 1000 * 2 ** failures)).unref());
      }
    }
  }

  #becomeReady(from: 'issuer' | 'store'): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#keysAt = Date.now() / 1000 + KEYS_EVERY;
    this.#markReady?.();
    this.emit('ready', { from });
  }

  #log(message: string, cause: Error): void {
    this.settings.logger.error(message, { message: cause.message });
  }

  /** Ends the module: the feed, its timers, the store. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#follower.close();
    await this.#started?.catch(() => {});
    await this.#policyTurn.catch(() => {});
    if (this.settings.reportSessions) await this.storage.set('seen', this.seen.save(), 3600).catch(() => {});
    await this.storage.close();
  }

  #received(message: unknown, outcome: Outcome): void {
    const records: LogRecord[] = [];
    if (outcome === 'applied' || outcome === 'folded') {
      const entry = message as Entry;
      records.push(entry);
      if (entry.k === 'kid') this.#keyRevoked(entry.v);
      this.emit('revoked', entry);
    } else if (outcome === 'policy') {
      const { c, rev } = message as { c: number; rev: number };
      records.push({ t: 'policy_rev', c, rev });
      this.#renewRules();
    } else if (outcome === 'ignored' && typeof (message as { c?: unknown }).c === 'number') {
      records.push({ t: 'skip', c: (message as { c: number }).c });
    } else if (outcome === 'jwks') {
      this.#renewKeys();
    }
    if (records.length > 0) void this.append(records);
  }

  #dropRevokedKeys(): void {
    for (const { k, v } of this.list.entries()) if (k === 'kid') this.keys.remove(v);
  }

  /** The entry expires one day, so the key itself must be removed. */
  #keyRevoked(kid: string): void {
    this.keys.remove(kid);
    this.#renewKeys();
  }

  /** Fetches the keys; repeats it after a failure. */
  #renewKeys(): void {
    this.#keysAt = Date.now() / 1000 + KEYS_EVERY;
    this.keys.refresh().catch((cause: Error) => {
      this.#keysAt = Date.now() / 1000 + AGAIN;
      this.#log('the keys cannot be fetched', cause);
    });
  }

  /** Fetches the access rules; repeats it after a failure. */
  #renewRules(): void {
    this.#rulesAt = Number.POSITIVE_INFINITY;
    this.#loadRules().catch((cause: Error) => {
      this.#rulesAt = Date.now() / 1000 + AGAIN;
      this.#log('the access rules cannot be fetched', cause);
    });
  }

  async #replaced(snapshot: unknown): Promise<void> {
    this.#dropRevokedKeys();
    await this.#takeMarks(snapshot);
    await this.#save();
    const { epoch, cursor } = this.list;
    this.emit('resynced', { epoch, cursor });
  }

  /** Fetches keys and access rules, where a snapshot says that there are others. */
  async #takeMarks(json: unknown): Promise<void> {
    const snapshot = readSnapshot(json);
    if (!snapshot) throw new IssuerError('the snapshot is refused: snapshot_invalid');
    this.#checkProject(snapshot.project);
    if (this.keys.isEmpty || snapshot.jwks.etag !== this.keys.state?.etag) await this.keys.refresh();
    if (snapshot.policy === null) this.#noRules();
    else if (snapshot.policy.etag !== this.rules?.etag) await this.#loadRules();
  }

  /** The option must name the project of the client: tokens and rules of another would be refused one by one. */
  #checkProject(named: string | undefined): void {
    const { project, clientId } = this.settings;
    if (named === undefined || project === undefined || named === project) return;
    throw new IssuerError(`the client ${clientId} belongs to the project ${named}, and the option project is ${project}`);
  }

  #noRules(): void {
    if (!this.rules || this.rules.table === null) return;
    this.rules.clear();
    const { project, policy } = this.settings;
    if (policy !== false && policy.enforceRoutes) {
      const consequence = 'every request is answered 503 until some are: publish them at Usher, or set policy.enforceRoutes to false';
      this.settings.logger.warn(`no access rules are published; ${consequence}`, { project });
    }
    this.emit('policyChanged', { revision: null });
  }

  /** Fetches run one after another, so that an earlier one never replaces a later one. */
  #loadRules(): Promise<void> {
    const load = () => this.#fetchRules();
    const mine = this.#policyTurn.then(load, load);
    this.#policyTurn = mine.catch(() => {});
    return mine;
  }

  async #fetchRules(): Promise<void> {
    const { project } = this.settings;
    if (!this.rules || project === undefined) return;
    const found = await this.#api.policy(project, this.rules.etag);
    if (found === undefined) return;
    // The feed says that rules are published. Continuing without them would leave routes open that they protect.
    if (found === null) throw new IssuerError(`no access rules are found for the project ${project}: is that its id?`);
    const changed = await this.rules.accept(found.jws, found.etag, this.list.epoch, Date.now() / 1000);
    await this.append([{ t: 'policy', ...found }]);
    this.#follower.acknowledge();
    if (changed) this.emit('policyChanged', { revision: this.rules.table?.revision ?? null });
  }

  #current(): void {
    const now = Date.now() / 1000;
    this.#currentAt = now;
    this.#wasStale = false;
    this.#becomeReady('issuer');
    if (now < this.#notedAt + NOTE_EVERY) return;
    this.#notedAt = now;
    void this.append([{ t: 'at', cursor: this.list.cursor, at: Math.floor(now) }]);
  }

  /** Appends changes to the store. */
  protected async append(records: LogRecord[]): Promise<void> {
    try {
      await this.storage.appendRevocations(records);
      if (this.storage.isLong) await this.#save();
    } catch (cause) {
      this.#log('the store cannot be written', cause as Error);
    }
  }

  async #save(): Promise<void> {
    const { epoch, cursor } = this.list;
    if (epoch === '') return;
    const now = Math.floor(Date.now() / 1000);
    const state: StoredState = {
      epoch,
      cursor,
      at: now,
      revocations: this.list.entries(),
      jwks: this.keys.state,
      policy: this.rules?.state ?? null,
      clients: [...this.clients],
    };
    await this.storage.saveSnapshot(state).catch((cause: Error) => this.#log('the store cannot be written', cause));
    this.#notedAt = now;
  }

  #tick(): void {
    const now = Date.now() / 1000;
    this.list.sweep(now);
    if (this.#isReady && this.isStale(now) && !this.#wasStale) {
      this.#wasStale = true;
      this.emit('stale', { since: this.#currentAt });
      this.settings.logger.warn('the revocation list is stale', { since: this.#currentAt });
    }
    if (now >= this.#keysAt) this.#renewKeys();
    if (now >= this.#rulesAt) this.#renewRules();
    if (this.settings.reportSessions && now >= this.#reportAt) {
      this.#reportAt = now + 60;
      void this.#report(now);
    }
  }

  async #report(now: number): Promise<void> {
    this.seen.sweep(now);
    const { report, undo } = this.seen.takeReport();
    if (report.length === 0) return;
    await this.storage
      .set('seen', this.seen.save(), 3600)
      .catch((cause: Error) => this.#log('the store cannot be written', cause));
    await this.#api.report(report).catch(undo);
  }

  /** Reports the sessions used since the last report immediately. */
  async reportSessions(): Promise<void> {
    await this.#report(Date.now() / 1000);
  }

  /** Active sessions that were used at this application, most recently used first. */
  sessions(): SeenSession[] {
    const now = Date.now() / 1000;
    return this.seen.list(now).filter((each) => {
      const asked = { jti: '', sub: '', client_id: '', iat: now, sid: each.sid, urv: Number.MAX_SAFE_INTEGER };
      return this.list.revokedBy(asked, '', now) === undefined;
    });
  }

  protected isStale(now: number): boolean {
    const { transport, maxStaleness } = this.settings.sync;
    const age = now - this.#currentAt;
    return transport !== 'off' && (age > maxStaleness || age < -AHEAD);
  }

  /** Requests wait for a short time after the start. Without keys and a revocation list they are refused. */
  protected async becomesReady(): Promise<void> {
    if (this.#isReady) return;
    if (this.#started === undefined)
      void this.start().catch((cause: Error) => this.#log('the module does not start', cause));
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#patientUntil - Date.now());
    });
    await Promise.race([this.#ready, patience]);
    clearTimeout(timer);
    if (this.#isReady) return;
    // A stored state that is too old counts as stale: `onStale` decides.
    if (this.keys.isEmpty || this.list.epoch === '') throw new Refusal('keys_missing');
  }
}
