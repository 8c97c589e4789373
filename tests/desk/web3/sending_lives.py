"""Processes that send from one account: killed at each point, or many of them at the same time.

Run by `test_sending_together`: ``python -m tests.desk.web3.sending_lives crash|race DATABASE_URL``.
One process that has loaded everything, and has a chain of its own, forks a child for each life, so
that a crash is a real SIGKILL and costs little.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from flask_till.base.clock import system_clock
from flask_till.desk.gateways.web3.keys import SeedSigner, checksum
from flask_till.desk.gateways.web3.nodes import Nodes, nodes_of
from flask_till.desk.onchain import OPERATOR
from flask_till.desk.tables import MIGRATIONS
from flask_till.desk.web3.sending import AGAIN, STUCK
from tests import ready_made
from tests.conftest import StillClock
from tests.desk.web3.the_office import TheOffice
from tests.stand_ins.chain import DESK_PHRASE, Anvil, TheChain

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PROCESSES, THREADS, MANY = 4, 3, 40


class Points:
    """Counts the points that are passed, and dies at the chosen one."""

    def __init__(self, die_at: int | None) -> None:
        self.names: list[str] = []
        self._die_at = die_at

    def here(self, name: str) -> None:
        if len(self.names) == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch(self, part: Any, *verbs: str) -> None:
        for verb in verbs:
            self._wrap(part, verb)

    def _wrap(self, part: Any, verb: str) -> None:
        call = getattr(part, verb)

        def watched(*given: Any, **named: Any) -> Any:
            self.here(f"before {verb}")
            answer = call(*given, **named)
            self.here(f"after {verb}")
            return answer

        setattr(part, verb, watched)

    def watch_database(self, database: Any) -> None:
        write = database.write

        def watched(action: Callable[..., Any], *given: Any, **named: Any) -> Any:
            def inside(work: Any, *given: Any, **named: Any) -> Any:
                result = action(work, *given, **named)
                self.here(f"before the commit of {action.__name__}")
                return result

            result = write(inside, *given, **named)
            self.here(f"after the commit of {action.__name__}")
            return result

        database.write = watched


class Life:
    """One process from its start to its end, in good order or not.

    ``number`` is that of the two sendings that it is about, and of who is to have them.
    """

    def __init__(self, url: str, chain: TheChain, number: int, now: datetime) -> None:
        chain.anvil._client = httpx.Client(timeout=30, trust_env=False)
        self.clock = StillClock(now)
        self.chain = chain
        self.number = number
        self.office = TheOffice(
            url, chain, Exposed(nodes_of(chain.chain())), Keys(), self.clock, new=False
        )
        self.customer = checksum(f"0x{number + 2**80:040x}")

    def want(self) -> list[str]:
        eth, usdc = self.chain.eth, self.chain.usdc
        return [
            self.office.want(eth, 5, self.customer, id=f"a{self.number}"),
            self.office.want(usdc, 3, self.customer, id=f"b{self.number}"),
        ]

    def go(self, points: Points) -> None:
        """Sent, replaced, mined, final."""
        points.watch_database(self.office.database)
        points.watch(self.office.signer, "sign")
        points.watch(self.office.nodes, "send", "receipt")
        self.office.sender = self.office.another(after=lambda _: points.here("told"))
        self.chain.stop_mining()
        self.want()
        self.office.sender.step()
        self.office.wait_blocks(STUCK)
        self.office.sender.step()
        self.chain.mine(1)
        self.office.sender.step()
        self.chain.mine(3)
        self.office.sender.step()

    def recover(self) -> None:
        """A new process, later; whoever wanted the sendings wants them once more."""
        self.chain.go_on_mining()
        wanted = self.want()
        for _ in range(12):
            self.office.sender.step()
            self.chain.mine(1)
            self.office.wait_blocks(AGAIN)
        assert [self.office.now(one).status for one in wanted] == ["final", "final"]
        nonces = {self.office.now(one).nonce for one in wanted}
        assert nonces == {2 * self.number, 2 * self.number + 1}, nonces
        assert self.office.has(self.chain.eth, self.customer) == 5
        assert self.office.has(self.chain.usdc, self.customer) == 3
        assert self.office.nonce() == self.office.nonce("pending") == 2 * self.number + 2
        self.office.close()


class Exposed:
    """Nodes whose verbs can be wrapped."""

    def __init__(self, nodes: Nodes) -> None:
        self.chain = nodes.chain
        self._nodes = nodes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._nodes, name)


class Keys:
    """The desk's keys, whose verbs can be wrapped."""

    def __init__(self) -> None:
        keys = SeedSigner(DESK_PHRASE)
        self.address, self.sign = keys.address, keys.sign


