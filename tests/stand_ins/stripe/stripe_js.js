// @ts-check
/**
 * The browser half of the stand-in: what https://js.stripe.com serves, as far as the order page
 * uses it. It draws plain fields where Stripe draws frames, and takes Stripe's test cards.
 *
 * @typedef {import('@stripe/stripe-js').Stripe} Stripe
 * @typedef {import('@stripe/stripe-js').StripeElements} StripeElements
 * @typedef {import('@stripe/stripe-js').StripeError} StripeError
 * @typedef {import('@stripe/stripe-js').PaymentIntent} PaymentIntent
 * @typedef {import('@stripe/stripe-js').PaymentIntentResult} PaymentIntentResult
 * @typedef {import('@stripe/stripe-js').ConfirmPaymentData} ConfirmPaymentData
 * @typedef {import('@stripe/stripe-js').StripeElementsOptionsClientSecret} ElementsOptions
 * @typedef {import('@stripe/stripe-js').StripePaymentElement} StripePaymentElement
 * @typedef {import('@stripe/stripe-js').StripeExpressCheckoutElement} ExpressCheckout
 * @typedef {import('@stripe/stripe-js').StripeExpressCheckoutElementConfirmEvent} WalletConfirm
 * @typedef {import('@stripe/stripe-js').StripeEmbeddedCheckoutOptions} EmbeddedOptions
 * @typedef {import('@stripe/stripe-js').StripeEmbeddedCheckout} EmbeddedCheckout
 *
 * @typedef {object} Source What will be charged.
 * @property {(key: string) => Record<string, string>} params
 * @property {() => StripeError | undefined} invalid
 */
