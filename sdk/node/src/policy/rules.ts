// The current access rules: verified, and never replaced by an older revision.
import type { KeySet } from '../issuer/keys.js';
import { readObject } from '../core/jwt.js';
import { LARGEST_TABLE, PolicyError, type PolicyTable, readTable } from './table.js';

const TYPE = 'usher-policy+jws';

/** The current access rules of a project. */
export class Rules {
  readonly #keys: KeySet;
  readonly #project: string;
  #table: PolicyTable | null | undefined;
  #jws = '';
  #etag = '';
  #epoch = '';

  constructor(keys: KeySet, project: string) {
    this.#keys = keys;
    this.#project = project;
  }

  /** The table; `null` if nothing is published, `undefined` if not known yet. */
  get table(): PolicyTable | null | undefined {
    return this.#table;
  }

  get etag(): string {
    return this.#etag;
  }

  get state(): { etag: string; jws: string } | null {
    return this.#table ? { etag: this.#etag, jws: this.#jws } : null;
  }

  /** Nothing is published. */
  clear(): void {
    this.#table = null;
    [this.#jws, this.#etag] = ['', ''];
  }

  /**
   * Verifies and applies signed access rules.
   * @param epoch of the feed; a lower revision is accepted in a new epoch only
   * @returns whether the revision changed
   * @throws {PolicyError | Refusal}
   */
  async accept(jws: string, etag: string, epoch: string, now: number): Promise<boolean> {
    if (jws.length > LARGEST_TABLE * 1.4) throw new PolicyError('the access rules are too large');
    const table = readTable(await this.#open(jws, now));
    if (table.project !== this.#project) throw new PolicyError('these are the access rules of another project');
    const known = this.#table;
    if (known && this.#epoch === epoch && table.revision < known.revision) {
      throw new PolicyError(
        `revision ${table.revision} of the access rules is older than ${known.revision}, which is in force`,
      );
    }
    const changed = table.revision !== known?.revision;
    [this.#table, this.#jws, this.#etag, this.#epoch] = [table, jws, etag, epoch];
    return changed;
  }

  async #open(jws: string, now: number): Promise<unknown> {
    const header = readObject(jws.split('.')[0] ?? '');
    if (
      header.typ !== TYPE ||
      typeof header.alg !== 'string' ||
      typeof header.kid !== 'string' ||
      /^(HS|none)/i.test(header.alg)
    ) {
      throw new PolicyError('these are no signed access rules');
    }
    if (['jku', 'x5u', 'x5c', 'jwk', 'crit'].some((member) => Object.hasOwn(header, member)))
      throw new PolicyError('these are no signed access rules');
    const payload = await this.#keys.verify(jws, { alg: header.alg, kid: header.kid }, now);
    return JSON.parse(new TextDecoder().decode(payload));
  }

  /** Applies a table without a signature. For tests. */
  use(table: unknown): void {
    this.#table = readTable(table);
  }
}
