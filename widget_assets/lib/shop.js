// What the elements share: see Shop and TillElement in till.d.ts.

const OWN = new URL('../../..', import.meta.url).href;
const shops = new Map();

/** @returns {Shop} */
export const shopAt = (base) => {
  const url = base ? new URL(base.replace(/\/*$/, '/'), document.baseURI).href : OWN;
  return shops.get(url) ?? new Shop(url);
};

export const say = (to, type, detail, bubbles) => to.dispatchEvent(new CustomEvent(type, { cancelable: true, composed: true, bubbles, detail }));

export class Shop {
  basket;
  order;
  channel;
  tabs;
  lang = '';
  elements = new Set();

  constructor(base) {
    shops.set((this.base = base), this);
    this.key = 'till:' + base;
    addEventListener('visibilitychange', () => document.hidden || this.wake());
    addEventListener('pagehide', () => {
      this.close();
      this.tabs?.close();
      this.tabs = undefined;
    });
  }

  join(element) {
    this.elements.add(element);
    this.lang ||= element.lingo;
    if (!this.tabs) this.ask('basket').then((basket) => this.basket ?? this.take({ basket }), () => {});
    if (element.localName == 'till-order' || sessionStorage[this.key]) this.wake();
    this.meet();
  }

  meet() {
    this.tabs ??= new BroadcastChannel(this.key);
    this.tabs.onmessage = ({ data }) => (data.lang == this.lang ? this.take(data, true) : this.wake());
  }

  wake() {
    this.meet();
    this.refresh().catch(() => {});
    this.open();
  }

  async ask(path, method, body, signal) {
    const answer = await fetch(this.base + path, {
      method,
      signal,
      credentials: 'include',
      headers: { 'Accept-Language': this.lang, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const data = answer.status == 204 ? {} : await answer.json();
    if (answer.ok) return data;
    throw Object.assign(Error(data.error_message), { code: data.error_code, answer });
  }

  async add(product_id, quantity) {
    return this.take(await this.ask('iziAddToCart', 'POST', { product_id, quantity }));
  }

  async refresh(wait = 0, signal) {
    const path = `channel?wait=${wait}&basket=${this.basket?.version ?? 0}&order=${this.order?.version ?? 0}`;
    for (const frame of (await this.ask(path, 'GET', undefined, signal)).frames ?? []) this.take(frame);
  }

  take(frame, told) {
    let { basket, order } = frame;
    if (basket?.version && basket.version <= (this.basket?.version ?? 0)) basket = 0;
    if (order?.order_id == this.order?.order_id && order?.version <= this.order?.version) order = 0;
    if (basket) this.tell('till-basket-changed', { basket: (this.basket = basket) });
    if (order) this.tell('till-order-changed', { order: (this.order = order) });
    if (order?.status == 'paid') import('./checkout.js').then((m) => m.thank(this, order));
    if (basket || order) {
      if (!told) this.tabs?.postMessage({ basket, order, lang: this.lang });
      for (const element of this.elements) element.news(basket);
    }
    this.open();
    return this.basket;
  }

  tell(type, detail) {
    return [...this.elements, document].map((to) => say(to, type, detail)).every(Boolean);
  }

  open() {
    if (this.channel || !this.tabs || !(this.basket?.version || this.order)) return;
    const { signal } = (this.channel = new AbortController());
    const lead = () => this.listen(signal);
    navigator.locks?.request(this.key, { signal }, lead).catch(() => {}) ?? lead();
  }

  close() {
    this.channel?.abort();
    this.channel = undefined;
  }

  async listen(signal) {
    for (let failures = 0; !signal.aborted; ) {
      const code = await this.socket(signal);
      failures = code && failures + 1;
      if (code == 4404 && !this.basket?.version) return this.close();
      if (code == 4013 || failures > 1) await import('./poll.js').then((m) => m.poll(this, signal)).catch(() => {});
      await new Promise((done) => {
        signal.onabort = done;
        setTimeout(done, signal.aborted ? 0 : Math.min(2 ** failures, 30) * (500 + Math.random() * 1e3));
      });
    }
  }

  socket(signal) {
    const socket = new WebSocket(`${this.base.replace('http', 'ws')}channel?lang=${this.lang}`);
    let heard = 0, timer;
    return new Promise((done) => {
      const beat = (event) => {
        clearTimeout(timer);
        timer = setTimeout(signal.onabort, 5e4);
        if (event) this.take(JSON.parse(event.data), !++heard);
      };
      socket.onmessage = beat;
      socket.onclose = ({ code }) => done(heard && code < 4e3 ? 0 : code);
      signal.onabort = () => {
        socket.close();
        done(0);
      };
      beat();
    }).finally(() => clearTimeout(timer));
  }
}

export const EN = { add: 'Add to basket', pay: 'Check out', added: 'Added', basket: 'Basket' };

export const sheet = (css) => {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
};

/** @returns {any} */
export const h = (tag, properties, ...children) => {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
};

const BASE = `:host{--_accent:var(--till-accent,#5142f5);--_on:var(--till-on-accent,#fff);--_surface:var(--till-surface,canvas);--_text:var(--till-text,canvastext);--_radius:var(--till-radius,12px);display:inline-block;position:relative;vertical-align:middle;font:600 15px var(--till-font,system-ui,sans-serif)}
:host([dark-mode]){color-scheme:dark}
:host([dark-mode=false]){color-scheme:light}
:host([hidden]),span:empty{display:none}
button{display:flex;align-items:center;justify-content:center;gap:8px;font:inherit;color:inherit;border:1px solid transparent;border-radius:var(--_radius);cursor:pointer;transition:.15s}
[part=count]{min-inline-size:10px;padding:0 5px;border-radius:10px;background:var(--_accent);color:var(--_on);font-size:12px;line-height:20px;animation:pop .3s}
@keyframes pop{40%{scale:1.3}}
@media(prefers-reduced-motion){*{animation:none!important;transition:none!important}}`;
let base;

const camel = (name) => name.replace(/-./g, (dash) => dash[1].toUpperCase());

export class TillElement extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ['shop', 'language', 'dark-mode', 'mode', 'count'];
  static css = '';
  till;
  words = EN;

  static define(tag) {
    if (!globalThis.customElements || customElements.get(tag)) return;
    for (const name of this.observedAttributes)
      Object.defineProperty(this.prototype, camel(name), {
        get() {
          return this.getAttribute(name);
        },
        set(value) {
          value == null || value === false ? this.removeAttribute(name) : this.setAttribute(name, value === true ? '' : value);
        },
      });
    customElements.define(tag, this);
  }

  get lingo() {
    const page = this.closest('[lang]')?.getAttribute('lang');
    return /^pl/i.test(this.getAttribute('language') ?? page ?? navigator.language) ? 'pl' : 'en';
  }

  async connectedCallback() {
    /** @type {any} */ const { constructor: kind, lingo } = this;
    for (const name of kind.observedAttributes.map(camel))
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    (this.till = shopAt(this.getAttribute('shop'))).join(this);
    this.words = lingo == 'en' ? EN : (await import(`./i18n/${lingo}.js`)).default;
    if (!this.shadowRoot) {
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [(base ??= sheet(BASE)), (kind.sheet ??= sheet(kind.css))];
      this.build();
      this.addEventListener('inpost-update-count', this.hint);
    }
    this.draw();
  }

  disconnectedCallback() {
    this.till?.elements.delete(this);
  }

  attributeChangedCallback(name) {
    if (!this.shadowRoot) return;
    if (/shop|lang/.test(name)) {
      this.disconnectedCallback();
      this.connectedCallback();
    } else this.draw();
  }

  hint(event) {
    this.setAttribute('count', event.detail);
    this.till?.wake();
  }

  news(basket) {
    if (basket && (this.hasAttribute('count') || this.localName == 'till-basket')) this.setAttribute('count', basket.count);
    else if (this.shadowRoot) this.draw();
  }

  popup() {
    return open('about:blank', 'till', 'popup,width=480,height=760');
  }

  build() {}
  draw() {}
}
