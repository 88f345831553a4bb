// One bash, in which the commands of a document are typed one after the other.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';

/** `make compat` also runs what downloads and builds a lot. */
const PATIENCE = process.env.DOCS_COMPAT ? 540_000 : 60_000;

/**
 * `curl` fails on an HTTP error, so that a request which is refused is seen; with `-w` it prints the status, and an error may be
 * what the document shows.
 */
const CURL =
  'curl() { case " $* " in *" -w "*) command curl "$@" ;; *) command curl --fail-with-body "$@" ;; esac; }';
const PRELUDE = `${CURL}; failed=; trap 'failed=$BASH_COMMAND' ERR; set -o pipefail\n`;

export class Shell {
  #program = '';
  #said = '';
  #heard = () => {};

  constructor({ cwd, env }) {
    this.child = spawn('bash', ['--noprofile', '--norc', '-s'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.on('data', (chunk) => {
        this.#said += chunk;
        this.#heard();
      });
    }
    this.child.once('exit', () => this.#heard());
    this.child.stdin.write(PRELUDE);
  }

  /** Runs a command. Answers what it printed; throws if it, or a part of it, failed. */
  async run(command) {
    const mark = randomUUID();
    this.#said = '';
    this.child.stdin.write(`failed=\n{ ${command}\n} </dev/null\nprintf '%s [%s]\\n' ${mark} "$failed" \n`);
    const end = new RegExp(`${mark} \\[(.*)\\]\\n`, 's');
    await this.#until(() => end.test(this.#said), command);
    const [found, failed] = end.exec(this.#said);
    const output = this.#said.replace(found, '');
    if (failed) throw new Error(`this failed: ${failed}\nas a part of:\n${command}\nIt printed:\n${output}`);
    return output;
  }

  /** Starts a program that keeps running, in a process group of its own. */
  async start(command) {
    await this.stopProgram();
    await this.run(`: >"$PWD/.program.log"; set -m; { ${command}\n} </dev/null >"$PWD/.program.log" 2>&1 & PROGRAM=$!; set +m`);
    this.#program = await this.get('PROGRAM');
  }

  /** Ends the program that was started. */
  async stopProgram() {
    if (!this.#program) return;
    const group = `-${this.#program}`;
    this.#program = '';
    await this.run(`kill -- ${group}; wait; true`).catch(() => undefined);
  }

  /** What the started program printed, and whether it still runs. */
  async program() {
    const output = await this.run('cat "$PWD/.program.log"');
    const running = await this.run(`kill -0 ${this.#program} 2>/dev/null && echo yes || echo no`);
    return { output, running: running.includes('yes') };
  }

  /** Sets a variable. */
  set(name, value) {
    return this.run(`${name}='${value.replaceAll("'", "'\\''")}'`);
  }

  /** What a variable holds. */
  async get(name) {
    return (await this.run(`printf '%s\\n' "$${name}"`)).trim();
  }

  #until(isSo, command) {
    return new Promise((resolve, reject) => {
      const stop = (end, value) => {
        clearTimeout(timer);
        this.#heard = () => {};
        end(value);
      };
      const timer = setTimeout(() => stop(reject, new Error(`no end of:\n${command}\nIt printed:\n${this.#said}`)), PATIENCE);
      this.#heard = () => {
        if (isSo()) stop(resolve);
        else if (this.child.exitCode !== null) stop(reject, new Error(`the shell ended with:\n${command}\n${this.#said}`));
      };
      this.#heard();
    });
  }

  async stop() {
    await this.stopProgram();
    this.child.stdin.end();
    this.child.kill();
  }
}
