// @ts-check
/**
 * The hub, once scripts run: code and session leave the address bar, and the session is entered, which
 * spends one for a single use. Who only fetched the page (a link preview) has spent nothing.
 */
const main = /** @type {HTMLElement} */ (document.querySelector('main'));
history.replaceState(null, '', main.dataset.hub);

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-session]'));
if (form) {
  const answer = await fetch(form.dataset.session ?? '', { method: 'POST', body: new FormData(form) });
  const over = /** @type {HTMLElement | null} */ (document.querySelector('[data-over]'));
  if (answer.ok) form.querySelector('[name="session-id"]')?.remove();
  else if (answer.status == 401 && over) {
    form.hidden = true;
    over.hidden = false;
  }
}
