// @ts-check
/**
 * Asks a wallet and believes only answers of the right shape. What goes wrong is a `Trouble` whose kind
 * says what the shopper can do about it.
 *
 * @typedef {import('./wallets.js').Provider} Provider
 * @typedef {'refused' | 'busy' | 'locked' | 'unknown_chain' | 'cannot_switch' | 'wrong_chain' | 'funds'
 *   | 'fees' | 'would_fail' | 'account_changed' | 'odd' | 'unclear'} Kind
 */

export class Trouble extends Error {
  /** @param {Kind} kind @param {string} [detail] */
  constructor(kind, detail = '') {
    super(kind);
    this.kind = kind;
    this.detail = detail;
  }
}

const ADDRESS = /^0x[0-9a-f]{40}$/i;
const HASH = /^0x[0-9a-f]{64}$/i;
const QUANTITY = /^0x[0-9a-f]{1,64}$/i;

/**
 * @param {Provider} provider
 * @param {string} method
 * @param {...unknown} params
 * @returns {Promise<unknown>}
 */
export async function ask(provider, method, ...params) {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    throw read(error);
  }
}

/** @param {any} error What a wallet threw: anything. @returns {Trouble} */
function read(error) {
  const codes = [error?.code, error?.data?.originalError?.code, error?.cause?.code].map(Number);
  const said = String(error?.message ?? '').slice(0, 500);
  if (codes.includes(4001) || /user (rejected|denied)|rejected by user/i.test(said)) return new Trouble('refused');
  if (codes.includes(4902) || /unrecognized chain/i.test(said)) return new Trouble('unknown_chain');
  if (codes.includes(-32002)) return new Trouble('busy');
  if (codes.includes(4100) || codes.includes(4900)) return new Trouble('locked');
  if (codes.includes(4200) || codes.includes(-32601)) return new Trouble('cannot_switch');
  if (codes.includes(4901)) return new Trouble('wrong_chain');
  if (/insufficient funds|exceeds (the )?balance of (the )?(account|sender)/i.test(said)) return new Trouble('fees');
  if (/transfer amount exceeds|insufficient ?balance|out of gas|out-of-gas|gas required|revert|intrinsic gas/i.test(said))
    return new Trouble('would_fail');
  if (codes.includes(-32602)) return new Trouble('odd');
  return new Trouble('unclear', said);
}

/** @param {Provider} provider @param {'eth_requestAccounts' | 'eth_accounts'} method */
export async function firstAccount(provider, method) {
  const told = await ask(provider, method);
  const first = Array.isArray(told) ? told[0] : undefined;
  if (typeof first != 'string' || !ADDRESS.test(first)) throw new Trouble('locked');
  return first.toLowerCase();
}

/** @param {Provider} provider @returns {Promise<number>} */
export async function chainOf(provider) {
  const told = await ask(provider, 'eth_chainId');
  const number = typeof told == 'number' || (typeof told == 'string' && /^(0x)?[0-9a-f]{1,14}$/i.test(told)) ? Number(told) : NaN;
  if (!Number.isSafeInteger(number) || number < 1) throw new Trouble('odd');
  return number;
}

/**
 * A number that would be good to know; nothing where the wallet does not tell it.
 *
 * @param {Provider} provider
 * @param {string} method
 * @param {...unknown} params
 * @returns {Promise<bigint | undefined>}
 */
export async function quantity(provider, method, ...params) {
  const told = await ask(provider, method, ...params).catch(() => undefined);
  return asNumber(told);
}

/** @param {unknown} told @returns {bigint | undefined} */
export function asNumber(told) {
  return typeof told == 'string' && QUANTITY.test(told) ? BigInt(told) : undefined;
}

/** @param {unknown} told @returns {told is string} */
export const isHash = (told) => typeof told == 'string' && HASH.test(told);
