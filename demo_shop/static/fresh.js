// The basket and the order are drawn by the server. When one changes somewhere else (the drawer,
// another tab, the phone), it is fetched again and put in place.
async function freshen(part, version) {
  const shown = document.querySelector(part);
  if (!shown || shown.dataset.version === String(version)) return;
  const answer = await fetch(location.pathname);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector(part).replaceWith(document.adoptNode(fresh.querySelector(part)));
}

document.addEventListener("till-basket-changed", ({ detail }) => freshen("#basket", detail.basket.version));
document.addEventListener("till-order-changed", ({ detail }) => freshen("#order", detail.order.status));
