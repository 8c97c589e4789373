// @ts-check
/**
 * The first way: a wallet in this browser. It is asked once; what it sent is remembered until the desk
 * sees it, and until then nothing is sent again unless the shopper says that it was not.
 *
 * @typedef {import('./sending.js').Coin} Coin
 * @typedef {import('./sending.js').Step} Step
 * @typedef {import('./wallets.js').Wallet} Wallet
 * @typedef {import('./sent.js').Sent} Sent
 * @typedef {{ text(message: string): string, say(words: string): void, changed(): void }} Page
 *   `changed` is called when sending begins and when it ends.
 */
import { fill, icon, make, MARKS } from './drawing.js';
import { Trouble } from './provider.js';
import { send } from './sending.js';
import { forget, recall, remember } from './sent.js';
import { explain } from './troubles.js';
import { Watch } from './watching.js';

const LOOK_EVERY = 2000;

/** After these nothing can have been sent. @type {ReadonlySet<string>} */
const SURE = new Set(['refused', 'funds', 'fees', 'would_fail', 'wrong_chain', 'cannot_switch', 'unknown_chain', 'odd', 'account_changed', 'locked']);

export class OwnWallet {
  /** @param {string} paymentId @param {Coin} coin @param {Page} page */
  constructor(paymentId, coin, page) {
    this.paymentId = paymentId;
    this.coin = coin;
    this.page = page;
    /** @type {Wallet[]} */
    this.wallets = [];
    this.busy = false;
    this.list = make('div', { class: 'wallets' });
    this.alert = make('div', { class: 'trouble', role: 'alert' });
    this.progress = make('div', { class: 'sending', tabindex: -1 });
    this.root = make('div', { class: 'own-wallet' }, this.list, this.progress, this.alert);
    this.sent = recall(paymentId);
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.draw();
  }

  /** Whether something was asked for or sent that the desk has not seen yet. */
  get underWay() {
    return this.busy || this.sent != undefined;
  }

  /** @param {Wallet[]} wallets */
  show(wallets) {
    this.wallets = wallets;
    this.draw();
    if (this.sent?.hash && !this.timer) this.follow(this.sent);
  }

  /** @param {Coin} coin */
  take(coin) {
    if (this.coin.id != coin.id) this.alert.replaceChildren();
    this.coin = coin;
    this.draw();
  }

  /** The desk sees money: what was sent has arrived. @param {string[]} hashes */
  arrived(hashes) {
    const { sent } = this;
    if (!sent || this.busy || !(hashes.length && (!sent.hash || hashes.includes(sent.hash)))) return;
    this.clear();
  }

  clear() {
    clearTimeout(this.timer);
    this.timer = this.sent = undefined;
    forget(this.paymentId);
    this.progress.replaceChildren();
    this.draw();
    this.page.changed();
  }

  // --- sending ------------------------------------------------------------------------------

  /** @param {Wallet} wallet */
  async pay(wallet) {
    if (this.underWay) return;
    this.busy = true;
    this.alert.replaceChildren();
    this.steps('connect', this.nameOf(wallet));
    this.progress.focus(); // what had it goes out of sight
    this.draw();
    this.page.changed();
    const { coin } = this;
    const kept = { coin: coin.id, wallet: this.nameOf(wallet), walletId: wallet.stable, at: Date.now() };
    try {
      const sent = await send(wallet, coin, {
        step: (step) => this.steps(step, kept.wallet),
        asking: (from) => remember(this.paymentId, (this.sent = { ...kept, from })),
      });
      remember(this.paymentId, (this.sent = { ...kept, ...sent }));
      this.busy = false;
      this.draw();
      this.follow(this.sent);
    } catch (error) {
      this.busy = false;
      this.failed(error instanceof Trouble ? error : new Trouble('unclear'));
    }
    this.page.changed();
  }

  /** @param {Trouble} trouble */
  failed(trouble) {
    this.progress.replaceChildren();
    if (this.sent && !SURE.has(trouble.kind)) return this.doubt();
    this.sent = undefined;
    forget(this.paymentId);
    this.draw();
    this.focusList();
    this.complain(...explain(trouble, this.coin, this.page.text));
  }

  /** @param {string} what @param {string} remedy @param {...HTMLElement} more */
  complain(what, remedy, ...more) {
    this.alert.replaceChildren(
      make('div', { class: 'notice' }, icon(MARKS.alert), make('div', {}, make('p', { class: 'what' }, what), make('p', {}, remedy), ...more)),
    );
  }

  // --- what became of it --------------------------------------------------------------------

  /** @param {Sent} sent */
  follow(sent) {
    const wallet = this.wallets.find((one) => one.stable == sent.walletId);
    const { hash, from } = sent;
    this.steps('sent', sent.wallet);
    if (!wallet || !hash || !from) return;
    const watch = new Watch(wallet.provider, this.coin.chain_id, hash, from);
    const look = async () => {
      if (this.sent != sent || !this.root.isConnected) return;
      const fate = await watch.look();
      if (this.sent != sent) return;
      if (fate == 'failed' || fate == 'dropped' || fate == 'replaced') return this.lost(fate);
      this.steps(fate == 'mined' ? 'mined' : 'sent', sent.wallet);
      this.timer = setTimeout(look, LOOK_EVERY);
    };
    clearTimeout(this.timer);
    this.timer = setTimeout(look, 0);
  }

