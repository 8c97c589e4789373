// <till-miniapp>: another shop's pages inside this one, which plays the app around them: says who the user is and takes payments.
// A page that is such an app loads this file with a script tag of its own. Does nothing on a server.
/** @typedef {import('../till.js').TillMiniapp} Miniapp */

const TAG = 'till-miniapp';
const SOON = ['app-id', 'client-id', 'base-url', 'origins'];

class TillMiniapp extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = [...SOON, 'auth-code', 'user-id', 'theme', 'locale'];
  /** @type {import('../lib/miniapp_host.js').MiniappHost | undefined} */ #host;
  #asked = 0;

  /** The language of what we say ourselves. */
  get lingo() {
    const page = this.closest('[lang]')?.getAttribute('lang');
    return /^pl/i.test(this.getAttribute('locale') ?? page ?? navigator.language) ? 'pl' : 'en';
  }

  connectedCallback() {
    const own = /** @type {any} */ (this);
    for (const name of TillMiniapp.observedAttributes.map(camel)) {
      if (!Object.hasOwn(own, name)) continue; // set before this file was there
      const value = own[name];
      delete own[name];
      own[name] = value;
    }
    if (!this.shadowRoot) this.attachShadow({ mode: 'open' });
    this.reload();
  }

  disconnectedCallback() {
    this.#asked++;
    this.#host?.close();
    this.#host = undefined;
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (!this.shadowRoot || !this.isConnected || before == now) return;
    if (SOON.includes(name)) this.reload();
    else if (name == 'theme') this.#host?.tellTheme();
  }

  /** Opens the app afresh; however many attributes were changed, once. */
  async reload() {
    const asked = ++this.#asked;
    const { MiniappHost } = await import('../lib/miniapp_host.js');
    if (asked != this.#asked || !this.isConnected) return;
    this.#host?.close();
    this.#host = new MiniappHost(/** @type {Miniapp} */ (/** @type {unknown} */ (this)));
    await this.#host.open();
  }

  /** Tells the app that its user has gone, and forgets who that was. */
  logout() {
    this.removeAttribute('auth-code');
    this.#host?.logout();
  }
}

/** @param {string} name */
const camel = (name) => name.replace(/-./g, (dash) => dash[1].toUpperCase());

for (const name of TillMiniapp.observedAttributes)
  Object.defineProperty(TillMiniapp.prototype, camel(name), {
    get() {
      return this.getAttribute(name);
    },
    set(value) {
      if (value == null) this.removeAttribute(name);
      else this.setAttribute(name, value);
    },
  });

if (globalThis.customElements && !customElements.get(TAG)) customElements.define(TAG, TillMiniapp);
