// What the shop is asked about its wallet: to link the basket with a phone, whether it is linked, to unlink it.
/** @import { PayData, Bound, BrowserData, Shop } from '../till.js' */

const WAIT = 25; // s, of one question
const SELDOM = 15; // s, between questions of which nothing comes
const FAILURES = 3; // in a row, before it counts as unreachable

/** What this browser says of itself. @returns {BrowserData} */
export function browserData() {
  const { userAgent, platform } = navigator;
  const known = /** @type {any} */ (navigator).userAgentData;
  const brand = known?.brands.find((/** @type {{ brand: string }} */ { brand }) => !/not.*brand/i.test(brand));
  const [description] = /(Firefox|Edg|OPR|Chrome|Version)\/\d+/.exec(userAgent) ?? ['-'];
  return {
    user_agent: userAgent,
    description: brand ? `${brand.brand} ${brand.version}` : description,
    platform: known?.platform || platform || '-',
    architecture: /(arm64|aarch64|x86_64|x64|Win64|i686)/i.exec(userAgent)?.[0] ?? '-',
  };
}

/** Asks the wallet to link the basket: with a number by a prompt on that phone, without one by a code or a link. An empty
 * answer to no number means that it is linked. @param {Shop} shop
 * @param {{ prefix?: string | null, phone?: string | null, place?: string | null, browser?: BrowserData }} [by] @returns {Promise<PayData>} */
export function askToLink(shop, { prefix = null, phone = null, place, browser = browserData() } = {}) {
  return shop.ask('iziGetPayData', 'POST', { prefix, phone, binding_place: place, browser });
}

/** Waits until the basket is linked or that was refused. Throws when the shop cannot be reached.
 * @param {Shop} shop @param {AbortSignal} [signal] @returns {Promise<Bound>} */
export async function untilBound(shop, signal) {
  for (let failures = 0, quick = 0; ; ) {
    const begun = performance.now();
    let pause = 0;
    try {
      const answer = await shop.ask(`iziGetIsBound?wait=${WAIT}`, 'GET', undefined, signal);
      if (answer.status) return answer;
      failures = 0;
      quick = performance.now() - begun < 1000 ? quick + 1 : 0; // it does not wait: no phone was asked yet
      pause = quick && Math.min(2 ** (quick - 1), SELDOM);
    } catch (error) {
      const { answer } = /** @type {{ answer?: Response }} */ (error);
      const lasting = answer && answer.status < 500 && answer.status != 429;
      if (signal?.aborted || lasting || ++failures == FAILURES) throw error;
      pause = Number(answer?.headers.get('Retry-After')) || 2 ** failures;
    }
    await new Promise((done) => setTimeout(done, pause * 1000));
    if (document.hidden) await new Promise((shown) => addEventListener('visibilitychange', shown, { once: true }));
    signal?.throwIfAborted();
  }
}

/** @param {Shop} shop */
export async function unlink(shop) {
  await shop.ask('iziBindingDelete', 'POST', {});
  told(shop, { basket_linked: false, basketLinked: false });
}

/** Whether the shopper trusts this browser: then its id is in a cookie. */
export const isTrusted = () => /(^|; )BrowserId=./.test(document.cookie);

/** The next link will be confirmed on the phone again. @param {Shop} shop */
export const distrust = (shop) => shop.ask('iziBrowserDelete', 'POST', {});

/** It is linked: this tab is the one that goes on when the order is paid. @param {Shop} shop @param {Bound} bound */
export function settle(shop, { masked_phone_number }) {
  shop.mine[shop.key] = 'wallet';
  told(shop, { masked_phone_number, basket_linked: true, basketLinked: true });
}

/** Tells each button, as a vendor's widget does, and asks the shop for the news. @param {Shop} shop @param {object} detail */
function told(shop, detail) {
  for (const element of shop.elements)
    if (element.localName == 'till-button') element.dispatchEvent(new CustomEvent('izi-binding-complete', { detail }));
  shop.wake();
}

/** An address that leads into the app; null for one that would run here. @param {string} address */
export function appLink(address) {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url && !/^(javascript|data|blob|vbscript|file):$/.test(url.protocol) ? url.href : null;
}