(() => {
  const API = 'https://api.stripe.com/v1';
  const SECRET = /^(pi_[A-Za-z0-9]+)_secret_[A-Za-z0-9]+$/;
  const SESSION = /^(cs_[A-Za-z0-9_]+)_secret_[A-Za-z0-9]+$/;

  class IntegrationError extends Error {
    name = 'IntegrationError';
  }

  /** @param {boolean} right @param {string} message */
  function demand(right, message) {
    if (!right) throw new IntegrationError(message);
  }

  /** One thing that is drawn into the page; knows its listeners. */
  class Element {
    /** @type {Map<string, Array<(event: any) => unknown>>} */
    listeners = new Map();
    /** @type {HTMLElement | undefined} */
    place;

    /** @param {string} kind */
    constructor(kind) {
      this.kind = kind;
    }

    /** @param {ElementsOptions} options */
    dress({ appearance }) {
      if (this.place) this.place.dataset.stripeTheme = appearance?.theme ?? 'stripe';
    }

    /** @param {string | HTMLElement} where */
    mount(where) {
      const place = typeof where === 'string' ? document.querySelector(where) : where;
      demand(place instanceof HTMLElement, `The selector you specified (${where}) applies to no DOM elements.`);
      this.place = /** @type {HTMLElement} */ (place);
      this.draw(this.place);
    }

    /** @param {HTMLElement} place */
    draw(place) {
      place.textContent = this.kind;
    }

    /** @param {string} kind @param {(event: any) => unknown} listener */
    on(kind, listener) {
      this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), listener]);
      return this;
    }

    /** @param {string} kind @param {object} [more] */
    emit(kind, more = {}) {
      const event = { elementType: this.kind, ...more };
      setTimeout(() => this.listeners.get(kind)?.forEach((listener) => listener(event)));
    }

    destroy() {
      this.place?.replaceChildren();
      this.place = undefined;
    }
  }

  class PaymentField extends Element {
    /** @type {HTMLInputElement | undefined} */
    number;

    constructor() {
      super('payment');
    }

    /** @override @param {HTMLElement} place */
    draw(place) {
      const fields = ['Card number', 'Expiration date', 'Security code'].map((words) => {
        const label = document.createElement('label');
        const input = document.createElement('input');
        label.append(words, ' ', input);
        input.autocomplete = 'off';
        return { label, input };
      });
      this.number = fields[0]?.input;
      place.replaceChildren(...fields.map(({ label }) => label));
      this.emit('ready');
    }

    /** @returns {Source} */
    source() {
      const number = () => (this.number?.value ?? '').replaceAll(' ', '');
      return {
        params: () => {
          const iban = number().startsWith('AT');
          const place = iban ? '[sepa_debit][iban]' : '[card][number]';
          return {
            'payment_method_data[type]': iban ? 'sepa_debit' : 'card',
            [`payment_method_data${place}`]: number(),
          };
        },
        invalid: () =>
          number().length >= 14
            ? undefined
            : { type: 'validation_error', code: 'incomplete_number', message: 'Your card number is incomplete.' },
      };
    }
  }

  class Wallets extends Element {
    chosen = false;

    constructor() {
      super('expressCheckout');
    }

    /** @override @param {HTMLElement} place */
    draw(place) {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Google Pay';
      button.addEventListener('click', () => this.confirm());
      place.replaceChildren(button);
      this.emit('ready', { availablePaymentMethods: { googlePay: true, applePay: false, link: false } });
    }

    confirm() {
      this.chosen = true;
      /** @type {Partial<WalletConfirm>} */
      const event = {
        expressPaymentType: 'google_pay',
        paymentFailed: () => {
          this.chosen = false;
        },
      };
      this.emit('confirm', event);
    }

    /** @returns {Source} */
    source() {
      return { params: () => ({ payment_method: 'pm_google_pay' }), invalid: () => undefined };
    }
  }

  class Elements {
    /** @type {PaymentField | undefined} */
    payment;
    /** @type {Wallets | undefined} */
    wallets;
    submitted = false;

    /** @param {ElementsOptions} options */
    constructor(options) {
      demand(SECRET.test(options.clientSecret ?? ''), 'Invalid value for elements(): clientSecret.');
      this.options = options;
    }

    /** @param {string} kind */
    create(kind) {
      if (kind === 'payment') {
        demand(!this.payment, 'Can only create one Element of type payment.');
        this.payment = new PaymentField();
        this.payment.on('ready', () => this.payment?.dress(this.options));
        return this.payment;
      }
      demand(kind === 'expressCheckout', `The stand-in has no ${kind} Element.`);
      demand(!this.wallets, 'Can only create one Element of type expressCheckout.');
      return (this.wallets = new Wallets());
    }

    /** @param {{appearance?: import('@stripe/stripe-js').Appearance}} changes */
    update(changes) {
      Object.assign(this.options, changes);
      this.payment?.dress(this.options);
    }

    /** @returns {Source} */
    source() {
      const source = this.wallets?.chosen ? this.wallets.source() : this.payment?.source();
      if (!source) throw new IntegrationError('Mount a Payment Element first.');
      return source;
    }

    async submit() {
      this.submitted = true;
      const error = this.source().invalid();
      return error ? { error } : { selectedPaymentMethod: 'card' };
    }
  }

  /**
   * @param {string} key
   * @param {string} secret
   * @param {Record<string, string>} params
   * @returns {Promise<PaymentIntentResult>}
   */
  async function confirm(key, secret, params) {
    const id = SECRET.exec(secret)?.[1];
    const body = new URLSearchParams({ key, client_secret: secret, ...params });
    try {
      const answer = await fetch(`${API}/payment_intents/${id}/confirm`, { method: 'POST', body });
      const said = await answer.json();
      return answer.ok ? { paymentIntent: said } : { error: said.error };
    } catch {
      return { error: { type: 'api_connection_error', message: 'We are experiencing issues connecting to our payments provider.' } };
    }
  }

  /** @returns {Promise<boolean>} The shopper's answer to the bank's question. */
  function ask3ds() {
    const dialog = document.createElement('dialog');
    dialog.setAttribute('aria-label', '3-D Secure');
    const buttons = ['Complete authentication', 'Fail authentication'].map((words) => {
      const button = document.createElement('button');
      button.textContent = words;
      return button;
    });
    dialog.append(...buttons);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((answer) =>
      buttons.forEach((button, place) =>
        button.addEventListener('click', () => {
          dialog.remove();
          answer(place === 0);
        }),
      ),
    );
  }

  /**
   * @param {string} key
   * @param {Elements} elements
   * @param {{confirmParams?: Partial<ConfirmPaymentData>, redirect?: 'always' | 'if_required'}} options
   * @returns {Promise<PaymentIntentResult>}
   */
  async function confirmPayment(key, elements, options) {
    const back = options.confirmParams?.return_url;
    demand(!!back, 'You must provide confirmParams.return_url.');
    demand(elements.submitted, 'Call elements.submit() before stripe.confirmPayment().');
    const secret = elements.options.clientSecret ?? '';
    let result = await confirm(key, secret, {
      ...elements.source().params(key),
      return_url: /** @type {string} */ (back),
    });
    if (result.paymentIntent?.status === 'requires_action') {
      const authentication = (await ask3ds()) ? 'success' : 'failure';
      result = await confirm(key, secret, { authentication });
    }
    if (!result.error && options.redirect !== 'if_required') {
      location.assign(String(back));
      return new Promise(() => {});
    }
    return result;
  }

  /**
   * Stripe's page inside another one: a card, the bank's question, and the way back.
   *
   * @param {string} key
   * @param {EmbeddedOptions} options
   * @returns {Promise<EmbeddedCheckout>}
   */
  async function embed(key, options) {
    const secret = options.clientSecret ?? (await options.fetchClientSecret?.()) ?? '';
    const id = SESSION.exec(secret)?.[1];
    demand(!!id, 'Invalid value for createEmbeddedCheckoutPage(): clientSecret.');

    /** @param {Record<string, string>} said @returns {Promise<any>} */
    async function say(said) {
      const body = new URLSearchParams({ key, client_secret: secret, ...said });
      return (await fetch(`${API}/payment_pages/${id}`, { method: 'POST', body })).json();
    }

    /** @param {HTMLElement} notice @param {string} number */
    async function pay(notice, number) {
      notice.textContent = '';
      let answer = await say({ number });
      if (answer.asks_bank) answer = await say({ authentication: (await ask3ds()) ? 'success' : 'failure' });
      if (answer.error) notice.textContent = answer.error.message;
      else if (options.onComplete) options.onComplete();
      else location.assign(answer.back_to);
    }

    const frame = document.createElement('form');
    const label = document.createElement('label');
    const number = document.createElement('input');
    const button = document.createElement('button');
    const notice = document.createElement('p');
    frame.setAttribute('aria-label', 'Checkout');
    notice.setAttribute('role', 'alert');
    label.append('Card number ', number);
    button.textContent = 'Pay';
    frame.append(label, notice, button);
    frame.addEventListener('submit', (event) => {
      event.preventDefault();
      void pay(notice, number.value.replaceAll(' ', ''));
    });
    return {
      mount: (where) => {
        const place = typeof where === 'string' ? document.querySelector(where) : where;
        demand(place instanceof HTMLElement, 'Invalid DOM element.');
        place?.append(frame);
      },
      unmount: () => frame.remove(),
      destroy: () => frame.remove(),
    };
  }

  /**
   * @param {string} key
   * @param {{locale?: string}} [options]
   * @returns {Pick<Stripe, 'elements' | 'confirmPayment' | 'createEmbeddedCheckoutPage'>}
   */
  function start(key, options) {
    demand(/^pk_(test|live)_/.test(key), 'Invalid value for Stripe(): apiKey.');
    void options;
    return {
      /** @param {any} asked @returns {any} */
      elements: (asked) => new Elements(asked),
      /** @param {any} asked @returns {Promise<any>} */
      confirmPayment: (asked) => confirmPayment(key, asked.elements, asked),
      createEmbeddedCheckoutPage: (asked) => embed(key, asked),
    };
  }

  /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (window)).Stripe = start;
})();
