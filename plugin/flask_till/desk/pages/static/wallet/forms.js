// @ts-check
/** Forms are sent without leaving the page; what comes back is drawn in its place. */

/**
 * @typedef {object} Page
 * @property {(answer: Response, ours?: boolean) => Promise<unknown>} draw
 * @property {(message: string, ...parts: unknown[]) => string} text
 * @property {(message: string) => unknown} say
 */

/** @param {HTMLElement} part @param {Page} page */
export function wireForms(part, page) {
  for (const form of part.querySelectorAll('form[data-acts]')) {
    if (form.hasAttribute('data-wired')) continue;
    form.setAttribute('data-wired', '');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const { submitter } = /** @type {SubmitEvent} */ (event);
      void send(/** @type {HTMLFormElement} */ (form), submitter, page);
    });
    if (form.hasAttribute('data-updates')) form.addEventListener('change', updateOn(form, page));
  }
}

/** @param {Element} form @param {Page} page */
function updateOn(form, page) {
  return (/** @type {Event} */ event) => {
    const field = /** @type {HTMLElement} */ (event.target);
    if (!field.hasAttribute('data-update')) return;
    void post(/** @type {HTMLFormElement} */ (form), [['step', 'update']], page, false);
  };
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter @param {Page} page */
async function send(form, submitter, page) {
  if (form.hasAttribute('aria-busy')) return;
  const button = /** @type {HTMLButtonElement | null} */ (submitter);
  form.setAttribute('aria-busy', 'true');
  button?.classList.add('busy');
  try {
    const more = button?.name ? [[button.name, button.value]] : [];
    const sent = await post(form, more, page, true);
    if (sent && form.hasAttribute('data-clears')) form.reset();
  } finally {
    form.removeAttribute('aria-busy');
    button?.classList.remove('busy');
  }
}

/** @param {HTMLFormElement} form @param {string[][]} more @param {Page} page @param {boolean} ours */
async function post(form, more, page, ours) {
  const body = new URLSearchParams(/** @type {any} */ (new FormData(form)));
  for (const [name, value] of more) body.append(name, value);
  try {
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'text/html' } });
    await page.draw(answer, ours);
    return answer.ok;
  } catch {
    page.say(page.text('No connection. What you see may be old.'));
    return false;
  }
}
