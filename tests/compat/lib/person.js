// A person with a browser without JavaScript: follows redirects, keeps cookies, fills in Usher's forms.
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parse } from 'node-html-parser';
import { CookieJar } from 'tough-cookie';

const MOST_STEPS = 30;
const NAVIGATION = {
  accept: 'text/html,*/*;q=0.8',
  'accept-language': 'en',
  'sec-fetch-dest': 'document',
  'sec-fetch-mode': 'navigate',
};
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A request that a browser sends to open a page; `fetch` sends the headers of a script. */
const navigate = (url, headers, body) =>
  new Promise((resolve, reject) => {
    const answer = async (response) =>
      resolve({ status: response.statusCode, headers: response.headers, text: await text(response) });
    request(url, { method: body === undefined ? 'GET' : 'POST', headers }, answer).once('error', reject).end(body);
  });

/** The target of a page of Usher that replaces a redirect. */
const leadsOn = (page) =>
  page.querySelector('meta[http-equiv=refresh]')?.getAttribute('content').replace(/^0; url=/, '');

export class Person {
  #jar = new CookieJar();

  /** How often the person had to type the password. */
  passwordsTyped = 0;

  /** Every requested address, for the message of a failed test. */
  trail = [];

  /** @param {{ issuer: string, email: string, password: string }} who and the Usher whose forms they fill in */
  constructor({ issuer, email, password }) {
    Object.assign(this, { issuer, email, password });
  }

  /** Sends one request, without following redirects. `form` is posted, if given. */
  async send(url, form) {
    const cookie = await this.#jar.getCookieString(url);
    const headers = { ...NAVIGATION, ...(cookie && { cookie }) };
    if (form) {
      headers['content-type'] = 'application/x-www-form-urlencoded';
      Object.assign(headers, { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' });
    }
    const response = await navigate(url, headers, form && new URLSearchParams(form).toString());
    for (const line of response.headers['set-cookie'] ?? []) await this.#jar.setCookie(line, url, { ignoreError: true });
    this.trail.push(`${form ? 'POST' : 'GET'} ${url.slice(0, 160)} → ${response.status}`);
    return response;
  }

  /**
   * Opens an address, and answers every page of Usher that asks something, up to the first page that does not.
   * Stops before an address that begins with `before`, if one is given.
   * @returns {Promise<{ url: string, status: number, text: string }>}
   */
  async open(url, { form, before } = {}) {
    let [next, body] = [new URL(url).href, form];
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const response = await this.send(next, body);
      const page = next.startsWith(this.issuer) ? parse(response.text) : undefined;
      const location = REDIRECTS.has(response.status) ? response.headers.location : page && leadsOn(page);
      if (location) {
        [next, body] = [new URL(location, next).href, undefined];
        if (before && next.startsWith(before)) return { url: next, status: 0, text: '' };
        continue;
      }
      const filled = page && this.#fill(page);
      if (!filled) return { url: next, status: response.status, text: response.text };
      [next, body] = [new URL(filled.action, next).href, filled.fields];
    }
    throw new Error(`no end after ${MOST_STEPS} steps:\n${this.trail.join('\n')}`);
  }

  /** The form that the person submits on this page: credentials, consent, the code of a device, or sign-out. */
  #fill(page) {
    const holding = (name) => page.querySelectorAll('form').find((form) => form.querySelector(`[name=${name}]`));
    const userCode = page.querySelector('[name=user_code]')?.getAttribute('value');
    const answers = {
      password: this.#credentials(),
      decision: { decision: 'allow' },
      logout: { logout: 'yes' },
      ...(userCode && { user_code: { user_code: userCode } }),
    };
    const asked = Object.keys(answers).find(holding);
    if (!asked) return undefined;
    if (asked === 'password') this.passwordsTyped += 1;
    if (this.passwordsTyped > 5) throw new Error(`the password is asked for again and again:\n${this.trail.join('\n')}`);
    const form = holding(asked);
    const hidden = form.querySelectorAll('input[type=hidden]').map((input) => [
      input.getAttribute('name'),
      input.getAttribute('value') ?? '',
    ]);
    return { action: form.getAttribute('action') ?? '', fields: { ...Object.fromEntries(hidden), ...answers[asked] } };
  }

  #credentials() {
    return { email: this.email, password: this.password };
  }
}
