// <till-basket>: the badge. Its drawer loads when it is first wanted.
import { TillElement, h, say } from '../lib/shop.js';

export class TillBasket extends TillElement {
  static css = `[part=badge]{padding:9px;background:none}
[part=badge]:hover{background:#8882}
i{display:block;inline-size:24px;block-size:24px;background:currentColor;clip-path:path(evenodd,"M19.6 8H17V7A5 5 0 0 0 7 7v1H4.4L3.1 19.6a1.9 1.9 0 0 0 1.9 2.1h14a1.9 1.9 0 0 0 1.9-2.1zM8.6 8h6.8V7a3.4 3.4 0 0 0-6.8 0zM5.8 9.6 4.7 20.1h14.6L18.2 9.6z");forced-color-adjust:none}
[part=count]{position:absolute;inset-block-start:-2px;inset-inline-end:-2px}
[part=said]{position:absolute;clip-path:inset(50%)}`;

  build() {
    const drawer = () => import('../lib/drawer.js');
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
