// What a press of a <till-button wallet> leads to once the product is added.
import { say } from '../till.js';
import { checkout } from './checkout.js';
import { wordsFor } from './styles.js';
import { askToLink, settle, untilBound } from './wallet.js';
/** @import { Seen } from '../till.js' */

/** Nothing more when the basket is linked already or the browser is trusted, else the dialog; without a wallet, what
 * the button does without it. @param {Seen} element */
export async function bind(element) {
  const { till } = element;
  const adds = element.hasAttribute('product');
  const place = element.getAttribute('binding-place') ?? (adds ? 'PRODUCT_CARD' : 'BASKET_SUMMARY');
  if (!say(element, 'till-bind', { place }, true)) return;
  const known = await till.ask('iziCanBeBound');
  if (!known.wallet || !known.can_be_bound) return without(element, place);
  if (known.basket_linked) return adds ? till.wake() : manage(element);
  const trusted = known.browser_trusted && (await askToLink(till, { place }).catch(() => {}));
  if (!trusted || trusted.error_code) return (await dialog(element, place)).ask();
  if (trusted.deep_link) return (await dialog(element, place)).ask(undefined, trusted);
  const bound = await untilBound(till);
  if (bound.status == 'SUCCESS') settle(till, bound);
}

/** Shows the phone that the basket is linked with. @param {Seen} element */
export async function manage(element) {
  (await dialog(element, null)).linked();
}

/** @param {Seen} element @param {string | null} place */
async function dialog(element, place) {
  const [{ BindingDialog }, words] = await Promise.all([import('./binding_dialog.js'), wordsFor(element)]);
  return new BindingDialog(element, words, place);
}

/** @param {Seen} element @param {string} place */
async function without(element, place) {
  const mode = element.getAttribute('mode') ?? (element.hasAttribute('product') ? '' : 'popup');
  if (mode && say(element, 'till-checkout', { mode, place }, true)) await checkout(element, mode);
}
