"""Which baskets are the same one, and which orders stand in each other's way (4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flask_till.wire.w3block.basket import Wanted
from flask_till.wire.w3block.likeness import items_digest, likeness, stands_in_the_way
from flask_till.wire.w3block.statuses import OrderStatus
from tests.wire.w3block import vectors

NOW = datetime.fromtimestamp(vectors.TOKEN_ISSUED, UTC)
ONE = Wanted(product_id=vectors.PRODUCT)
TWO = Wanted(
    product_id=vectors.PRODUCT,
    product_token_id=vectors.TOKEN_OF_PRODUCT,
    variant_ids=["22222222-2222-4222-8222-222222222222", "11111111-1111-4111-8111-111111111111"],
    quantity="2",
)
OTHER = "aaaaaaaa-3d44-4f6b-8a1d-52c0f8e7a901"


def test_the_digests_are_those_that_node_makes() -> None:
    assert items_digest([ONE]) == vectors.ONE_ITEM
    assert items_digest([ONE, TWO]) == items_digest([TWO, ONE]) == vectors.TWO_ITEMS
    assert likeness([ONE], [vectors.CURRENCY]) == vectors.LIKENESS


def line(**more: Any) -> Wanted:
    return Wanted.of_data({"productId": vectors.PRODUCT} | more)


ALIKE = [
    ([line()], [line(quantity=1)], True),
    ([line(quantity=2)], [line(quantity="2")], True),
    ([line(quantity=2)], [line(quantity=1)], False),
    ([line(quantity=2)], [line(), line()], False),
    ([line(), line(quantity=2)], [line(quantity=2), line()], True),
    ([line(variantIds=[])], [line()], True),
    ([line(variantIds=[OTHER])], [line()], False),
    ([line(variantIds=[OTHER, vectors.BUYER])], [line(variantIds=[vectors.BUYER, OTHER])], True),
    ([line(productTokenId=OTHER)], [line()], False),
    ([line(productTokenId=OTHER)], [line(variantIds=[OTHER])], False),
    ([line(productTokenId=OTHER.upper())], [line(productTokenId=OTHER)], True),
    ([line(resellerId=OTHER, selectBestPrice=True)], [line()], True),
]


@pytest.mark.parametrize(("one", "other", "same"), ALIKE)
def test_baskets_are_alike_when_they_hold_the_same(
    one: list[Wanted], other: list[Wanted], same: bool
) -> None:
    assert (items_digest(one) == items_digest(other)) is same
    assert (likeness(one, [OTHER]) == likeness(other, [OTHER])) is same


def test_and_are_paid_in_the_same() -> None:
    pair = [vectors.CURRENCY, OTHER]
    assert likeness([ONE], pair) == likeness([ONE], [*reversed(pair), OTHER])
    assert likeness([ONE], pair) != likeness([ONE], [OTHER])


@pytest.mark.parametrize("status", OrderStatus)
def test_a_similar_order_counts_for_two_minutes_unless_it_ended_badly(status: OrderStatus) -> None:
    ended = status in ("failed", "cancelled", "expired")
    for age in (0, 20, 119.999, 120):
        later = NOW + timedelta(seconds=age)
        assert stands_in_the_way(status, NOW, later) is not ended
    later = NOW + timedelta(seconds=120, microseconds=1)
    assert not stands_in_the_way(status, NOW, later)
