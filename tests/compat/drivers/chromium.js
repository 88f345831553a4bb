// One Chromium for all applications that run in a browser, started when the first one needs it.
let running;

/** The browser. Its library is installed for tests/browser. */
export function chromium() {
  running ??= import('../../browser/browser.js').then(({ launch }) => launch());
  return running;
}

/** Ends it, if it was started. */
export async function closeChromium() {
  await (await running)?.close();
}
