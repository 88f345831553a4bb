// A queue of asynchronous operations.

/** Runs operations one after another. A failed operation does not stop the next one. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs an operation after all earlier ones. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => {});
    return mine;
  }
}
