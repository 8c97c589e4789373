// The app around a miniapp: embeds its page and answers what that page's SDK asks, as contracts of such apps have it.
import { say } from '../till.js';
import { confirm } from './miniapp_pay.js';
import { LOOK } from './miniapp_look.js';
import { CROSS, h, icon, isDark, wear, wordsFor } from './styles.js';
/** @import { MiniappPaid, MiniappPayment, TillMiniapp } from '../till.js' */

const SLOW = 15_000; // ms for the desk to answer
const THEMES = ['dark', 'light', 'system'];

export class MiniappHost {
  /** Who may talk to us. @type {string[]} */ origins = [];
  /** Where the app was last heard of. */ origin = '';
  /** Where the desk is asked. @type {URL | undefined} */ api;
  /** @type {Promise<{ token: string, refresh_token?: string }> | undefined} */ tokens;
  spent = '';
  over = new AbortController();

  /** @param {TillMiniapp} element */
  constructor(element) {
    this.element = element;
    this.root = /** @type {ShadowRoot} */ (element.shadowRoot);
    /** What the page's SDK may ask. @type {Record<string, (params: any) => unknown>} */
    this.serves = {
      AppBoxoWebAppGetInitData: () => this.about(),
      AppBoxoWebAppLogin: () => this.login(),
      AppBoxoWebAppPay: (params) => this.pay(params),
      AppBoxoWebAppCustomEvent: (params) => this.custom(params),
      AppBoxoWebAppLogout: () => this.forget(),
      AppBoxoWebAppClearToken: () => this.forget(),
    };
    wear(this.root, LOOK);
  }

  // ---- the page ----

