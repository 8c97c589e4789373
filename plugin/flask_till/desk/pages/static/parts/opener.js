// @ts-check
/**
 * Tells the shop's page, which opened this one, how the order stands; and leaves when all is done.
 * What it tells is a hint: the shop asks its desk before it believes anything.
 */
const THANKS = 3500; // milliseconds in which a person reads "thank you"

const framed = window.parent != window;
/** @type {Window | null} */
const popupOf = framed ? null : window.opener;
let told = 'pending';
let timer = 0;

/** @param {HTMLElement} main */
export function tellOpener(main) {
  const { order, status = '', opener } = main.dataset;
  const window_ = framed ? window.parent : popupOf;
  if (!window_ || status == told) return;
  told = status;
  if (!opener) return;
  const message = { order_id: order, status };
  const said = isWidgets(main)
    ? { type: 'portal.send.order_status', message }
    : { type: 'till.order_status', ...message };
  window_.postMessage(said, opener);
}

/** @param {HTMLElement} main Whether a widget placed it, whose windows go on instead of closing. */
const isWidgets = (main) => main.dataset.dialect == 'ipos';

/** @param {HTMLElement} main */
export function finish(main) {
  clearTimeout(timer);
  for (const back of document.querySelectorAll('[data-back]')) {
    if (popupOf) back.addEventListener('click', closeInstead);
  }
  const [goesOn, widgets] = [main.dataset.goesOn != null, isWidgets(main)];
  const stays = !(widgets && main.dataset.onward);
  if (popupOf && stays && main.dataset.final != null) offerToClose(main);
  if (main.dataset.view != 'paid') return;
  if (goesOn && (widgets || (!framed && !popupOf))) timer = later(main, 'leaves', () => leave(main));
  else if (popupOf && !widgets) timer = later(main, 'closes', () => close(main));
}

/**
 * @param {HTMLElement} main
 * @param {string} what
 * @param {() => void} act
 */
function later(main, what, act) {
  main.querySelector(`[data-soon=${what}]`)?.removeAttribute('hidden');
  return setTimeout(act, THANKS);
}

/** @param {HTMLElement} main */
function offerToClose(main) {
  const button = main.querySelector('[data-close]');
  if (!button) return;
  button.removeAttribute('hidden');
  button.addEventListener('click', () => close(main));
  main.querySelector('[data-leave]')?.setAttribute('hidden', '');
}

/** @param {HTMLElement} main */
function close(main) {
  window.close();
  // A browser may refuse to close a window that it does not take for a popup.
  setTimeout(() => leave(main), 400);
}

/** @param {HTMLElement} main */
function leave(main) {
  if (main.dataset.onward) location.assign(main.dataset.onward);
}

/** @param {Event} event */
function closeInstead(event) {
  event.preventDefault();
  window.close();
}
