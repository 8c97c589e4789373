// Below the card of a <till-order>: what was bought for the shopper's wallet, with its codes and the way there.
import { CHECK, CLOCK, CROSS, fill, h, icon, sheet, wear } from './styles.js';
/** @import { Claim, Seen, Words } from '../till.js' */

const WALLET = 'M4 8V6.5A1.5 1.5 0 0 1 5.5 5H17v3M4 8h14.5A1.5 1.5 0 0 1 20 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5zM16 13.5h.01';
const ALAS = 'M12 6.5v7m0 4v.01';
const PICTURES = { ready: WALLET, claimed: CHECK, expired: CLOCK, cancelled: CROSS, failed: ALAS };

const LOOK = sheet(`
.claims { margin-block-start: 12px; padding: 20px 24px; border-radius: calc(var(--_radius) * 1.5); background: var(--_paper); color: var(--_ink); box-shadow: inset 0 0 0 1px var(--_line), 0 1px 3px #0000000f; font: 400 14px/1.5 var(--till-font, system-ui, sans-serif); }
.claims h3 { margin: 0; font-size: 15px; font-weight: 650; letter-spacing: -0.01em; }
.claims ul { margin: 0; padding: 0; list-style: none; }
.claims li { display: grid; grid-template-columns: auto 1fr; gap: 2px 14px; padding-block: 16px; outline-offset: 6px; border-radius: 4px; }
.claims li + li { border-block-start: 1px solid var(--_line); border-radius: 0; }
.claims li:last-child { padding-block-end: 0; }
.claims .seal { --_tone: var(--_muted); grid-row: span 2; inline-size: 40px; block-size: 40px; }
.claims .seal svg { inline-size: 22px; block-size: 22px; stroke-width: 1.9; }
.claims .ready .seal, .claims .wanted .seal { --_tone: color-mix(in oklab, var(--_accent), var(--_ink) 30%); }
.claims .claimed .seal { --_tone: var(--_success); }
.claims .failed .seal { --_tone: var(--_danger); }
.claims .seal .spinner { --_line: color-mix(in srgb, var(--_accent) 25%, transparent); }
.claims strong { font-weight: 600; overflow-wrap: anywhere; align-self: end; }
.claims p { margin: 0; color: var(--_muted); text-wrap: pretty; }
.claims p b { display: block; color: var(--_ink); font-weight: 500; }
.claims .ways { grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 10px; margin-block-start: 12px; }
.claims .code { display: flex; flex: 1 1 250px; align-items: center; justify-content: space-between; min-block-size: 46px; padding-inline-start: 16px; border-radius: var(--_radius); background: var(--_wash); box-shadow: inset 0 0 0 1px var(--_line); }
.claims code { font: 600 16px/1 ui-monospace, "SF Mono", Menlo, Consolas, monospace; letter-spacing: 0.04em; white-space: nowrap; user-select: all; -webkit-user-select: all; }
.claims .copy { align-self: stretch; min-inline-size: 84px; padding-inline: 14px; background: none; color: color-mix(in oklab, var(--_accent), var(--_ink) 30%); font-weight: 600; }
.claims .copy:hover { background: color-mix(in srgb, var(--_accent) 10%, transparent); }
.claims form { display: flex; flex: 1 1 200px; }
.claims .open { flex: 1; min-block-size: 46px; padding-inline: 18px; background: var(--_accent); color: var(--_on); font-weight: 600; }
.claims .open:hover { filter: brightness(1.1); }
.claims .open svg { inline-size: 18px; block-size: 18px; }
@media (forced-colors: active) { .claims .code, .claims .open { border: 1px solid; } }
`);

/** What each piece looked like when it was drawn last. @type {WeakMap<Element, string>} */
const drawn = new WeakMap();

