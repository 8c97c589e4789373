"""The audit notices claims that nobody paid for, and those that a refund forgot."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from flask_till.shop.actions.audit import audit_shop
from tests.shop.claims.the_shop import TheShop

SPOILS = [
    ("update till_shop_claims set number = 3 where number = 2", "claims-are-paid-for"),
    ("delete from till_shop_claims where number = 2", "claims-are-paid-for"),
    ("update till_shop_claims set product_id = 'last'", "claims-are-paid-for"),
    (
        "update till_shop_orders set status = 'pending', paid_at = null",
        "claims-are-paid-for",
    ),
    ("update till_shop_orders set status = 'refunded'", "refunded-keeps-no-claim"),
]


@pytest.mark.parametrize(("spoil", "broken"), SPOILS)
def test_what_is_wrong_with_claims_is_found(shop: TheShop, spoil: str, broken: str) -> None:
    order = shop.buy(mug=2)
    assert shop.database.read(audit_shop) == []
    run(shop, spoil)
    found = [breach.invariant.name for breach in shop.database.read(audit_shop)]
    assert broken in found
    # It is audited once more after the test.
    run(shop, "delete from till_shop_claims")
    paid_at = int(order.created_at.timestamp() * 1000)
    run(shop, f"update till_shop_orders set status = 'paid', paid_at = {paid_at}")


def run(shop: TheShop, statement: str) -> None:
    shop.database.write(lambda work: work.connection.execute(text(statement)))
