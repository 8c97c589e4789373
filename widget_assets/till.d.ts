/**
 * The widget of a shop, for TypeScript, for editors, and as its reference: custom-elements.json is made from the
 * comments of this file (`scripts/docs`), so an attribute, event, part or property is described once.
 */

/** An amount of money: integer minor units, an ISO 4217 code, and the text to show. */
export interface Money {
  readonly amount: number;
  readonly currency: string;
  readonly text: string;
}

export interface BasketLine {
  readonly product_id: string;
  readonly name: string;
  readonly quantity: number;
  readonly max_quantity: number;
  readonly unit_price: Money;
  readonly total: Money;
  readonly image: string | null;
  readonly url: string | null;
  readonly available: boolean;
}

export interface Promotion {
  readonly code: string | null;
  readonly label: string;
  readonly amount: Money;
  readonly applied: boolean;
  /** Why it is not applied. */
  readonly reason: string | null;
}

export interface Basket {
  /** Grows with each change; 0 while nothing was ever added. */
  readonly version: number;
  readonly count: number;
  readonly currency: string;
  readonly lines: readonly BasketLine[];
  readonly promotions: readonly Promotion[];
  readonly subtotal: Money;
  readonly discount: Money;
  readonly total: Money;
  /** The desk adds fees, and holds the whole price for a while: `quote` says what it is now. */
  readonly quotes?: boolean;
  /** Null where the shop has no wallet; left out of the answers to a change of the basket. */
  readonly binding?: Binding | null;
}

/** What a basket costs at a desk that quotes. Good for so many seconds, and asked for again before they are over. */
export interface Quote {
  /** That of the basket. */
  readonly version: number;
  readonly currency: string;
  /** The goods, after promotions. */
  readonly subtotal: Money;
  /** The service fee. */
  readonly fee: Money;
  /** The network fee. */
  readonly gas: Money;
  readonly total: Money;
  readonly seconds_left: number;
  /** ISO 8601, by the server's clock. */
  readonly valid_until: string;
}

export type OrderStatus =
  | 'placing'
  | 'pending'
  | 'processing'
  | 'paid'
  | 'partially_refunded'
  | 'refunded'
  | 'cancelled'
  | 'expired'
  | 'failed';

export interface Order {
  readonly order_id: string;
  readonly number: string;
  readonly status: OrderStatus;
  readonly version: number;
  /** What the shopper pays: the basket, delivery, and what the desk takes on top. */
  readonly total: Money;
  readonly order_url: string | null;
  /** Where the tab that began the checkout goes when the order is paid; when it was placed on the phone, before that. */
  readonly complete: { action: 'redirect'; redirect: string } | { action: 'refresh' } | null;
  /** What of it is handed over as a claim, piece by piece; left out in a shop that has no such goods. */
  readonly claims?: readonly Claim[];
}

/** One piece of a product that is claimed in the shopper's wallet. */
export interface Claim {
  readonly id: string;
  readonly product_id: string;
  readonly name: string;
  /** `wanted`: it is being prepared; `claimed`: it is in the wallet. */
  readonly status: 'wanted' | 'ready' | 'claimed' | 'expired' | 'cancelled' | 'failed';
  /** What may be entered in the wallet; only while it is ready. Who has it can claim. */
  readonly code: string | null;
  /** Where a form is posted that leads to the wallet; only while it is ready. */
  readonly open_url: string | null;
}

/** Whether the basket is linked with a phone, and with whose. */
export interface Binding {
  readonly status: 'unbound' | 'pending' | 'linked' | 'ordered';
  readonly masked_phone_number: string | null;
  readonly name: string | null;
  /** Why it is not linked: the shopper said no on the phone, said nothing, or unlinked there. */
  readonly refusal?: 'REJECTED' | 'EXPIRED' | 'DELETED' | null;
}

/** One piece of news: a snapshot of the basket, of the newest order, or of both. */
export interface Frame {
  readonly type?: string;
  readonly version?: number;
  readonly basket?: Basket;
  readonly order?: Order;
  /** @internal The basket's binding alone, between tabs. */
  readonly binding?: Binding | null;
}

