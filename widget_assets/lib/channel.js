// The open channel: a socket to the shop, opened again when it is lost; long polls where sockets are refused.

/** Listens until the signal, in one tab of the browser. @param {import('../till.js').Shop} shop @param {AbortSignal} signal */
export async function listen(shop, signal) {
  for (let failures = 0; !signal.aborted; ) {
    const code = await talk(shop, signal);
    failures = code && failures + 1;
    if (code == 4404 && !shop.basket?.version) return shop.close();
    if (code == 4013 || failures > 1) await import('./poll.js').then((m) => m.poll(shop, signal)).catch(() => {});
    await new Promise((done) => {
      signal.onabort = done;
      setTimeout(done, signal.aborted ? 0 : Math.min(2 ** failures, 30) * (500 + Math.random() * 1000));
    });
  }
}

/** One socket: its close code, 0 when it had worked. */
function talk(shop, signal) {
  const socket = new WebSocket(`${shop.base.replace('http', 'ws')}channel?lang=${shop.lang}`);
  let heard, timer;
  return new Promise((done) => {
    const stop = () => {
      socket.close();
      done(0);
    };
    const beat = (event) => {
      clearTimeout(timer);
      timer = setTimeout(stop, 50_000); // two of its heartbeats were missed
      if (!event) return;
      heard = true;
      shop.take(JSON.parse(event.data));
    };
    signal.onabort = stop;
    socket.onmessage = beat;
    socket.onclose = ({ code }) => done(heard && code < 4000 ? 0 : code);
    beat();
  }).finally(() => clearTimeout(timer));
}
