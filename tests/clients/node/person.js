// A person with a browser without JavaScript: follows redirects, keeps cookies, fills in forms.
import { parse } from 'node-html-parser';
import { person, redirectUri } from './surroundings.js';

const MOST_STEPS = 20;

/** The target of a page that replaces a redirect. */
const leadsOn = (page) =>
  page.querySelector('meta[http-equiv=refresh]')?.getAttribute('content').replace(/^0; url=/, '');

export class Person {
  #cookies = new Map();
  #credentials;

  /** @param {{ email: string, password: string }} credentials what they type into the sign-in form */
  constructor(credentials = person) {
    this.#credentials = credentials;
  }

  /** The Cookie line for the next request. */
  get #cookieLine() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  #keep(response) {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      const gone = attributes.some((a) => /^max-age=(0|-)/i.test(a) || /^expires=.*1970/i.test(a));
      if (gone || value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  /** Sends one request, without following redirects. */
  async send(url, form) {
    const headers = { cookie: this.#cookieLine, accept: 'text/html', 'accept-language': 'en' };
    const init = { headers, redirect: 'manual' };
    if (form) Object.assign(init, { method: 'POST', body: form });
    if (form) Object.assign(headers, { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' });
    const response = await fetch(url, init);
    this.#keep(response);
    return response;
  }

  /**
   * Opens `url` and answers every page until the application is reached (its URL is returned) or a page has no form to
   * answer (the page is returned). The sign-in form is answered once. `decision` is the consent button to press; null
   * presses none.
   * @returns {Promise<{ reached?: URL, page?: import('node-html-parser').HTMLElement, status: number, visited: string[] }>}
   */
  async go(url, { decision = 'allow', target = redirectUri } = {}) {
    const visited = [];
    let typed = false;
    let response = await this.send(url);
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const here = new URL(response.url);
      const page = parse(await response.text());
      const location = response.headers.get('location') ?? leadsOn(page);
      if (location) {
        const next = new URL(location, here);
        if (next.href.startsWith(target)) return { reached: next, status: response.status, visited };
        response = await this.send(next);
        continue;
      }
      visited.push(here.pathname);
      const form = this.#fill(page, { decision, typed });
      if (form?.signIn) typed = true;
      if (!form) return { page, status: response.status, visited };
      response = await this.send(new URL(form.action, here), form.fields);
    }
    throw new Error(`no end after ${MOST_STEPS} steps: ${visited.join(' ')}`);
  }

  /** The form a person would fill in on this page: sign-in, consent, or the code of a device. */
  #fill(page, { decision, typed }) {
    const holding = (name) => page.querySelectorAll('form').find((form) => form.querySelector(`[name=${name}]`));
    const signIn = typed ? undefined : holding('password');
    const userCode = page.querySelector('[name=user_code]')?.getAttribute('value');
    const form = signIn ?? (userCode ? holding('user_code') : decision === null ? undefined : holding('decision'));
    if (!form) return undefined;
    const fields = new URLSearchParams();
    for (const input of form.querySelectorAll('input')) {
      const [name, type, value] = ['name', 'type', 'value'].map((key) => input.getAttribute(key));
      if (!name) continue;
      if (type === 'hidden' || (type === 'checkbox' && input.hasAttribute('checked'))) fields.append(name, value ?? '');
    }
    if (signIn) {
      fields.set('email', this.#credentials.email);
      fields.set('password', this.#credentials.password);
    } else if (userCode) {
      fields.set('user_code', userCode);
    } else {
      fields.set('decision', decision);
    }
    return { action: form.getAttribute('action') ?? '', fields, signIn: Boolean(signIn) };
  }
}
