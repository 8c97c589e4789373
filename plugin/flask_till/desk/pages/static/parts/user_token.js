// @ts-check
/**
 * Hands the desk the user token that a partner's page left in this origin's storage. It never stands
 * in an address, where servers and proxies would log it.
 */
const { tokenKey = '', place = '', order = '' } = document.body.dataset;

/** @returns {string | null} Nothing, too, where the browser lets nobody read its storage. */
function stored() {
  try {
    return localStorage.getItem(tokenKey);
  } catch {
    return null;
  }
}

/** @param {string} token @returns {Promise<boolean>} Whether the order shows itself from now on. */
async function enter(token) {
  const body = new URLSearchParams({ orderId: order, token });
  const headers = { Accept: 'application/json' };
  const entered = await fetch(`${place}/enter`, { method: 'POST', body, headers });
  if (!entered.ok) return false;
  // A browser that keeps no cookie here would load the same page again and again.
  const news = await fetch(`${place}/status?${new URLSearchParams({ orderId: order })}`);
  return news.ok;
}

async function search() {
  const token = stored();
  const isIn = token != null && (await enter(token).catch(() => false));
  if (isIn) location.reload();
  else document.body.dataset.tried = '';
}

search();