  /** @param {'failed' | 'dropped' | 'replaced'} fate */
  lost(fate) {
    const { text } = this.page;
    this.progress.replaceChildren();
    const again = () => this.again(text('Pay again'));
    if (fate == 'failed') {
      this.clear();
      this.complain(
        text('The transaction failed on the network'),
        text('Your coins are still yours; only the network fee was spent. Try again, with a higher gas limit if your wallet asks.'),
      );
    } else if (fate == 'dropped') {
      this.complain(
        text('The network dropped the transaction'),
        text('It was not taken into a block, so nothing was paid. If your wallet does not show it any more either, pay again.'),
        again(),
      );
    } else {
      this.complain(
        text('The transaction was replaced in your wallet'),
        text('If you made it faster, wait here: the new one shows by itself. If you cancelled it, pay again.'),
        again(),
      );
    }
    this.page.say(this.alert.textContent ?? '');
  }

  /** Nobody knows whether the wallet sent it. */
  doubt() {
    const { text } = this.page;
    this.progress.replaceChildren();
    this.complain(
      text('Did your wallet send it?'),
      text('We cannot tell. Look into your wallet: if the payment is there, wait here and it shows by itself. Pay again only if it is not.'),
      this.again(text('It was not sent: try again')),
    );
    this.draw();
  }

  /** @param {string} label */
  again(label) {
    return make('button', { type: 'button', class: 'plain small', onclick: () => {
      this.alert.replaceChildren();
      this.clear();
      this.focusList();
    } }, label);
  }

  focusList() {
    /** @type {HTMLElement | null} */ (this.list.querySelector('button'))?.focus();
  }

  // --- drawing ------------------------------------------------------------------------------

  /** @param {Wallet} wallet */
  nameOf(wallet) {
    return wallet.name || this.page.text('your wallet');
  }

  draw() {
    const { text } = this.page;
    this.list.hidden = this.underWay;
    const kept = this.list.contains(document.activeElement) ? document.activeElement?.getAttribute('data-wallet') : null;
    this.list.replaceChildren(...(this.wallets.length ? this.wallets.map((one) => this.choice(one)) : [nothing(text)]));
    if (kept) /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-wallet="${CSS.escape(kept)}"]`))?.focus();
    if (this.sent && !this.sent.hash && !this.busy && !this.alert.childElementCount) this.doubt();
  }

  /** @param {Wallet} wallet */
  choice(wallet) {
    const picture = wallet.icon
      ? make('img', { src: wallet.icon, alt: '', width: 32, height: 32, referrerpolicy: 'no-referrer' })
      : make('span', { class: 'no-icon' }, icon(MARKS.wallet));
    const words = fill(this.page.text('Pay %s with %s'), this.coin.text, this.nameOf(wallet));
    const given = { type: /** @type {const} */ ('button'), class: 'wallet-choice', 'data-wallet': wallet.id, onclick: () => void this.pay(wallet) };
    return make('button', given, picture, make('span', { dir: 'auto' }, words));
  }

  /** @param {Step | 'sent' | 'mined'} step @param {string} wallet */
  steps(step, wallet) {
    const { text } = this.page;
    const amount = this.coin.text;
    const now = {
      connect: fill(text('Choose an account in %s'), wallet),
      switch: fill(text('Switch to %s in %s'), this.coin.chain, wallet),
      check: text('Checking that it would go through…'),
      sign: fill(text('Confirm %s in %s'), amount, wallet),
      sent: text('Waiting for the next block'),
      mined: text('In a block: counting confirmations'),
    }[step];
    const at = step == 'sent' ? 1 : step == 'mined' ? 2 : 0;
    const names = [fill(text('Signed in %s'), wallet), text('Sent to the network'), text('Confirmed'), text('Final')];
    const items = names.map((name, index) => {
      const state = index < at ? 'done' : index == at ? 'now' : 'next';
      const words = index == at ? now : name;
      return make('li', { class: state, 'aria-current': index == at ? 'step' : false }, make('span', {}, words), ...(state == 'done' ? [icon(MARKS.tick)] : []));
    });
    if (this.progress.textContent == items.map((one) => one.textContent).join('')) return;
    this.progress.replaceChildren(make('ol', { class: 'steps' }, ...items));
    this.page.say(now);
  }
}

/** @param {(message: string) => string} text */
const nothing = (text) =>
  make(
    'div',
    { class: 'no-wallet' },
    make('p', { class: 'what' }, text('No wallet was found in this browser')),
    make('p', {}, text('Open this page in the browser of your wallet app, or pay with the QR code.')),
  );
