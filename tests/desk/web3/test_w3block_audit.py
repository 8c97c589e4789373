"""The audit notices what must never be of tokens on a chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from flask_till.base.database import Work
from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.w3block import w3_moves, w3_orders
from flask_till.desk.tables.web3 import web3_sendings
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_tokens import TokenStreet

HELD = product_tokens.c.state == "held"
Spoil = Callable[[Work], Any]


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


def _update(table: Any, *where: Any, **values: Any) -> Spoil:
    return lambda work: work.execute(update(table).where(*where).values(**values))


ARRIVED: list[tuple[str, Spoil]] = [
    ("w3block-on-chain", _update(web3_sendings, status="sent")),
    ("w3block-on-chain", _update(web3_sendings, status="failed")),
    ("w3block-on-chain", _update(w3_moves, recipient="0x" + "1" * 40)),
    ("w3block-on-chain", _update(product_tokens, HELD, state="sold", holder=None, held_at=None)),
    ("w3block-on-chain", _update(w3_moves, state="failed")),
    ("w3block-on-chain", _update(w3_moves, state="given_up")),
    ("w3block-on-chain", _update(w3_moves, state="under_way")),
    ("w3block-nothing-under-way", _update(w3_moves, state="under_way")),
    ("w3block-sent-for-one", lambda work: work.execute(delete(w3_moves))),
    ("w3block-sent-for-one", _update(w3_moves, chain_id=1)),
]
MOVING: list[tuple[str, Spoil]] = [
    ("w3block-on-chain", _update(w3_moves, state="arrived")),
    ("w3block-on-chain", _update(w3_moves, state="failed")),
    ("w3block-nothing-under-way", _update(w3_orders, delivery="stuck")),
    ("w3block-nothing-under-way", _update(w3_orders, delivery="moved")),
]


def _noticed(street: TokenStreet, spoil: Spoil) -> list[str]:
    def spoiled(work: Work) -> None:
        spoil(work)
        raise Seen([breach.invariant.name for breach in audit_desk(work)])

    with pytest.raises(Seen) as seen:
        street.desk.database.write(spoiled)
    names: list[str] = seen.value.args[0]
    return names


@pytest.fixture
def street(desk: ChainDesk) -> TokenStreet:
    made = TokenStreet(desk)
    made.sell(1)
    return made


def test_each_thing_that_must_not_be_of_what_arrived(street: TokenStreet) -> None:
    order_id = street.paid()
    street.status(order_id)
    street.finish()
    assert street.status(order_id) == "concluded"
    street.desk.audit()
    for name, spoil in ARRIVED:
        assert name in _noticed(street, spoil)


def test_each_thing_that_must_not_be_of_what_is_on_its_way(street: TokenStreet) -> None:
    assert street.status(street.paid()) == "delivering"
    street.desk.audit()
    for name, spoil in MOVING:
        assert name in _noticed(street, spoil)