/** What a vendor's button, and our dialog, know of the browser. */
export interface BrowserData {
  user_agent: string;
  description: string;
  platform: string;
  architecture: string;
}

/** The answer to a wish to link: a code and links; nothing when a phone was asked or it is linked; or why not. */
export interface PayData {
  /** A picture, in base64. */
  readonly qr_code?: string;
  readonly deep_link?: string;
  /** For phones without the services of Google. */
  readonly deep_link_hms?: string;
  readonly error_code?: string;
  readonly error_message?: string;
  /** @internal The code as the path of a drawing, and how many modules it has on a side. */
  readonly qr_svg_path?: string;
  /** @internal */
  readonly qr_size?: number;
  /** @internal How many seconds the phone can be asked for. */
  readonly expires_in?: number;
}

/** That the basket is linked with a phone, or that it was refused there. */
export interface Bound {
  readonly status: 'SUCCESS' | 'REJECT';
  readonly inpost_basket_id?: string;
  readonly phone_number?: { readonly country_prefix: string; readonly phone: string } | null;
  readonly masked_phone_number?: string;
  readonly name?: string;
  readonly surname?: string;
  readonly browser?: { readonly browser_trusted: boolean; readonly browser_id: string };
  readonly message?: string;
  /** Why it was refused, where the shop says it: see Binding. */
  readonly error_code?: string;
}

export type IziComplete = { action: 'redirect'; redirect: string } | { action: 'refresh' };

/** What `InPostPayWidget.init` takes. */
export interface InpostWidgetOptions {
  merchantClientId: string;
  basketBindingApiKey?: string;
  language?: 'pl' | 'en';
  apiBaseUrl?: string;
  unboundWidgetClicked(product?: string): Promise<string>;
  handleBasketEvent(event: string): Promise<boolean>;
}

/** What a host app has to know to take the payment of an order. */
export interface HostPayment {
  /** A decimal. */
  readonly amount: string | number;
  readonly currency: string;
  readonly miniapp_order_id: string;
  readonly transaction_token: string;
}

/** The answer to a checkout. */
export interface Checkout {
  readonly order_id: string;
  readonly order_url: string;
  readonly token?: string | null;
  /** Where the shop is shown inside a host app that takes the payment instead of the order page. */
  readonly pay_in_host?: HostPayment | null;
}

/** A payment that a miniapp asks for. What it says of the amount is not believed: the token names the payment. */
export interface MiniappPayment {
  readonly amount: number;
  readonly currency: string;
  readonly miniappOrderId: string;
  readonly transactionToken: string;
  readonly extraParams?: unknown;
}

/** What became of it. */
export interface MiniappPaid {
  readonly status: 'success' | 'failed' | 'cancelled';
  readonly hostappOrderId?: string;
  readonly transactionId?: string;
  readonly error?: string;
}

/** The texts of one language, by name. Error codes of the shop are names too. */
export type Words = Record<string, string>;

export type Mode = 'popup' | 'redirect' | 'frame';

/**
 * A shop as one page sees it; every element of the shop on the page shares it. `basket` and `order` are the newest
 * snapshots the server gave; a snapshot with a version that is not newer is ignored. One tab of the browser, the one
 * that holds the Web Lock `till:<base>`, keeps a socket to the server and passes its news on to the other tabs through
 * the BroadcastChannel of the same name; when it closes, the next one takes over. Where sockets are refused it polls.
 */
