// @ts-check
/**
 * Coins on the order page: which coin, then a wallet in this browser or a QR code and an address.
 *
 * Whether and what has arrived is the desk's to say; this script only helps to send it.
 *
 * @typedef {import('./web3/sending.js').Coin} Coin
 * @typedef {import('./web3/standing.js').Standing} Standing
 *
 * @typedef {object} Client What the gateway's `start` gave to the page.
 * @property {string} payment_id
 * @property {string} address
 * @property {string} expires_at
 * @property {Coin[]} coins
 *
 * @typedef {object} Api What the page offers.
 * @property {() => unknown} refresh
 * @property {(message: string) => string} text
 * @property {(words: string) => void} say
 * @property {string} standing Where the desk says what has arrived.
 */
import { addressPanel } from './web3/address.js';
import { fill, make } from './web3/drawing.js';
import { OwnWallet } from './web3/own_wallet.js';
import { recall } from './web3/sent.js';
import { keepShown } from './web3/standing.js';
import { discover } from './web3/wallets.js';

/** @typedef {'wallet' | 'address'} Way */

/**
 * @param {HTMLElement} container
 * @param {Client} client
 * @param {Api} api
 */
export default async function mount(container, client, api) {
  new Paying(container, client, api);
}

class Paying {
  /** @param {HTMLElement} container @param {Client} client @param {Api} api */
  constructor(container, client, api) {
    this.api = api;
    this.client = client;
    this.coins = client.coins;
    /** @type {Way | undefined} */
    this.chosenWay = undefined;
    const remembered = recall(client.payment_id)?.coin;
    this.coin = this.coins.find((one) => one.id == remembered) ?? this.coins[0];
    this.state = '';
    /** @type {Record<string, string | null>} What one coin costs. */
    this.rates = {};
    this.own = new OwnWallet(client.payment_id, this.coin, { ...api, changed: () => this.draw() });
    this.due = make('div', { class: 'due' });
    this.choice = make('fieldset', { class: 'coins' });
    this.ways = make('fieldset', { class: 'ways' });
    this.panel = make('div', { class: 'panel' });
    this.arrived = make('div', { class: 'arrived' });
    container.replaceChildren(
      make('section', { class: 'chain-pay', 'aria-label': api.text('Pay with coins') },
        this.arrived, this.choice, this.due, this.ways, this.panel),
    );
    this.draw();
    keepShown(this.arrived, api.standing, (standing) => this.heard(standing));
    const forget = discover((wallets) => this.found(wallets));
    const timer = setInterval(() => {
      if (container.isConnected) return this.tick();
      clearInterval(timer);
      forget();
    }, 1000);
  }

  /** @param {import('./web3/wallets.js').Wallet[]} wallets */
  found(wallets) {
    this.own.show(wallets);
    this.draw();
  }

  /** @returns {Way} */
  get way() {
    if (this.own.underWay) return 'wallet';
    return this.chosenWay ?? (this.own.wallets.length ? 'wallet' : 'address');
  }

  /** @param {Standing} standing */
  heard(standing) {
    const hashes = standing.transactions.map((one) => one.hash.toLowerCase());
    this.own.arrived(hashes);
    this.rates = Object.fromEntries(Object.entries(standing.coins).map(([id, one]) => [id, one.rate]));
    if (!this.state) this.drawDue();
    if (standing.asked?.length) this.takeMissing(standing.asked, standing);
    // What had come may be taken back by its chain.
    else if (standing.state == 'awaiting' && this.coins != this.client.coins) this.takeAll(this.client.coins);
    if (standing.state == this.state) return;
    const first = !this.state;
    this.state = standing.state;
    if (standing.text && !first) this.api.say(standing.text);
    if (/^(confirming|paid|overpaid)$/.test(standing.state)) this.api.refresh();
  }

