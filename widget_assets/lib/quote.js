// What the basket costs at a desk that holds a price for seconds only: fees, total and a quiet countdown in the drawer.
import { excuse } from './checkout.js';
import { fill, h, sheet, wear } from './styles.js';
/** @import { Drawer } from './drawer.js' */
/** @import { Basket, Money, Quote } from '../till.js' */

/** How often the shop is asked while the shopper thinks about it, in ms. */
const EVERY = 20e3;
/** What is not the basket's fault, and over by itself: the price is asked for again anyway. */
const PASSES = /^(DESK_UNAVAILABLE|TOO_MANY_REQUESTS|BASKET_EMPTY)$/;

const LOOK = sheet(`
.held { min-block-size: 1.45em; margin: -6px 0 12px; color: var(--_muted); font-size: 13px; text-align: center; font-variant-numeric: tabular-nums; text-wrap: balance; }
.moved { margin: 0 0 12px; padding: 9px 14px; border-radius: calc(var(--_radius) * 0.85); background: var(--_wash); color: var(--_ink); font-size: 14px; animation: appear 0.25s var(--_ease); }
`);

/** Begins to show prices in a drawer that is open. @param {Drawer} drawer */
export function quoted(drawer) {
  if (!drawer.dialog.open) return;
  wear(drawer.root, LOOK);
  drawer.quoted ??= new Quoted(drawer);
  drawer.quoted.begin();
}

export class Quoted {
  /** The newest price, and until when it is held, in ms of this page's life. @type {Quote | undefined} */
  quote;
  until = 0;
  /** Which basket the shop was asked about last, and when. */
  version = 0;
  asked = -EVERY;
  /** The total that was shown last, and of which basket. @type {{ version: number, total: Money } | undefined} */
  seen;
  /** The refusal that is shown; it is not said again every twenty seconds. */
  refusal = '';
  /** @type {Promise<void> | undefined} */
  asking;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  timer;

  /** @param {Drawer} drawer */
  constructor(drawer) {
    this.drawer = drawer;
    this.held = h('p', { className: 'held', part: 'held', role: 'timer' });
    this.moved = h('p', { className: 'moved', hidden: true });
    drawer.sums.after(this.moved, this.held);
    drawer.dialog.addEventListener('close', () => this.end());
    document.addEventListener('visibilitychange', () => this.beat());
  }

  get basket() {
    return /** @type {Basket} */ (this.drawer.element.till.basket);
  }

  /** For how many whole seconds the price of what is in the basket is held. */
  get left() {
    return this.quote?.version == this.basket.version ? Math.max(0, Math.floor((this.until - performance.now()) / 1000)) : 0;
  }

  begin() {
    this.refusal = '';
    this.moved.hidden = true;
    this.end();
    this.timer = setInterval(() => this.beat(), 1000);
    this.beat();
  }

  end() {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Each second, while somebody looks: counts down, and asks anew when it is time. */
  beat() {
    if (!this.drawer.dialog.isConnected) this.end(); // another language has another drawer
    if (!this.timer || document.hidden || !this.basket.lines.length) return;
    const isOld = performance.now() - this.asked >= EVERY || this.version != this.basket.version;
    if (isOld && !this.asking) this.ask().catch((error) => this.failed(error));
    this.count();
  }

  /** Asks the shop what the basket costs. Who asks meanwhile gets the same answer. */
  ask() {
    return (this.asking ??= this.fetch().finally(() => {
      this.asking = undefined;
      this.count();
    }));
  }

  async fetch() {
    const at = (this.asked = performance.now());
    this.version = this.basket.version;
    const quote = /** @type {Quote} */ (await this.drawer.element.till.ask('quote'));
    this.quote = quote;
    this.until = at + quote.seconds_left * 1000;
    if (this.refusal) this.drawer.error.replaceChildren();
    this.refusal = '';
    this.compare(quote);
    this.drawer.draw();
  }

  /** Says when the total is another than was shown for the same basket. @param {Quote} quote */
  compare({ version, total }) {
    const { said, words } = this.drawer;
    const before = this.seen?.version == version ? this.seen.total : total;
    this.seen = { version, total };
    if (before.amount == total.amount) return;
    this.moved.textContent = said.textContent = fill(words['quote.moved'], { before: before.text, total: total.text });
    this.moved.hidden = false;
  }

  /** @param {any} error */
  async failed(error) {
    if (!error.code || error.code == this.refusal || PASSES.test(error.code)) return;
    this.refusal = error.code;
    this.quote = undefined;
    await excuse(this.drawer.element, error, this.drawer.error);
    await this.look();
  }

  /** After a checkout that was refused: the basket, or its price, may be another by now. @param {any} error */
  async refused(error) {
    if (!error.code || PASSES.test(error.code) || error.code == 'SIMILAR_ORDER') return;
    this.asked = -EVERY;
    await this.look().catch(() => {});
  }

  /** Looks at the basket again: what can be had may have changed without the shopper's doing. */
  async look() {
    const { till } = this.drawer.element;
    const basket = await till.ask('basket');
    if (till.basket?.version == basket.version) Object.assign(this.basket, basket);
    else till.take({ basket });
    this.drawer.draw();
  }

  count() {
    const { words } = this.drawer;
    const { left } = this;
    const otherwise = this.refusal ? '' : words[this.asking ? 'quote.asking' : 'quote.lapsed'];
    this.held.textContent = left ? fill(words['quote.held'], { seconds: left }) : otherwise;
  }

  /** The price in the drawer's sums, in place of what the shop alone would say. */
  draw() {
    const { basket, quote } = this;
    const { words } = this.drawer;
    const { discount, subtotal } = basket;
    this.count();
    if (quote?.version != basket.version) {
      this.moved.hidden = true;
      if (!this.refusal) this.drawer.writeSums([[words.total, { text: '…' }]]);
      return;
    }
    const goods = discount.amount ? [[words.subtotal, subtotal], [words.discount, discount]] : [[words['quote.items'], quote.subtotal]];
    const fees = [[words['quote.fee'], quote.fee], [words['quote.gas'], quote.gas]].filter(([, money]) => /** @type {Money} */ (money).amount);
    this.drawer.writeSums([...goods, ...fees, [words.total, quote.total]]);
  }

  /** The total that a click agrees to. One that is not held any more is asked for first. */
  async agreed() {
    const { seen } = this;
    for (let tries = 0; !this.left && tries < 2; tries++) await this.ask(); // the first may be of an earlier basket
    const { version, total } = /** @type {Quote} */ (this.quote);
    if (seen?.version == version && seen.total.amount != total.amount) throw Object.assign(Error(total.text), { code: 'TOTAL_CHANGED' });
    return { total: total.amount };
  }
}
