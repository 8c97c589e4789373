// The options of the vendor's second widget: InPostPayWidget.init(await tillInpostWidgetOptions()).
import { shopAt } from '../till.js';
/** @import { InpostWidgetOptions, IziComplete, Shop } from '../till.js' */

const PRINTED = 'till-inpost-widget-options';

/** The options that the page's JSON does not have: what happens on a click and on news. Throws without that JSON.
 * @param {() => Promise<IziComplete>} orderComplete @returns {InpostWidgetOptions} */
export function inpostWidgetOptions(orderComplete) {
  const printed = document.getElementById(PRINTED)?.textContent;
  if (!printed) throw Error(`no #${PRINTED} on the page: print {{ till.inpostWidgetOptions() }} before it is used`);
  const { prefix, basketBindingApiKey = cookie('basketBindingApiKey'), ...options } = JSON.parse(printed);
  const own = shopAt();
  const shop = !prefix || own.base.endsWith(`${prefix}/`) ? own : shopAt(prefix); // ours knows where the shop is mounted
  return {
    ...options,
    basketBindingApiKey,
    unboundWidgetClicked: (product) => keyFor(shop, product),
    handleBasketEvent: (event) => handle(shop, event, orderComplete),
  };
}

/** @param {string} name */
function cookie(name) {
  const found = document.cookie.split('; ').find((one) => one.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

/** Adds the product and begins a binding; its key is what the widget goes on with. @param {Shop} shop @param {string} [product] */
async function keyFor(shop, product) {
  if (product) await shop.add(product).catch(reason('ADD_TO_CART_FAILED'));
  const { basket_binding_api_key } = await shop.ask('iziBindingKey', 'POST', {}).catch(reason('BINDING_KEY_FETCH_FAILED'));
  return /** @type {string} */ (basket_binding_api_key);
}

/** An error whose message and code are a reason that the widget knows. @param {string} code */
function reason(code) {
  return (/** @type {unknown} */ cause) => {
    throw Object.assign(Error(code, { cause }), { code });
  };
}

/** @param {Shop} shop @param {string} event @param {() => Promise<IziComplete>} orderComplete */
async function handle(shop, event, orderComplete) {
  if (event == 'orderCreated') orderComplete().then((complete) => (complete.action == 'redirect' ? location.assign(complete.redirect) : location.reload()));
  else if (event == 'basketProductChanged' || event == 'basketDeleted') await shop.refresh();
  else return false;
  return true;
}
