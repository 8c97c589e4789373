// Compiled, never run: what a page in TypeScript relies on.
const button = document.createElement('till-button');
button.product = 'mug';
button.quantity = 2;
button.darkMode = true;
button.mode = 'popup';
button.wallet = true;
// @ts-expect-error: there is no such way of opening the order page
button.mode = 'tab';
button.addEventListener('till-added', (event) => event.detail.basket.total.text.toUpperCase());
document.addEventListener('till-order-paid', ({ detail }) => detail.order.number.toUpperCase());
document.querySelector('till-basket')?.addEventListener('till-error', ({ detail }) => detail.code.toUpperCase());
document.addEventListener('till-binding-changed', ({ detail }) => detail.binding?.masked_phone_number?.toUpperCase());
const known: boolean = window.iziCanBeBound('mug');
const added: Promise<void> = window.iziAddToCart('mug');
const linked: Promise<string | undefined> = window.iziGetIsBound().then((bound) => bound.masked_phone_number);
const app = document.createElement('till-miniapp');
app.baseUrl = 'https://pay.example.com/boxo/api/v1';
app.theme = 'dark';
// @ts-expect-error: there is no such theme
app.theme = 'blue';
app.addEventListener('till-miniapp-pay', ({ detail }) => detail.respondWith({ status: 'success', hostappOrderId: detail.transactionToken }));
app.addEventListener('till-miniapp-event', ({ detail }) => detail.respondWith(Promise.resolve({ type: detail.type })));
export { added, known, linked };
