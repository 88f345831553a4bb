// Processes that a test starts, and ends by their own handle.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const running = new Set();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** Starts a program whose output is kept for the message of a failure. */
export function start(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const program = {
    output: '',
    child,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    async stop(signal = 'SIGTERM') {
      running.delete(child);
      if (!program.isRunning) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    },
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (program.output += data));
  child.once('error', (cause) => (program.output += cause.message));
  return program;
}

/** Waits until an answer is as wanted; `what` names it in the failure. */
export async function until(what, attempt, { within = 15_000, every = 25, program } = {}) {
  const end = Date.now() + within;
  let last;
  while (Date.now() < end) {
    if (program && !program.isRunning) break;
    last = await attempt().catch((cause) => cause);
    if (last && !(last instanceof Error)) return last;
    await sleep(every);
  }
  throw new Error(`${what}: not within ${within} ms; last: ${last}${program ? `\n${program.output}` : ''}`);
}
