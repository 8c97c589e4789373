// @ts-check
/**
 * The order page, once scripts run: the clock ticks, forms are sent without leaving the page, and
 * news is drawn when it comes. All that is shown comes from the desk; nothing is decided here.
 */
import { tick } from './parts/clock.js';
import { wireCopying } from './parts/copy.js';
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
  if (formStays) drawBeside(old, next);
  if (formStays || begins) return void Object.assign(old.dataset, next.dataset);
  const hadFocus = old.contains(document.activeElement);
  keepOpen(old, next);
  old.replaceWith(next);
  document.title = page.title;
  scrollTo({ top: 0, behavior: 'instant' });
  if (hadFocus) focusOn(next);
  else say(next.querySelector('h1')?.textContent ?? '');
  wire(next);
}

/** @param {HTMLElement} part @returns {Map<string, HTMLDetailsElement>} way to pay -> its part of the page */
function offers(part) {
  const found = [...part.querySelectorAll('summary[data-way]')];
  return new Map(found.map((one) => [one.getAttribute('data-way') ?? '', /** @type {HTMLDetailsElement} */ (one.parentElement)]));
}

/**
 * The way to pay that the shopper looks at stays unfolded.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
function keepOpen(old, next) {
  const [way] = [...offers(old)].find(([, offer]) => offer.open) ?? [''];
  const fresh = offers(next);
  if (fresh.has(way)) for (const [name, offer] of fresh) offer.open = name == way;
}

/**
 * The form of a gateway stays where it is; the other ways to pay show what changed in them.
 *
 * @param {HTMLElement} old
 * @param {HTMLElement} next
 */
function drawBeside(old, next) {
  const all = offers(next);
  for (const [way, offer] of offers(old)) {
    const fresh = all.get(way);
    if (!fresh || offer.querySelector('[data-mounted]')) continue;
    const hadFocus = offer.contains(document.activeElement);
    fresh.open = offer.open;
    offer.replaceWith(fresh);
    if (hadFocus) fresh.querySelector('summary')?.focus({ preventScroll: true });
    wireForms(old, page(), fresh);
    wireLittle(fresh);
  }
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
  wireForms(part, page());
  wireLittle(part);
  for (const place of part.querySelectorAll('[data-script]')) void begin(/** @type {HTMLElement} */ (place));
  for (const when of part.querySelectorAll('time[data-moment]')) localise(when);
  forgetBroken(part);
  tellOpener(part);
  finish(part);
}

const page = () => ({ redraw, text, say, theme: document.documentElement.dataset.theme });

/** @param {ParentNode} part */
function wireLittle(part) {
  wireCopying(part, say);
  // The way in does not open in a frame, and what it opens would not be known there.
  if (window.parent != window)
    for (const link of part.querySelectorAll('[data-top-only]')) link.closest('.offer')?.toggleAttribute('hidden', true);
}

/** A part of the page that a script of a gateway keeps up to date. @param {HTMLElement} place */
async function begin(place) {
  const module = await import(place.dataset.script ?? '').catch(() => null);
  module?.default(place, page());
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
