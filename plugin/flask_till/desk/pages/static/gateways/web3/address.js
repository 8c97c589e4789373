// @ts-check
/**
 * The second way: a QR code, an address and an amount for a wallet anywhere else.
 *
 * @typedef {import('./sending.js').Coin} Coin
 */
import { wireCopying } from '../../parts/copy.js';
import { copyable, fill, icon, make, MARKS, qrCode } from './drawing.js';

/**
 * @param {string} address
 * @param {Coin} coin
 * @param {{ text(message: string): string, say(words: string): void }} page
 */
export function addressPanel(address, coin, { text, say }) {
  const amount = coin.text.replace(/\u00a0.*/, '');
  const facts = make(
    'dl',
    { class: 'facts' },
    copyable(text('Amount'), amount, coin.text, text('Copy the amount'), text('The amount is copied.')),
    copyable(text('Address'), address, address, text('Copy the address'), text('The address is copied.')),
    make('div', { class: 'copyable' }, make('dt', {}, text('Network')), make('dd', {}, make('span', { class: 'value' }, coin.chain))),
  );
  const scan = make('p', { class: 'scan' }, text('Scan it with your wallet, or copy what is below.'));
  const open = make('a', { class: 'plain', href: coin.uri }, text('Open in a wallet app'));
  const label = fill(text('QR code: send %s on %s'), coin.text, coin.chain);
  const panel = make(
    'div',
    { class: 'by-address' },
    make('div', { class: 'scanning' }, qrCode(coin.qr, coin.qr_size, label), make('div', {}, scan, open)),
    facts,
    make('p', { class: 'careful' }, icon(MARKS.alert), make('span', {}, warning(coin, text))),
  );
  wireCopying(panel, say);
  return panel;
}

/** @param {Coin} coin @param {(message: string) => string} text */
const warning = (coin, text) =>
  fill(text('Send only %s, and only on %s. Other coins and other networks do not arrive here and may be lost.'), coin.code, coin.chain);
