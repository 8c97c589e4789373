"""A process that watches a chain is killed at each point, and another one goes on.

Run by `test_watch_crashes`: ``python -m tests.desk.web3.watch_lives DATABASE_URL [EVERY]``. Each
life is a forked child, as in `sending_lives`, and is about an account of its own.
"""

from __future__ import annotations

import signal
import sys

import httpx

from flask_till.desk.gateways.web3.nodes import nodes_of
from flask_till.desk.onchain import DROPPED, FINAL
from flask_till.desk.tables import MIGRATIONS
from tests import ready_made
from tests.desk.web3.sending_lives import Exposed, Points, ended, fork
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import Anvil, TheChain

ASKED = ("blocks", "receipt")


class Life:
    """One process from its start to its end, in good order or not."""

    def __init__(self, url: str, chain: TheChain, number: int) -> None:
        chain.anvil._client = httpx.Client(timeout=30, trust_env=False)
        self.chain = chain
        self.number = number
        self.watch = TheWatch(url, Exposed(nodes_of(chain.chain(confirmations=6))), is_new=False)
        self.address = self.watch.account(number)

    def go(self, points: Points) -> None:
        """Paid, seen, taken back in part, final."""
        chain, watch, watcher = self.chain, self.watch, self.watch.watcher
        points.watch_database(watch.database)
        points.watch(watch.nodes, *ASKED)
        watcher._after = lambda _: points.here("told")
        watcher.step()
        chain.mint(chain.usdc, chain.people[0], 15)
        kept = chain.pay(chain.usdc, self.address, 10)
        signed = chain("eth_getRawTransactionByHash", kept)
        chain.pay(chain.usdc, self.address, 5)
        chain.pay(chain.eth, self.address, 7)
        watcher.step()
        chain.reorg(3, [(signed, 1)])
        chain.pay(chain.eth, self.address, 9, sender=chain.people[1])
        watch.look()
        chain.mine(5)
        watch.look()

    def recover(self) -> None:
        """Another process, which knows nothing but what is in the database."""
        chain, watch = self.chain, self.watch
        chain.mine(7)
        watch.look()
        assert watch.told, "whatever waits is looked for"
        for coin in (chain.usdc, chain.eth):
            came = chain.balance(coin, self.address)
            assert watch.held(coin, self.number) == came, (coin.code, came)
        assert {one.status for one in watch.deposits} <= {FINAL, DROPPED}
        assert watch.incidents == []
        assert watch.head.number == chain.height
        watch.check(chain)


def main() -> None:
    url, every = sys.argv[1], int((sys.argv[2:] or ["1"])[0])
    with Anvil(history=2000) as anvil:
        chain = TheChain(anvil)
        ready_made.migrate(url, MIGRATIONS)
        chain.mine(3)
        number = 0
        while True:

            def first(number: int = number) -> None:
                points = Points(number)
                Life(url, chain, number).go(points)
                print(f"{number} points", *points.names, sep="\n  ", flush=True)

            def second(number: int = number) -> None:
                Life(url, chain, number).recover()

            status = ended(fork(first))
            assert status in (0, -signal.SIGKILL), f"point {number}: ended with {status}"
            assert ended(fork(second)) == 0, f"no recovery from point {number}"
            if status == 0:
                return
            number += every


if __name__ == "__main__":
    main()
