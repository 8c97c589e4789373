// <till-order>: how the newest order is doing. Its children are shown while there is none.
import { checkout, excuse } from '../lib/checkout.js';
import { say } from '../till.js';
import { BACK, CHECK, CLOCK, CROSS, fill, h, icon, sheet, wear, wordsFor } from '../lib/styles.js';
import { CARD, card } from '../lib/thanks.js';
/** @import { Order, Seen } from '../till.js' */

const LOOK = sheet(`
:host { display: block; }
.order { padding: 22px 24px; border-radius: calc(var(--_radius) * 1.5); background: var(--_paper); box-shadow: inset 0 0 0 1px var(--_line), 0 1px 3px #0000000f; }
.order .card { flex-wrap: wrap; }
.order .card > div { flex-basis: 200px; }
.waiting { --_tone: color-mix(in oklab, var(--_accent), var(--_ink) 30%); }
.over { --_tone: var(--_muted); }
.go { padding: 0 18px; min-block-size: 42px; background: var(--_accent); color: var(--_on); }
.go:hover { filter: brightness(1.1); }
.go[aria-busy] { opacity: 0.6; }
.seal .spinner { --_line: color-mix(in srgb, var(--_accent) 25%, transparent); }
`);

/** What is said beside each state that is not "paid": how it looks, and the word's key of the hint. */
const SAID = {
  placing: ['waiting', ''],
  pending: ['waiting', 'hint.pending'],
  processing: ['waiting', 'hint.pending'],
  cancelled: ['over', 'hint.unpaid'],
  expired: ['over', 'hint.unpaid'],
  failed: ['over', 'hint.unpaid'],
  refunded: ['over', 'hint.refunded'],
  partially_refunded: ['', 'hint.refunded'],
};

/** @param {Seen} element */
export async function draw(element) {
  const words = await wordsFor(element);
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root, CARD, LOOK);
  const { order } = element.till;
  if (!order) return root.replaceChildren(h('slot', {}));
  const box = root.querySelector('.order') ?? h('section', { className: 'order', part: 'order', role: 'status' });
  if (!box.isConnected) root.replaceChildren(box);
  const seen = `${order.order_id} ${order.status} ${words.close}`;
  if (box.dataset.seen != seen) {
    box.dataset.seen = seen;
    box.replaceChildren(order.status == 'paid' ? card(order, words) : status(element, order, words));
  }
  if (order.claims?.length || root.querySelector('.claims')) (await import('../lib/claims.js')).draw(element, words);
}

/** @param {Seen} element @param {Order} order @param {import('../till.js').Words} words */
function status(element, order, words) {
  const [look, hint] = SAID[/** @type {keyof typeof SAID} */ (order.status)] ?? ['waiting', ''];
  const picture = { waiting: CLOCK, over: /refund/.test(order.status) ? BACK : CROSS }[look] ?? CHECK;
  const drawing = /placing|processing/.test(order.status) ? h('i', { className: 'spinner' }) : icon(picture);
  const box = h(
    'div',
    { className: `card ${look}` },
    h('span', { className: 'seal' }, drawing),
    h('div', {}, h('h2', {}, words[`status.${order.status}`] ?? order.status), h('p', {}, `${fill(words.order, order)} · ${order.total.text}`), hint ? h('p', {}, words[hint]) : ''),
  );
  if (order.status == 'pending' && element.till.basket?.count) box.append(goOn(element, words));
  return box;
}

/** @param {Seen} element @param {import('../till.js').Words} words */
function goOn(element, words) {
  const button = h('button', { type: 'button', className: 'go', part: 'button', onclick: press }, words.goOn);
  async function press() {
    const mode = element.getAttribute('mode') ?? 'popup';
    if (button.ariaBusy || !say(element, 'till-checkout', { mode }, true)) return;
    const popup = mode == 'popup' ? element.popup() : null;
    button.ariaBusy = 'true';
    try {
      await checkout(element, mode, popup);
    } catch (error) {
      popup?.close();
      await excuse(element, error);
    }
    button.ariaBusy = null;
  }
  return button;
}
