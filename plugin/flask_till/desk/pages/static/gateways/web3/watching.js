// @ts-check
/**
 * What became of a transaction that this page sent, as the wallet's own node knows it. A hint for the
 * shopper only: whether the order is paid is the desk's to say.
 *
 * @typedef {import('./wallets.js').Provider} Provider
 * @typedef {'waiting' | 'mined' | 'failed' | 'dropped' | 'replaced' | 'unknown'} Fate
 */
import { ask, asNumber, chainOf, quantity } from './provider.js';

/** How often it must be missing in a row: nodes forget and remember. */
const MISSED = 3;
/** How often, as long as no node knew it yet: some wallets hand it straight to who makes the blocks. */
const NEVER_KNOWN = 60;

export class Watch {
  /** @param {Provider} provider @param {number} chainId @param {string} hash @param {string} from */
  constructor(provider, chainId, hash, from) {
    this.provider = provider;
    this.chainId = chainId;
    this.hash = hash;
    this.from = from;
    /** @type {bigint | undefined} */
    this.nonce = undefined;
    this.missed = 0;
    this.known = false;
  }

  /** @returns {Promise<Fate>} */
  async look() {
    try {
      // On another chain the wallet's node knows nothing of it, which means nothing.
      if ((await chainOf(this.provider)) != this.chainId) return 'unknown';
      return await this.lookThere();
    } catch {
      return 'unknown';
    }
  }

  /** @returns {Promise<Fate>} */
  async lookThere() {
    const receipt = await this.ask('eth_getTransactionReceipt');
    if (receipt) {
      this.missed = 0;
      return asNumber(receipt.status) == 0n ? 'failed' : 'mined';
    }
    const known = await this.ask('eth_getTransactionByHash');
    if (known) {
      this.missed = 0;
      this.known = true;
      this.nonce = asNumber(known.nonce) ?? this.nonce;
      return 'waiting';
    }
    const used = await quantity(this.provider, 'eth_getTransactionCount', this.from, 'latest');
    if (++this.missed < (this.known ? MISSED : NEVER_KNOWN)) return 'waiting';
    return this.nonce != undefined && used != undefined && used > this.nonce ? 'replaced' : 'dropped';
  }

  /** @param {string} method @returns {Promise<Record<string, unknown> | undefined>} */
  async ask(method) {
    const told = await ask(this.provider, method, this.hash);
    return told && typeof told == 'object' ? /** @type {Record<string, unknown>} */ (told) : undefined;
  }
}
