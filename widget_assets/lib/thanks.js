// "Thank you": the card that says it, and the note that shows it on a page without a <till-order>.
import { CHECK, CROSS, fill, h, icon, sheet, wear, wordsFor } from './styles.js';
/** @import { Order, Shop, Seen, Words } from '../till.js' */

export const CARD = sheet(`
.seal {
  display: grid; place-items: center; flex: none; inline-size: 44px; block-size: 44px; border-radius: 50%;
  background: color-mix(in srgb, var(--_tone, var(--_success)) 14%, transparent); color: var(--_tone, var(--_success));
}
.seal svg { inline-size: 24px; block-size: 24px; stroke-width: 2.25; }
.seal.drawn { animation: seal 0.5s var(--_ease) both; }
.seal.drawn path { stroke-dasharray: 1; animation: draw 0.45s 0.2s ease-out both; }
@keyframes seal { from { scale: 0.4; opacity: 0; } }
@keyframes draw { from { stroke-dashoffset: 1; } }
.card { display: flex; align-items: center; gap: 16px; color: var(--_ink); }
.card > div { flex: 1; min-inline-size: 0; }
.card h2, .card p { margin: 0; text-wrap: pretty; }
.card h2 { font: 650 17px/1.35 var(--till-font, system-ui, sans-serif); letter-spacing: -0.015em; }
.card p { color: var(--_muted); font: 400 14px/1.5 var(--till-font, system-ui, sans-serif); }
`);

const NOTE = sheet(`
.note {
  position: fixed; inset: auto 24px 24px auto; inline-size: min(400px, 100vw - 32px); margin: 0; padding: 18px 18px 18px 20px; border: 0;
  border-radius: calc(var(--_radius) * 1.5); background: var(--_paper); color: var(--_ink);
  box-shadow: 0 0 0 1px var(--_line), 0 16px 48px -8px #0000004d;
  animation: rise 0.5s var(--_ease);
}
.note:dir(rtl) { inset: auto auto 24px 24px; }
@keyframes rise { from { opacity: 0; translate: 0 24px; scale: 0.96; } }
.note .leave { align-self: start; padding: 0; inline-size: 32px; block-size: 32px; margin: -6px -8px 0 0; border-radius: 50%; background: none; color: var(--_muted); }
.note .leave:hover { background: var(--_wash); color: var(--_ink); }
@media (max-width: 560px) { .note { inset: auto 16px max(16px, env(safe-area-inset-bottom)) 16px; } }
`);

/** @param {Order} order @param {Words} words */
export function card(order, words) {
  return h(
    'div',
    { className: 'card', part: 'thanks' },
    h('span', { className: 'seal drawn' }, icon(CHECK)),
    h('div', {}, h('h2', {}, words.thanks), h('p', {}, words.paid), h('p', {}, `${fill(words.order, order)} · ${order.total.text}`)),
  );
}

/** Thanks in a note, unless a <till-order> of this shop is on the page.
 * @param {Shop} shop @param {Order} order */
export async function thanks(shop, order) {
  const elements = [...shop.elements];
  for (const { shadowRoot } of elements) {
    // What is open hides what says thank you, and makes it inert.
    for (const dialog of shadowRoot?.querySelectorAll('dialog') ?? []) if (!dialog.matches('.frame')) dialog.close();
  }
  if (elements.some((element) => element.localName == 'till-order')) return;
  const shown = elements.filter((element) => element.shadowRoot && element.checkVisibility());
  const element = shown.find((one) => one.localName == 'till-basket') ?? shown[0];
  if (element) await note(element, order);
}

/** @param {Seen} element @param {Order} order */
async function note(element, order) {
  const words = await wordsFor(element);
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root, CARD, NOTE);
  root.querySelector('.note')?.remove();
  const box = h('div', { className: 'note', part: 'note', popover: 'manual', role: 'status' });
  root.append(box);
  box.showPopover();
  const leave = h('button', { type: 'button', className: 'leave', ariaLabel: words.close, onclick: () => box.remove() }, icon(CROSS));
  const thanks = card(order, words);
  thanks.append(leave);
  box.append(thanks); // after it is shown, so that it is read out
}
