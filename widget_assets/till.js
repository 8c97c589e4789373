// What a button needs, in one file; till.d.ts says more of it. All else loads later. Does nothing on a server.

const OWN = new URL('../..', import.meta.url).href;
const WORDS = {
  en: { add: 'Add to basket', pay: 'Check out', added: 'Added', basket: 'Basket' },
  pl: { add: 'Dodaj do koszyka', pay: 'Do kasy', added: 'Dodano', basket: 'Koszyk' },
};
const shops = new Map();
let base;

export const say = (to, type, detail, bubbles) => to.dispatchEvent(new CustomEvent(type, { cancelable: true, composed: true, bubbles, detail }));

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

// ---- the shop ----

/** @returns {Shop} */
export const shopAt = (base) => {
  const url = base ? new URL(base.replace(/\/*$/, '/'), document.baseURI).href : OWN;
  return shops.get(url) ?? new Shop(url);
};

export class Shop {
  basket;
  order;
  binding = null;
  channel;
  tabs;
  soon;
  lang = '';
  elements = new Set();
  mine = {};
  ours = {};
  locks;

  constructor(base) {
    shops.set((this.base = base), this);
    this.key = 'till:' + base;
    try {
      this.mine = sessionStorage;
      this.ours = localStorage;
      this.locks = navigator.locks;
    } catch {} // a browser may keep nothing for a frame on another site
    addEventListener('visibilitychange', () => document.hidden || this.wake());
    addEventListener('pagehide', () => {
      this.close();
      this.tabs?.close();
      this.tabs = undefined;
    });
  }

  join(element) {
    if (!element.isConnected || this.elements.has(element)) return;
    this.elements.add(element);
    this.start();
    if (element.localName == 'till-order' || this.mine[this.key]) this.wake();
  }

  start() {
    if (this.tabs) return;
    this.meet();
    this.ask('basket').then((basket) => this.basket ?? this.take({ basket }), () => {});
  }

  meet() {
    this.tabs ??= new BroadcastChannel(this.key);
    this.tabs.onmessage = ({ data }) => (data.lang == this.lang ? this.take(data, true) : this.wake());
  }

  wake() {
    this.meet();
    clearTimeout(this.soon); // however many elements got a hint, the shop is asked once
    this.soon = setTimeout(() => this.refresh().catch(() => {}));
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
    let { basket, order, binding = basket?.binding } = frame;
    const version = this.basket?.version ?? 0;
    if (basket?.version < version || JSON.stringify(binding) == JSON.stringify(this.binding)) binding = undefined;
    if (basket?.version && basket.version <= version) basket = 0;
    if (order?.order_id == this.order?.order_id && order?.version <= this.order?.version) order = 0;
    if (basket) this.tell('till-basket-changed', { basket: (this.basket = basket) });
    const go = order && this.tell('till-order-changed', { order: (this.order = order) });
    if (order?.status == 'paid' || (go && order.complete)) import('./lib/checkout.js').then((m) => m.thank(this, order));
    if (binding !== undefined) this.tell('till-binding-changed', { binding: (this.binding = binding) });
    if (basket || order || binding !== undefined) {
      if (!told) this.tabs?.postMessage({ basket, order, binding, lang: this.lang });
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
    const lead = () => import('./lib/channel.js').then((m) => m.listen(this, signal));
    (this.locks?.request(this.key, { signal }, lead) ?? lead()).catch(() => signal.aborted || this.close());
  }

  close() {
    this.channel?.abort();
    this.channel = undefined;
  }
}

// ---- the tags ----

const BASE = `:host{--_accent:var(--till-accent,#5142f5);--_on:var(--till-on-accent,#fff);--_surface:var(--till-surface,canvas);--_text:var(--till-text,canvastext);--_radius:var(--till-radius,12px);display:inline-block;position:relative;vertical-align:middle;font:600 15px var(--till-font,system-ui,sans-serif)}
:host([dark-mode]){color-scheme:dark}
:host([dark-mode=false]){color-scheme:light}
:host([hidden]),span:empty{display:none}
button{display:flex;align-items:center;justify-content:center;gap:8px;font:inherit;color:inherit;border:1px solid transparent;border-radius:var(--_radius);cursor:pointer;transition:.15s}
[part=count]{min-inline-size:10px;padding:0 5px;border-radius:10px;background:var(--_accent);color:var(--_on);font-size:12px;line-height:20px;animation:pop .3s}
[part=said]{position:absolute}
@keyframes pop{40%{scale:1.3}}
@media(prefers-reduced-motion){*{animation:none!important;transition:none!important}}`;

const camel = (name) => name.replace(/-./g, (dash) => dash[1].toUpperCase());

export class TillElement extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ['shop', 'language', 'dark-mode', 'mode', 'count'];
  static css = '';
  till;
  words;

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

  connectedCallback() {
    /** @type {any} */ const { constructor: kind, lingo } = this;
    for (const name of kind.observedAttributes.map(camel))
      if (Object.hasOwn(this, name)) {
        const value = this[name];
        delete this[name];
        this[name] = value;
      }
    this.words = WORDS[lingo];
    this.till = shopAt(this.getAttribute('shop'));
    this.till.lang ||= lingo;
    if (!this.shadowRoot) {
      this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [(base ??= sheet(BASE)), (kind.sheet ??= sheet(kind.css))];
      this.build();
      this.addEventListener('inpost-update-count', this.hint);
      this.addEventListener('izi-binding-complete', () => this.till.wake());
    }
    this.draw();
    // It can be seen before the shop is asked.
    setTimeout(() => this.till.join(this));
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
    else this.draw();
  }

  popup(late) {
    return late || (parent == window && !window.AppboxoJs && !window.webkit?.messageHandlers) ? open('about:blank', 'till', 'popup,width=480,height=760') : null;
  }

  build() {}
  draw() {}
}

class TillButton extends TillElement {
  static observedAttributes = [...super.observedAttributes, ...'product quantity binding-place variant wallet masked-phone-number name frame-style min-width'.split(' ')];
  static css = `[part=button]{inline-size:100%;min-block-size:48px;padding:0 22px;background:var(--_accent);color:var(--_on)}
:host([frame-style=round]){--_radius:24px}
:host([variant=secondary]){--_accent:var(--_surface);--_on:var(--_text)}
:host([variant=secondary]) [part=button]{border-color:#8886}
[part=button]:hover{filter:brightness(1.1)}
[part=button]:active{scale:.98}
[aria-disabled=true],[aria-busy=true]{opacity:.6}
[part=count]{background:var(--_on);color:var(--_accent)}
[part=said]{inset:1px;display:grid;place-items:center;border-radius:var(--_radius);background:var(--_accent);color:var(--_on);pointer-events:none;transition:.2s}
[part=said]:empty{opacity:0}`;

  alert;

  build() {
    // A link inside, for when there are no scripts, only lends its words.
    this.label = h(this.querySelector('a,button') ? 'span' : 'slot', { textContent: this.textContent });
    this.phone = h('span', { part: 'phone' });
    this.bubble = h('span', { part: 'count' });
    this.said = h('output', { part: 'said' });
    this.width = sheet('');
    this.button = h('button', { type: 'button', part: 'button', onclick: (event) => event.detail > 1 || this.press() }, this.label, this.phone, this.bubble);
    this.shadowRoot?.append(this.button, this.said);
    this.shadowRoot?.adoptedStyleSheets.push(this.width);
  }

  draw() {
    const product = this.getAttribute('product'), width = this.getAttribute('min-width');
    if (!this.textContent?.trim()) this.label.textContent = this.words[product ? 'add' : 'pay'];
    this.phone.textContent = ['name', 'masked-phone-number'].flatMap((name) => this.getAttribute(name) || []).join(' · ');
    this.bubble.textContent = +(this.getAttribute('count') ?? 0) || '';
    this.button.ariaDisabled = !product && this.till.basket?.count === 0;
    this.width?.replaceSync(width ? `:host{min-inline-size:clamp(220px,${+width}px,1200px)}` : '');
    if (this.hasAttribute('wallet') && (this.till.binding || this.phone.textContent)) import('./lib/linked.js').then((m) => m.draw(this));
  }

  async press() {
    const { button, till } = this;
    const wallet = this.hasAttribute('wallet'), product = this.getAttribute('product'), quantity = +(this.getAttribute('quantity') ?? 1), place = this.getAttribute('binding-place');
    let mode = wallet ? '' : this.getAttribute('mode') ?? (product ? '' : 'popup');
    if (button.ariaBusy || button.ariaDisabled == 'true') return;
    if (product && !say(this, 'till-add', { product, quantity, place }, true)) return;
    if (mode && !say(this, 'till-checkout', { mode, place }, true)) mode = '';
    const popup = mode == 'popup' ? this.popup() : null; // now, while the click allows it
    const pay = () => import('./lib/checkout.js');
    button.ariaBusy = 'true';
    this.alert?.remove();
    try {
      if (product) {
        const basket = await till.add(product, quantity);
        say(this, 'till-added', { product, quantity, basket }, true);
        this.said.textContent = this.words.added;
        setTimeout(() => (this.said.textContent = ''), 2e3);
      }
      if (wallet && !(product && till.binding?.status == 'linked')) await (await import('./lib/binding.js')).bind(this);
      if (mode) await (await pay()).checkout(this, mode, popup);
    } catch (error) {
      popup?.close();
      await (await pay()).excuse(this, error);
    }
    button.ariaBusy = null;
  }
}

class TillBasket extends TillElement {
  static css = `[part=badge]{padding:9px;background:none}
[part=badge]:hover{background:#8882}
i{display:block;inline-size:24px;block-size:24px;background:currentColor;clip-path:path(evenodd,"M17 8h3l1 12-2 2H5l-2-2L4 8h3V7a5 5 0 0 1 10 0zM8.5 8h7V7a3.5 3.5 0 0 0-7 0zM5.5 9.5l-1 10 1 1h13l1-1-1-10z");forced-color-adjust:none}
[part=count]{position:absolute;inset-block-start:-2px;inset-inline-end:-2px}
[part=said]{clip-path:inset(50%)}`;

  build() {
    const drawer = () => import('./lib/drawer.js');
    const onclick = () => say(this, 'till-open', {}, true) && drawer().then((m) => m.show(this));
    this.bubble = h('span', { part: 'count' });
    this.said = h('output', { part: 'said' });
    this.button = h('button', { type: 'button', part: 'badge', onclick, onpointerenter: drawer }, h('i'), this.bubble);
    this.shadowRoot?.append(this.button, this.said);
  }

  draw() {
    const count = +(this.getAttribute('count') ?? 0), name = `${this.words.basket}: ${count}`;
    if (this.button.ariaLabel == name) return;
    this.button.ariaLabel = this.said.textContent = name;
    this.bubble.textContent = count || '';
    this.button.append(this.bubble); // its animation starts again
  }
}

class TillOrder extends TillElement {
  build() {
    import('./elements/till-order.js').then(({ draw }) => (this.draw = () => draw(this))());
  }
}

TillButton.define('till-button');
TillBasket.define('till-basket');
TillOrder.define('till-order');

// ---- a vendor's widget ----

if (globalThis.window) {
  const izi = () => import('./izi.js');
  window.iziCanBeBound ??= () => !!izi();
  for (const name of 'iziAddToCart iziGetOrderComplete iziGetPayData iziGetBindingData iziGetIsBound iziBindingDelete iziMobileLink tillInpostWidgetOptions'.split(' '))
    window[name] ??= (...of) => izi().then((m) => m[name](...of));
  if (document.querySelector('inpost-izi-button')) izi();
  addEventListener('inpost-update-count', (event) => event.target == window && shopAt().elements.forEach((element) => element.hint(event)));
}
