// Coming back: 1 s, then 2 s, up to 30 s, with full jitter, so that those who left together do not come together.

/** Milliseconds to wait after so many failures. */
export const backoff = (failures: number): number => Math.random() * Math.min(30_000, 1000 * 2 ** (failures - 1));

/** Waits; a signal ends it. It keeps no process alive. */
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
