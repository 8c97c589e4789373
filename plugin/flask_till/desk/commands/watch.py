"""``flask till watch``: follows the chains that shoppers pay on, and sends what is owed there."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

import click
from flask.cli import with_appcontext

from ...base.logs import printable
from ...chains import Chain
from ...errors import SettingsError
from .merchants import desk_here

if TYPE_CHECKING:
    from ..web3.watching import Progress
    from ..web3.web3_desk import Web3Desk


@click.command("watch")
@click.option("--once", is_flag=True, help="End where the chains end; 1 when one cannot be read.")
@with_appcontext
def watch(once: bool) -> None:
    """Follow the chains until SIGTERM or Ctrl-C: note what comes in, and send what is owed.

    It may be ended at any time, and run several times beside itself.
    """
    web3 = desk_here().web3
    if web3 is None:
        raise SettingsError(
            "No chain is set up for this desk.", remedy="Name its chains in TILL_WEB3_CHAINS."
        )
    if once:
        read = [_read_to_the_end(web3, chain) for chain in web3.chains]
        sys.exit(int(not all(read)))
    _follow(web3)


def _read_to_the_end(web3: Web3Desk, chain: Chain) -> bool:
    """False when it could not be read."""
    told, follower = Lines(), web3.follower(chain.id)
    more = True
    while more:
        more = follower.step()
        if follower.progress is not None:
            told.tell(chain, follower.progress)
    return not follower.is_paused


def _follow(web3: Web3Desk) -> None:
    from ..web3.watch_loop import WatchLoop

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    told = Lines()
    loops = [WatchLoop(web3.follower(chain.id), tell=told.tell) for chain in web3.chains]
    for loop in loops:
        loop.start()
    click.echo(f"Watching {', '.join(chain.name for chain in web3.chains)}. Stop with Ctrl-C.")
    stopping.wait()
    click.echo("Finishing what is under way.")
    for loop in loops:
        loop.stop()


class Lines:
    """A line for each step that changed something."""

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int, str | None]] = {}

    def tell(self, chain: Chain, progress: Progress) -> None:
        now = (progress.number, progress.final_number, progress.error)
        if self._last.get(chain.id) == now:
            return
        self._last[chain.id] = now
        line = f"{chain.name}: block {progress.number}, {progress.lag} to go"
        line += f", final {progress.final_number}"
        if progress.deposits:
            line += f", new deposits: {progress.deposits}"
        if progress.error is not None:
            line = f"{chain.name}: waits at block {progress.number}: {progress.error}"
        click.echo(printable(line))
