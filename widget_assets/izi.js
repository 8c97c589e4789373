// The functions that a vendor's widget (<inpost-izi-button>) calls, as window.izi*, and the inpost-update-count event: told
// to the vendor's buttons and the document after each change. Load it with its own script tag, or let till.js load it when one
// of the functions is first called.
import { inpostWidgetOptions } from './lib/inpost_widget.js';
import { askToLink, browserData, unlink, untilBound } from './lib/wallet.js';
import { shopAt } from './till.js';
/** @import { Bound, BrowserData, IziComplete, PayData } from './till.js' */

/** Whether a product could be bought, as far as it is known. @type {Map<string, boolean>} */
const known = new Map();

/** @param {string} product */
async function learn(product) {
  if (known.has(product)) return;
  known.set(product, true);
  const answer = await shopAt().ask(`iziCanBeBound?product_id=${encodeURIComponent(product)}`).catch(() => {});
  if (answer) known.set(product, answer.can_be_bound);
  setTimeout(() => known.delete(product), 30_000);
}

/** The first thing a vendor's button asks on a click, so it has to answer at once: what is not known yet is
 * "yes", and iziAddToCart has the last word. @param {string} [product] */
export function iziCanBeBound(product) {
  if (product == null) return true;
  learn(product);
  return known.get(product) ?? true;
}

/** @param {string} product @param {number} [quantity] @returns {Promise<void>} */
export async function iziAddToCart(product, quantity = 1) {
  await shopAt().add(product, quantity);
}

/** What the wallet gave, without what is only for our own dialog. @param {PayData} data @returns {PayData} */
function plain({ qr_code, deep_link, deep_link_hms, error_code, error_message }) {
  if (error_code) return { error_code, error_message };
  return deep_link ? { qr_code, deep_link, deep_link_hms } : {};
}

/** Asks to link the basket with a phone; without a number, for a code to scan.
 * @param {string} [prefix] with or without its "+" @param {string} [phone] @param {string} [bindingPlace] */
export async function iziGetPayData(prefix, phone, bindingPlace) {
  const browser = /** @type {BrowserData} */ (window.iziGetBrowserData({ base64: false }));
  return plain(await askToLink(shopAt(), { prefix, phone, place: bindingPlace, browser }));
}

/** The older name of the same step. @param {unknown} id @param {string} [prefix] @param {string} [phone] @param {string} [bindingPlace] */
export function iziGetBindingData(id, prefix, phone, bindingPlace) {
  return iziGetPayData(prefix, phone, bindingPlace);
}

/** @param {{ base64?: boolean } | null} [how] @returns {any} */
export function iziGetBrowserData(how) {
  const data = browserData();
  return how?.base64 ? btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(data)))) : data;
}

/** Waits until the basket is linked with a phone; rejects when that was refused. The shop's answer sets the cookie BrowserId. */
export const iziGetIsBound = together(async () => {
  const { status, message, ...bound } = await untilBound(shopAt());
  if (status != 'SUCCESS') throw Error(message || 'refused');
  return { status, ...bound };
});

export async function iziBindingDelete() {
  await unlink(shopAt());
}

/** @returns {Promise<{ link: string }>} */
export async function iziMobileLink() {
  return shopAt().ask('iziMobileLink');
}

/** Waits until the order of this browser is complete. Each answer is told once: whoever wants the next one asks again. */
export const iziGetOrderComplete = together(async () => {
  for (let failures = 0; ; ) {
    const begun = performance.now();
    try {
      const answer = await shopAt().ask('iziGetOrderComplete?wait=25');
      if (answer.action) return /** @type {IziComplete} */ (answer);
      failures = 0;
    } catch {
      failures++;
    }
    const pause = failures ? Math.min(2 ** failures, 30) * 1000 : Math.max(0, 1000 - (performance.now() - begun));
    await new Promise((done) => setTimeout(done, pause * (1 + Math.random() / 4)));
  }
});

/** One question at a time, however many wait for its answer. @template T @param {() => Promise<T>} ask @returns {() => Promise<T>} */
function together(ask) {
  /** @type {Promise<T> | undefined} */ let asked;
  return () => (asked ??= ask().finally(() => (asked = undefined)));
}

export const tillInpostWidgetOptions = () => inpostWidgetOptions(iziGetOrderComplete);

if (globalThis.window) {
  shopAt().start(); // there may be no element of ours on the page
  Object.assign(window, { iziCanBeBound, iziAddToCart, iziGetOrderComplete, iziGetPayData, iziGetBindingData, iziGetIsBound, iziBindingDelete, iziMobileLink });
  Object.assign(window, { tillInpostWidgetOptions });
  window.iziGetBrowserData ??= iziGetBrowserData; // a vendor's widget may bring its own
  document.addEventListener('izi-binding-complete', () => shopAt().wake(), true); // the vendor's buttons tell it to themselves
  for (const sign of ['pointerover', 'focusin'])
    addEventListener(sign, ({ target }) => {
      const product = target instanceof Element && target.closest('inpost-izi-button')?.getAttribute('data-product-id');
      if (product) learn(product);
    });
  document.addEventListener('till-basket-changed', (event) => {
    const { count } = /** @type {CustomEvent} */ (event).detail.basket;
    for (const button of document.querySelectorAll('inpost-izi-button'))
      button.dispatchEvent(new CustomEvent('inpost-update-count', { detail: count }));
    document.dispatchEvent(new CustomEvent('inpost-update-count', { detail: count, bubbles: true }));
  });
}
