// @ts-check
/**
 * Has a wallet send exactly the call that the desk gave: the right account, the right chain, enough to
 * send, and only then the question to the shopper.
 *
 * @typedef {import('./wallets.js').Wallet} Wallet
 * @typedef {import('./wallets.js').Provider} Provider
 *
 * @typedef {object} Coin What can be paid with, as the desk's `start` gave it.
 * @property {string} id
 * @property {string} code
 * @property {string} name
 * @property {number} chain_id
 * @property {string} chain_hex
 * @property {string} chain
 * @property {number} decimals
 * @property {string | null} contract
 * @property {string} units
 * @property {string} text
 * @property {string} uri
 * @property {string} qr
 * @property {number} qr_size
 * @property {string | null} explorer
 * @property {{ to: string, value: string, data: string }} call
 * @property {Network | null} network Nothing for a chain without nodes for everybody.
 *
 * @typedef {{ chainId: string, chainName: string, rpcUrls: string[], nativeCurrency: { name: string,
 *   symbol: string, decimals: number }, blockExplorerUrls: string[] }} Network
 */
import { ask, asNumber, chainOf, firstAccount, isHash, quantity, Trouble } from './provider.js';

/** @typedef {'connect' | 'switch' | 'check' | 'sign'} Step */

/**
 * @param {Wallet} wallet
 * @param {Coin} coin
 * @param {{ step(step: Step): void, asking(from: string): void }} on `asking` is called right before
 *   the one request after which money may move.
 * @returns {Promise<{ hash: string, from: string }>}
 */
export async function send({ provider }, coin, on) {
  on.step('connect');
  const from = await firstAccount(provider, 'eth_requestAccounts');
  if ((await chainOf(provider)) != coin.chain_id) {
    on.step('switch');
    await switchTo(provider, coin);
  }
  on.step('check');
  await requireFunds(provider, from, coin);
  if ((await chainOf(provider)) != coin.chain_id) throw new Trouble('wrong_chain');
  if ((await firstAccount(provider, 'eth_accounts')) != from) throw new Trouble('account_changed');
  on.step('sign');
  on.asking(from);
  const hash = await ask(provider, 'eth_sendTransaction', { from, chainId: coin.chain_hex, ...coin.call });
  if (!isHash(hash)) throw new Trouble('unclear');
  return { hash: hash.toLowerCase(), from };
}

/** @param {Provider} provider @param {Coin} coin */
async function switchTo(provider, coin) {
  const wanted = { chainId: coin.chain_hex };
  try {
    await ask(provider, 'wallet_switchEthereumChain', wanted);
  } catch (error) {
    const kind = error instanceof Trouble ? error.kind : 'unclear';
    if (kind == 'unknown_chain') await add(provider, coin);
    else if (kind == 'refused' || kind == 'unclear') throw new Trouble('wrong_chain');
    else throw error;
  }
  if ((await chainOf(provider)) == coin.chain_id) return;
  // Some wallets add a chain without going there, and need to be asked once more.
  await ask(provider, 'wallet_switchEthereumChain', wanted).catch(() => {});
  if ((await chainOf(provider)) != coin.chain_id) throw new Trouble('wrong_chain');
}

/** @param {Provider} provider @param {Coin} coin */
async function add(provider, coin) {
  if (!coin.network) throw new Trouble('unknown_chain');
  const { blockExplorerUrls: pages, ...rest } = coin.network;
  // Wallets refuse an empty list of explorers.
  const told = pages.length ? coin.network : rest;
  try {
    await ask(provider, 'wallet_addEthereumChain', told);
  } catch (error) {
    throw error instanceof Trouble && error.kind == 'busy' ? error : new Trouble('unknown_chain');
  }
}

/**
 * Looks first, because wallets say it in words that help nobody. What they do not tell is no obstacle.
 *
 * @param {Provider} provider
 * @param {string} from
 * @param {Coin} coin
 */
async function requireFunds(provider, from, coin) {
  const [native, held, price] = await Promise.all([
    quantity(provider, 'eth_getBalance', from, 'latest'),
    coin.contract ? tokens(provider, from, coin.contract) : undefined,
    quantity(provider, 'eth_gasPrice'),
  ]);
  const due = BigInt(coin.units);
  const has = coin.contract ? held : native;
  if (has != undefined && has < due) throw new Trouble('funds', shown(has, coin.decimals));
  const gas = await estimate(provider, { from, ...coin.call });
  const value = BigInt(coin.call.value);
  const needed = value + (gas ?? 0n) * (price ?? 0n);
  if (native != undefined && native < needed) throw new Trouble('fees');
}

/**
 * @param {Provider} provider
 * @param {{ from: string, to: string, value: string, data: string }} call
 */
async function estimate(provider, call) {
  try {
    return asNumber(await ask(provider, 'eth_estimateGas', call));
  } catch (error) {
    if (error instanceof Trouble && (error.kind == 'would_fail' || error.kind == 'fees')) throw error;
    return undefined;
  }
}

/** @param {Provider} provider @param {string} owner @param {string} contract */
function tokens(provider, owner, contract) {
  const data = `0x70a08231${owner.slice(2).padStart(64, '0')}`; // balanceOf(address)
  return quantity(provider, 'eth_call', { to: contract, data }, 'latest');
}

/** Base units for people. @param {bigint} units @param {number} decimals */
function shown(units, decimals) {
  const digits = String(units).padStart(decimals + 1, '0');
  const [whole, rest] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)];
  const short = rest.slice(0, 6).replace(/0+$/, '');
  return short ? `${whole}.${short}` : whole;
}
