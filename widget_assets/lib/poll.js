// What the channel does where sockets are refused: it waits in long polls, then lets sockets try again.

const ROUNDS = 20; // of 25 s each: some eight minutes

/** @param {import('../till.js').Shop} shop @param {AbortSignal} signal */
export async function poll(shop, signal) {
  let failures = 0;
  for (let round = 0; round < ROUNDS && !signal.aborted; round++) {
    let seconds = 0.3 + Math.random() / 2; // a shop that answers at once is not hammered
    try {
      await shop.refresh(25, signal);
      failures = 0;
    } catch (error) {
      const answer = /** @type {{ answer?: Response }} */ (error).answer;
      if (answer?.status == 404 && !shop.basket?.version) return shop.close(); // the first add opens again
      const told = Number(answer?.headers.get('Retry-After'));
      seconds = (told || Math.min(2 ** ++failures, 30)) * (1 + Math.random() / 2);
    }
    if (signal.aborted) return;
    await new Promise((done) => {
      signal.onabort = done;
      setTimeout(done, seconds * 1000);
    });
  }
}
