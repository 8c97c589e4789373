// @ts-check
/**
 * The wallets of this browser: those that announce themselves (EIP-6963), else `window.ethereum`.
 *
 * All of it is foreign code and what it says of itself is foreign text: short, without characters that
 * turn the rest of the page around, and its picture only a small `data:` one inside `<img>`.
 *
 * @typedef {{ request(asked: { method: string, params?: unknown[] }): Promise<unknown>,
 *   on?(event: string, heard: (...told: any[]) => void): unknown,
 *   removeListener?(event: string, heard: (...told: any[]) => void): unknown }} Provider
 * @typedef {{ id: string, stable: string, name: string, icon: string | null, provider: Provider }} Wallet
 *   `id` is good for this page, `stable` also after it was loaded anew.
 */
const MOST = 12;
const LARGEST_ICON = 128 * 1024;
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif|svg\+xml)[;,]/i;
// Controls, marks of direction, and what has no width.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;
const FALLBACK_AFTER = 300; // milliseconds

/**
 * @param {(wallets: Wallet[]) => void} changed Called at once and whenever another one shows up.
 * @returns {() => void} Stops listening.
 */
export function discover(changed) {
  /** @type {Wallet[]} */
  const found = [];
  /** @param {Wallet | null} wallet */
  const add = (wallet) => {
    const known = wallet && found.some((one) => one.id == wallet.id || one.provider == wallet.provider);
    if (!wallet || known || found.length >= MOST) return;
    found.push(wallet);
    changed([...found]);
  };
  /** @param {Event} event */
  const heard = (event) => add(announced(/** @type {CustomEvent} */ (event).detail));
  addEventListener('eip6963:announceProvider', heard);
  dispatchEvent(new Event('eip6963:requestProvider'));
  changed([...found]);
  const timer = setTimeout(() => found.length || add(injected()), FALLBACK_AFTER);
  return () => {
    clearTimeout(timer);
    removeEventListener('eip6963:announceProvider', heard);
  };
}

/** @param {any} detail @returns {Wallet | null} */
function announced(detail) {
  try {
    const { info, provider } = detail;
    const name = plain(info.name);
    if (!name || typeof info.uuid != 'string' || typeof provider.request != 'function') return null;
    const stable = typeof info.rdns == 'string' ? info.rdns.slice(0, 128) : name;
    return { id: info.uuid.slice(0, 64), stable, name, icon: picture(info.icon), provider };
  } catch {
    return null;
  }
}

/** @returns {Wallet | null} */
function injected() {
  const provider = /** @type {any} */ (window).ethereum;
  if (typeof provider?.request != 'function') return null;
  return { id: 'injected', stable: 'injected', name: '', icon: null, provider };
}

/** @param {unknown} name */
function plain(name) {
  return typeof name == 'string' ? name.slice(0, 200).replace(UNSEEN, '').trim().slice(0, 40) : '';
}

/** @param {unknown} icon */
function picture(icon) {
  return typeof icon == 'string' && icon.length <= LARGEST_ICON && PICTURE.test(icon) ? icon : null;
}