  async open() {
    const { signal } = this.over;
    const words = await wordsFor(this.element);
    if (signal.aborted) return;
    this.veil = h('div', { className: 'veil', part: 'veil', role: 'status' }, h('i', { className: 'spinner' }), words['miniapp.opening']);
    this.root.replaceChildren(this.veil);
    try {
      const { baseUrl, appId, clientId } = this.element;
      if (!baseUrl || !appId || !clientId) throw Error('base-url, app-id and client-id are needed');
      this.api = new URL(baseUrl.replace(/\/*$/, '/'), document.baseURI);
      const { miniapp } = await this.ask(`miniapps/${encodeURIComponent(appId)}/settings/?client_id=${encodeURIComponent(clientId)}`);
      const url = new URL(miniapp?.url);
      if (!/^https?:$/.test(url.protocol)) throw Error('not a web address');
      if (!signal.aborted) this.embed(url, this.element.ariaLabel || miniapp.name || words.miniapp);
    } catch (error) {
      if (!signal.aborted) this.excuse(error, words);
    }
  }

  /** @param {URL} url @param {string} title */
  embed(url, title) {
    const listed = (this.element.getAttribute('origins') ?? '').split(/[\s,]+/).filter(Boolean);
    this.origins = (listed.length ? listed : [url.href]).flatMap((one) => (URL.canParse(one) ? new URL(one).origin : []));
    this.origin = url.origin;
    this.frame = h('iframe', { className: 'app', part: 'app', title, src: url.href, referrerPolicy: 'strict-origin-when-cross-origin' });
    // It may do what it likes, but not take our own page away.
    this.frame.setAttribute('sandbox', 'allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-popups allow-popups-to-escape-sandbox');
    this.frame.onload = () => this.veil?.classList.add('gone');
    addEventListener('message', (event) => this.hear(event), { signal: this.over.signal });
    this.root.prepend(this.frame);
  }

  /** @param {any} error @param {import('../till.js').Words} words */
  excuse(error, words) {
    const code = error.code ?? 'MINIAPP_UNAVAILABLE';
    if (!say(this.element, 'till-error', { code, message: error.message }, true)) return;
    const again = h('button', { type: 'button', part: 'retry', onclick: () => this.element.reload() }, words['bind.retry']);
    this.veil?.replaceChildren(h('span', { className: 'sign' }, icon(CROSS)), h('p', {}, words['miniapp.wrong']), again);
  }

  close() {
    this.over.abort();
    this.root.replaceChildren();
  }

  // ---- what is asked ----

  /** @param {MessageEvent} event */
  async hear({ source, origin, data }) {
    if (!source || source != this.frame?.contentWindow || !this.origins.includes(origin) || data?.type != 'appboxo-js-sdk') return;
    const { handler } = data;
    const params = Object(data.params);
    const id = data.request_id ?? params.request_id ?? (handler == 'AppBoxoWebAppPay' ? params.transactionToken : undefined);
    this.origin = origin;
    const serve = Object.hasOwn(this.serves, handler) && this.serves[handler];
    let answer;
    try {
      if (!serve) throw Object.assign(Error('Unsupported event type'), { told: true });
      answer = Object(await serve(params));
    } catch (error) {
      const { message, told } = /** @type {any} */ (error);
      const reason = told ? message : 'Request failed'; // what went wrong inside stays inside
      answer = { error_type: 'client_error', error_data: { error_code: 500, error_reason: reason, error_description: reason } };
    }
    if (this.over.signal.aborted) return;
    this.post({ type: 'appboxo-host-response', handler, data: { ...answer, request_id: id }, request_id: id }, origin);
  }

  /** @param {object} message @param {string} [to] */
  post(message, to = this.origin) {
    if (to) this.frame?.contentWindow?.postMessage(message, to);
  }

  about() {
    const { appId: app_id, clientId: client_id, locale } = this.element;
    const serves = Object.keys(this.serves);
    const data = { handlers: serves, capabilities: serves, ...(locale && { locale }), ...(this.theme && { theme: this.theme }), isTelegramWebView: false };
    return { app_id, client_id, payload: '', data, sandbox_mode: false };
  }

  get theme() {
    const theme = this.element.theme ?? '';
    return THEMES.includes(theme) ? theme : '';
  }

  tellTheme() {
    this.post({ type: 'appboxo-theme-change', theme: this.theme || 'system' });
  }

  /** Asks our page; what it answered, and whether it did not prevent what is usual. @param {string} type @param {object} detail
   * @returns {{ usual: boolean, answer: Promise<any> | undefined }} */
  consult(type, detail) {
    let answer;
    const respondWith = (/** @type {unknown} */ value) => void (answer = Promise.resolve(value));
    const usual = say(this.element, type, { ...detail, respondWith }, true);
    return { usual, answer };
  }

  /** @param {any} params */
  async custom({ type, payload }) {
    const { answer } = this.consult('till-miniapp-event', { type: String(type), payload });
    if (!answer) throw Object.assign(Error(`No handler registered for custom event: ${type}`), { told: true });
    return answer;
  }

  async login() {
    this.tokens ??= this.exchange();
    const asked = this.tokens;
    try {
      return { payload: await asked };
    } catch {
      if (this.tokens == asked) this.tokens = undefined;
      throw Object.assign(Error('Authentication failed'), { told: true });
    }
  }

  /** A code that says who the user is, for tokens of the miniapp; a code is good for one time. */
  async exchange() {
    const { appId: app_id, clientId: client_id, userId: user_reference } = this.element;
    const { usual, answer } = this.consult('till-miniapp-login', {});
    const auth_code = answer ? await answer : usual && this.element.authCode;
    if (!auth_code || auth_code == this.spent) throw Error('no code');
    this.spent = auth_code;
    const told = await this.ask('authorize/', { auth_code, client_id, app_id, ...(user_reference && { user_reference }) });
    const token = told.auth_token || told.token;
    if (!token) throw Error('no token');
    return { token, refresh_token: told.refresh_token };
  }

  forget() {
    this.tokens = undefined;
    return {};
  }

  logout() {
    this.forget();
    this.post({ type: 'appboxo-host-response', handler: 'AppBoxoWebAppLogout', data: { action: 'logout' } });
  }

  // ---- paying ----

  /** @param {any} params @returns {Promise<MiniappPayment & MiniappPaid>} */
  async pay({ amount, currency, miniappOrderId, transactionToken, extraParams }) {
    const payment = { amount, currency, miniappOrderId, transactionToken, ...(extraParams !== undefined && { extraParams }) };
    /** @returns {MiniappPayment & MiniappPaid} */
    const failed = (/** @type {string} */ error) => ({ ...payment, status: 'failed', hostappOrderId: '', error });
    if (typeof transactionToken != 'string' || !transactionToken.trim()) return failed('transactionToken is missing');
    const { usual, answer } = this.consult('till-miniapp-pay', payment);
    if (!answer && !usual) return /** @type {const} */ ({ ...payment, status: 'cancelled', hostappOrderId: '' });
    try {
      const told = await (answer ?? this.confirm(transactionToken));
      const { status, hostappOrderId, transactionId, error } = Object(told);
      if (!['success', 'failed', 'cancelled'].includes(status)) return failed('Payment failed');
      if (status == 'success') say(this.element, 'till-miniapp-paid', { transactionToken, hostappOrderId, transactionId }, true);
      return { ...payment, status, hostappOrderId: hostappOrderId ?? '', ...(transactionId && { transactionId }), ...(error && { error: String(error) }) };
    } catch {
      return failed('Payment failed');
    }
  }

  /** The desk's own page. @param {string} token */
  confirm(token) {
    const page = new URL(String(this.api).replace(/(\/api\/v1)?\/$/, `/hostapp/pay/${encodeURIComponent(token)}`));
    if (isDark(this.element)) page.searchParams.set('theme', 'dark');
    return confirm(this.element, page, token, this.over.signal);
  }

  /** @param {string} path @param {object} [body] */
  async ask(path, body) {
    const signal = AbortSignal.any([this.over.signal, AbortSignal.timeout(SLOW)]);
    const how = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    const answer = await fetch(new URL(path, this.api), { ...how, credentials: 'omit', signal });
    const data = await answer.json();
    if (!answer.ok) throw Object.assign(Error(data.error_message), { code: data.error_code });
    return data;
  }
}
