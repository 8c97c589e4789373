// The drawer of <till-basket>: lines, promotion codes, total, checkout. A side panel; on a phone, a sheet.
import { checkout, excuse } from './checkout.js';
import { say } from '../till.js';
import { CROSS, fill, h, icon, wear, wordsFor } from './styles.js';
import { GUTTER, LOOK, SCROLL, SHEET } from './drawer_look.js';
/** @import { Basket, BasketLine, Seen, Words } from '../till.js' */

/** @type {WeakMap<Seen, Drawer>} */
const drawers = new WeakMap();

/** Opens the drawer of a badge. @param {Seen} element */
export async function show(element) {
  const words = await wordsFor(element);
  let drawer = drawers.get(element);
  if (drawer?.words != words) {
    drawer?.dialog.remove();
    drawers.set(element, (drawer = new Drawer(element, words)));
  }
  drawer.show();
}

export class Drawer {
  /** @type {Map<string, Row>} */ rows = new Map();
  /** What the shopper wants and the shop has not confirmed yet. @type {Map<string, number>} */
  wanted = new Map();
  /** Shows the desk's price, where it holds one for a while. @type {import('./quote.js').Quoted | undefined} */
  quoted;

  /** @param {Seen} element @param {Words} words */
  constructor(element, words) {
    this.element = element;
    this.words = words;
    wear(this.root, LOOK);
    this.build();
    element.addEventListener('till-basket-changed', () => this.draw());
  }

  get root() {
    return /** @type {ShadowRoot} */ (this.element.shadowRoot);
  }

  show() {
    if (!this.dialog.isConnected) this.root.append(this.dialog);
    if (this.dialog.open) return;
    this.say('');
    this.error.replaceChildren();
    this.draw();
    this.dialog.showModal();
    this.title.focus();
    if (innerWidth > document.documentElement.clientWidth) document.adoptedStyleSheets.push(GUTTER);
    document.adoptedStyleSheets.push(SCROLL);
    this.element.till.wake();
    if (this.element.till.basket?.quotes) import('./quote.js').then((m) => m.quoted(this));
  }

