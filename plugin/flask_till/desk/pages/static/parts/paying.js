// @ts-check
/**
 * The page's forms, sent in place; and the forms that gateways bring along.
 *
 * @typedef {{ redraw(): Promise<unknown>, text(message: string): string, say(words: string): void,
 *   theme?: string }} Page
 */
const NO_CONNECTION =
  'No connection. Check your network and try again: you will not be charged twice.';
const NO_FORM = 'The payment form could not be loaded. Check your connection.';

/**
 * @param {HTMLElement} main
 * @param {Page} page
 * @param {ParentNode} [part] Of it, when only that is new.
 */
export function wireForms(main, page, part = main) {
  for (const button of part.querySelectorAll('[data-needs-script]')) button.removeAttribute('hidden');
  for (const form of part.querySelectorAll('form')) wire(form, main, page);
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} main
 * @param {Page} page
 */
function wire(form, main, page) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = event.submitter ?? form.querySelector('button');
    if (main.hasAttribute('aria-busy') || !(button instanceof HTMLButtonElement)) return;
    void send(form, button, main, page);
  });
  if ('atOnce' in form.dataset) form.requestSubmit();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} main
 * @param {Page} page
 */
async function send(form, button, main, page) {
  const label = button.textContent;
  main.setAttribute('aria-busy', 'true');
  button.classList.add('busy');
  button.textContent = page.text(form.matches('[data-pays]') ? 'Paying…' : 'One moment…');
  try {
    complain(main, '');
    await post(form, button, main, page);
  } catch {
    complain(main, page.text(NO_CONNECTION));
  } finally {
    main.removeAttribute('aria-busy');
    button.classList.remove('busy');
    button.textContent = label;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement} button
 * @param {HTMLElement} main
 * @param {Page} page
 */
async function post(form, button, main, page) {
  const fields = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  if (button.name) fields.set(button.name, button.value);
  const headers = { Accept: 'application/json' };
  const answer = await fetch(form.action, { method: 'POST', body: fields, headers });
  const said = await answer.json();
  if (answer.status == 403 || answer.status == 404) return location.reload();
  if (!answer.ok) return refused(said, main, page);
  if (said.redirect_url && !said.final && window.top == window) {
    location.assign(said.redirect_url);
    return new Promise(() => {}); // busy until the page is left
  }
  if (form.dataset.module && said.view == 'pending') return mount(form, said.client, main, page);
  await page.redraw();
}

/**
 * @param {{ error_code: string, error_message: string }} problem
 * @param {HTMLElement} main
 * @param {Page} page
 */
async function refused(problem, main, page) {
  await page.redraw();
  complain(document.querySelector('main') ?? main, problem.error_message);
}

/**
 * @param {HTMLFormElement} form
 * @param {object} client
 * @param {HTMLElement} main
 * @param {Page} page
 */
async function mount(form, client, main, page) {
  const place = form.parentElement?.querySelector(':scope > [data-mount]');
  if (!(place instanceof HTMLElement)) return;
  place.dataset.mounted = ''; // from now on the page is not drawn anew under the form
  place.hidden = false;
  try {
    const module = await import(/** @type {string} */ (form.dataset.module));
    await module.default(place, client, {
      refresh: () => look(page),
      text: page.text,
      say: page.say,
      standing: document.body.dataset.standingUrl,
      locale: document.documentElement.lang,
      returnUrl: new URL(document.body.dataset.page ?? '', location.href).href,
      theme: page.theme,
      submitLabel: form.dataset.label,
    });
    form.hidden = true;
  } catch {
    place.hidden = true;
    delete place.dataset.mounted;
    complain(main, page.text(NO_FORM));
  }
}

/**
 * Have the desk ask the gateway, and show what it says; money may take a moment to show there.
 *
 * @param {Page} page
 */
async function look(page) {
  for (const wait of [0, 2500, 5000]) {
    await new Promise((done) => setTimeout(done, wait));
    await fetch(`${document.body.dataset.statusUrl}&look=true`, { cache: 'no-store' }).catch(() => {});
    await page.redraw().catch(() => {});
    if (document.querySelector('main')?.dataset.view != 'pending') return;
  }
}

/**
 * @param {Element} main
 * @param {string} words What went wrong; empty when nothing did.
 */
function complain(main, words) {
  const notice = main.querySelector('[data-notice]');
  const place = notice?.querySelector('[data-words]');
  if (!(notice instanceof HTMLElement) || !place) return;
  notice.hidden = !words;
  place.textContent = words;
  if (words) notice.focus();
}
