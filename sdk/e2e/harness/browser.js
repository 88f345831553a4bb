// A browser without a screen: follows redirects, keeps the cookies of each host, says where requests come from.
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
    const cookie = this.cookies(url).map(([name, value]) => `${name}=${value}`).join('; ');
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
      if (!location) return { url, status: response.status, text: await response.text(), visited, headers: response.headers };
      url = new URL(location, url).href;
      response = await this.send(url);
    }
    throw new Error(`no end: ${visited.join(' ')}`);
  }
}
