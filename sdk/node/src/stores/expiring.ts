// Values in memory that expire.

/** A map whose values expire. Times in milliseconds. */
export class ExpiringMap {
  readonly #values = new Map<string, { value: string; end: number }>();
  #sweepAt = 0;

  get(key: string, now = Date.now()): string | undefined {
    const found = this.#values.get(key);
    if (!found) return undefined;
    if (now < found.end) return found.value;
    this.#values.delete(key);
    return undefined;
  }

  set(key: string, value: string, end: number, now = Date.now()): void {
    if (now >= this.#sweepAt) {
      this.#sweepAt = now + 60_000;
      for (const [each, { end }] of this.#values) if (now >= end) this.#values.delete(each);
    }
    this.#values.set(key, { value, end });
  }

  delete(key: string): void {
    this.#values.delete(key);
  }

  /** The values that have not expired. */
  *entries(now = Date.now()): Generator<[key: string, value: string, end: number]> {
    for (const [key, { value, end }] of this.#values) if (now < end) yield [key, value, end];
  }
}
