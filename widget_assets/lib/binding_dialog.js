// The dialog that links the basket with a phone: by its number, or by a code or link; then the linked phone, and unlinking.
import { say } from '../till.js';
import { LOOK, TOUCH } from './binding_look.js';
import { checkout, excuse } from './checkout.js';
import { phoneForm, spaced } from './phone_form.js';
import { qrCode } from './qr_code.js';
import { CHECK, CLOCK, CROSS, PHONE, fill, h, icon, wear } from './styles.js';
import { appLink, askToLink, distrust, isTrusted, settle, unlink, untilBound } from './wallet.js';
/** @import { Bound, PayData, Seen, Words } from '../till.js' */

const AGAIN = 15; // s until a request can be sent again

export class BindingDialog {
  way = 'number';
  /** @type {{ prefix: string, phone: string }} */ typed = { prefix: '48', phone: '' };

  /** @param {Seen} element @param {Words} words @param {string | null} place */
  constructor(element, words, place) {
    this.element = element;
    this.shop = element.till;
    this.words = words;
    this.place = place;
    this.touch = matchMedia(TOUCH).matches;
    this.stage = h('div', { className: 'stage' });
    this.said = h('div', { role: 'status', className: 'quiet' });
    const leave = h('button', { type: 'button', className: 'leave', part: 'close', ariaLabel: words.close, onclick: () => this.dialog.close() }, icon(CROSS));
    /** @type {HTMLDialogElement} */
    this.dialog = h('dialog', { className: 'binding', part: 'binding' }, h('div', { className: 'inner' }, this.stage, leave, this.said));
    this.dialog.setAttribute('aria-labelledby', 'binding-title');
    this.dialog.addEventListener('close', () => {
      this.stop();
      setTimeout(() => this.dialog.remove(), 400);
    });
  }

  // ---- the shop's answers ----

  /** Waits for the phone; what it says is the next view. */
  async watch() {
    this.stop();
    const { signal } = (this.waiting = new AbortController());
    try {
      const bound = await untilBound(this.shop, signal);
      if (signal.aborted) return;
      if (bound.status == 'SUCCESS') this.success(bound);
      else this.failed(bound.error_code == 'EXPIRED' ? 'late' : 'refused');
    } catch (error) {
      if (!signal.aborted) this.ask(error);
    }
  }

  stop() {
    this.waiting?.abort();
    clearInterval(this.timer);
  }

  /** @param {object} [by] @returns {Promise<PayData>} */
  async link(by) {
    const data = await askToLink(this.shop, { ...by, place: this.place });
    if (data.error_code && data.error_code != 'BASKET_IS_BINDED') throw Object.assign(Error(data.error_message), { code: data.error_code });
    return data;
  }

  // ---- the views ----

  /** @param {string} title @param {any[]} inside where the heading stands is 'title' */
  show(title, inside) {
    const head = h('h2', { id: 'binding-title', tabIndex: -1 }, title);
    this.stage.replaceChildren(...inside.map((one) => (one == 'title' ? head : one)));
    this.said.textContent = '';
    const { shadowRoot } = this.element;
    if (!this.dialog.isConnected) {
      wear(/** @type {ShadowRoot} */ (shadowRoot), LOOK);
      shadowRoot?.append(this.dialog);
      this.dialog.showModal();
    }
    head.focus();
  }

  /** @param {string} name @param {() => void} onclick @param {string} [look] */
  button(name, onclick, look = 'main') {
    return h('button', { type: 'button', className: look, onclick }, this.words[name]);
  }

  /** A drawing in a circle. @param {string} path @param {string} look */
  seal(path, look) {
    return h('span', { className: `seal ${look}`, ariaHidden: 'true' }, icon(path));
  }

  /** What goes on here, without the phone. */
  get instead() {
    return this.element.hasAttribute('product') ? [] : [this.button('bind.instead', () => this.payHere(), 'quietly')];
  }

