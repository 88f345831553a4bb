// A browser without a screen: follows redirects, keeps the cookies of each host, says where requests come from.

/** A text of HTML without its references of characters. */
const plain = (text) => text.replace(/&(?:amp|#38|#x26);/gi, '&').replace(/&(?:quot|#34|#x22);/gi, '"');

export class Browser {
  #jars = new Map();

  /** Puts the cookie of a person who is signed in at Usher into the jar. */
  constructor(person) {
    if (person) this.#jar(person.shop.server.issuer).set(...person.cookie.split(/=(.*)/s, 2));
  }

  #jar(url) {
    const { host } = new URL(url);
    if (!this.#jars.has(host)) this.#jars.set(host, new Map());
    return this.#jars.get(host);
  }

  cookies(url) {
    return [...this.#jar(url)];
  }

  set(url, name, value) {
    this.#jar(url).set(name, value);
  }

  /** One request. */
  async send(url, { method = 'GET', headers = {}, body } = {}) {
    const cookie = this.cookies(url)
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
    const sent = { accept: 'text/html', ...(cookie ? { cookie } : {}), ...headers };
    const response = await fetch(url, { method, headers: sent, body, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split('; ');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (attributes.includes('Max-Age=0')) this.#jar(url).delete(name);
      else this.#jar(url).set(name, value);
    }
    return response;
  }

  /** A page with everything that leads to it: `{ url, status, text, visited }`. */
  async open(url, options) {
    const visited = [];
    let response = await this.send(url, options);
    for (let step = 0; step < 15; step += 1) {
      visited.push(url);
      const location = response.headers.get('location');
      if (!location)
        return { url, status: response.status, text: await response.text(), visited, headers: response.headers };
      url = new URL(location, url).href;
      response = await this.send(url);
    }
    throw new Error(`no end: ${visited.join(' ')}`);
  }

  /** Goes where an application sends a person and allows what it asks for, until the application is reached: its address. */
  async allow(url, application) {
    let response = await this.send(url);
    for (let step = 0; step < 10; step += 1) {
      const text = await response.text();
      const led = response.headers.get('location') ?? /http-equiv="refresh" content="0; ?url=([^"]+)"/i.exec(text)?.[1];
      if (led) {
        const next = new URL(plain(led), url).href;
        if (next.startsWith(application)) return next;
        response = await this.send((url = next));
        continue;
      }
      const form = /<form[^>]*>(?:(?!<\/form>).)*name="decision"(?:(?!<\/form>).)*<\/form>/s.exec(text)?.[0] ?? '';
      const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
      const fields = new URLSearchParams({ decision: 'allow' });
      for (const [input] of form.matchAll(/<input[^>]*>/g)) {
        const kind = attribute(input, 'type');
        if (kind === 'hidden' || (kind === 'checkbox' && / checked/.test(input)))
          fields.append(attribute(input, 'name'), plain(attribute(input, 'value')));
      }
      const action = new URL(plain(attribute(form, 'action')) || url, url).href;
      const headers = { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' };
      response = await this.send((url = action), { method: 'POST', headers, body: fields });
    }
    throw new Error(`no end at ${url}`);
  }
}
