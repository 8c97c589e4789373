// "You ordered the same a moment ago. Order again?": yes orders it again, no shows the earlier order.
import { checkout, complete, excuse } from './checkout.js';
import { CARD, card } from './thanks.js';
import { fill, h, sheet, wear, wordsFor } from './styles.js';
/** @import { Order, Seen, Words } from '../till.js' */

const LOOK = sheet(`
dialog.similar {
  inline-size: min(400px, 100vw - 32px); margin: auto; padding: 26px 26px 22px; border: 0; border-radius: calc(var(--_radius) * 1.5);
  background: var(--_paper); color: var(--_ink); font: 400 15px/1.5 var(--till-font, system-ui, sans-serif); text-align: start;
  box-shadow: 0 0 0 1px #0000000d, 0 24px 80px -12px #00000066; animation: appear 0.25s var(--_ease);
}
dialog.similar::backdrop { background: #0b0b1266; }
.similar h2 { margin: 0 0 6px; font-size: 18px; font-weight: 650; letter-spacing: -0.02em; text-wrap: balance; }
.similar p { margin: 0 0 18px; color: var(--_muted); text-wrap: pretty; }
.similar .card { margin-block-end: 20px; }
.similar .choice { display: grid; gap: 8px; }
.similar .choice button { inline-size: 100%; min-block-size: 48px; background: var(--_wash); color: var(--_ink); font-weight: 600; }
.similar .choice .yes { background: var(--_accent); color: var(--_on); }
.similar [aria-busy] { opacity: 0.6; }
@media (forced-colors: active) { dialog.similar { border: 1px solid; } }
`);

/** @param {Seen} element @param {{ total?: number }} [wish] what the first click said @param {Node & ParentNode} [where] */
export async function ask(element, wish, where) {
  const words = await wordsFor(element);
  const earlier = await paidBefore(element);
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root, CARD, LOOK);
  root.querySelector('.similar')?.remove();
  const button = (/** @type {string} */ className, /** @type {string} */ text, /** @type {() => unknown} */ onclick) => h('button', { type: 'button', className, onclick }, text);
  const yes = button('yes', words['similar.yes'], again);
  const no = earlier ? button('no', words['similar.no'], () => show(element, dialog, earlier, words)) : button('no', words.close, () => dialog.close());
  const which = earlier ? `${fill(words.order, earlier)} · ${earlier.total.text}. ` : '';
  /** @type {HTMLDialogElement} */
  const dialog = h(
    'dialog',
    { className: 'similar', part: 'similar' },
    h('h2', { id: 'similar' }, words['similar.title']),
    h('p', { id: 'which' }, which + words['similar.text']),
    h('div', { className: 'choice' }, yes, no),
  );
  dialog.setAttribute('aria-labelledby', 'similar');
  dialog.setAttribute('aria-describedby', 'which');
  dialog.addEventListener('close', () => dialog.remove());

  async function again() {
    if (yes.ariaBusy) return;
    const mode = element.getAttribute('mode') ?? 'popup';
    const popup = mode == 'popup' ? element.popup() : null; // now, while the click allows it
    yes.ariaBusy = 'true';
    try {
      await checkout(element, mode, popup, { ...wish, again: true });
      dialog.close();
    } catch (error) {
      popup?.close();
      dialog.close();
      await excuse(element, error, where);
    }
  }

  root.append(dialog);
  dialog.showModal();
  no.focus();
}

/** The order that was placed a moment ago. @param {Seen} element @returns {Promise<Order | undefined>} */
async function paidBefore({ till }) {
  await till.refresh().catch(() => {});
  return /paid/.test(till.order?.status ?? '') ? till.order : undefined;
}

/** Where the earlier order's page is, else the order in this dialog.
 * @param {Seen} element @param {HTMLDialogElement} dialog @param {Order} order @param {Words} words */
function show(element, dialog, order, words) {
  const { base } = element.till;
  const page = order.complete?.action == 'redirect' ? new URL(order.complete.redirect, base).href : location.href;
  if (order.complete && page.split('#')[0] != location.href.split('#')[0]) return complete(order.complete, base);
  const leave = h('button', { type: 'button', className: 'yes', onclick: () => dialog.close() }, words.close);
  const shown = card(order, words);
  shown.querySelector('h2').id = 'similar';
  dialog.removeAttribute('aria-describedby');
  dialog.replaceChildren(shown, h('div', { className: 'choice' }, leave));
  leave.focus();
}
