// The key set of the issuer and the verification of signatures.
import { compactVerify, importJWK } from 'jose';
import type { CryptoKey as JoseKey } from 'jose';
import { Refusal } from '../core/refusal.js';
import { send, unexpected } from './http.js';

/** Seconds between two fetches because of an unknown `kid`. */
const COOLDOWN = 1;
const TYPES: Record<string, string> = { ES: 'EC', RS: 'RSA', PS: 'RSA', Ed: 'OKP' };

interface Jwk {
  kty?: string;
  kid?: string;
  use?: string;
  alg?: string;
  [member: string]: unknown;
}

/** The public keys of the issuer. */
export class KeySet {
  #jwks: { keys: Jwk[] } | undefined;
  #etag = '';
  #imported = new Map<string, Promise<JoseKey>>();
  #kids = new Set<string>();
  /** Revoked keys. They are ignored even if a cache still serves them. */
  readonly #revoked = new Set<string>();
  #fetching: Promise<void> | undefined;
  /** When the keys were last fetched because of an unknown `kid`, in seconds since the epoch. */
  #soughtAt = Number.NEGATIVE_INFINITY;
  readonly #fetch: typeof globalThis.fetch;
  readonly #address: () => Promise<string>;
  /** Called when the keys have changed. */
  onChange: (etag: string, jwks: unknown) => void = () => {};

  /** @param address returns the URL of the key set */
  constructor(fetch: typeof globalThis.fetch, address: () => Promise<string>) {
    this.#fetch = fetch;
    this.#address = address;
  }

  get isEmpty(): boolean {
    return this.#jwks === undefined;
  }

  get state(): { etag: string; jwks: unknown } | null {
    return this.#jwks ? { etag: this.#etag, jwks: this.#jwks } : null;
  }

  /** Uses the keys of a store or a test. */
  restore(jwks: unknown, etag = ''): void {
    const keys = (jwks as { keys?: unknown } | null)?.keys;
    if (!Array.isArray(keys)) throw new TypeError('a key set is expected');
    const good = (keys as Jwk[]).filter(({ kid }) => kid === undefined || !this.#revoked.has(kid));
    this.#jwks = { keys: good };
    this.#etag = etag;
    this.#imported = new Map();
    this.#kids = new Set(good.flatMap(({ kid }) => (kid === undefined ? [] : [kid])));
  }

  /** Returns whether a key is published. Tokens of keys that are no longer published are refused. */
  has(kid: string): boolean {
    return this.#kids.has(kid);
  }

  /** Removes a revoked key permanently. */
  remove(kid: string): void {
    this.#revoked.add(kid);
    if (!this.#jwks || !this.#kids.has(kid)) return;
    this.restore(this.#jwks);
    this.onChange(this.#etag, this.#jwks);
  }

  /** Fetches the keys. Concurrent calls share one request. */
  refresh(): Promise<void> {
    this.#fetching ??= this.#load().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #load(): Promise<void> {
    const response = await send(this.#fetch, await this.#address());
    if (!response.ok) throw unexpected(response);
    this.restore(await response.json(), response.headers.get('etag') ?? '');
    this.onChange(this.#etag, this.#jwks);
  }

  /**
   * Fetches the keys for an unknown `kid`: the notice of a new key may have been lost, and an instance of Usher may send the revocation
   * of a key before it publishes the next one. Tokens that arrive meanwhile wait for the same response.
   */
  async #seek(now: number): Promise<void> {
    if (!this.#fetching) {
      if (!(Math.abs(now - this.#soughtAt) >= COOLDOWN)) return;
      this.#soughtAt = now;
    }
    await this.refresh().catch(() => {});
  }

  /**
   * Verifies a signature and returns the payload. For an unknown `kid` the keys are fetched again, at most once in a second.
   * @throws {Refusal} `key_unknown`, `signature_invalid`
   */
  async verify(token: string, header: { alg: string; kid: string | undefined }, now: number): Promise<Uint8Array> {
    let key = this.#find(header);
    if (!key && header.kid !== undefined) {
      await this.#seek(now);
      key = this.#find(header);
    }
    if (!key) throw new Refusal('key_unknown');
    // One token has one text: otherwise each of its spellings is another token to caches.
    const signature = token.slice(token.lastIndexOf('.') + 1);
    if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) throw new Refusal('signature_invalid');
    try {
      return (await compactVerify(token, await key, { algorithms: [header.alg] })).payload;
    } catch (cause) {
      throw new Refusal('signature_invalid', {}, cause);
    }
  }

  #find({ alg, kid }: { alg: string; kid: string | undefined }): Promise<JoseKey> | undefined {
    if (kid === undefined) return undefined;
    const known = this.#imported.get(`${alg} ${kid}`);
    if (known) return known;
    const fits = (jwk: Jwk) =>
      jwk.kid === kid && (jwk.use ?? 'sig') === 'sig' && (jwk.alg ?? alg) === alg && jwk.kty === TYPES[alg.slice(0, 2)];
    const jwk = this.#jwks?.keys.find(fits);
    if (!jwk) return undefined;
    const imported = importJWK(jwk, alg) as Promise<JoseKey>;
    this.#imported.set(`${alg} ${kid}`, imported);
    return imported;
  }
}
