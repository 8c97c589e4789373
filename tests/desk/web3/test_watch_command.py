"""``flask till watch``, on a desk with a real chain."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_till.desk.commands.watch import watch
from flask_till.desk.onchain import PAID
from flask_till.desk.order import PAID as ORDER_PAID
from tests.desk.the_desk import TheDesk, draft
from tests.desk.web3.chain_desk import ChainDesk
from tests.stand_ins.chain import LyingNode, TheChain


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(watch, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_once_reads_to_the_end_and_says_what_came(chain: TheChain, desk: ChainDesk) -> None:
    order = desk.cashier.create(desk.merchant, draft())
    desk.open(order)
    chain.mine(40)
    desk.send(order, chain.usdc)
    chain.mine(2)
    code, said = run(desk.app, "--once")
    assert code == 0, said
    lines = said.splitlines()
    assert len(lines) >= 3, "it shows how far it is"
    assert "to go" in lines[0]
    assert ", 0 to go" in lines[-1]
    assert "new deposits: 1" in said
    assert f"block {chain.height}," in lines[-1]
    assert desk.standing(order).state == PAID
    assert desk.cashier.get(order.id).status == ORDER_PAID
    assert run(desk.app, "--once")[0] == 0


@pytest.fixture
def hindered(
    database_url: str, clock: Any, tmp_path: Path, chain: TheChain, signer: Any,
    first_node: LyingNode,
) -> Iterator[ChainDesk]:  # fmt: skip
    """A desk whose only node can be told to misbehave."""
    made = ChainDesk(database_url, clock, tmp_path, chain, signer, nodes=(first_node.url,))
    yield made
    made.desk.close()


def test_once_ends_with_1_when_a_chain_cannot_be_read(
    hindered: ChainDesk, first_node: LyingNode
) -> None:
    first_node.garbage = b"\x1b[2J"
    code, said = run(hindered.app, "--once")
    assert code == 1
    assert "waits at block" in said
    assert "not as a node does" in said
    first_node.behave()
    assert run(hindered.app, "--once")[0] == 0


def test_without_a_chain_it_says_what_to_do(make_desk: Callable[..., TheDesk]) -> None:
    done = make_desk().app.test_cli_runner().invoke(watch, [])
    assert "TILL_WEB3_CHAINS" in str(done.exception)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_it_is_told_to(
    chain: TheChain, desk: ChainDesk, number: signal.Signals
) -> None:
    order = desk.cashier.create(desk.merchant, draft())
    desk.open(order)
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

    def shopper() -> None:
        desk.send(order, chain.usdc)
        chain.mine(2)
        until = time.monotonic() + 30
        while desk.standing(order).state != PAID and time.monotonic() < until:
            time.sleep(0.02)
        if signal.getsignal(number) is not before[number]:
            os.kill(os.getpid(), number)

    paying = threading.Timer(0.3, shopper)
    paying.start()
    try:
        code, said = run(desk.app)
    finally:
        paying.join()
        for one, handler in before.items():
            signal.signal(one, handler)
    assert code == 0
    assert "Watching Anvil." in said
    assert "new deposits: 1" in said
    assert "Finishing" in said
    assert desk.cashier.get(order.id).status == ORDER_PAID
    left = [one for one in threading.enumerate() if one.name.startswith("till-watcher")]
    assert left == []