  build() {
    const { words } = this;
    const close = () => this.dialog.close();
    let from = 0;
    const swipe = (/** @type {PointerEvent} */ { type, pointerType, clientY }) => {
      if (type == 'pointerdown') from = clientY;
      else if (pointerType == 'touch' && clientY - from > 48 && matchMedia(SHEET).matches) close();
    };
    this.title = h('h2', { id: 'title', tabIndex: -1 }, words.basket);
    this.list = h('ul', { part: 'lines', role: 'list' });
    this.empty = h('div', { className: 'empty', part: 'empty' }, h('i', { className: 'bag' }), h('strong', {}, words.empty), h('span', {}, words.emptyHint));
    this.codes = h('ul', { className: 'codes', role: 'list' });
    this.field = h('input', { id: 'code', name: 'code', placeholder: words.code, ariaLabel: words.code, autocomplete: 'off', autocapitalize: 'characters', spellcheck: false, maxLength: 64 });
    this.apply = h('button', { type: 'submit', className: 'apply', part: 'apply' }, words.apply);
    this.refusal = h('div', { className: 'refusal' });
    this.form = h('form', { className: 'promotion', noValidate: true, onsubmit: (/** @type {Event} */ event) => this.addCode(event) }, this.field, this.apply);
    this.sums = h('dl', { part: 'sums' });
    this.error = h('div', { className: 'wrong' });
    this.pay = h('button', { type: 'button', className: 'pay', part: 'checkout', onclick: () => this.checkout() }, words.pay);
    this.said = h('div', { role: 'status', className: 'quiet' });
    this.foot = h('footer', {}, this.codes, this.form, this.refusal, this.sums, this.error, this.pay);
    /** @type {HTMLDialogElement} */
    this.dialog = h(
      'dialog',
      { className: 'drawer', part: 'drawer' },
      h(
        'div',
        { className: 'inner' },
        h('header', { onpointerdown: swipe, onpointerup: swipe }, this.title, h('button', { type: 'button', className: 'leave', part: 'close', ariaLabel: words.close, onclick: close }, icon(CROSS))),
        h('div', { className: 'scroll' }, this.list, this.empty),
        this.foot,
        this.said,
      ),
    );
    this.dialog.setAttribute('aria-labelledby', 'title');
    this.dialog.addEventListener('close', () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one != SCROLL && one != GUTTER);
    });
    this.dialog.addEventListener('click', (event) => event.target == this.dialog && close()); // the backdrop
  }

  draw() {
    const basket = this.element.till.basket;
    const lines = basket?.lines ?? [];
    this.dialog.classList.toggle('none', !lines.length);
    this.list.hidden = this.foot.hidden = !lines.length;
    this.empty.hidden = !!lines.length;
    this.drawLines(lines);
    if (!basket || !lines.length) return;
    this.drawCodes(basket);
    this.drawSums(basket);
    this.quoted?.draw();
    this.pay.ariaDisabled = String(lines.some((line) => !line.available));
  }

  /** Keeps the node of each line, so that the focus stays where it is. @param {readonly BasketLine[]} lines */
  drawLines(lines) {
    const inside = this.root.activeElement;
    const kept = new Set(lines.map((line) => line.product_id));
    for (const [id, row] of this.rows) {
      if (kept.has(id)) continue;
      const had = row.item.contains(inside);
      row.item.remove();
      this.rows.delete(id);
      if (had) this.title.focus();
    }
    lines.forEach((line, place) => {
      const row = this.rows.get(line.product_id) ?? new Row(this, line);
      this.rows.set(line.product_id, row);
      row.draw(line);
      if (this.list.children[place] != row.item) this.list.insertBefore(row.item, this.list.children[place] ?? null);
    });
  }

  /** @param {Basket} basket */
  drawCodes({ promotions }) {
    const { words } = this;
    this.codes.replaceChildren(
      ...promotions.map(({ code, label, amount, applied, reason }) =>
        h(
          'li',
          { className: applied ? 'code' : 'code off' },
          h('span', {}, h('b', {}, label || code), ...(applied || !reason ? [] : [h('small', {}, reason)])),
          applied ? amount.text : '',
          code ? h('button', { type: 'button', ariaLabel: fill(words.removeCode, { code }), onclick: () => this.setCodes(this.held.filter((one) => one != code)) }, icon(CROSS)) : '',
        ),
      ),
    );
    this.codes.hidden = !promotions.length;
  }

  get held() {
    return (this.element.till.basket?.promotions ?? []).flatMap(({ code }) => code ?? []);
  }

  /** @param {Basket} basket */
  drawSums({ subtotal, discount, total }) {
    const { words } = this;
    const rows = discount.amount ? [[words.subtotal, subtotal], [words.discount, discount]] : [];
    this.writeSums([...rows, [words.total, total]]);
  }

  /** @param {any[][]} rows each a name and an amount */
  writeSums(rows) {
    this.sums.replaceChildren(...rows.map(([name, money]) => h('div', {}, h('dt', {}, name), h('dd', {}, money.text))));
  }

  /** @param {string} text */
  say(text) {
    const { basket } = this.element.till;
    this.said.textContent = text && `${text} ${fill(this.words.totalIs, { count: basket?.count ?? 0, total: basket?.total.text ?? '' })}`;
  }

  /** One change at a time; the newest wish for a line is sent when the one before is confirmed.
   * @param {BasketLine} line @param {number} quantity */
  async want(line, quantity) {
    const { till } = this.element;
    const id = line.product_id;
    if (!say(this.element, 'till-change', { product: id, quantity }, true)) return this.draw();
    const sending = this.wanted.has(id);
    this.wanted.set(id, quantity);
    if (sending) return;
    const row = this.rows.get(id);
    if (row) row.item.ariaBusy = 'true';
    this.error.replaceChildren();
    const path = `basket/lines/${encodeURIComponent(id)}`;
    try {
      for (let sent; sent != this.wanted.get(id); ) {
        sent = /** @type {number} */ (this.wanted.get(id));
        till.take({ basket: await (sent ? till.ask(path, 'PATCH', { quantity: sent }) : till.ask(path, 'DELETE')) });
      }
      this.say(quantity ? `${line.name}: ${this.wanted.get(id)}.` : fill(this.words.removed, { name: line.name }));
    } catch (error) {
      await excuse(this.element, error, this.error);
      till.wake();
    }
    this.wanted.delete(id);
    if (row) row.item.ariaBusy = null;
    this.draw();
  }

  /** @param {Event} event */
  addCode(event) {
    event.preventDefault();
    const code = this.field.value.trim();
    if (code) this.setCodes([...new Set([...this.held, code])]);
  }

  /** @param {string[]} codes */
  async setCodes(codes) {
    if (this.form.ariaBusy || !say(this.element, 'till-change', { codes }, true)) return;
    this.form.ariaBusy = 'true';
    this.refusal.replaceChildren();
    try {
      const { till } = this.element;
      const basket = await till.ask('basket/promotions', 'PUT', { codes });
      till.take({ basket });
      this.field.value = '';
      this.say(`${this.words.discount}: ${basket.discount.text}.`);
    } catch (error) {
      await excuse(this.element, error, this.refusal);
      this.field.select();
    }
    this.form.ariaBusy = null;
  }

  async checkout() {
    const { element, pay } = this;
    if (pay.ariaBusy || pay.ariaDisabled == 'true') return;
    const mode = element.getAttribute('mode') ?? 'popup';
    if (!say(element, 'till-checkout', { mode }, true)) return;
    const popup = mode == 'popup' ? element.popup() : null;
    pay.ariaBusy = 'true';
    this.error.replaceChildren();
    try {
      await checkout(element, mode, popup, await this.quoted?.agreed());
    } catch (error) {
      popup?.close();
      await excuse(element, error, this.error);
      this.quoted?.refused(error);
    }
    pay.ariaBusy = null;
  }
}

