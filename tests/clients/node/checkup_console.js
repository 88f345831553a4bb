// The page of a client on which an administrator runs a check-up, without a browser.
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'node-html-parser';
import { Person } from './person.js';

const ADMINISTRATOR = { email: 'boss@example.test', password: 'a quiet green door' };

export class CheckUpConsole {
  #usher;
  #person;
  #project;
  #page;

  /** Signs an administrator in at this instance. */
  static async open(usher) {
    const page = new CheckUpConsole();
    const { email, password } = ADMINISTRATOR;
    await usher.usherTyping(`${password}\n`, 'user', 'create', '--email', email, '--admin', '--password-stdin');
    const project = await usher.usher('project', 'create', '--name', 'Orchard');
    page.#usher = usher;
    page.#project = project.id ?? project.project_id;
    page.#person = new Person(ADMINISTRATOR);
    await page.#person.go(`${usher.issuer}/login`, { decision: null });
    return page;
  }

  /** Presses the button of a form whose address ends so. */
  async #press(end, fields = {}) {
    const form = this.#page.querySelectorAll('form').find((one) => one.getAttribute('action')?.endsWith(end));
    const sent = new URLSearchParams(fields);
    for (const input of form.querySelectorAll('input[type=hidden]')) {
      sent.append(input.getAttribute('name'), input.getAttribute('value') ?? '');
    }
    const answer = await this.#person.send(new URL(form.getAttribute('action'), this.#usher.issuer), sent);
    if (answer.status >= 400) throw new Error(`${end}: ${answer.status} ${await answer.text()}`);
    await answer.text();
  }

  async #look(url) {
    const html = await (await this.#person.send(url)).text();
    // What is in a `pre` is parsed, too.
    this.#page = parse(html, { blockTextElements: { script: true, style: true } });
  }

  /** Registers an application at this address and prepares its check-up: what it must be configured with. */
  async prepare(name, base, logout) {
    const options = ['--redirect-uri', `${base}/callback`];
    if (logout) options.push('--backchannel-logout-uri', `${base}/backchannel-logout`);
    const made = await this.#usher.usher(
      'client', 'create', '--project', this.#project, '--type', 'web', '--name', name, ...options,
    );
    this.url = `${this.#usher.issuer}/console/projects/${this.#project}/clients/${made.client_id}/check-up`;
    await this.#look(this.url);
    await this.#press('/check-up', { sign_in_url: `${base}/login`, protected_url: `${base}/me` });
    await this.#look(this.url);
    const lines = this.#page.querySelector('#settings').text.trim().split('\n');
    const [issuer, id, secret] = lines.map((line) => line.slice(line.indexOf('=') + 1));
    return { issuer, client_id: id, client_secret: secret };
  }

  /** Runs it: the verdict of each case, by name. */
  async run() {
    await this.#press('/start');
    for (let tries = 0; tries < 600; tries += 1) {
      await this.#look(this.url);
      const cases = this.#page.querySelectorAll('[data-case]');
      if (cases.length > 0) {
        return Object.fromEntries(cases.map((one) => [one.getAttribute('data-case'), one.getAttribute('class')]));
      }
      if (this.#page.querySelector('#grade-heading')) {
        throw new Error(this.#page.querySelector('main').text.replace(/\s+/g, ' '));
      }
      await sleep(100);
    }
    throw new Error('the check-up does not end');
  }
}
