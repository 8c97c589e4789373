// @ts-check
/**
 * The order page, once scripts run: the clock ticks, forms are sent without leaving the page, and
 * news is drawn when it comes. All that is shown comes from the desk; nothing is decided here.
 */
import { tick } from './parts/clock.js';
import { follow } from './parts/news.js';
import { wireForms } from './parts/paying.js';
import { finish, tellOpener } from './parts/opener.js';
import { forgetBroken } from './parts/pictures.js';

const body = document.body;
const address = body.dataset.page ?? location.href;
const texts = JSON.parse(body.dataset.texts ?? '{}');
const ears = /** @type {HTMLElement} */ (document.querySelector('[data-news]'));

/** @param {string} message */
const text = (message) => texts[message] ?? message;

/** @param {string} message Said by screen readers when they are free. */
const say = (message) => (ears.textContent = message);

const main = () => /** @type {HTMLElement} */ (document.querySelector('main'));

let drawing = Promise.resolve();

/** Draw the page as it is now, if it changed. One after the other. */
function redraw() {
  drawing = drawing.then(drawNow, drawNow);
  return drawing;
}

async function drawNow() {
  const answer = await fetch(address, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  if (!answer.ok) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [old, next] = [main(), page.querySelector('main')];
  if (!next || next.dataset.key == old.dataset.key) return;
  const formStays = old.querySelector('[data-mounted]') && next.dataset.view == 'pending';
  const begins = old.hasAttribute('aria-busy') && next.querySelector('form[data-at-once]');
  if (formStays || begins) return void Object.assign(old.dataset, next.dataset);
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(next);
  document.title = page.title;
  scrollTo({ top: 0, behavior: 'instant' });
  if (hadFocus) focusOn(next);
  else say(next.querySelector('h1')?.textContent ?? '');
  wire(next);
}

/** @param {HTMLElement} next Where the focus goes when what had it is gone. */
function focusOn(next) {
  const notice = next.querySelector('[data-notice]:not([hidden])');
  const target = /** @type {HTMLElement | null} */ (notice ?? next.querySelector('h1'));
  target?.focus({ preventScroll: true });
}

/** @param {HTMLElement} part */
function wire(part) {
  tick(part, { say, text, over: redraw });
  wireForms(part, { redraw, text, theme: document.documentElement.dataset.theme });
  for (const when of part.querySelectorAll('time[data-moment]')) localise(when);
  forgetBroken(part);
  tellOpener(part);
  finish(part);
}

/** @param {Element} when */
function localise(when) {
  const moment = new Date(when.getAttribute('datetime') ?? '');
  const form = /** @type {const} */ ({ dateStyle: 'long', timeStyle: 'short' });
  when.textContent = new Intl.DateTimeFormat(document.documentElement.lang, form).format(moment);
}

if (location.pathname + location.search != address) history.replaceState(null, '', address);
wire(main());
follow(main, body.dataset.statusUrl ?? '', redraw);
