// @ts-check
/** Elements, made without markup in strings: what comes from wallets is text, never HTML. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | boolean | number | ((event: Event) => void)>} [given] Attributes,
 *   and by `onclick` and the like what happens; false leaves one out.
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, given = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (typeof value == 'function') element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...inside);
  return element;
}

/**
 * A QR code from the path that the desk drew. Dark on white in every theme: scanners want that.
 *
 * @param {string} path
 * @param {number} size In modules.
 * @param {string} label
 */
export function qrCode(path, size, label) {
  const picture = svg('svg', { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': label, 'shape-rendering': 'crispEdges' });
  picture.append(svg('path', { d: path }));
  return make('div', { class: 'qr' }, picture);
}

/** A decorative drawing of one path. @param {string} path */
export function icon(path) {
  const picture = svg('svg', {
    class: 'icon', viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '2',
    'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true', focusable: 'false',
  });
  picture.append(svg('path', { d: path }));
  return picture;
}

export const MARKS = {
  copy: 'M9 9h10v11H9zM5 15V4h10',
  wallet: 'M4 7h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zm0 0V6a1 1 0 0 1 1-1h11M16 13h.1',
  tick: 'm6 12.5 4 4 8-9',
  alert: 'M12 4 2.8 19.5h18.4zM12 10v4.5m0 2.4v.1',
};

/**
 * Something to copy, with the button that `parts/copy.js` wires. Ends of addresses are stressed, because
 * that is what people compare.
 *
 * @param {string} label
 * @param {string} value What is copied.
 * @param {string} shown
 * @param {string} name Of the button.
 * @param {string} done What is said then.
 */
export function copyable(label, value, shown, name, done) {
  const given = { type: /** @type {const} */ ('button'), class: 'copy', 'data-copy': value, 'data-done': done, 'aria-label': name, title: name };
  const button = make('button', given, icon(MARKS.copy));
  const text = make('span', { class: 'value', dir: 'ltr' }, ...stressed(shown));
  return make('div', { class: 'copyable' }, make('dt', {}, label), make('dd', {}, text, button));
}

/** @param {string} shown */
function stressed(shown) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(shown)) return [shown];
  return [make('b', {}, shown.slice(0, 6)), shown.slice(6, -4), make('b', {}, shown.slice(-4))];
}

/** @param {string} tag @param {Record<string, string>} given */
function svg(tag, given) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  return element;
}

/** "Pay with %s": the first hole first. @param {string} message @param {...string} parts */
export function fill(message, ...parts) {
  return parts.reduce((so, part) => so.replace('%s', () => part), message);
}
