// Exponential backoff from 1 s to 30 s with full jitter.

/** Returns the milliseconds to wait after a number of failures. */
export const backoff = (failures: number): number => Math.random() * Math.min(30_000, 1000 * 2 ** (failures - 1));

/** Waits. The signal ends the wait, and the timer does not keep the process alive. */
export function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    timer.unref();
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });
}
