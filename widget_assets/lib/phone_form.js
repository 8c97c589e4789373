// A phone number with the prefix of its country.
import { h } from './styles.js';
/** @import { Words } from '../till.js' */

/** ISO 3166 codes and prefixes; the names come from the browser. */
const COUNTRIES = `PL48 AT43 BE32 BG359 CH41 CY357 CZ420 DE49 DK45 EE372 ES34 FI358 FR33 GB44 GR30 HR385 HU36 IE353 IT39
LT370 LU352 LV371 MD373 MT356 NL31 NO47 PT351 RO40 RS381 SE46 SI386 SK421 UA380 US1`.split(/\s+/).map((one) => [one.slice(0, 2), one.slice(2)]);

/** @param {Words} words @param {string} language @param {{ prefix: string, phone: string }} typed
 * @param {(typed: { prefix: string, phone: string }) => void} send */
export function phoneForm(words, language, typed, send) {
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const listed = COUNTRIES.map(([country, prefix]) => ({ prefix, name: names.of(country) ?? country }));
  listed.sort((a, b) => Number(b.prefix == '48') - Number(a.prefix == '48') || a.name.localeCompare(b.name, language));
  const shown = h('span', { ariaHidden: 'true' }, `+${typed.prefix}`);
  const prefix = h('select', { ariaLabel: words['bind.prefix'], autocomplete: 'tel-country-code', onchange: () => (shown.textContent = `+${prefix.value}`) });
  prefix.append(...listed.map((one) => h('option', { value: one.prefix, selected: one.prefix == typed.prefix }, `${one.name} (+${one.prefix})`)));
  const phone = h('input', { id: 'phone', type: 'tel', name: 'phone', autocomplete: 'tel-national', required: true, maxLength: 24, value: spaced(typed.phone) });
  const wrong = h('p', { id: 'phone-wrong', className: 'error' });
  const field = h('div', { className: 'number' }, h('span', { className: 'prefix' }, shown, prefix), phone);
  const mark = (/** @type {boolean} */ bad) => {
    wrong.textContent = bad ? words['bind.invalid'] : '';
    phone.ariaInvalid = bad ? 'true' : null;
  };
  phone.setAttribute('aria-describedby', wrong.id);
  phone.oninput = () => {
    const whole = /^\s*(?:\+|00)([\d\s-]+)$/.exec(phone.value); // pasted with its prefix
    const digits = whole?.[1].replace(/\D/g, '') ?? '';
    const country = listed.filter((one) => digits.startsWith(one.prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];
    if (country && digits.length > country.prefix.length + 4) {
      prefix.value = country.prefix;
      prefix.onchange();
      phone.value = spaced(digits.slice(country.prefix.length));
    }
    if (phone.selectionStart == phone.value.length && /^[\d ]+$/.test(phone.value)) phone.value = spaced(phone.value.replaceAll(' ', ''));
    mark(false);
  };
  const onsubmit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const digits = phone.value.replace(/[\s().-]/g, '');
    const whole = prefix.value == '48' ? /^\d{9}$/ : /^\d{5,14}$/;
    mark(!whole.test(digits));
    if (whole.test(digits)) send({ prefix: prefix.value, phone: digits });
    else phone.focus();
  };
  return h('form', { noValidate: true, onsubmit }, h('label', { htmlFor: 'phone' }, words['bind.number']), field, wrong, h('button', { type: 'submit', className: 'main' }, words['bind.send']));
}

/** Digits in groups of three. @param {string} digits */
export const spaced = (digits) => digits.replace(/\d{3}(?=\d)/g, '$& ');
