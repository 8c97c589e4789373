// @ts-check
/**
 * Stripe on the order page: the wallets' buttons, the Payment Element and what it says.
 *
 * The page gives a container and hears `api.refresh()` when the order may have changed; whether
 * it was paid is the desk's to say, never this script's.
 *
 * @typedef {import('@stripe/stripe-js').Stripe} Stripe
 * @typedef {import('@stripe/stripe-js').StripeElements} StripeElements
 * @typedef {import('@stripe/stripe-js').StripeError} StripeError
 * @typedef {import('@stripe/stripe-js').Appearance} Appearance
 * @typedef {import('@stripe/stripe-js').PaymentIntent.Status} IntentStatus
 *
 * @typedef {object} Client What the gateway's `start` gave to the page.
 * @property {string} script Where Stripe.js is.
 * @property {string} publishable_key
 * @property {string} client_secret
 * @property {string} return_url Where banks send the shopper back to.
 * @property {string} [locale]
 *
 * @typedef {object} Api What the page offers; only `refresh` is needed.
 * @property {() => unknown} refresh Ask the desk how the order stands, and show it. While the order
 *   is still to be paid this must leave the form alone: it holds what the shopper wrote.
 * @property {(message: string) => string} [text] Translates an English text of this module.
 * @property {string} [locale]
 * @property {string} [submitLabel] What the button says, such as "Pay 49.99 zł".
 * @property {'light' | 'dark'} [theme] When not given, the page's `data-theme` or the system's.
 */

const DARK = '(prefers-color-scheme: dark)';

/**
 * Put the payment form into `container`.
 *
 * @param {HTMLElement} container
 * @param {Client} client
 * @param {Api} api
 * @returns {Promise<() => void>} Takes the form out again.
 */
export default async function mount(container, client, api) {
  const text = api.text ?? ((message) => message);
  const view = draw(container, text, api.submitLabel ?? text('Pay now'));
  try {
    const stripe = await connect(client, api);
    return show(stripe, client, api, view, text);
  } catch {
    view.say(text('The payment form could not be loaded. Check your connection.'));
    view.offer(text('Try again'), () => void mount(container, client, api));
    return () => container.replaceChildren();
  }
}

/**
 * @param {Client} client
 * @param {Api} api
 * @returns {Promise<Stripe>}
 */
async function connect(client, api) {
  if (!window.Stripe) await load(client.script);
  if (!window.Stripe) throw new Error('Stripe.js did not start');
  const locale = /** @type {import('@stripe/stripe-js').StripeElementLocale} */ (
    api.locale ?? client.locale ?? 'auto'
  );
  return window.Stripe(client.publishable_key, { locale });
}

/**
 * @param {string} source
 * @returns {Promise<void>}
 */
function load(source) {
  return new Promise((done, fail) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = () => done();
    script.onerror = () => {
      script.remove();
      fail(new Error('Stripe.js did not load'));
    };
    document.head.append(script);
  });
}

/**
 * @param {Stripe} stripe
 * @param {Client} client
 * @param {Api} api
 * @param {View} view
 * @param {(message: string) => string} text
 */
function show(stripe, client, api, view, text) {
  const elements = stripe.elements({
    clientSecret: client.client_secret,
    appearance: appearance(view.root, api),
  });
  let busy = false;

  /** @returns {Promise<boolean>} Whether the shopper has nothing left to do here. */
  async function confirm() {
    if (busy) return false;
    busy = true;
    view.work(true);
    view.say('');
    try {
      const invalid = (await elements.submit()).error;
      const done = !invalid && (await pay(stripe, elements, client, api, view, text));
      if (!done) view.work(false);
      return done;
    } catch {
      // We do not know what became of it: the desk's word counts, and another try is harmless.
      view.say(text('Something went wrong. You were not charged twice; please try again.'));
      view.work(false);
      api.refresh();
      return false;
    } finally {
      busy = false;
    }
  }

  const payment = elements.create('payment', { layout: 'tabs' });
  payment.on('ready', () => view.ready());
  payment.on('loaderror', () => {
    view.say(text('The payment form could not be loaded. Check your connection.'));
    api.refresh();
  });
  payment.mount(view.payment);
  const wallets = elements.create('expressCheckout');
  wallets.on('ready', ({ availablePaymentMethods }) => view.showWallets(!!availablePaymentMethods));
  wallets.on('loaderror', () => view.showWallets(false));
  wallets.on('confirm', async (event) => {
    if (!(await confirm())) event.paymentFailed({ reason: 'fail' });
  });
  wallets.mount(view.wallets);
  view.form.addEventListener('submit', (event) => {
    event.preventDefault();
    void confirm();
  });
  const forget = onThemeChange(() => elements.update({ appearance: appearance(view.root, api) }));
  return () => {
    forget();
    wallets.destroy();
    payment.destroy();
    view.root.replaceChildren();
  };
}

