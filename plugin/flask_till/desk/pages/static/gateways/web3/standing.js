// @ts-check
/**
 * What has arrived on the chain, drawn by the desk and asked for again and again while somebody looks.
 *
 * @typedef {import('./sending.js').Coin} Coin
 * @typedef {object} Standing The answer of `/order/web3`.
 * @property {'awaiting' | 'confirming' | 'underpaid' | 'paid' | 'overpaid'} state
 * @property {string} view That of the order's page.
 * @property {Record<string, { due: string, seen: string, final: string, missing: string, rate: string | null }>} coins
 * @property {{ hash: string, status: string }[]} transactions
 * @property {string} text What to tell ears; empty when nothing came.
 * @property {string} html What is shown of it.
 * @property {Coin[]} [asked] With the amounts that are still missing.
 */
const EVERY = 2000;

/**
 * Keep `place` as the desk draws it, for as long as it is on the page.
 *
 * @param {HTMLElement} place
 * @param {string} url
 * @param {(standing: Standing) => void} [heard]
 * @param {{ now?: boolean }} [how]
 */
export function keepShown(place, url, heard = () => {}, { now = true } = {}) {
  let timer = 0;
  let shown = '';
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(look, EVERY);
  };
  const look = async () => {
    clearTimeout(timer);
    if (!place.isConnected) return removeEventListener('visibilitychange', woken);
    const standing = document.hidden ? undefined : await ask(url);
    if (standing && place.isConnected) {
      if (standing.html != shown) draw(place, standing.html);
      shown = standing.html;
      heard(standing);
    }
    again();
  };
  const woken = () => document.hidden || void look();
  addEventListener('visibilitychange', woken);
  if (now) void look();
  else again();
}

/** @param {string} url @returns {Promise<Standing | undefined>} */
async function ask(url) {
  try {
    const headers = { Accept: 'application/json' };
    const answer = await fetch(url, { headers, cache: 'no-store', signal: AbortSignal.timeout(15_000) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/** What was folded open stays so. @param {HTMLElement} place @param {string} html From the desk. */
function draw(place, html) {
  const open = [...place.querySelectorAll('details')].map((one) => one.open);
  const page = new DOMParser().parseFromString(html, 'text/html');
  place.replaceChildren(...page.body.childNodes);
  place.querySelectorAll('details').forEach((one, at) => (one.open = open[at] ?? one.open));
}

/**
 * On a page whose order is being confirmed: the desk drew it, this keeps it up to date.
 *
 * @param {HTMLElement} place
 * @param {{ say(words: string): void, redraw(): unknown }} page
 */
export default function follow(place, page) {
  let [view, said] = ['', ''];
  keepShown(place, place.dataset.standing ?? '', (standing) => {
    if (said && standing.text != said) page.say(standing.text);
    said = standing.text;
    if (view && standing.view != view) void page.redraw();
    view = standing.view;
  }, { now: false });
}
