// @ts-check
/**
 * The time that is left to pay. It ticks for eyes; ears hear of it twice, near the end.
 *
 * @typedef {{ say(words: string): void, text(message: string): string, over(): unknown }} Page
 */
let timer = 0;

/**
 * @param {HTMLElement} main
 * @param {Page} page
 */
export function tick(main, page) {
  clearInterval(timer);
  const clock = /** @type {HTMLElement | null} */ (main.querySelector('[data-clock]'));
  const shown = /** @type {HTMLElement | null} */ (clock?.querySelector('.left') ?? null);
  if (!clock || !shown) return;
  const whole = Number(shown.dataset.whole);
  const end = Date.now() + Number(main.dataset.left) * 1000;
  let before = Infinity;
  const draw = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    if (left < 86400) shown.textContent = written(left);
    clock.style.setProperty('--left', String(Math.min(1, left / whole)));
    clock.classList.toggle('urgent', left <= 60);
    if (left <= 300 && before > 300 && before != Infinity)
      page.say(page.text('Less than five minutes left to pay.'));
    if (left <= 60 && before > 60 && before != Infinity)
      page.say(page.text('Less than one minute left to pay.'));
    before = left;
    if (left > 0) return;
    clearInterval(timer);
    setTimeout(page.over, 600);
  };
  draw();
  timer = setInterval(draw, 1000);
}

/** @param {number} seconds */
function written(seconds) {
  const two = (/** @type {number} */ number) => String(number).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${two(minutes)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}
