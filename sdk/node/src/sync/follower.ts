// Follows the feed: a snapshot first, then a WebSocket, long polling or polling. After a gap or a new epoch, a snapshot again.
import type { Outcome, RevocationList } from '../core/revocations.js';
import { IssuerError } from '../issuer/http.js';
import type { SyncOptions, Logger } from '../core/options.js';
import { backoff, sleep } from './backoff.js';
import { CursorGone, type FeedApi, type News } from './api.js';
import { HOST } from './host.js';
import { followSocket } from './socket.js';

/** Milliseconds for which acknowledgements are collected, because the server limits messages. */
const ACK_AFTER = 250;
/** Seconds of a long poll. Each response confirms that the list is current. */
const WAIT = 25;
/** The number of failed connections after which the module uses long polling for five minutes. */
const GIVE_UP = 3;
const LATER = 300_000;

export interface FollowerHooks {
  /** A message was applied, with this result. */
  received(message: unknown, outcome: Outcome): void;
  /** A snapshot has replaced the list. */
  replaced(snapshot: unknown): Promise<void>;
  /** The list is current. */
  current(): void;
  /** Returns the revision of the current access rules. */
  revision(): number | undefined;
}

export interface FollowerSettings {
  issuer: string;
  sync: Required<SyncOptions>;
  logger: Logger;
  token(): Promise<string>;
  forgetToken(): void;
}

/** Keeps a revocation list up to date. */
export class Follower {
  readonly #api: FeedApi;
  readonly #list: RevocationList;
  readonly #hooks: FollowerHooks;
  readonly #settings: FollowerSettings;
  readonly #closing = new AbortController();
  #wantsSnapshot = true;
  #snapshotting: Promise<void> | undefined;
  #filling: Promise<void> | undefined;
  #failures = 0;
  #unopened = 0;
  #socketsAgainAt = 0;
  #retryAfter: number | undefined;
  #target = 0;
  #say: ((message: object) => void) | undefined;
  #acking: NodeJS.Timeout | undefined;

  constructor(api: FeedApi, list: RevocationList, hooks: FollowerHooks, settings: FollowerSettings) {
    this.#api = api;
    this.#list = list;
    this.#hooks = hooks;
    this.#settings = settings;
  }

  /** Whether a WebSocket is open. */
  get isConnected(): boolean {
    return this.#say !== undefined;
  }

  /** Continues from a list that was restored from a store. */
  resume(): void {
    this.#wantsSnapshot = false;
  }