/**
 * Confirm, and read what came of it.
 *
 * @param {Stripe} stripe
 * @param {StripeElements} elements
 * @param {Client} client
 * @param {Api} api
 * @param {View} view
 * @param {(message: string) => string} text
 * @returns {Promise<boolean>} Whether the shopper has nothing left to do here.
 */
async function pay(stripe, elements, client, api, view, text) {
  const { error, paymentIntent } = await stripe.confirmPayment({
    elements,
    confirmParams: { return_url: client.return_url },
    redirect: 'if_required',
  });
  const status = paymentIntent?.status ?? error?.payment_intent?.status;
  if (isOver(status)) {
    api.refresh();
    return true;
  }
  view.say(explain(error, text));
  // A declined attempt is news for the desk; the form stays for the next one.
  api.refresh();
  return false;
}

/**
 * @param {IntentStatus | undefined} status
 * @returns {boolean} Whether another attempt on this payment is impossible.
 */
function isOver(status) {
  return status === 'succeeded' || status === 'processing' || status === 'canceled';
}

/**
 * Stripe's own words where they are meant for shoppers, in the shopper's language.
 *
 * @param {StripeError | undefined} error
 * @param {(message: string) => string} text
 */
function explain(error, text) {
  const forShoppers = error?.type === 'card_error' || error?.type === 'validation_error';
  if (forShoppers && error.message) return error.message;
  return text('The payment did not go through. Please try again or choose another way to pay.');
}

/**
 * @param {HTMLElement} root
 * @param {Api} api
 * @returns {Appearance}
 */
function appearance(root, api) {
  const chosen = api.theme ?? root.closest('[data-theme]')?.getAttribute('data-theme');
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia(DARK).matches);
  const accent = getComputedStyle(root).getPropertyValue('--till-accent').trim();
  return {
    theme: dark ? 'night' : 'stripe',
    variables: { borderRadius: '8px', ...(accent && { colorPrimary: accent }) },
  };
}

/**
 * @param {() => void} changed
 * @returns {() => void} Stops listening.
 */
function onThemeChange(changed) {
  const system = matchMedia(DARK);
  system.addEventListener('change', changed);
  return () => system.removeEventListener('change', changed);
}

/**
 * @typedef {object} View
 * @property {HTMLElement} root
 * @property {HTMLFormElement} form
 * @property {HTMLElement} payment
 * @property {HTMLElement} wallets
 * @property {() => void} ready
 * @property {(shown: boolean) => void} showWallets
 * @property {(working: boolean) => void} work
 * @property {(message: string) => void} say
 * @property {(label: string, again: () => void) => void} offer
 */

/**
 * @param {HTMLElement} container
 * @param {(message: string) => string} text
 * @param {string} label
 * @returns {View}
 */
function draw(container, text, label) {
  const wallets = made('div', 'till-stripe-wallets');
  const or = made('p', 'till-stripe-or', text('or pay by card'));
  const form = made('form', 'till-stripe-form');
  const payment = made('div', 'till-stripe-payment');
  const alert = made('p', 'till-alert');
  const button = made('button', 'till-pay', label);
  // An empty live region that is there from the start is announced when it gets its words.
  alert.setAttribute('role', 'alert');
  button.type = 'submit';
  button.disabled = true;
  or.hidden = true;
  form.setAttribute('aria-label', text('Payment'));
  form.append(payment, alert, button);
  container.replaceChildren(wallets, or, form);
  return {
    root: container,
    form,
    payment,
    wallets,
    ready: () => (button.disabled = false),
    showWallets: (shown) => (wallets.hidden = or.hidden = !shown),
    work: (working) => {
      button.disabled = working;
      form.setAttribute('aria-busy', String(working));
      button.textContent = working ? text('Paying…') : label;
    },
    say: (message) => (alert.textContent = message),
    offer: (label, again) => {
      const retry = made('button', 'till-retry', label);
      retry.type = 'button';
      retry.addEventListener('click', again);
      button.replaceWith(retry);
    },
  };
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} [words]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function made(tag, className, words = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = words;
  return element;
}
