// A shop inside somebody else's app: the app around us, its host, takes the payment in a way of its own.
/** @import { Checkout, HostPayment, Order, Shop } from '../till.js' */

const PAY = 'AppBoxoWebAppPay';
const INIT = 'AppBoxoWebAppGetInitData';
const PATIENCE = 2000; // ms for a host page to say that it is one; it answers in a few
const NEWS = 8000; // ms for the shop to hear of a payment that the host took
const SOON = 700; // ms for the host to say what the shop has heard already
const OPEN = /^(placing|pending|processing)$/;

/** Sends the shopper to the host's confirmation and waits. False when nobody around us takes payments. What the host says is
 * only a hint: the shop is asked. Throws what there is to say kindly. @param {Shop} shop @param {Checkout} placed */
export async function payInHost(shop, placed) {
  const payment = /** @type {HostPayment} */ (placed.pay_in_host);
  const way = nativeWay(PAY) ?? ((await isHost()) ? throughParent(PAY) : undefined);
  if (!way) return false;
  const params = {
    amount: Number(payment.amount),
    currency: payment.currency,
    miniappOrderId: payment.miniapp_order_id,
    transactionToken: payment.transaction_token,
    extraParams: {},
  };
  const over = new AbortController();
  const settled = end(shop, placed.order_id, over.signal);
  try {
    const answer = ask(PAY, way, params, payment.transaction_token, over.signal);
    let told = await Promise.race([answer, settled]);
    for (const later of [0, 1500, 5000]) setTimeout(() => shop.wake(), later);
    if (told?.status == 'success') await Promise.race([settled, sleep(NEWS)]);
    else if (told) await shop.refresh().catch(() => {});
    else told = await Promise.race([answer, sleep(SOON)]); // it knows better why not
    const ours = shop.order?.order_id == placed.order_id ? shop.order.status : '';
    const unpaid = OPEN.test(ours) || !ours ? told?.status != 'success' : /^(cancelled|expired|failed)$/.test(ours);
    if (unpaid) throw Object.assign(Error('not paid'), { code: /cancelled/.test(told?.status ?? ours) ? 'PAYMENT_CANCELLED' : 'PAYMENT_FAILED' });
  } finally {
    over.abort();
  }
  return true;
}

/** Once the order is no longer open, whoever ended it. @param {Shop} shop @param {string} id @param {AbortSignal} signal
 * @returns {Promise<undefined>} */
const end = (shop, id, signal) =>
  new Promise((done) => {
    const look = (/** @type {Order | undefined} */ order) => order?.order_id == id && !OPEN.test(order.status) && done(undefined);
    document.addEventListener('till-order-changed', ({ detail }) => look(detail.order), { signal });
    look(shop.order);
  });

/** @param {number} ms @returns {Promise<undefined>} */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** @typedef {(params: object) => void} Way sends a message */

/** The way to a native app, if the page runs in one that has it. @param {string} handler @returns {Way | undefined} */
function nativeWay(handler) {
  const android = window.AppboxoJs;
  if (typeof android?.[handler] == 'function') return (params) => android[handler](JSON.stringify(params));
  const ios = window.webkit?.messageHandlers?.[handler];
  return ios && ((params) => ios.postMessage(params));
}

/** The way to the page around ours. @param {string} handler @returns {Way} */
function throughParent(handler) {
  const around = location.ancestorOrigins?.[0];
  const target = around && around != 'null' ? around : '*'; // not every browser says who is around us
  return (params) => parent.postMessage({ handler, params, type: 'appboxo-js-sdk', sdkVersion: '1.9.0' }, target);
}

/** Whether the page around ours is a host that takes payments. */
async function isHost() {
  if (parent == window) return false;
  const request_id = `till-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  const told = await ask(INIT, throughParent(INIT), { request_id }, request_id, AbortSignal.timeout(PATIENCE));
  const serves = told?.data?.handlers ?? told?.data?.capabilities;
  return !!told && !told.error_type && (!Array.isArray(serves) || serves.includes(PAY));
}

/** Sends a message and waits for its answer; nothing when the signal came first.
 * @param {string} handler @param {Way} send @param {object} params @param {string} id @param {AbortSignal} signal
 * @returns {Promise<any>} */
function ask(handler, send, params, id, signal) {
  const over = new AbortController();
  return new Promise((done) => {
    const take = (/** @type {any} */ data, /** @type {unknown} */ mark = data?.request_id) => (mark ?? data?.transactionToken) == id && done(data);
    const listening = { signal: over.signal };
    addEventListener(
      'message',
      ({ source, data }) => source == parent && data?.type == 'appboxo-host-response' && data.handler == handler && take(data.data, data.data?.request_id ?? data.request_id),
      listening,
    );
    addEventListener('AppBoxoWebAppEvent', (event) => {
      const { type, data } = /** @type {CustomEvent} */ (event).detail ?? {};
      if (type == handler) take(data);
    }, listening);
    signal.addEventListener('abort', () => done(undefined), { once: true });
    send(params);
  }).finally(() => over.abort());
}
