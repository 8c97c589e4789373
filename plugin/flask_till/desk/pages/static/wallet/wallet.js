// @ts-check
/**
 * The wallet, once scripts run: forms are sent without leaving the page, and what changed anywhere
 * is drawn when it comes. All that is shown comes from the desk; nothing is decided here.
 */
import { describeChanges, remember } from './changes.js';
import { wireCopying } from '../parts/copy.js';
import { countDown } from './clock.js';
import { wireForms } from './forms.js';
import { morph } from './morph.js';
import { follow } from './news.js';

const body = document.body;
const texts = JSON.parse(body.dataset.texts ?? '{}');
const ears = /** @type {HTMLElement} */ (document.querySelector('[data-news]'));

/** @param {string} message @param {unknown[]} parts Take the places of %s, one after the other. */
const text = (message, ...parts) =>
  parts.reduce((/** @type {string} */ so, part) => so.replace('%s', () => String(part)), texts[message] ?? message);

/** @param {string} message Said by screen readers when they are free. */
const say = (message) => (ears.textContent = message);

const main = () => /** @type {HTMLElement} */ (document.querySelector('main'));

/**
 * Draw an answer of the desk in place of what is shown.
 * @param {Response} answer @param {boolean} [ours] The shopper did it, so its outcome has the focus.
 */
const draw = async (answer, ours) => show(answer, await answer.text(), ours);

/** @param {Response} answer @param {string} html @param {boolean} [ours] */
function show(answer, html, ours) {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const next = page.querySelector('main');
  if (!next || !page.body.dataset.newsUrl) return location.assign(answer.url);
  const moved = new URL(answer.url).pathname != location.pathname;
  if ((answer.redirected || !moved) && newHosts(page).length) return location.assign(answer.url);
  const before = moved ? undefined : remember(main());
  if (answer.redirected && moved) history.pushState(null, '', answer.url);
  document.title = page.title;
  const header = document.querySelector('header');
  const nextHeader = page.querySelector('header');
  if (header && nextHeader) morph(header, nextHeader);
  if (moved) main().replaceWith(next);
  else morph(main(), next);
  wire();
  if (moved) arrive();
  else if (before && !ours) say(describeChanges(main(), before, text));
  if (ours) /** @type {HTMLElement | null} */ (main().querySelector('[data-notice]'))?.focus();
}

/** Whose pictures this page's policy does not let in: it was sent before they were known.
 * @param {Document} page */
function newHosts(page) {
  const known = hosts(document);
  return hosts(page).filter((host) => !known.includes(host));
}

/** @param {Document} page */
const hosts = (page) => (page.body.dataset.images ?? '').split(' ').filter(Boolean);

/** On a page that the shopper came to by a form. */
function arrive() {
  scrollTo({ top: 0, behavior: 'instant' });
  main().querySelector('h1')?.focus({ preventScroll: true });
}

let drawing = Promise.resolve();

/** Draw the page as it is now. One after the other. */
function refresh() {
  drawing = drawing.then(load, load);
  return drawing;
}

async function load() {
  const asked = location.href;
  const answer = await fetch(asked, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  const html = await answer.text();
  if (location.href == asked) show(answer, html); // else the shopper is on another page by now
}

function wire() {
  wireForms(main(), { draw, text, say });
  countDown(main(), { text, over: refresh });
  wireCopying(main(), say);
  for (const when of main().querySelectorAll('time[data-moment]')) localise(when);
}

/** @param {Element} when */
function localise(when) {
  const moment = new Date(when.getAttribute('datetime') ?? '');
  const form = /** @type {const} */ ({ dateStyle: 'medium', timeStyle: 'short' });
  when.textContent = new Intl.DateTimeFormat(document.documentElement.lang, form).format(moment);
}

// Nobody rings for what changes on such a page.
setInterval(() => main().hasAttribute('data-looks') && !document.hidden && refresh(), 4000);
addEventListener('popstate', () => location.reload());
wire();
follow(() => main().dataset.version ?? '0', body.dataset.newsUrl ?? '', {
  refresh,
  lost: () => say(text('No connection. What you see may be old.')),
});
