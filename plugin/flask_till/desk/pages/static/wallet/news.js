// @ts-check
/** Listens for news of the wallet: one long poll after the other. */
const WAIT = 25;
const PAUSE = 3000;

/** @type {() => void} */
let wake = () => {};

/**
 * @param {() => string} version Of what is shown now.
 * @param {string} url
 * @param {{ refresh: () => Promise<unknown>, lost: () => void }} on
 */
export async function follow(version, url, on) {
  addEventListener('visibilitychange', () => document.hidden || wake());
  addEventListener('online', () => wake());
  addEventListener('pageshow', (shown) => shown.persisted && on.refresh());
  let lost = false;
  for (;;) {
    const asked = Date.now();
    const seen = version();
    const answer = await ask(`${url}?version=${seen}&wait=${WAIT}`);
    if (answer == 'out') return location.reload();
    if (!answer && !lost) on.lost();
    lost = !answer;
    if (answer && String(answer.version) != version()) await on.refresh().catch(() => {});
    const quick = Date.now() - asked < 500;
    if (!answer || (quick && String(answer.version) == seen)) await pause();
    if (document.hidden) await pause(60_000);
  }
}

/**
 * @param {string} url
 * @returns {Promise<any>} The news, nothing when there is no answer, "out" when nobody is signed in.
 */
async function ask(url) {
  try {
    const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(40_000) });
    if (answer.status == 401) return 'out';
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<void>} After a while, or when the shopper looks again. */
function pause(time = PAUSE) {
  return new Promise((done) => {
    const timer = setTimeout(done, time);
    wake = () => {
      clearTimeout(timer);
      done();
    };
  });
}
