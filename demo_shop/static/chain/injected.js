// Trzos in a page: a provider as wallets have it (EIP-1193), which announces itself (EIP-6963). It asks its
// owner in a dialog; the key, and all else, is at the demo's server.

const HOME = new URL('..', import.meta.url);
const AGREED = 'trzos-agreed';
const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#5b2a86"/><path d="M11 8h10l-2.4 4.2C23 15 25 18.4 25 21.5 25 25 21.5 26 16 26s-9-1-9-4.5c0-3.1 2-6.5 6.4-9.3z" fill="#f4b942"/></svg>',
  );
const STYLE = `
  dialog { box-sizing: border-box; inline-size: min(23rem, 100vw - 2rem); padding: 1.5rem; border: 0; border-radius: 1.25rem;
    background: light-dark(#fff, #251934); color: light-dark(#2a1440, #f3ecfa); box-shadow: 0 1rem 4rem #0006;
    font: 1rem/1.5 system-ui, "Liberation Sans", sans-serif; color-scheme: light dark; }
  dialog::backdrop { background: #1b0f2a99; }
  .who { display: flex; align-items: center; gap: .6rem; margin: 0 0 1rem; font-weight: 600; }
  .who img { inline-size: 1.9rem; }
  h2 { margin: 0 0 .3rem; font-size: 1.5rem; line-height: 1.2; }
  p { margin: 0 0 1rem; overflow-wrap: anywhere; }
  .pair { display: flex; gap: .75rem; margin-block-start: 1.5rem; }
  button { flex: 1; min-block-size: 2.9rem; border: 2px solid #7b3fb5; border-radius: .8rem; background: none;
    color: inherit; font: inherit; font-weight: 600; cursor: pointer; }
  button.yes { background: #5b2a86; border-color: #5b2a86; color: #fff; }
  button:focus-visible { outline: 3px solid #f4b942; outline-offset: 2px; }
`;

const refusal = (code, message) => Object.assign(new Error(message), { code });

async function home(method, params) {
  const asked = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ method, params }) };
  const { result, error } = await (await fetch(new URL('rpc', HOME), asked)).json();
  if (error) throw Object.assign(refusal(error.code, error.message), { data: error.data });
  return result;
}

/** Asks the owner. Raises what a wallet says when they refuse. */
function consent(title, words, yes) {
  const place = document.createElement('div');
  const root = place.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  const make = (name, given, ...inside) => {
    const element = Object.assign(document.createElement(name), given);
    element.append(...inside);
    return element;
  };
  const dialog = make('dialog', {},
    make('p', { className: 'who' }, make('img', { src: new URL('icon.svg', import.meta.url), alt: '' }), 'Trzos, the demo wallet'),
    make('h2', { id: 'title' }, title),
    make('p', {}, words),
    make('div', { className: 'pair' },
      make('button', { type: 'button', onclick: () => dialog.close() }, 'Reject'),
      make('button', { type: 'button', className: 'yes', onclick: () => dialog.close('yes') }, yes)));
  dialog.setAttribute('aria-labelledby', 'title');
  root.append(dialog);
  document.body.append(place);
  dialog.showModal();
  return new Promise((agree, refuse) => {
    dialog.addEventListener('close', () => {
      place.remove();
      dialog.returnValue == 'yes' ? agree() : refuse(refusal(4001, 'User rejected the request.'));
    });
  });
}

async function connect() {
  const [account] = await home('eth_accounts', []);
  if (sessionStorage.getItem(AGREED) != account) {
    await consent('Show your account?', `${location.host} will see its address ${account} and what it holds.`, 'Show it');
    sessionStorage.setItem(AGREED, account);
  }
  return [account];
}

async function send(params) {
  const { amount, recipient } = await home('wallet_review', params);
  await consent(`Send ${amount}?`, `It goes to ${recipient}, and the network takes a small fee.`, 'Send');
  return home('eth_sendTransaction', params);
}

const provider = {
  async request({ method, params = [] }) {
    if (method == 'eth_requestAccounts') return connect();
    if (method == 'eth_accounts' && !sessionStorage.getItem(AGREED)) return [];
    if (method == 'eth_sendTransaction') return send(params);
    return home(method, params);
  },
  on: () => provider,
  removeListener: () => provider,
};
const info = { uuid: crypto.randomUUID(), name: 'Trzos, the demo wallet', icon: ICON, rdns: 'localhost.trzos' };
const announce = () =>
  dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }));
addEventListener('eip6963:requestProvider', announce);
announce();

// A phone opens payment links in the wallet that it has; here it is this one.
addEventListener('click', (event) => {
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement && one.protocol == 'ethereum:');
  if (!link) return;
  event.preventDefault();
  const page = new URL(HOME);
  page.searchParams.set('to', link.href);
  open(page, '_blank', 'noopener');
});
