// @ts-check
/**
 * The confirmation page, once scripts run: the clock ticks, news loads the page again, and the host's
 * page around it hears how it ended. All that is shown comes from the desk; nothing is decided here.
 */
import { tick } from '../parts/clock.js';
import { follow } from '../parts/news.js';
import { forgetBroken } from '../parts/pictures.js';

const main = /** @type {HTMLElement} */ (document.querySelector('main'));
const ears = /** @type {HTMLElement} */ (document.querySelector('[data-news]'));
const texts = JSON.parse(document.body.dataset.texts ?? '{}');

/** @param {string} message */
const text = (message) => texts[message] ?? message;

/** @param {string} message Said by screen readers when they are free. */
const say = (message) => (ears.textContent = message);

/** Drawn anew by the desk. @returns {Promise<never>} */
function reload() {
  location.reload();
  return new Promise(() => {});
}

/** Tells the page around this one, and only one of the host's or of this desk itself. */
function tellParent() {
  if (window.parent == window || main.dataset.final == null) return;
  const { payment, words = '{}', parents = '[]' } = main.dataset;
  const said = { type: 'till.hostapp_result', order_payment_id: payment, ...JSON.parse(words) };
  const around = location.ancestorOrigins?.[0]; // where the browser tells, no other needs to be tried
  for (const origin of JSON.parse(parents))
    if (around == null || around == origin) window.parent.postMessage(said, origin);
}

/** @param {SubmitEvent} event One answer is enough, however often somebody clicks. */
function submitting(event) {
  if (main.hasAttribute('aria-busy')) return event.preventDefault();
  const button = event.submitter;
  if (!(button instanceof HTMLButtonElement)) return;
  main.setAttribute('aria-busy', 'true');
  button.classList.add('busy');
  button.dataset.label = button.textContent ?? '';
  button.textContent = text(button.value == 'pay' ? 'Paying…' : 'One moment…');
}

/** A page that comes back from the browser's memory may be pressed again, and may be old. */
function shownAgain(/** @type {PageTransitionEvent} */ event) {
  if (event.persisted) location.reload();
}

tick(main, { say, text, over: reload });
main.querySelector('form')?.addEventListener('submit', submitting);
addEventListener('pageshow', shownAgain);
forgetBroken(main);
tellParent();
follow(() => main, document.body.dataset.statusUrl ?? '', reload);
