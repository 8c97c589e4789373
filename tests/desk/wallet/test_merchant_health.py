"""A merchant that nearly always fails is switched off, and on again by the operator (3.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from flask_till.desk.actions import merchant_health
from flask_till.desk.tables.wallet import merchant_calls
from flask_till.errors import Conflict
from tests.desk.inpost.the_shop import TheShop, refused
from tests.desk.wallet.the_phone import ThePhone, TheWallet
from tests.stand_ins.inpost_faults import down, status
from tests.stand_ins.inpost_merchant import InpostMerchant


def note(at: TheWallet, shop: TheShop, times: int, *, failed: bool) -> list[bool]:
    return [
        at.database.write(merchant_health.note_call, shop.merchant_id, failed=failed)
        for _ in range(times)
    ]


def rows(at: TheWallet) -> int:
    return at.database.read(
        lambda work: work.execute(select(func.count()).select_from(merchant_calls)).scalar_one()
    )


def test_ninety_percent_of_twenty_calls_switch_a_merchant_off(at: TheWallet, shop: TheShop) -> None:
    note(at, shop, 2, failed=False)
    assert note(at, shop, 17, failed=True) == [False] * 17
    assert at.merchant(shop).is_on
    assert note(at, shop, 1, failed=True) == [True]
    merchant = at.merchant(shop)
    assert (merchant.is_on, merchant.reason) == (False, "ERROR_SHARE")
    assert merchant.switched_off_at == at.clock.now
    assert note(at, shop, 1, failed=True) == [False]  # it is off already


@pytest.mark.parametrize("good", [3, 10])
def test_fewer_failures_do_not(at: TheWallet, shop: TheShop, good: int) -> None:
    note(at, shop, good, failed=False)
    assert not any(note(at, shop, 20 - good + 6 * (good == 3), failed=True))
    assert at.merchant(shop).is_on


def test_only_the_last_two_minutes_count_and_no_more_is_kept(at: TheWallet, shop: TheShop) -> None:
    for _ in range(40):
        note(at, shop, 1, failed=True)
        at.clock.advance(seconds=10)
    assert at.merchant(shop).is_on
    assert rows(at) <= 13


def test_calls_counted_at_once_are_all_counted(at: TheWallet, shop: TheShop, at_once: Any) -> None:
    found = at_once(lambda _: any(note(at, shop, 4, failed=True)), 6)
    assert sum(found) == 1
    total = at.database.read(
        lambda work: work.execute(select(func.sum(merchant_calls.c.calls))).scalar_one()
    )
    assert int(total) == 24
    assert not at.merchant(shop).is_on


def test_a_failing_merchant_is_left_alone_until_it_is_switched_on(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    baskets = [linked, *(phone.link(merchant, shop, f"b-{n}", book=1) for n in (2, 3, 4))]
    at.clock.advance(minutes=5)
    merchant.fail("*", *[down] * 60)
    for basket_id in baskets[:3]:
        phone.wallet.set_quantity(basket_id, phone.id, "book", Decimal(3))
    phone.wallet.unlink(baskets[3], phone.id)
    at.carry(seconds=85)
    assert not at.merchant(shop).is_on
    calls = len(merchant.calls)
    with pytest.raises(Conflict) as said:
        phone.wallet.set_codes(linked, phone.id, ["MAJ10"])
    assert said.value.code == "MERCHANT_DISABLE"
    at.carry(seconds=300)
    assert len(merchant.calls) == calls
    put = shop.put("b-1", merchant.whole(merchant.baskets["b-1"]))
    assert refused(put, 403, "MERCHANT_DISABLE")
    merchant.back()
    assert at.desk.desk._here.inpost_enrolment.switch_on(shop.merchant_id) is True
    assert rows(at) == 0
    at.carry(seconds=900)
    assert merchant.baskets["b-4"].status == "unbound"  # what was owed to it is still told
    phone.wallet.set_codes(linked, phone.id, ["MAJ10"])
    at.carry()
    assert merchant.baskets["b-1"].codes == ["MAJ10"]


def test_refusals_are_answers_and_no_failures(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    merchant.fail("event", *[status(409, "BASKET_NOT_UPDATE")] * 25)
    for number in range(25):
        phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(number % 9))
        at.carry()
    assert at.merchant(shop).is_on


def test_an_order_under_way_at_a_merchant_that_is_off_fails_at_once(
    at: TheWallet, phone: ThePhone, shop: TheShop, linked: str
) -> None:
    phone.place(linked)
    note(at, shop, 25, failed=True)
    at.carry()
    assert (phone.order().status, phone.order().reason) == ("failed", "MERCHANT_DISABLE")
