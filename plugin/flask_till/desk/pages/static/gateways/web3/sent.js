// @ts-check
/**
 * What this tab sent, or asked a wallet to send, until the desk sees it: so that nothing is sent twice,
 * not even after the page was loaded anew.
 *
 * @typedef {object} Sent
 * @property {string} coin The coin's id.
 * @property {string} wallet Its name.
 * @property {string} walletId
 * @property {string} [from]
 * @property {string} [hash] Without one nobody knows whether the wallet sent it.
 * @property {number} at Milliseconds.
 */

/** @param {string} paymentId */
const key = (paymentId) => `till-web3:${paymentId}`;

/** @type {Map<string, Sent>} Where the browser keeps nothing, the page itself still remembers. */
const here = new Map();

/** @param {string} paymentId @param {Sent} sent */
export function remember(paymentId, sent) {
  here.set(paymentId, sent);
  try {
    sessionStorage.setItem(key(paymentId), JSON.stringify(sent));
  } catch {
    // Private windows may refuse.
  }
}

/** @param {string} paymentId */
export function forget(paymentId) {
  here.delete(paymentId);
  try {
    sessionStorage.removeItem(key(paymentId));
  } catch {
    // As above.
  }
}

/** @param {string} paymentId @returns {Sent | undefined} */
export function recall(paymentId) {
  const known = here.get(paymentId);
  if (known) return known;
  try {
    const kept = JSON.parse(sessionStorage.getItem(key(paymentId)) ?? 'null');
    return typeof kept?.coin == 'string' && typeof kept.at == 'number' ? kept : undefined;
  } catch {
    return undefined;
  }
}
