// From the click on "check out" to "thank you": the order page, what comes back from it, and excuses.
import { say } from '../till.js';
import { h, isDark, wear, wordsFor } from './styles.js';
/** @import { Checkout, Order, Shop, Seen } from '../till.js' */

/** What is open for the shopper to pay in. @type {{ close(): void, readonly closed: boolean } | undefined} */
let place;

/** Places the order and opens its page. A popup has to be opened in the click itself, so it comes ready.
 * @param {Seen} element @param {string} mode @param {Window | null} [popup]
 * @param {{ again?: boolean, total?: number }} [wish] what is said besides where the desk quotes */
export async function checkout(element, mode, popup, wish) {
  const shop = element.till;
  const embedded = parent != window;
  const blocked = mode == 'popup' && (!popup || popup.closed);
  if (blocked) mode = 'redirect';
  /** @type {Checkout} */ const placed = await shop.ask('checkout', 'POST', { mode, ...wish }).catch((error) => {
    throw Object.assign(error, { wish });
  });
  if (popup?.closed) return void shop.wake(); // the shopper thought better of it
  shop.mine[shop.key] = placed.order_id;
  if (placed.pay_in_host && !popup) {
    const { payInHost } = await import('./miniapp.js');
    if (await payInHost(shop, placed)) return;
  }
  if (blocked && embedded) popup = element.popup(true); // a page around us, but not an app that pays
  const url = webAddress(placed.order_url, shop.base);
  if (placed.token) url.searchParams.set('token', placed.token);
  if (isDark(element)) url.searchParams.set('theme', 'dark');
  shop.wake();
  if (mode == 'frame') {
    url.searchParams.set('hideBack', 'true');
    const { frame } = await import('./frame.js');
    const dialog = await frame(element, url);
    watch(shop, url, dialog, () => dialog.contentWindow);
  } else if (popup) {
    popup.location.replace(url.href);
    popup.focus();
    watch(shop, url, popup, () => popup);
  } else {
    location.assign(url);
    await new Promise((back) => addEventListener('pageshow', back, { once: true })); // busy until the page is left
  }
}

/** @param {string} address @param {string} base */
function webAddress(address, base) {
  const url = new URL(address, base);
  if (!/^https?:$/.test(url.protocol)) throw Error('not a web address');
  return url;
}

/** Asks the shop for news when the order page says something or is closed. What it says is only a hint.
 * @param {Shop} shop @param {URL} url
 * @param {{ close(): void, readonly closed: boolean }} opened @param {() => Window | null} sender */
function watch(shop, url, opened, sender) {
  place = opened;
  const done = new AbortController();
  addEventListener(
    'message',
    ({ origin, source, data }) => {
      if (origin == url.origin && source == sender() && /^(till|portal\.send)\.order_status$/.test(data?.type)) shop.wake();
    },
    { signal: done.signal },
  );
  const timer = setInterval(() => {
    if (!opened.closed) return;
    clearInterval(timer);
    done.abort();
    for (const later of [0, 1500, 5000]) setTimeout(() => shop.wake(), later); // the desk may take a moment to tell
  }, 300);
}

const thanked = new Set();

/** Says thank you, once on each page that was open when the order was paid. One that was placed on the phone is paid there:
 * the tab that was linked goes to its page at once. @param {Shop} shop @param {Order} order */
export async function thank(shop, order) {
  if (order.status != 'paid') {
    if (!/^(placing|pending|processing)$/.test(order.status) || shop.mine[shop.key] != 'wallet') return;
    shop.mine[shop.key] = order.order_id; // its payment is thanked for here, too
    return order.complete && complete(order.complete, shop.base);
  }
  const [before, at] = (shop.ours[shop.key] ?? '').split(' ');
  const old = before == order.order_id && Number(at) < performance.timeOrigin;
  const mine = [order.order_id, ...(old ? [] : ['wallet'])].includes(shop.mine[shop.key]); // paid here, or with the phone linked here
  if (thanked.has(order.order_id) || (old && !mine)) return;
  thanked.add(order.order_id);
  if (before != order.order_id) shop.ours[shop.key] = `${order.order_id} ${Date.now()}`;
  delete shop.mine[shop.key];
  const follow = shop.tell('till-order-paid', { order }) && mine;
  const { thanks } = await import('./thanks.js');
  await thanks(shop, order);
  if (!mine) return;
  if (place && !place.closed) await new Promise((seen) => setTimeout(seen, 1500)); // "paid" is read there first
  place?.close();
  if (follow && order.complete) complete(order.complete, shop.base);
}

/** @param {NonNullable<Order['complete']>} what @param {string} base */
export function complete(what, base) {
  if (what.action == 'refresh') return location.reload();
  const url = webAddress(what.redirect, base);
  if (url.href.split('#')[0] != location.href.split('#')[0]) location.assign(url);
}

/** Says kindly what went wrong, unless the page does.
 * @param {Seen} element @param {any} error @param {Node & ParentNode} [where] */
export async function excuse(element, error, where) {
  const code = error.code ?? (error instanceof TypeError ? 'OFFLINE' : 'FAILED');
  if (!say(element, 'till-error', { code, message: error.message }, true)) return;
  if (code == 'SIMILAR_ORDER') return (await import('./similar.js')).ask(element, error.wish, where);
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root);
  const words = await wordsFor(element);
  element.alert?.remove();
  const alert = (element.alert = (where ?? root).appendChild(h('p', { role: 'alert', part: 'error', className: 'error' })));
  alert.textContent = (code == 'PROMOTION_REFUSED' && error.message) || words[code] || error.message || words.FAILED;
}
