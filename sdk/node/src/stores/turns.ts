// One after another: what was asked for first is done first.

/** A queue of works; one that fails keeps none of the others back. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does a work when those before it are done. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
