// @ts-check
/** What changed in a basket while it was open: said aloud, and shown until the page is left. */

/** @typedef {Map<string, { name: string, quantity: string, price: string }>} Lines */

/** @param {HTMLElement} main @returns {Lines | undefined} Nothing where no basket is shown. */
export function remember(main) {
  if (!main.querySelector('[data-changes]')) return undefined;
  /** @type {Lines} */
  const lines = new Map();
  for (const line of main.querySelectorAll('.line[data-key]')) {
    const { key = '', name = '', quantity = '', price = '' } = /** @type {HTMLElement} */ (line).dataset;
    lines.set(key, { name, quantity, price });
  }
  return lines;
}

/**
 * @param {HTMLElement} main @param {Lines} before
 * @param {(message: string, ...parts: unknown[]) => string} text
 * @returns {string} What to say.
 */
export function describeChanges(main, before, text) {
  const after = remember(main);
  const place = /** @type {HTMLElement | null} */ (main.querySelector('[data-changes]'));
  if (!after || !place) return '';
  const found = [...differences(before, after, text)];
  if (!found.length) return '';
  const list = document.createElement('ul');
  for (const sentence of found) {
    const item = document.createElement('li');
    item.textContent = sentence;
    list.append(item);
  }
  const title = document.createElement('p');
  title.className = 'what';
  title.textContent = text('What changed');
  place.replaceChildren(title, list);
  place.hidden = false;
  for (const line of main.querySelectorAll('.line[data-key]')) flash(line, before);
  return found.join('. ');
}

/** @param {Lines} before @param {Lines} after @param {(message: string, ...parts: unknown[]) => string} text */
function* differences(before, after, text) {
  for (const [key, now] of after) {
    const then = before.get(key);
    if (!then) yield text('%s was added', now.name);
    else {
      if (then.quantity != now.quantity)
        yield text('%s: quantity %s instead of %s', now.name, now.quantity, then.quantity);
      if (then.price != now.price) yield text('%s: price %s instead of %s', now.name, now.price, then.price);
    }
  }
  for (const [key, then] of before) if (!after.has(key)) yield text('%s was removed', then.name);
}

/** @param {Element} line @param {Lines} before */
function flash(line, before) {
  const { key = '', quantity, price } = /** @type {HTMLElement} */ (line).dataset;
  const then = before.get(key);
  if (then && then.quantity == quantity && then.price == price) return;
  line.classList.remove('changed');
  void (/** @type {HTMLElement} */ (line).offsetWidth); // so that it flashes again
  line.classList.add('changed');
}
