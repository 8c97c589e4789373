// Registers the elements. Does nothing on a server.
import { TillBasket } from './elements/till-basket.js';
import { TillButton } from './elements/till-button.js';
import { TillElement, shopAt } from './lib/shop.js';

// The rest of it loads when a page has one.
class TillOrder extends TillElement {
  build() {
    import('./elements/till-order.js').then(({ draw }) => (this.draw = () => draw(this))());
  }
}

TillButton.define('till-button');
TillBasket.define('till-basket');
TillOrder.define('till-order');

if (globalThis.window) {
  const izi = () => import('./izi.js');
  window.iziCanBeBound ??= () => !!izi();
  for (const name of ['iziAddToCart', 'iziGetOrderComplete']) window[name] ??= (...of) => izi().then((m) => m[name](...of));
  if (document.querySelector('inpost-izi-button')) izi();
  addEventListener('inpost-update-count', (event) => event.target == window && shopAt().elements.forEach((element) => element.hint(event)));
}