  /** Part of it came: only the rest is asked for, in the coin that came. @param {Coin[]} asked @param {Standing} standing */
  takeMissing(asked, standing) {
    const started = asked.filter((one) => standing.coins[one.id]?.seen != '0');
    const coins = started.length ? started : asked;
    const same = JSON.stringify(coins.map((one) => one.units)) == JSON.stringify(this.coins.map((one) => one.units));
    if (same && coins.length == this.coins.length) return;
    this.takeAll(coins);
  }

  /** @param {Coin[]} coins */
  takeAll(coins) {
    this.coins = coins;
    this.take(coins.find((one) => one.id == this.coin.id) ?? coins[0]);
  }

  /** @param {Coin} coin */
  take(coin) {
    this.coin = coin;
    this.own.take(coin);
    this.draw();
  }

  // --- drawing ------------------------------------------------------------------------------

  draw() {
    this.drawCoins();
    this.drawDue();
    this.drawWays();
    this.drawPanel();
  }

  drawCoins() {
    const { text } = this.api;
    this.choice.hidden = this.coins.length < 2;
    this.choice.disabled = this.own.underWay;
    keepFocus(this.choice, () =>
      this.choice.replaceChildren(
        make('legend', {}, text('Which coin?')),
        ...this.coins.map((coin) => this.coinCard(coin)),
      ),
    );
  }

  /** @param {Coin} coin */
  coinCard(coin) {
    const input = make('input', {
      type: 'radio', name: 'till-coin', value: coin.id, checked: coin.id == this.coin.id, onchange: () => this.take(coin),
    });
    const face = make('span', { class: 'face' }, make('span', { class: 'name' }, coin.code), make('span', { class: 'words' }, coin.chain));
    return make('label', { class: 'card' }, input, face);
  }

  drawDue() {
    const { text } = this.api;
    const rate = this.rates[this.coin.id];
    const fixed = make('span', { class: 'fixed' }, ...around(text('rate fixed for %s'), make('span', { class: 'left', role: 'timer' })));
    const words = make('p', { class: 'words' }, fill(text('on %s'), this.coin.chain), ...(rate ? [' · ', fixed] : []));
    this.due.replaceChildren(make('p', { class: 'sum' }, this.coin.text), words, ...(rate ? [make('p', { class: 'rate' }, rate)] : []));
    this.tick();
  }

  /** The rate lasts as long as the order, whose clock the page shows. */
  tick() {
    const left = this.due.querySelector('.left');
    if (left) left.textContent = document.querySelector('[data-clock] .left')?.textContent ?? '';
  }

  drawWays() {
    const { text } = this.api;
    this.ways.hidden = this.own.underWay;
    keepFocus(this.ways, () =>
      this.ways.replaceChildren(
        make('legend', { class: 'for-ears' }, text('How do you send it?')),
        this.wayCard('wallet', text('Own wallet')),
        this.wayCard('address', text('QR code or address')),
      ),
    );
  }

  /** @param {Way} way @param {string} label */
  wayCard(way, label) {
    const onchange = () => {
      this.chosenWay = way;
      this.drawPanel();
    };
    const input = make('input', { type: 'radio', name: 'till-way', value: way, checked: way == this.way, onchange });
    return make('label', { class: 'switch' }, input, make('span', {}, label));
  }

  drawPanel() {
    const { address } = this.client;
    const shown = `${this.way} ${this.coin.id} ${this.coin.units}`;
    if (this.panel.dataset.shown == shown) return;
    this.panel.dataset.shown = shown;
    const inside = this.way == 'wallet' ? this.own.root : addressPanel(address, this.coin, this.api);
    this.panel.replaceChildren(inside);
  }
}

/** @param {string} message With one hole. @param {Node} part */
function around(message, part) {
  const [before, after = ''] = message.split('%s');
  return [before, part, after];
}

/** @param {HTMLElement} group Of radio buttons. @param {() => void} draw */
function keepFocus(group, draw) {
  const focused = document.activeElement;
  const value = focused instanceof HTMLInputElement && group.contains(focused) ? focused.value : undefined;
  draw();
  const again = [...group.querySelectorAll('input')].find((one) => one.value == value);
  again?.focus();
}