/** One line of the basket. */
class Row {
  /** @param {Drawer} drawer @param {BasketLine} line */
  constructor(drawer, line) {
    const { words } = drawer;
    this.drawer = drawer;
    this.line = line;
    const { name } = line;
    const step = (/** @type {number} */ by) => () => this.step(by);
    this.image = h('span', { className: 'image', part: 'image' });
    this.name = h(line.url ? 'a' : 'span', { className: 'name', ...(line.url && { href: line.url }) }, name);
    this.each = h('span', { className: 'each' });
    this.sum = h('b', { className: 'sum' });
    this.less = h('button', { type: 'button', ariaLabel: fill(words.less, { name }), onclick: step(-1) }, '−');
    this.more = h('button', { type: 'button', ariaLabel: fill(words.more, { name }), onclick: step(1) }, '+');
    this.input = h('input', { type: 'text', inputMode: 'numeric', ariaLabel: fill(words.quantity, { name }), onchange: () => this.typed() });
    this.stepper = h('span', { className: 'stepper', part: 'stepper' }, this.less, this.input, this.more);
    const remove = h('button', { type: 'button', className: 'remove', ariaLabel: fill(words.removeName, { name }), onclick: () => drawer.want(this.line, 0) }, words.remove);
    this.gone = h('span', { className: 'gone' }, words.gone);
    this.item = h('li', { className: 'line', part: 'line' }, this.image, h('div', { className: 'what' }, this.name, this.each, this.gone), this.sum, h('div', { className: 'how' }, this.stepper, remove));
  }

  /** @param {BasketLine} line */
  draw(line) {
    const { words } = this.drawer;
    if (!this.image.firstChild || line.image != this.line.image)
      this.image.replaceChildren(line.image ? h('img', { src: line.image, alt: '', loading: 'lazy', decoding: 'async' }) : '');
    this.line = line;
    this.each.textContent = line.quantity > 1 ? fill(words.each, { price: line.unit_price.text }) : '';
    this.sum.textContent = line.total.text;
    this.input.value = String(line.quantity);
    this.less.ariaDisabled = String(line.quantity <= 1);
    this.more.ariaDisabled = String(line.quantity >= line.max_quantity);
    this.gone.hidden = line.available;
    this.item.classList.toggle('off', !line.available);
  }

  /** @param {number} by */
  step(by) {
    const wanted = (this.drawer.wanted.get(this.line.product_id) ?? this.line.quantity) + by;
    if (wanted >= 1 && wanted <= this.line.max_quantity) this.drawer.want(this.line, wanted);
  }

  typed() {
    const wanted = Math.round(Number(this.input.value));
    if (wanted >= 0 && wanted <= this.line.max_quantity && wanted != this.line.quantity) this.drawer.want(this.line, wanted);
    else this.input.value = String(this.line.quantity);
  }
}