def fork(run: Callable[[], None]) -> int:
    """Run it in a child; its process id."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            run()
            status = 0
        except BaseException:  # noqa: BLE001  # a child says why it failed, whatever it was
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return pid


def ended(pid: int) -> int:
    """The status of its end (negative: the signal that killed it)."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def crash(url: str, chain: TheChain) -> None:
    """Die at each point, one after the other, until a life has no more of them."""
    number = 0
    while True:
        now = START + timedelta(hours=number)

        def first(number: int = number, now: datetime = now) -> None:
            points = Points(number)
            Life(url, chain, number, now).go(points)
            print(f"{number} points", *points.names, sep="\n  ", flush=True)

        def second(number: int = number, now: datetime = now) -> None:
            Life(url, chain, number, now + timedelta(minutes=30)).recover()

        status = ended(fork(first))
        assert status in (0, -signal.SIGKILL), f"point {number}: ended with {status}"
        assert ended(fork(second)) == 0, f"no recovery from point {number}"
        if status == 0:
            return
        number += 1


def race(url: str, chain: TheChain) -> None:
    """Several processes of several threads send the same things at the same time."""
    customer = checksum(f"0x{2**80:040x}")
    office = TheOffice(url, chain, nodes_of(chain.chain()), Keys(), system_clock)
    for number in range(MANY):
        office.want(chain.eth, 2**number, customer, id=f"snd_{number:02}")
    office.database.close()

    def one() -> None:
        chain.anvil._client = httpx.Client(timeout=30, trust_env=False)
        mine = TheOffice(url, chain, nodes_of(chain.chain()), Keys(), system_clock, new=False)
        until = datetime.now(UTC) + timedelta(seconds=100)

        def step() -> None:
            sender = mine.another()
            while any(
                mine.now(f"snd_{number:02}").status not in ("final", "failed")
                for number in range(MANY)
            ):
                assert datetime.now(UTC) < until, "they did not get done"
                sender.step()
                chain.mine(1)

        threads = [threading.Thread(target=step) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        print("heard", len(mine.heard), flush=True)

    children = [fork(one) for _ in range(PROCESSES)]
    assert [ended(child) for child in children] == [0] * PROCESSES
    chain.anvil._client = httpx.Client(timeout=30, trust_env=False)
    done = [office.now(f"snd_{number:02}") for number in range(MANY)]
    assert {one.status for one in done} == {"final"}, done
    assert sorted(one.nonce or 0 for one in done) == list(range(MANY))
    assert office.nonce() == office.nonce("pending") == MANY
    assert office.has(chain.eth, customer) == 2**MANY - 1
    office.close()


def main() -> None:
    mode, url = sys.argv[1:]
    with Anvil(history=2000) as anvil:
        chain = TheChain(anvil)
        ready_made.migrate(url, MIGRATIONS)
        operator = SeedSigner(DESK_PHRASE).address(OPERATOR)
        chain.mint(chain.usdc, operator, 10**9)
        {"crash": crash, "race": race}[mode](url, chain)


if __name__ == "__main__":
    main()