/** Draws what changed, and says so; what has the focus keeps it. @param {Seen} element @param {Words} words */
export function draw(element, words) {
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  const { claims = [] } = element.till.order ?? {};
  const old = root.querySelector('.claims');
  if (!claims.length) return old?.remove();
  wear(root, LOOK);
  const section = old ?? frame(root);
  section.querySelector('h3').textContent = words['claim.title'];
  const list = section.querySelector('ul'), said = section.querySelector('.quiet');
  const pieces = new Map([...list.children].map((piece) => [piece.dataset.id, piece]));
  for (const claim of claims) {
    const before = pieces.get(claim.id), seen = [claim.status, claim.code, words.close].join(' ');
    pieces.delete(claim.id);
    if (before && drawn.get(before) == seen) continue;
    const now = piece(claim, element, words, said);
    drawn.set(now, seen);
    if (!before) {
      list.append(now);
      continue;
    }
    const focused = before.contains(root.activeElement);
    if (!before.classList.contains(claim.status)) said.textContent = `${claim.name}: ${words[`claim.${claim.status}`] ?? claim.status}`;
    before.replaceWith(now);
    if (focused) (now.querySelector('.copy') ?? now).focus();
  }
  for (const gone of pieces.values()) gone.remove();
}

/** @param {ShadowRoot} root */
function frame(root) {
  const section = h('section', { className: 'claims', part: 'claims' }, h('h3', {}), h('ul', { role: 'list' }), h('span', { className: 'quiet', role: 'status' }));
  root.querySelector('.order')?.after(section);
  return section;
}

/** @param {Claim} claim @param {Seen} element @param {Words} words @param {Element} said */
function piece(claim, element, words, said) {
  const { status, name } = claim;
  const hint = words[`claim.${status}Hint`] ?? '';
  const picture = PICTURES[/** @type {keyof typeof PICTURES} */ (status)];
  const item = h(
    'li',
    { className: status, part: 'claim', tabIndex: -1 },
    h('span', { className: 'seal' }, picture ? icon(picture) : h('i', { className: 'spinner' })),
    h('strong', {}, name),
    h('p', {}, h('b', {}, words[`claim.${status}`] ?? status), hint),
  );
  item.dataset.id = claim.id;
  if (claim.code && claim.open_url) item.append(h('div', { className: 'ways' }, code(claim.code, words, said), way(claim, element, words)));
  return item;
}

/** @param {string} text @param {Words} words @param {Element} said */
function code(text, words, said) {
  const shown = h('code', { part: 'code', translate: false }, text);
  const label = fill(words['claim.copyCode'], { code: text });
  const button = h('button', { type: 'button', className: 'copy', part: 'copy', ariaLabel: label, onclick: copy }, words['claim.copy']);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return getSelection()?.selectAllChildren(shown); // a page without https may not copy: the keyboard does
    }
    button.textContent = said.textContent = words['claim.copied'];
    setTimeout(() => (button.textContent = words['claim.copy']), 2000);
  }
  return h('span', { className: 'code' }, shown, button);
}

/** The way to the wallet: a form, so that the link is made for this click and stands nowhere on the page.
 * @param {Claim} claim @param {Seen} element @param {Words} words */
function way({ id, name, open_url }, element, words) {
  const label = fill(words['claim.openName'], { name });
  const form = h('form', { method: 'post', action: new URL(String(open_url), element.till.base).href, target: '_blank' });
  form.setAttribute('rel', 'noopener');
  form.onsubmit = (event) => {
    if (parent == window) return;
    event.preventDefault();
    follow(element, id);
  };
  form.append(h('button', { className: 'open', part: 'open', ariaLabel: label }, icon(WALLET), words['claim.open']));
  return form;
}

/** Inside another site's page a new tab does not have our cookie: the link is asked for here. @param {Seen} element @param {string} id */
async function follow(element, id) {
  const tab = open('about:blank');
  try {
    const { url } = await element.till.ask(`claims/${id}/open`, 'POST');
    if (!/^https?:/.test(url)) throw Error('not a web address');
    if (!tab) return location.assign(url);
    tab.opener = null;
    tab.location.replace(url);
  } catch (error) {
    tab?.close();
    await (await import('./checkout.js')).excuse(element, error);
  }
}
