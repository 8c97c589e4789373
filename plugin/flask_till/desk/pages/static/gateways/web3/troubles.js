// @ts-check
/**
 * What went wrong with a wallet, in words that help.
 *
 * @typedef {import('./provider.js').Trouble} Trouble
 * @typedef {import('./sending.js').Coin} Coin
 */
import { fill } from './drawing.js';

/**
 * @param {Trouble} trouble
 * @param {Coin} coin
 * @param {(message: string) => string} text
 * @returns {[string, string]} What, and what helps.
 */
export function explain(trouble, coin, text) {
  const what = headline(trouble, coin, text);
  const help = remedy(trouble, coin, text);
  return [what, trouble.kind == 'busy' ? help : [text('Nothing was sent.'), help].join(' ')];
}

/** @param {Trouble} trouble @param {Coin} coin @param {(message: string) => string} text */
function headline({ kind }, coin, text) {
  switch (kind) {
    case 'refused':
      return text('You said no in your wallet');
    case 'busy':
      return text('Your wallet waits for you');
    case 'locked':
      return text('Your wallet is locked or shows no account');
    case 'wrong_chain':
    case 'cannot_switch':
      return fill(text('Your wallet is not on %s'), coin.chain);
    case 'unknown_chain':
      return fill(text('Your wallet does not know %s'), coin.chain);
    case 'funds':
      return fill(text('Not enough %s in this account'), coin.code);
    case 'fees':
      return text('Not enough for the network fee');
    case 'would_fail':
      return text('This payment would fail');
    case 'account_changed':
      return text('The account in your wallet changed');
    default:
      return text('Your wallet did not understand');
  }
}

/** @param {Trouble} trouble @param {Coin} coin @param {(message: string) => string} text */
function remedy({ kind, detail }, coin, text) {
  switch (kind) {
    case 'refused':
      return text('Try again whenever you like.');
    case 'busy':
      return text('It has a question open already. Open the wallet, answer it, and try again.');
    case 'locked':
      return text('Unlock it, let this page see an account, and try again.');
    case 'wrong_chain':
    case 'cannot_switch':
      return fill(text('Choose %s in your wallet, then try again.'), coin.chain);
    case 'unknown_chain':
      return text('Add this network in your wallet, or pay with the QR code.');
    case 'funds':
      return fill(
        text('It holds %s, and %s are needed. Choose another account or another coin.'),
        `${detail}\u00a0${coin.code}`,
        coin.text,
      );
    case 'fees':
      return fill(
        text('The fee on %s is paid in its own coin: put some into this account, or choose another one.'),
        coin.chain,
      );
    case 'would_fail':
      return text('The network says that it would not go through. Choose another account or another coin.');
    case 'account_changed':
      return text('Try again to pay from the account that is chosen now.');
    default:
      return text('Try another wallet, or pay with the QR code.');
  }
}
