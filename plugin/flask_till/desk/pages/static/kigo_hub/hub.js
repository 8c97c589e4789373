// @ts-check
/**
 * The hub, once scripts run: code and session leave the address bar, and the session is entered, which
 * spends one for a single use. Who only fetched the page (a link preview) has spent nothing.
 */
const main = /** @type {HTMLElement} */ (document.querySelector('main'));
history.replaceState(null, '', main.dataset.hub);

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form[data-session]'));
if (form) enter(form);

/** Who is quicker than the network waits for it: only its answer says who they are. @param {HTMLFormElement} form */
async function enter(form) {
  const entering = fetch(form.dataset.session ?? '', { method: 'POST', body: new FormData(form) }).catch(() => null);
  /** @param {SubmitEvent} event */
  const wait = (event) => {
    event.preventDefault();
    form.querySelector('button')?.classList.add('busy');
    entering.then(() => form.hidden || form.requestSubmit());
  };
  form.addEventListener('submit', wait);
  const answer = await entering;
  form.removeEventListener('submit', wait);
  if (answer?.ok) form.querySelector('[name="session-id"]')?.remove();
  else if (answer?.status == 401) over(form);
}

/** @param {HTMLFormElement} form */
function over(form) {
  const words = /** @type {HTMLElement | null} */ (document.querySelector('[data-over]'));
  if (!words) return;
  form.hidden = true;
  words.hidden = false;
}
