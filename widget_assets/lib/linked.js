// A <till-button wallet> while its basket is linked with a phone: whose phone, and the way to change that.
import { PHONE, fill, h, icon, sheet, wear, wordsFor } from './styles.js';
/** @import { Seen } from '../till.js' */

const LOOK = sheet(`
:host([masked-phone-number]) [part=button] { display: grid; grid-template: "label count" auto "phone count" auto / auto auto; gap: 0 12px; align-content: center; padding-inline-end: 60px; line-height: 1.3; }
:host([masked-phone-number]) [part=button] > :first-child { grid-area: label; justify-self: center; }
:host([masked-phone-number]) [part=phone] { grid-area: phone; justify-self: center; font-size: 12px; font-weight: 500; opacity: 0.85; font-variant-numeric: tabular-nums; }
:host([masked-phone-number]) [part=button] > [part=count] { grid-area: count; align-self: center; }
[part=linked] {
  position: absolute; inset: 1px 1px 1px auto; inline-size: 44px; padding: 0; background: none; color: var(--_on);
  border-start-start-radius: 0; border-end-start-radius: 0; border-inline-start: 1px solid color-mix(in srgb, var(--_on) 28%, transparent);
}
[part=linked]:dir(rtl) { inset: 1px auto 1px 1px; }
[part=linked]:hover { background: color-mix(in srgb, var(--_on) 14%, transparent); }
[part=linked]:focus-visible { outline-color: var(--_on); outline-offset: -4px; }
:host(:not([masked-phone-number])) [part=linked] { display: none; }
@media (forced-colors: active) { [part=linked]:focus-visible { outline-color: highlight; } }
`);

/** Buttons whose attributes we set, and whether the page had given them a count. @type {WeakMap<Seen, boolean>} */
const ours = new WeakMap();

/** @param {Seen} element */
export async function draw(element) {
  const { binding, basket } = element.till;
  if (binding?.status == 'linked') {
    if (!ours.has(element)) ours.set(element, element.hasAttribute('count'));
    set(element, 'masked-phone-number', binding.masked_phone_number ?? '');
    set(element, 'name', binding.name);
    set(element, 'count', basket && String(basket.count));
  } else if (ours.has(element)) {
    const counted = ours.get(element);
    ours.delete(element);
    for (const name of ['masked-phone-number', 'name', ...(counted ? [] : ['count'])]) element.removeAttribute(name);
  }
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root, LOOK);
  const { 'bind.manage': says } = await wordsFor(element);
  const who = [element.getAttribute('name'), element.getAttribute('masked-phone-number')].filter(Boolean).join(' · ');
  const onclick = () => import('./binding.js').then((m) => m.manage(element));
  const chip = root.querySelector('[part=linked]') ?? root.appendChild(h('button', { type: 'button', part: 'linked', onclick }, icon(PHONE)));
  chip.ariaLabel = fill(says, { who });
}

/** @param {Element} element @param {string} name @param {string | null | undefined} value */
function set(element, name, value) {
  if (value == null) element.removeAttribute(name);
  else if (element.getAttribute(name) != value) element.setAttribute(name, value);
}