export interface Shop {
  readonly base: string;
  /** Names the lock and the tabs' channel, and in `mine` the order that this tab set out to pay. */
  readonly key: string;
  /** What this tab keeps, and what all tabs keep: the browser's storage, or nothing lasting where it gives none. */
  readonly mine: Record<string, string>;
  readonly ours: Record<string, string>;
  readonly basket: Basket | undefined;
  readonly order: Order | undefined;
  /** The newest that is known. */
  readonly binding: Binding | null;
  readonly elements: ReadonlySet<Seen>;
  /** Calls the shop. A refusal is an Error with the shop's `code`, and the `answer`. */
  ask(path: string, method?: string, body?: object, signal?: AbortSignal): Promise<any>;
  add(product: string, quantity?: number): Promise<Basket>;
  /** The language the shop is asked to answer in. */
  lang: string;
  /** Asks for the basket, once. Joining elements do it. */
  start(): void;
  /** Takes what is newer than what is here, shows it and passes it on to the other tabs, unless it is `told` to them. */
  take(frame: Frame, told?: boolean): Basket;
  /** Asks for news, waiting up to `wait` seconds for some. */
  refresh(wait?: number, signal?: AbortSignal): Promise<void>;
  /** After a sleep or a hint: asks for news and opens the channel. */
  wake(): void;
  open(): void;
  close(): void;
  /** Tells each element and the document, once each; false when one of them prevented it. */
  tell(type: string, detail: object): boolean;
}

/** @internal An element with words of its own. */
export interface Speaks extends HTMLElement {
  /** The language the element speaks. */
  readonly lingo: string;
}

/** @internal What the parts that load later need of an element. */
export interface Seen extends Speaks {
  readonly till: Shop;
  readonly words: Words;
  draw(): void;
  /** What says what went wrong last. */
  alert?: Element;
  /**
   * Opens an empty popup; null when it was blocked, and, unless it is `late`, where an app around us may take the payment.
   * Works only inside a click and shortly after.
   */
  popup(late?: boolean): Window | null;
}

/** @internal The shop with this base URL; without one, the shop that the script came from. */
export function shopAt(base?: string | null): Shop;
/** @internal Asks with an event that can be prevented; false when it was. */
export function say(to: EventTarget, type: string, detail: object, bubbles?: boolean): boolean;
/** @internal A node with properties and children. */
export function h(tag: string, properties: object, ...children: any[]): any;
/** @internal */
export function sheet(css: string): CSSStyleSheet;

/** What <till-button>, <till-basket> and <till-order> have in common. */
export interface TillElement extends Seen {
  /** The base URL of a Till, such as `/books/till`, when it is not the one the script came from. */
  get shop(): string | null;
  set shop(value: string | null);
  /** `en` or `pl`. Without it the language of the page. */
  get language(): string | null;
  set language(value: string | null);
  /** Forces the dark theme, or with `false` the light one. Without it the page's `color-scheme` decides. */
  get darkMode(): string | null;
  set darkMode(value: string | boolean | null);
  /** How the order page opens: `popup`, `redirect` or `frame`. A popup that is blocked becomes a redirect. */
  get mode(): string | null;
  set mode(value: Mode | null);
  /** How many things are in the basket, when the page knows it before the shop was asked. Follows the basket. */
  get count(): string | null;
  set count(value: string | number | null);