  /** The first view: a number, or the other way; that one first when the shop gave its link already.
   * @param {unknown} [error] @param {PayData} [known] */
  ask(error, known) {
    this.stop();
    const { words } = this;
    const panel = h('div', { className: 'panel' });
    const problem = h('div', { className: 'problem' });
    const ways = ['number', this.touch ? 'here' : 'code'];
    if (known) this.way = ways[1];
    const pick = (/** @type {string} */ way) => {
      this.way = way;
      problem.replaceChildren();
      if (way != 'number') return this.code(panel, problem, known);
      this.stop();
      panel.replaceChildren(phoneForm(words, this.element.lingo, this.typed, (typed) => this.send(typed, problem)));
    };
    const tabs = h(
      'fieldset',
      { className: 'ways' },
      h('legend', { className: 'quiet' }, words['bind.title']),
      ...ways.map((way) => h('label', {}, h('input', { type: 'radio', name: 'way', checked: way == this.way, onchange: () => pick(way) }), h('span', {}, words[`bind.${way}`]))),
    );
    this.show(words['bind.title'], [this.seal(PHONE, ''), 'title', h('p', {}, words['bind.text']), tabs, panel, problem, ...this.instead]);
    pick(this.way);
    if (!this.touch) panel.querySelector('input')?.focus();
    if (error) excuse(this.element, error, problem);
  }

  /** @param {{ prefix: string, phone: string }} typed @param {HTMLElement} problem */
  async send(typed, problem) {
    const { stage } = this;
    if (stage.ariaBusy) return;
    this.typed = typed;
    stage.ariaBusy = 'true';
    problem.replaceChildren();
    try {
      this.confirm(await this.link(typed));
    } catch (error) {
      await excuse(this.element, error, problem);
    }
    stage.ariaBusy = null;
  }

  /** A code to scan; on a phone, a link. @param {HTMLElement} panel @param {HTMLElement} problem @param {PayData} [known] */
  async code(panel, problem, known) {
    const { words, touch, way } = this;
    panel.replaceChildren(h('div', { className: 'wait' }, h('i', { className: 'spinner' })));
    try {
      const data = known ?? (await this.link());
      if (this.way != way || !panel.isConnected) return;
      const link = this.open((/huawei|honor/i.test(navigator.userAgent) && data.deep_link_hms) || data.deep_link, touch ? 'main' : 'quietly');
      const says = h('p', {}, words[touch ? 'bind.follow' : 'bind.scan']);
      const waits = h('p', { className: 'waits', role: 'status' }, h('i', { className: 'pulse' }), words['bind.waiting']);
      panel.replaceChildren(...(touch || !data.qr_svg_path ? [] : [qrCode(data.qr_svg_path, data.qr_size ?? 0, words['bind.code'])]), says, link, waits);
      this.watch();
    } catch (error) {
      panel.replaceChildren();
      await excuse(this.element, error, problem);
    }
  }

  /** "Confirm on your phone". @param {PayData} data */
  confirm({ expires_in: life }) {
    const { words, typed } = this;
    const phone = `+${typed.prefix} ${spaced(typed.phone)}`.replaceAll(" ", "\u00a0");
    const left = h('p', { className: 'left', role: 'timer', hidden: !life });
    const problem = h('div', { className: 'problem' });
    const again = this.button('bind.again', () => again.ariaDisabled || this.send(typed, problem), 'second');
    const begun = performance.now();
    const tick = () => {
      const gone = (performance.now() - begun) / 1000;
      again.ariaDisabled = gone < AGAIN ? 'true' : null;
      if (!life) return;
      const rest = Math.max(0, Math.ceil(life - gone));
      left.textContent = fill(words['bind.left'], { time: `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, '0')}` });
      if (!rest) this.failed('late');
    };
    const links = h('div', { className: 'links' }, this.button('bind.other', () => this.ask(), 'quietly'), this.button('bind.cancel', () => this.cancel(), 'quietly'));
    const seal = this.seal(PHONE, 'ringing');
    if (life) seal.append(lifeRing(life));
    this.show(words['bind.confirm'], [seal, 'title', h('p', {}, fill(words['bind.sent'], { phone })), left, again, problem, links]);
    this.watch();
    this.timer = setInterval(tick, 1000);
    tick();
  }

