// window.iziCanBeBound, iziAddToCart and iziGetOrderComplete for a vendor's widget (<inpost-izi-button>),
// and the inpost-update-count event: told to the vendor's buttons and the document after each change.
// Load it with its own script tag, or let till.js load it when one of the functions is first called.
import { shopAt } from './lib/shop.js';

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

/** Waits until the order of this browser is complete.
 * @returns {Promise<{ action: 'redirect', redirect: string } | { action: 'refresh' }>} */
export async function iziGetOrderComplete() {
  for (let failures = 0; ; ) {
    const begun = performance.now();
    try {
      const answer = await shopAt().ask('iziGetOrderComplete?wait=25');
      if (answer.action) return answer;
      failures = 0;
    } catch {
      failures++;
    }
    const pause = failures ? Math.min(2 ** failures, 30) * 1000 : Math.max(0, 1000 - (performance.now() - begun));
    await new Promise((done) => setTimeout(done, pause * (1 + Math.random() / 4)));
  }
}

if (globalThis.window) {
  const shop = shopAt();
  if (!shop.tabs) {
    shop.meet(); // there may be no element of ours on the page
    shop.ask('basket').then((/** @type {import('./till.js').Basket} */ basket) => shop.basket ?? shop.take({ basket }), () => {});
  }
  Object.assign(window, { iziCanBeBound, iziAddToCart, iziGetOrderComplete });
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