  addEventListener<K extends keyof TillEventMap>(
    type: K,
    listener: (this: this, event: TillEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/**
 * A button that adds a product to the basket; with `mode` it also checks out at once. Without `product` it checks
 * out what is in the basket. With `wallet` it links the basket with a phone, after the add; once it is linked it shows
 * whose phone that is and only adds. Its children are its label, and a link among them works where there are no scripts.
 *
 * @tag till-button
 * @slot - The label.
 * @csspart button - The button.
 * @csspart count - The number on it.
 * @csspart phone - The masked phone number.
 * @csspart said - The "Added" that covers the button for a moment.
 * @csspart error - What went wrong.
 * @csspart similar - The dialog that asks whether the same order again is meant.
 * @csspart frame - The dialog that holds the order page.
 * @csspart linked - The button for the linked phone, at the end of the button.
 * @csspart binding - The dialog that links the basket with a phone.
 * @csspart close - The button that closes a dialog.
 */
export interface TillButton extends TillElement {
  /** The id of the product to add. */
  get product(): string | null;
  set product(value: string | null);
  /** How many to add. Default 1. */
  get quantity(): string | null;
  set quantity(value: string | number | null);
  /** Where the button is: `PRODUCT_CARD`, `BASKET_SUMMARY`, ...; passed on in its events. */
  get bindingPlace(): string | null;
  set bindingPlace(value: string | null);
  /** `primary`, the default, or `secondary`. */
  get variant(): string | null;
  set variant(value: 'primary' | 'secondary' | null);
  /** Links the basket with a phone, if the shop has a wallet. `mode` is then for "pay here instead", and for a shop without one. */
  get wallet(): string | null;
  set wallet(value: string | boolean | null);
  /** The linked phone's number with most of its digits hidden, shown with the label. Follows the binding where there is `wallet`. */
  get maskedPhoneNumber(): string | null;
  set maskedPhoneNumber(value: string | null);
  /** Whose phone it is, shown before its number. Follows the binding likewise. */
  get name(): string | null;
  set name(value: string | null);
  /** `rounded`, the default, or `round`. */
  get frameStyle(): string | null;
  set frameStyle(value: 'rounded' | 'round' | null);
  /** The least width in px, 220 to 1200. */
  get minWidth(): string | null;
  set minWidth(value: string | number | null);
}

/**
 * The badge of the basket. It opens the drawer with the lines, promotion codes, total and checkout, and says thank
 * you when an order was paid and no <till-order> is on the page. Its children are shown where there are no scripts.
 *
 * @tag till-basket
 * @csspart badge - The button with the bag.
 * @csspart count - The number on it.
 * @csspart drawer - The drawer, a dialog.
 * @csspart lines - The list of lines.
 * @csspart line - One line.
 * @csspart image - The picture of a line.
 * @csspart stepper - The quantity of a line.
 * @csspart apply - The button that applies a promotion code.
 * @csspart sums - Subtotal, discount, fees and total.
 * @csspart held - How long the price is held, where the desk holds it for a while.
 * @csspart checkout - The checkout button.
 * @csspart close - The button that closes the drawer or the frame.
 * @csspart empty - What an empty basket says.
 * @csspart error - What went wrong.
 * @csspart similar - The dialog that asks whether the same order again is meant.
 * @csspart frame - The dialog that holds the order page.
 * @csspart note - The note that says thank you.
 * @csspart thanks - What is in it.
 */
export interface TillBasket extends TillElement {}

/**
 * How the newest order of this browser is doing; a thank-you when it is paid, and the codes of what is claimed in a wallet.
 * Its children are shown while there is none.
 *
 * @tag till-order
 * @slot - What to show while there is no order.
 * @csspart order - The card.
 * @csspart thanks - What a paid order says.
 * @csspart button - "Continue to payment".
 * @csspart claims - What is claimed in the shopper's wallet, below the card.
 * @csspart claim - One piece of it.
 * @csspart code - Its code.
 * @csspart copy - The button that copies the code.
 * @csspart open - "Open in your wallet".
 * @csspart error - What went wrong.
 * @csspart similar - The dialog that asks whether the same order again is meant.
 * @csspart frame - The dialog that holds the order page.
 */
export interface TillOrder extends TillElement {}

/**
 * Another shop's pages inside this one, which plays the app around them: it says who the user is and takes the payments. For
 * the page of a host app; it comes with a file of its own, `elements/till-miniapp.js`. It fills the place that the page gives it.
 *
 * @tag till-miniapp
 * @csspart app - The frame with the app's page.
 * @csspart veil - What lies over it while it opens, or says that it cannot be opened.
 * @csspart retry - The button that tries again.
 * @csspart frame - The dialog that holds the desk's confirmation of a payment.
 * @csspart close - The button that closes the dialog.
 */
export interface TillMiniapp extends Speaks {
  /** The id of the miniapp. */
  get appId(): string | null;
  set appId(value: string | null);
  /** The id of the host app, which is this page. */
  get clientId(): string | null;
  set clientId(value: string | null);
  /** Where the desk is asked, such as `https://pay.example.com/boxo/api/v1`. */
  get baseUrl(): string | null;
  set baseUrl(value: string | null);
  /** The origins whose messages are answered, with spaces between them. Without it that of the app's address. */
  get origins(): string | null;
  set origins(value: string | null);
  /** A code that tells the desk who the user is, good for one login. */
  get authCode(): string | null;
  set authCode(value: string | null);
  /** The host app's own reference of the user. */
  get userId(): string | null;
  set userId(value: string | null);
  /** `dark`, `light` or `system`; the app is told, and told again when it changes. */
  get theme(): string | null;
  set theme(value: 'dark' | 'light' | 'system' | null);
  /** The language that the app is told, such as `en` or `pl-PL`; also that of the element's own few words. */
  get locale(): string | null;
  set locale(value: string | null);

  /** Opens the app afresh. */
  reload(): Promise<void>;
  /** Tells the app that the user has gone, and forgets who that was. */
  logout(): void;
  addEventListener<K extends keyof TillMiniappEventMap>(
    type: K,
    listener: (this: this, event: TillMiniappEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/** The events of <till-miniapp>. The first three ask: `respondWith` takes the answer, or a promise of it, and they can be prevented. */
export interface TillMiniappEventMap {
  /** The app asks for a payment. Answered, the page takes the money in a way of its own; prevented, the answer is "cancelled"; else the desk's confirmation opens in a dialog. */
  'till-miniapp-pay': CustomEvent<MiniappPayment & { respondWith(answer: MiniappPaid | Promise<MiniappPaid>): void }>;
  /** The app wants to know who the user is. Answered with an auth code, that one is used instead of `auth-code`; prevented, the app is refused. */
  'till-miniapp-login': CustomEvent<{ respondWith(code: string | Promise<string>): void }>;
  /** An event of the app's own. Without an answer the app is told that nobody listens. */
  'till-miniapp-event': CustomEvent<{ type: string; payload: any; respondWith(answer: any): void }>;
  /** A payment was made, as the page that took it says. */
  'till-miniapp-paid': CustomEvent<{ transactionToken: string; hostappOrderId?: string; transactionId?: string }>;
  /** The app cannot be opened. Prevent it to show that in your own way. */
  'till-error': CustomEvent<{ code: string; message: string }>;
}

/**
 * The events. The first five ask and can be prevented; the others tell. Asking and element-told events bubble out of
 * shadow roots. `till-basket-changed`, `till-binding-changed`, `till-order-changed` and `till-order-paid` do not bubble: each
 * element of the shop and the document get one each.
 */
export interface TillEventMap {
  /** A product is about to be added. */
  'till-add': CustomEvent<{ product: string; quantity: number; place: string | null }>;
  /** A checkout is about to begin. */
  'till-checkout': CustomEvent<{ mode: Mode; place?: string | null }>;
  /** A line's quantity (0 removes it) or the promotion codes are about to be changed in the drawer. */
  'till-change': CustomEvent<{ product: string; quantity: number } | { codes: string[] }>;
  /** The drawer is about to open. */
  'till-open': CustomEvent<object>;
  /** A press of a button with `wallet` is about to lead to the phone. */
  'till-bind': CustomEvent<{ place: string }>;
  /** The shop has added the product. */
  'till-added': CustomEvent<{ product: string; quantity: number; basket: Basket }>;
  /** The shop refused, or could not be reached. Prevent it to show the reason in your own way. */
  'till-error': CustomEvent<{ code: string; message: string }>;
  /** The basket is another than before, here or on another tab or device. */
  'till-basket-changed': CustomEvent<{ basket: Basket }>;
  /** The basket was linked with a phone, or is no longer. */
  'till-binding-changed': CustomEvent<{ binding: Binding | null }>;
  /** The newest order is another, or in another state. Prevent it so that the tab that was linked with a phone does not go to the `complete` page of an order that was placed there. */
  'till-order-changed': CustomEvent<{ order: Order }>;
  /** The order is paid. Prevent it so that the tab that began the checkout does not go to the order's `complete` page. */
  'till-order-paid': CustomEvent<{ order: Order }>;
  /** The page's own news that the number of things in the basket has changed. Also heard on `window`. */
  'inpost-update-count': CustomEvent<number>;
  /** The basket was linked (or, with `basketLinked: false`, unlinked) on this page; each <till-button> gets one, and hears one of the page's own. */
  'izi-binding-complete': CustomEvent<{ masked_phone_number?: string; basket_linked?: boolean; basketLinked?: boolean }>;
}

/**
 * The custom properties that theme all elements.
 *
 * @cssproperty --till-accent - Buttons and the badge's number.
 * @cssproperty --till-on-accent - Text on the accent.
 * @cssproperty --till-surface - Secondary buttons, drawer, cards.
 * @cssproperty --till-text - Text on the surface.
 * @cssproperty --till-muted - Text that steps back.
 * @cssproperty --till-line - Thin lines.
 * @cssproperty --till-wash - Quiet fills: fields, pictures, hover.
 * @cssproperty --till-danger - What went wrong.
 * @cssproperty --till-success - What went well.
 * @cssproperty --till-radius - Corners.
 * @cssproperty --till-font - Font family.
 */
export interface TillTheme {}

declare global {
  interface HTMLElementTagNameMap {
    'till-button': TillButton;
    'till-basket': TillBasket;
    'till-order': TillOrder;
    'till-miniapp': TillMiniapp;
  }
  interface DocumentEventMap extends Pick<TillEventMap, Exclude<keyof TillEventMap, 'inpost-update-count' | 'izi-binding-complete'>> {}
  interface Window {
    iziCanBeBound(product?: string): boolean;
    iziAddToCart(product: string, quantity?: number): Promise<void>;
    iziGetOrderComplete(): Promise<IziComplete>;
    /** Without a number: a code and links. Nothing when the phone was asked, or it is linked already; an error code when the wallet refused. */
    iziGetPayData(prefix?: string | null, phone?: string | null, bindingPlace?: string | null): Promise<PayData>;
    iziGetBindingData(id: unknown, prefix?: string | null, phone?: string | null, bindingPlace?: string | null): Promise<PayData>;
    iziGetBrowserData(how?: { base64?: boolean }): BrowserData | string;
    iziGetIsBound(): Promise<Bound>;
    iziBindingDelete(): Promise<void>;
    iziMobileLink(): Promise<{ link: string }>;
    /** What the page hands to `InPostPayWidget.init`; a promise of it while izi.js is not loaded. */
    tillInpostWidgetOptions(): InpostWidgetOptions | Promise<InpostWidgetOptions>;
    /** @internal What a native host app gives to the pages in it. */
    AppboxoJs?: Record<string, (message: string) => void>;
    /** @internal The same on another system. */
    webkit?: { messageHandlers?: Record<string, { postMessage(message: object): void } | undefined> };
  }
}

/** Attributes and properties as React 19 takes them, with `ontill-added` and friends for the events. */
type InReact<Own extends string, Events = TillEventMap> = { [name in Own]?: string | number | boolean | null } & {
  [event in keyof Events as `on${event & string}`]?: (event: Events[event]) => void;
};
type Shared = 'shop' | 'language' | 'dark-mode' | 'darkMode' | 'mode' | 'count';
type OfButton =
  | Shared
  | 'product'
  | 'quantity'
  | 'binding-place'
  | 'bindingPlace'
  | 'variant'
  | 'masked-phone-number'
  | 'maskedPhoneNumber'
  | 'name'
  | 'wallet'
  | 'frame-style'
  | 'frameStyle'
  | 'min-width'
  | 'minWidth';
type OfMiniapp =
  | 'app-id'
  | 'appId'
  | 'client-id'
  | 'clientId'
  | 'base-url'
  | 'baseUrl'
  | 'auth-code'
  | 'authCode'
  | 'user-id'
  | 'userId'
  | 'origins'
  | 'theme'
  | 'locale';

// @ts-ignore: without the types of React there is nothing to extend
type Html<E> = import('react').DetailedHTMLProps<import('react').HTMLAttributes<E>, E>;

// @ts-ignore: the same
declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'till-button': Html<TillButton> & InReact<OfButton>;
      'till-basket': Html<TillBasket> & InReact<Shared>;
      'till-order': Html<TillOrder> & InReact<Shared>;
      'till-miniapp': Html<TillMiniapp> & InReact<OfMiniapp, TillMiniappEventMap>;
    }
  }
}