  /** @param {'refused' | 'late'} how */
  failed(how) {
    this.stop();
    const { words } = this;
    const picture = how == 'late' ? CLOCK : CROSS;
    this.show(words[`bind.${how}`], [this.seal(picture, 'wrong'), 'title', h('p', {}, words[`bind.${how}Text`]), this.button('bind.retry', () => this.ask()), this.button('bind.cancel', () => this.dialog.close(), 'quietly')]);
  }

  /** @param {Bound} bound */
  success(bound) {
    this.stop();
    settle(this.shop, bound);
    this.linked(bound);
  }

  /** The linked phone; with `bound`, that it has just been linked. @param {Bound} [bound] */
  linked(bound) {
    const { words, element } = this;
    const { name, masked_phone_number } = bound ?? element.till.binding ?? { name: element.getAttribute('name'), masked_phone_number: element.getAttribute('masked-phone-number') };
    const who = h('p', { className: 'who' }, ...[name, masked_phone_number].filter(Boolean).map((it) => h('span', {}, it)));
    const trusted = bound?.browser?.browser_trusted ? [h('p', {}, words['bind.trusted'])] : [];
    const forget = this.button('bind.distrust', () => this.does(forget, problem, () => distrust(this.shop), () => forget.remove()), 'quietly');
    const problem = h('div', { className: 'problem' });
    const app = h('div', { className: 'app' });
    const unlinked = () => {
      this.ask();
      this.said.textContent = words['bind.unlinked'];
    };
    const off = this.button('bind.unlink', () => this.does(off, problem, () => unlink(this.shop), unlinked), 'quietly');
    const stay = this.button('bind.goOn', () => this.dialog.close(), this.touch ? 'second' : 'main');
    const ways = this.touch ? [app, stay] : [stay, app]; // what is nearer first
    this.show(words['bind.done'], [this.seal(CHECK, 'right'), 'title', who, h('p', {}, words['bind.doneText']), ...trusted, ...ways, h('div', { className: 'links' }, ...this.instead, off, ...(isTrusted() ? [forget] : [])), problem]);
    this.shop.ask('iziMobileLink').then(({ link }) => app.append(this.open(link, this.touch ? 'main' : 'second')), () => {});
  }

  /** Something that one of the quiet buttons does. @param {HTMLElement} button @param {HTMLElement} problem
   * @param {() => Promise<unknown>} act @param {() => void} then */
  async does(button, problem, act, then) {
    if (button.ariaBusy) return;
    button.ariaBusy = 'true';
    problem.replaceChildren();
    try {
      await act();
      then();
    } catch (error) {
      await excuse(this.element, error, problem);
    }
    button.ariaBusy = null;
  }

  /** Takes the request back. */
  cancel() {
    unlink(this.shop).catch(() => {});
    this.dialog.close();
  }

  /** The order page, as without a wallet. */
  payHere() {
    const mode = this.element.getAttribute('mode') ?? 'popup';
    if (!say(this.element, 'till-checkout', { mode, place: this.place }, true)) return;
    const popup = mode == 'popup' ? this.element.popup() : null;
    this.dialog.close();
    checkout(this.element, mode, popup).catch((error) => {
      popup?.close();
      excuse(this.element, error);
    });
  }

  /** A link into the app: on a phone; elsewhere, when it is a page. @param {string | undefined} address @param {string} look */
  open(address, look) {
    const href = appLink(address ?? '');
    const page = /^https?:/.test(href ?? '');
    if (!href || !(page || this.touch)) return '';
    return h('a', { href, className: look, ...(page && { target: '_blank', rel: 'noopener' }) }, this.words['bind.open']);
  }
}

/** A ring that is used up as time goes. @param {number} life in seconds */
function lifeRing(life) {
  const ring = icon('M12 1a11 11 0 1 1 0 22 11 11 0 1 1 0-22');
  ring.classList.add('life');
  ring.style.animationDuration = `${life}s`;
  return ring;
}
