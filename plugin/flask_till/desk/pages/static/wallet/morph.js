// @ts-check
/**
 * Turns what is shown into what should be, touching only what differs: the focus, what is being
 * typed and what is folded open stay as they are.
 */

/** @param {Element} old @param {Element} next */
export function morph(old, next) {
  if (old.nodeName != next.nodeName) return void old.replaceWith(next);
  if (old.hasAttribute('data-changes')) return;
  alignAttributes(old, next);
  if (old instanceof HTMLInputElement || old instanceof HTMLTextAreaElement) alignValue(old, next);
  else alignChildren(old, next);
}

const KEPT = new Set(['data-wired', 'data-wired-copy', 'aria-busy']);

/** @param {Element} old @param {Element} next */
function alignAttributes(old, next) {
  const folds = old.nodeName == 'DETAILS';
  for (const { name, value } of next.attributes) {
    if (old.getAttribute(name) !== value && !(folds && name == 'open')) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (next.hasAttribute(name) || KEPT.has(name) || (folds && name == 'open')) continue;
    old.removeAttribute(name);
  }
}

/** @param {HTMLInputElement | HTMLTextAreaElement} old @param {Element} next */
function alignValue(old, next) {
  const wanted = /** @type {HTMLInputElement} */ (next);
  if (old instanceof HTMLInputElement && /^(checkbox|radio)$/.test(old.type)) {
    if (old.form?.hasAttribute('data-updates')) return; // the shopper's own choice
    old.checked = wanted.checked;
  } else if (old.type == 'hidden') old.value = wanted.value;
  else if (old.value == old.defaultValue && old != document.activeElement) old.value = wanted.value;
}

/** @param {Node} node */
const keyOf = (node) =>
  node instanceof HTMLElement ? (node.dataset.key ?? (node.id || undefined)) : undefined;

/** @param {Element} old @param {Element} next */
function alignChildren(old, next) {
  const keyed = new Map();
  for (const child of old.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let here = old.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    const match = key ? keyed.get(key) : likeness(here, wanted);
    if (!match) {
      old.insertBefore(wanted, here);
      continue;
    }
    if (match != here) old.insertBefore(match, here);
    else here = here?.nextSibling ?? null;
    if (match.nodeType == Node.ELEMENT_NODE) morph(match, /** @type {Element} */ (wanted));
    else if (match.nodeValue != wanted.nodeValue) match.nodeValue = wanted.nodeValue;
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

/** The next node, if it is of the same kind and is nobody else's. @param {ChildNode | null} here @param {Node} wanted */
function likeness(here, wanted) {
  const same = here && here.nodeName == wanted.nodeName && !keyOf(here);
  const alike = !(here instanceof Element) || here.className == /** @type {Element} */ (wanted).className;
  return same && alike ? here : undefined;
}
