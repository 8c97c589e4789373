// <till-button>: adds a product, checks the basket out, or both.
import { TillElement, h, say, sheet } from '../lib/shop.js';

export class TillButton extends TillElement {
  static observedAttributes = [...super.observedAttributes, ...'product quantity binding-place variant masked-phone-number frame-style min-width'.split(' ')];
  static css = `[part=button]{inline-size:100%;min-block-size:48px;padding:0 22px;background:var(--_accent);color:var(--_on)}
:host([frame-style=round]){--_radius:24px}
:host([variant=secondary]){--_accent:var(--_surface);--_on:var(--_text)}
:host([variant=secondary]) [part=button]{border-color:#8886}
[part=button]:hover{filter:brightness(1.1)}
[part=button]:active{scale:.98}
[aria-disabled=true],[aria-busy=true]{opacity:.6}
[part=count]{background:var(--_on);color:var(--_accent)}
[part=said]{position:absolute;inset:1px;display:grid;place-items:center;border-radius:var(--_radius);background:var(--_accent);color:var(--_on);pointer-events:none;transition:.2s}
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
    this.phone.textContent = this.getAttribute('masked-phone-number');
    this.bubble.textContent = +(this.getAttribute('count') ?? 0) || '';
    this.button.ariaDisabled = !product && this.till.basket?.count === 0;
    this.width?.replaceSync(width ? `:host{min-inline-size:clamp(220px,${+width}px,1200px)}` : '');
  }

  async press() {
    const { button, till } = this;
    const product = this.getAttribute('product'), quantity = +(this.getAttribute('quantity') ?? 1), place = this.getAttribute('binding-place');
    let mode = this.getAttribute('mode') ?? (product ? '' : 'popup');
    if (button.ariaBusy || button.ariaDisabled == 'true') return;
    if (product && !say(this, 'till-add', { product, quantity, place }, true)) return;
    if (mode && !say(this, 'till-checkout', { mode, place }, true)) mode = '';
    const popup = mode == 'popup' ? this.popup() : null; // now, while the click allows it
    const pay = () => import('../lib/checkout.js');
    button.ariaBusy = 'true';
    this.alert?.remove();
    try {
      if (product) {
        const basket = await till.add(product, quantity);
        say(this, 'till-added', { product, quantity, basket }, true);
        this.said.textContent = this.words.added;
        setTimeout(() => (this.said.textContent = ''), 2e3);
      }
      if (mode) await (await pay()).checkout(this, mode, popup);
    } catch (error) {
      popup?.close();
      await (await pay()).excuse(this, error);
    }
    button.ariaBusy = null;
  }
}