  /** Follows the feed until `close`. */
  async run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#retryAfter = undefined;
      let pause = 0;
      try {
        if (this.#wantsSnapshot) await this.#takeSnapshot();
        pause = await this.#follow();
        this.#failures = 0;
      } catch (cause) {
        if (this.#closing.signal.aborted) return;
        pause = this.#failed(cause);
      }
      await sleep(pause, this.#closing.signal);
    }
  }

  #failed(cause: unknown): number {
    if (cause instanceof CursorGone) {
      this.#wantsSnapshot = true;
      return 0;
    }
    this.#failures += 1;
    if (cause instanceof IssuerError && cause.status === 401) this.#settings.forgetToken();
    const { message } = cause as Error;
    if (this.#failures === 1) this.#settings.logger.warn('the live feed cannot be followed', { message });
    const named = cause instanceof IssuerError ? cause.retryAfter : undefined;
    return named === undefined ? backoff(this.#failures) : named * 1000 * (1 + Math.random());
  }

  close(): void {
    clearTimeout(this.#acking);
    this.#closing.abort();
  }

  /** Acknowledges the cursor and the revision of the access rules. */
  acknowledge(): void {
    if (!this.#say || this.#acking) return;
    this.#acking = setTimeout(() => {
      this.#acking = undefined;
      const revision = this.#hooks.revision();
      this.#say?.({ t: 'ack', c: this.#list.cursor, ...(revision === undefined ? {} : { rev: revision }) });
    }, ACK_AFTER);
    this.#acking.unref();
  }

  /** Follows once and returns the milliseconds until the next attempt. */
  async #follow(): Promise<number> {
    const { transport, pollInterval, maxStaleness } = this.#settings.sync;
    if (transport === 'poll') {
      await this.#ask(0);
      return pollInterval * 1000;
    }
    if (transport === 'ws' && Date.now() >= this.#socketsAgainAt) return this.#followSocket();
    await this.#ask(Math.max(1, Math.min(WAIT, Math.floor(maxStaleness / 2))));
    return 0;
  }

  async #followSocket(): Promise<number> {
    const url = new URL(`${this.#settings.issuer.replace(/\/$/, '')}/api/v1/sync`);
    url.protocol = url.protocol.replace('http', 'ws');
    url.searchParams.set('cursor', this.#list.place);
    if (HOST !== undefined) url.searchParams.set('host', HOST);
    const end = await followSocket(
      url.href,
      await this.#settings.token(),
      {
        opened: (say) => {
          this.#say = say;
          this.#failures = 0;
          this.#unopened = 0;
        },
        heard: (message) => this.#heard(message),
      },
      this.#closing.signal,
    );
    this.#say = undefined;
    if (this.#closing.signal.aborted) return 0;
    if (end.code === 4401 || end.code === 401) this.#settings.forgetToken();
    if (end.opened) return this.#retryAfter === undefined ? backoff(1) : this.#retryAfter * 1000;
    return this.#withoutSocket(end.retryAfter);
  }

  /** The connection failed: poll once, so that the list stays current. */
  async #withoutSocket(retryAfter: number | undefined): Promise<number> {
    this.#unopened += 1;
    if (this.#unopened >= GIVE_UP) this.#socketsAgainAt = Date.now() + LATER;
    await this.#ask(0);
    return retryAfter === undefined ? backoff(this.#unopened) : retryAfter * 1000;
  }

  /** Polls until there are no more events. */
  async #ask(wait: number): Promise<void> {
    for (let more = true; more;) {
      const news = await this.#api.events(this.#list.place, wait, this.#hooks.revision(), this.#closing.signal);
      more = news?.more ?? false;
      if (news) this.#take(news);
    }
    if (this.#wantsSnapshot) await this.#takeSnapshot();
    else this.#hooks.current();
  }

  #take(news: News): void {
    if (news.epoch !== this.#list.epoch) throw new CursorGone();
    for (const event of news.events) this.#receive(event);
    if (this.#list.cursor < news.cursor) throw new CursorGone();
  }

  #heard(message: unknown): void {
    if (message !== undefined) this.#receive(message);
    if (!this.#wantsSnapshot && this.#list.cursor >= this.#target) this.#hooks.current();
  }

  #receive(message: unknown): void {
    const outcome = this.#list.receive(message, Date.now() / 1000);
    if (outcome === 'hello') this.#target = (message as { cursor: number }).cursor;
    if (outcome === 'retry') this.#retryAfter = (message as { after: number }).after;
    if (outcome === 'resync') this.#begin();
    if (outcome === 'gap') this.#fill();
    this.#hooks.received(message, outcome);
    if (outcome !== 'ignored' && outcome !== 'message_invalid') this.acknowledge();
  }

  /** Takes a snapshot while the socket stays open, and repeats it until it succeeds. */
  #begin(): void {
    this.#wantsSnapshot = true;
    this.#takeSnapshot().catch(async (cause: unknown) => {
      await sleep(this.#failed(cause), this.#closing.signal);
      if (this.#wantsSnapshot && !this.#closing.signal.aborted) this.#begin();
    });
  }

  #fill(): void {
    this.#filling ??= this.#ask(0)
      .catch((cause: unknown) => {
        if (cause instanceof CursorGone) this.#begin();
        else this.#failed(cause);
      })
      .finally(() => {
        this.#filling = undefined;
      });
  }

  #takeSnapshot(): Promise<void> {
    this.#snapshotting ??= this.#replace().finally(() => {
      this.#snapshotting = undefined;
    });
    return this.#snapshotting;
  }

  async #replace(): Promise<void> {
    const snapshot = await this.#api.snapshot();
    const outcome = this.#list.replace(snapshot, Date.now() / 1000);
    if (outcome !== 'replaced') throw new IssuerError(`the snapshot is refused: ${outcome}`);
    // The snapshot is complete only with its keys and access rules. If these cannot be fetched, it is taken again.
    await this.#hooks.replaced(snapshot);
    this.#wantsSnapshot = false;
    this.#target = 0;
    this.#hooks.current();
    this.acknowledge();
  }
}
