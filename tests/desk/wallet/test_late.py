"""What a network kept for a while and then delivered, and a shop that cannot read our keys."""

from __future__ import annotations

from decimal import Decimal

from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import ThePhone, TheWallet
from tests.stand_ins.inpost_faults import down, status
from tests.stand_ins.inpost_merchant import InpostMerchant

DEAF = status(401, "INVALID_SIGNATURE")


def test_a_basket_that_was_kept_on_its_way_does_not_stay(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    played = merchant.baskets["b-1"]
    played.quantities["mug"], played.expires = 5, "2026-05-06T12:00:01.000Z"
    late = merchant.whole(played)
    played.quantities["mug"], played.expires = 3, "2026-05-06T12:00:02.000Z"
    assert shop.put("b-1", merchant.whole(played)).status_code == 200
    assert shop.put("b-1", late).status_code == 200
    at.carry()
    assert phone.quantities(linked)["mug"] == 3
    assert merchant.of("basket")


def test_a_change_that_arrives_after_it_was_given_up_is_seen(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("event", *[down] * 20)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(7))
    at.carry(seconds=150)
    assert phone.quantities(linked)["mug"] == 2
    merchant.baskets["b-1"].quantities["mug"] = 7  # now
    at.carry(seconds=300)
    assert phone.quantities(linked)["mug"] == 7


def test_a_yes_that_arrives_after_it_was_given_up_is_ended(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    merchant.basket("b-1", mug=2)
    assert shop.ask_phone("b-1", phone.number).status_code == 202
    merchant.fail("confirmation", *[down] * 20)
    phone.accept()
    at.carry(seconds=150)
    assert len(merchant.of("unlink")) == 1
    at.carry(seconds=300)
    assert len(merchant.of("unlink")) == 2


def test_a_shop_that_cannot_read_our_keys_hears_of_the_end_once_it_can(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("unlink", DEAF, DEAF)
    phone.wallet.unlink(linked, phone.id)
    at.carry(seconds=30)
    assert merchant.baskets["b-1"].status == "unbound"
    assert len(merchant.of("unlink")) == 3


def test_it_is_looked_at_once_it_can(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("event", DEAF)
    merchant.fail("basket", DEAF)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(7))
    merchant.baskets["b-1"].quantities["mug"] = 4
    at.carry(seconds=30)
    assert phone.quantities(linked)["mug"] == 4
