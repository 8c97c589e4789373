// The basket page is drawn by the server. When the basket changes somewhere else (the drawer,
// another tab, the phone), it is fetched again and put in place.
const page = () => document.querySelector("#basket");

document.addEventListener("till-basket-changed", async ({ detail }) => {
  if (page().dataset.version === String(detail.basket.version)) return;
  const answer = await fetch(location.pathname);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  page().replaceWith(document.adoptNode(fresh.querySelector("#basket")));
});
