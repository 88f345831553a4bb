// One Chromium for all applications that run in it, started when the first one does.
let running;

/** The browser. It stands on what is installed for tests/browser. */
export function chromium() {
  running ??= import('../../browser/browser.js').then(({ launch }) => launch());
  return running;
}

/** Ends it, if it was started. */
export async function closeChromium() {
  await (await running)?.close();
}
