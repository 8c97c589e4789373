"""The wallet's invariants hold where all kinds of things happened, and notice what breaks them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.actions.audit_wallet import WALLET_INVARIANTS
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.spoils import WALLET_SPOILS, Spoil
from tests.desk.wallet.the_phone import ThePhone, TheWallet
from tests.stand_ins.inpost_faults import status
from tests.stand_ins.inpost_merchant import InpostMerchant


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.fixture
def busy(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> TheWallet:
    """A paid order, one at the door, one given up, one that the shop refused, and a basket left."""
    cash, rejected, left = (phone.link(merchant, shop, name, book=1) for name in ("c", "r", "l"))
    phone.place(linked)
    phone.place(cash, payment="CASH_ON_DELIVERY")
    phone.place(rejected)
    merchant.fail("event", status(409, "BASKET_NOT_UPDATE"))
    phone.wallet.set_quantity(left, phone.id, "book", Decimal(2))
    at.carry(seconds=5)
    for order in phone.wallet.orders(phone.id):
        if order.linked_basket_id == linked:
            phone.pay(order)
        elif order.linked_basket_id == rejected:
            phone.wallet.reject(order.id, phone.id)
    merchant.fail("create", status(409, "ORDER_NOT_CREATE"))
    phone.place(left)
    at.carry(seconds=5)
    return at


def test_each_thing_that_must_not_be_is_noticed_by_its_name(busy: TheWallet) -> None:
    assert set(WALLET_SPOILS) == {invariant.name for invariant in WALLET_INVARIANTS}
    assert busy.database.read(audit_desk) == []
    for name, spoil in WALLET_SPOILS.items():

        def act(work: Any, spoil: Spoil = spoil) -> None:
            spoil(work)
            raise Seen(audit_desk(work))

        with pytest.raises(Seen) as seen:
            busy.database.write(act)
        found = {breach.invariant.name for breach in seen.value.args[0]}
        assert name in found, f"{name} was not noticed; {found}"
