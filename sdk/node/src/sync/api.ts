// The HTTP requests of the feed: snapshot, events, access rules, session reports.
import type { IssuerClient } from '../issuer/client.js';
import { IssuerError, unexpected } from '../issuer/http.js';
import { HOST } from './host.js';

/** The cursor is too old or of another epoch. A snapshot is needed. */
export class CursorGone extends Error {}

/** New events. */
export interface News {
  epoch: string;
  cursor: number;
  events: unknown[];
  more: boolean;
}

export class FeedApi {
  readonly #client: IssuerClient;

  constructor(client: IssuerClient) {
    this.#client = client;
  }

  async snapshot(): Promise<unknown> {
    const response = await this.#client.call('sync/snapshot', {}, 60_000);
    if (!response.ok) throw refused(response);
    return response.json();
  }

  /**
   * Returns the events after a cursor, which acknowledges everything before it; `undefined` if there are none.
   * @param wait seconds to wait for an event
   * @param revision the revision of the access rules that the module applies
   */
  async events(place: string, wait: number, revision?: number, signal?: AbortSignal): Promise<News | undefined> {
    const query = new URLSearchParams({ cursor: place });
    if (wait > 0) query.set('wait', String(wait));
    if (revision !== undefined) query.set('rev', String(revision));
    if (HOST !== undefined) query.set('host', HOST);
    const response = await this.#client.call(`sync/events?${query}`, signal ? { signal } : {}, (wait + 10) * 1000);
    if (response.status === 304) return undefined;
    if (response.status === 410) throw new CursorGone();
    if (!response.ok) throw refused(response);
    return (await response.json()) as News;
  }

  /** Returns the signed access rules; `undefined` if they are unchanged, `null` if there are none. */
  async policy(project: string, etag: string): Promise<{ jws: string; etag: string } | null | undefined> {
    const headers = { accept: 'application/jose', ...(etag ? { 'if-none-match': etag } : {}) };
    const response = await this.#client.call(`projects/${encodeURIComponent(project)}/policy`, { headers });
    if (response.status === 304) return undefined;
    if (response.status === 404) return null;
    if (!response.ok) throw refused(response);
    return { jws: await response.text(), etag: response.headers.get('etag') ?? '' };
  }

  async report(sessions: readonly unknown[]): Promise<void> {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessions }),
    };
    const response = await this.#client.call('sync/seen', init);
    if (!response.ok) throw refused(response);
  }
}

function refused(response: Response): IssuerError {
  if (response.status !== 403) return unexpected(response);
  return new IssuerError('the client may not follow the feed: register it with the scope usher:sync', 403);
}
