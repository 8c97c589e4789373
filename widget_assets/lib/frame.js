// A page of the desk in a dialog over this one: the order page, for mode="frame", or a host app's confirmation.
import { CROSS, LOCK, h, icon, sheet, wear, wordsFor } from './styles.js';
/** @import { Speaks } from '../till.js' */

const LOOK = sheet(`
dialog.frame {
  inline-size: min(480px, 100vw - 32px); block-size: min(780px, 100dvh - 32px); max-inline-size: none; max-block-size: none;
  margin: auto; padding: 0; border: 0; border-radius: calc(var(--_radius) * 1.5); overflow: hidden; outline: none;
  background: var(--_paper); color: var(--_ink);
  box-shadow: 0 0 0 1px #0000000d, 0 24px 80px -12px #00000066;
  opacity: 0; translate: 0 16px; scale: 0.98;
  transition: opacity 0.25s, translate 0.35s var(--_ease), scale 0.35s var(--_ease), overlay 0.35s allow-discrete, display 0.35s allow-discrete;
}
dialog.frame[open] { opacity: 1; translate: 0; scale: 1; }
@starting-style { dialog.frame[open] { opacity: 0; translate: 0 16px; scale: 0.98; } }
dialog.frame::backdrop { background: #0b0b1266; backdrop-filter: blur(3px); animation: veil 0.3s; }
@keyframes veil { from { opacity: 0; } }
.frame .inside { display: flex; flex-direction: column; block-size: 100%; }
.frame header {
  display: flex; align-items: center; gap: 8px; padding: 8px 8px 8px 20px; border-block-end: 1px solid var(--_line);
  color: var(--_muted); font: 500 13px/1.4 var(--till-font, system-ui, sans-serif);
}
.frame header svg { inline-size: 15px; block-size: 15px; }
.frame header span { flex: 1; min-inline-size: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.frame .leave { padding: 0; inline-size: 36px; block-size: 36px; border-radius: 50%; background: none; color: inherit; }
.frame .leave:hover { background: var(--_wash); color: var(--_ink); }
.frame .leave svg { inline-size: 20px; block-size: 20px; }
.frame .stage { position: relative; flex: 1; }
.frame iframe { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; border: 0; opacity: 0; transition: opacity 0.25s; }
.frame.ready iframe { opacity: 1; }
.frame .wait { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 14px; color: var(--_muted); font-weight: 500; font-size: 14px; }
.frame.ready .wait { display: none; }
@media (max-width: 560px) {
  dialog.frame { inline-size: 100vw; block-size: calc(100dvh - 20px); margin-block-end: 0; border-end-start-radius: 0; border-end-end-radius: 0; translate: 0 100%; scale: 1; }
  @starting-style { dialog.frame[open] { translate: 0 100%; scale: 1; } }
}
`);

/** Shows the page; tells when it was closed, and what window it has.
 * @param {Speaks} element @param {URL} url */
export async function frame(element, url) {
  const words = await wordsFor(element);
  const root = /** @type {ShadowRoot} */ (element.shadowRoot);
  wear(root, LOOK);
  const inner = h('iframe', { src: url.href, title: words.payment, allow: 'payment' });
  const close = () => dialog.close();
  const dialog = h(
    'dialog',
    { className: 'frame', part: 'frame', ariaLabel: words.payment, tabIndex: -1 },
    h(
      'div',
      { className: 'inside' },
      h('header', {}, icon(LOCK), h('span', {}, url.host), h('button', { type: 'button', className: 'leave', part: 'close', ariaLabel: words.close, onclick: close }, icon(CROSS))),
      h('div', { className: 'stage' }, h('div', { className: 'wait', role: 'status' }, h('i', { className: 'spinner' }), words.opening), inner),
    ),
  );
  let closed = false;
  inner.onload = () => dialog.classList.add('ready');
  const left = new Promise((done) => {
    dialog.onclose = () => {
      closed = true;
      done(undefined);
      setTimeout(() => dialog.remove(), 400);
    };
  });
  root.append(dialog);
  dialog.showModal();
  dialog.focus(); // not its close button, which is a tab away
  return {
    close,
    left,
    get closed() {
      return closed || !dialog.isConnected;
    },
    get contentWindow() {
      return inner.contentWindow;
    },
  };
}
