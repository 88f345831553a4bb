// Proofs that were used: each is accepted once (RFC 9449 §11.1).
import { createHash } from 'node:crypto';
import type { SpentProof } from './core/proof.js';
import { Refusal } from './core/refusal.js';
import type { Storage } from './stores/storage.js';

export class SpentProofs {
  /** When each proof may be forgotten, in about that order. */
  readonly #spent = new Map<string, number>();
  readonly #store: Storage | undefined;

  /** @param store where proofs are kept over a restart, and shared by processes; without one they are kept in memory */
  constructor(store: Storage | undefined) {
    this.#store = store;
  }

  /**
   * Spends a proof.
   * @throws {Refusal} `proof_replayed`, `store_unavailable`
   */
  async spend({ jti, until }: SpentProof, jkt: string, now: number): Promise<void> {
    for (const [key, end] of this.#spent) {
      if (end >= now) break;
      this.#spent.delete(key);
    }
    const key = `proof:${createHash('sha256').update(`${jkt} ${jti}`).digest('base64url')}`;
    if (this.#spent.has(key)) throw new Refusal('proof_replayed');
    this.#spent.set(key, until);
    if (this.#store && (await this.#isKept(this.#store, key, until - now))) throw new Refusal('proof_replayed');
  }

  /** Keeps a proof; says whether it was kept before. */
  async #isKept(store: Storage, key: string, seconds: number): Promise<boolean> {
    try {
      if ((await store.get(key)) !== undefined) return true;
      await store.set(key, '1', Math.ceil(seconds) + 1);
      return false;
    } catch (cause) {
      throw new Refusal('store_unavailable', {}, cause);
    }
  }
}
