"""What an operator types at ``flask till web3``, and a desk with a treasury for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from flask_till.base.invariants import find_breaches
from flask_till.cli import TillGroup
from flask_till.desk.actions.web3_sendings_audit import SENDINGS_INVARIANTS
from flask_till.desk.commands.web3 import web3
from flask_till.desk.order import Order
from tests.desk.the_desk import TheDesk
from tests.desk.web3.chain_desk import ChainDesk

TREASURY = "0x1111111111111111111111111111111111111111"
ELSEWHERE = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
commands = TillGroup("till", commands=[web3])


def run(desk: TheDesk, *arguments: str) -> tuple[int, str]:
    """``run(desk, "status")``: the exit code and what was said."""
    done = desk.app.test_cli_runner().invoke(commands, ["web3", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def said(desk: TheDesk, *arguments: str) -> str:
    code, words = run(desk, *arguments)
    assert code == 0, words
    return words


def refused(desk: TheDesk, *arguments: str) -> str:
    code, words = run(desk, *arguments)
    assert code == 1, words
    return words


@pytest.fixture
def rich(desk: ChainDesk) -> Iterator[ChainDesk]:
    """Its operator has gas and coins, and it has a treasury. What was sent is audited."""
    operator = desk.web3.signer.address("operator")
    desk.chain.fund(operator)
    desk.chain.mint(desk.chain.usdc, operator, 50_000_000)
    desk.chain.fund(TREASURY, 0)
    desk.web3.treasury = TREASURY
    yield desk
    assert not desk.database.read(find_breaches, SENDINGS_INVARIANTS)


def sent(desk: ChainDesk, units: int, number: int = 1, **more: Any) -> tuple[Order, str]:
    """An order, and its payment that so much USDC came for."""
    order = desk.order(f"T-{number}")
    desk.open(order)
    desk.send(order, desk.chain.usdc, units, **more)
    desk.finish()
    return order, desk.crypto_payment(order)
