// @ts-check
/** Hands the desk the user token that a partner's page left in this origin's storage, once. */
const token = localStorage.getItem(document.body.dataset.tokenKey ?? '');
if (token) {
  const address = new URL(location.href);
  address.searchParams.set('token', token);
  location.replace(address);
}
