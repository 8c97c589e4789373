// @ts-check
/** Listens for news of the order: one long poll after the other, or every three seconds. */
const WAIT = 25;
const PAUSE = 3000;
const NO_MORE_NEWS = /^(paid|partially_refunded|refunded)$/;

/** @type {() => void} */
let wake = () => {};

/**
 * @param {() => HTMLElement} main What is on the page now.
 * @param {string} url
 * @param {() => Promise<unknown>} redraw
 */
export async function follow(main, url, redraw) {
  addEventListener('visibilitychange', () => document.hidden || wake());
  addEventListener('online', () => wake());
  let ended = 0;
  for (;;) {
    const { view, final, newsFor, version, key } = main().dataset;
    if (NO_MORE_NEWS.test(view ?? '')) return;
    if (final != null) ended ||= Date.now();
    // An order that ended unpaid may still get money.
    if (ended && Date.now() - ended > Number(newsFor) * 1000) return;
    const asked = Date.now();
    const state = await ask(`${url}&version=${version}&key=${key}&wait=${WAIT}`);
    if (state == 'closed') return location.reload();
    if (state && state.key != main().dataset.key) {
      await redraw().catch(() => {});
      // A form of a gateway stays where it is; what it stands on moves on.
      main().dataset.key = state.key;
    }
    if (Date.now() - asked < PAUSE) await pause();
  }
}

/**
 * @param {string} url
 * @returns {Promise<any>} The state, nothing when there is no answer, "closed" when we are out.
 */
async function ask(url) {
  try {
    const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(40_000) });
    if (answer.status == 403 || answer.status == 404) return 'closed';
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<void>} After a while, or when the shopper looks again. */
function pause() {
  return new Promise((done) => {
    const timer = setTimeout(done, PAUSE);
    wake = () => {
      clearTimeout(timer);
      done();
    };
  });
}
