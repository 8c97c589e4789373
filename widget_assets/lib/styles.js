// The look of all that loads on first use: colours beyond the eager few, small parts, icons.
import { h, sheet } from '../till.js';

const SVG = 'http://www.w3.org/2000/svg';

/** A line drawing on a 24 by 24 grid. @param {string} path */
export function icon(path) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  line.setAttribute('pathLength', '1');
  svg.append(line);
  return svg;
}

export const LOCK = 'M7 10.5V8a5 5 0 0 1 10 0v2.5M5.5 10.5h13v10h-13z';
export const CROSS = 'M6 6l12 12M18 6 6 18';
export const CHECK = 'M5 12.5l4.7 4.7L19 7.5';
export const PHONE = 'M8.5 3h7A1.5 1.5 0 0 1 17 4.5v15a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 7 19.5v-15A1.5 1.5 0 0 1 8.5 3M10.8 18h2.4';
export const CLOCK = 'M12 7v5l3 2m6-2a9 9 0 1 1-18 0 9 9 0 0 1 18 0';
export const BACK = 'M9 8 5 12l4 4M5 12h9a5 5 0 0 1 0 10';

/** @param {string} text @param {object} values */
export const fill = (text, values) => text.replace(/{(\w+)}/g, (_, name) => String(/** @type {any} */ (values)[name]));

const SHARED = sheet(`
:host {
  --_paper: var(--till-surface, light-dark(#fff, #1a1a20));
  --_ink: var(--till-text, light-dark(#16161d, #f3f3f7));
  --_muted: var(--till-muted, light-dark(#60606e, #a3a3b3));
  --_line: var(--till-line, light-dark(#e8e8ee, #2f2f39));
  --_wash: var(--till-wash, light-dark(#f6f6f9, #24242c));
  --_danger: var(--till-danger, light-dark(#b42318, #ff9d93));
  --_success: var(--till-success, light-dark(#10804a, #4ade93));
  --_ease: cubic-bezier(0.32, 0.72, 0, 1);
}
[hidden] { display: none !important; }
button { touch-action: manipulation; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.error {
  margin: 8px 0 0; color: var(--_danger); font: 500 14px/1.45 var(--till-font, system-ui, sans-serif); text-wrap: pretty;
  animation: appear 0.25s var(--_ease);
}
@keyframes appear { from { opacity: 0; translate: 0 -4px; } }
svg {
  inline-size: 20px; block-size: 20px; flex: none;
  fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round;
}
.quiet { position: absolute; inset: auto; display: block; clip-path: inset(50%); white-space: nowrap; opacity: 1; }
.spinner {
  inline-size: 22px; block-size: 22px; border: 2.5px solid var(--_line); border-block-start-color: var(--_accent);
  border-radius: 50%; animation: turn 0.8s linear infinite;
}
@keyframes turn { to { rotate: 1turn; } }
@media (prefers-reduced-motion) { *, ::backdrop { animation: none !important; transition: none !important; } }
`);

/** Adds the shared look and a look of its own to an element, once. @type {WeakMap<ShadowRoot, Set<CSSStyleSheet>>} */
const worn = new WeakMap();

/** @param {ShadowRoot} root @param {CSSStyleSheet[]} sheets */
export function wear(root, ...sheets) {
  const has = worn.get(root) ?? new Set();
  worn.set(root, has);
  for (const one of [SHARED, ...sheets]) {
    if (has.has(one)) continue;
    has.add(one);
    root.adoptedStyleSheets.push(one);
  }
}

/** @param {import('../till.js').Speaks} element @returns {Promise<import('../till.js').Words>} */
export const wordsFor = async (element) => (await import(`./i18n/${element.lingo}.js`)).default;

/** Whether an element is seen in the dark theme. @param {Element} element */
export function isDark(element) {
  const scheme = getComputedStyle(element).colorScheme;
  return /dark/.test(scheme) && (!/light/.test(scheme) || matchMedia('(prefers-color-scheme: dark)').matches);
}

export { h, sheet };
