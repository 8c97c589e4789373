// @ts-check
/** How long a question stays open. */

/** @type {ReturnType<typeof setInterval> | undefined} */
let ticking;

/**
 * @param {HTMLElement} part
 * @param {{ text: (message: string, ...parts: unknown[]) => string, over: () => unknown }} on
 */
export function countDown(part, { text, over }) {
  clearInterval(ticking);
  /** @type {HTMLElement[]} */
  const clocks = [...part.querySelectorAll('[data-ends]')].map((one) => /** @type {any} */ (one));
  if (!clocks.length) return;
  const tick = () => {
    for (const clock of clocks) {
      const left = Math.round((Date.parse(clock.dataset.ends ?? '') - Date.now()) / 1000);
      clock.textContent = left > 0 ? text('Good for %s more', spell(left)) : text('This question is over.');
      if (left == -1) over();
    }
  };
  tick();
  ticking = setInterval(tick, 1000);
}

/** @param {number} seconds `2:05` */
const spell = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
