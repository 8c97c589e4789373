// The desk's confirmation of a payment, in a dialog over the host's page.
import { frame } from './frame.js';
/** @import { Speaks } from '../till.js' */

/** How long what the page says can be read before the dialog goes, in ms. @type {Record<string, number>} */
const SEEN = { success: 1200, failed: 3500 };

/** @typedef {{ status: string, hostappOrderId?: string, transactionId?: string, error?: string }} Told */

/** What is open. @type {{ token: string, told: Promise<Told> } | undefined} */
let open;

/** Shows the page and waits for what it says; closing it is saying no. One at a time; a repeat waits with the first.
 * @param {Speaks} element @param {URL} page @param {string} token @param {AbortSignal} signal @returns {Promise<Told>} */
export function confirm(element, page, token, signal) {
  if (open) return open.token == token ? open.told : Promise.resolve({ status: 'failed', error: 'Another payment is open' });
  const told = show(element, page, token, signal).finally(() => (open = undefined));
  open = { token, told };
  return told;
}

/** @param {Speaks} element @param {URL} page @param {string} token @param {AbortSignal} signal @returns {Promise<Told>} */
async function show(element, page, token, signal) {
  const dialog = await frame(element, page);
  const over = new AbortController();
  /** @type {Promise<Told>} */
  const said = new Promise((done) =>
    addEventListener(
      'message',
      ({ source, origin, data }) => {
        if (source != dialog.contentWindow || origin != page.origin || data?.type != 'till.hostapp_result' || data.order_payment_id != token) return;
        const { status, hostappOrderId, transactionId } = data;
        done({ status, hostappOrderId, transactionId });
      },
      { signal: over.signal },
    ),
  );
  const gone = new Promise((done) => signal.addEventListener('abort', done, { once: true }));
  const told = await Promise.race([said, Promise.race([dialog.left, gone]).then(() => ({ status: 'cancelled' }))]);
  over.abort();
  setTimeout(dialog.close, SEEN[told.status] ?? 0);
  return told;
}
