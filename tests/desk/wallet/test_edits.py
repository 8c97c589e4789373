"""Changing a basket in the wallet: told to the shop, whose answer is the basket by now (3.5)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flask_till.errors import Conflict, InvalidRequest, NotFound, RequestError
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import NUMBER, Killed, ThePhone, TheWallet
from tests.stand_ins.inpost_faults import Fault, changed, down, garbage, lost, status
from tests.stand_ins.inpost_merchant import InpostMerchant


def test_a_change_is_shown_as_under_way_and_then_as_the_shop_answered(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    version = phone.wallet.version(phone.id)
    edit = phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    assert [one.status for one in phone.wallet.edits(linked, phone.id)] == ["waiting"]
    assert phone.quantities(linked)["mug"] == 2
    at.carry()
    assert phone.wallet.edits(linked, phone.id) == []
    assert phone.quantities(linked) == {"mug": 3, "book": 1}
    assert phone.wallet.version(phone.id) > version + 1
    [call] = merchant.of("event")
    assert call.body == {
        "event_id": edit.event_id,
        "event_data_time": "2026-05-04T12:00:00.000Z",
        "event_type": "PRODUCTS_QUANTITY",
        "phone_number": {"country_prefix": "+48", "phone": NUMBER},
        "quantity_event_data": [
            {
                "product_id": "mug",
                "quantity": {
                    "quantity": 3,
                    "quantity_type": "INTEGER",
                    "quantity_unit": "szt.",
                    "available_quantity": 10,
                },
            }
        ],
    }


def test_codes_are_always_told_as_the_whole_list(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    for codes in (["MAJ10", " MAJ10 ", "LATO5"], ["LATO5"], []):
        phone.wallet.set_codes(linked, phone.id, codes)
        at.carry()
    told = [
        [one["promo_code_value"] for one in call.body["promo_codes_event_data"]]
        for call in merchant.of("event")
    ]
    assert told == [["MAJ10", "LATO5"], ["LATO5"], []]
    assert phone.wallet.edits(linked, phone.id) == []
    assert merchant.baskets["b-1"].codes == []


def test_a_code_that_the_shop_does_not_know_is_refused_in_its_words(
    at: TheWallet, phone: ThePhone, linked: str
) -> None:
    phone.wallet.set_codes(linked, phone.id, ["NOPE"])
    at.carry()
    [edit] = phone.wallet.edits(linked, phone.id)
    assert (edit.status, edit.refusal, edit.code) == ("refused", "Nie znamy tego kodu.", "ERROR")
    content = phone.wallet.basket(linked, phone.id).content
    assert content is not None
    assert content["summary"]["basket_notice"]["description"] == "Nie znamy tego kodu."
    at.clock.advance(minutes=11)
    assert phone.wallet.edits(linked, phone.id) == []


def test_more_than_there_is_becomes_what_there_is_and_says_so(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.stock["mug"] = 4
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(9))
    at.carry()
    assert phone.quantities(linked)["mug"] == 4
    [edit] = phone.wallet.edits(linked, phone.id)
    assert (edit.status, edit.refusal) == ("refused", "Mamy tylko 4.")


def test_zero_removes_a_product(at: TheWallet, phone: ThePhone, linked: str) -> None:
    phone.wallet.set_quantity(linked, phone.id, "book", Decimal(0))
    at.carry()
    assert phone.quantities(linked) == {"mug": 2}
    assert phone.wallet.edits(linked, phone.id) == []


def test_an_added_product_is_added_once_though_its_answer_was_lost_twice(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("event", lost, lost)
    phone.wallet.add_related(linked, phone.id, "box")
    at.carry(seconds=20)
    assert len({call.raw for call in merchant.of("event")}) == 1
    assert len(merchant.of("event")) == 3
    assert phone.quantities(linked)["box"] == 1


def test_a_change_that_was_answered_is_not_told_again(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.wallet.add_related(linked, phone.id, "box")
    at.carry()
    at.replay_all()
    at.carry()
    assert len(merchant.of("event")) == len(merchant.of("confirmation")) == 1


def test_changes_of_one_basket_keep_their_order_while_another_goes_ahead(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    other = phone.link(merchant, shop, "b-2", book=1)
    merchant.fail("event", down)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(5))
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(1))
    phone.wallet.set_quantity(other, phone.id, "book", Decimal(2))
    at.carry()
    assert phone.quantities(other) == {"book": 2}
    assert phone.quantities(linked)["mug"] == 2
    at.carry(seconds=10)
    assert phone.quantities(linked)["mug"] == 1
    told = [c.body["quantity_event_data"][0] for c in merchant.of("event") if c.id == "b-1"]
    assert [one["quantity"]["quantity"] for one in told] == [5, 5, 1]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (status(409, "BASKET_NOT_UPDATE"), "BASKET_NOT_UPDATE"),
        (status(400), "HTTP_400"),
        (status(401, "INVALID_SIGNATURE"), "INVALID_SIGNATURE"),
        (garbage, "MERCHANT_ANSWER_UNUSABLE"),
        (changed(lambda b: b["products"][0].update(promo_price=None)), "MERCHANT_ANSWER_UNUSABLE"),
        (changed(lambda b: b["products"].append(b["products"][0])), "MERCHANT_ANSWER_UNUSABLE"),
    ],
    ids=["409", "400 without words", "401", "garbage", "does not add up", "a product twice"],
)
def test_a_refusal_is_final_and_the_basket_stays(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str, fault: Fault, code: str
) -> None:
    before = phone.quantities(linked)
    merchant.fail("event", fault)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    merchant.fail("basket", down)
    at.carry()
    assert len(merchant.of("event")) == 1
    [edit] = phone.wallet.edits(linked, phone.id)
    assert (edit.status, edit.code) == ("refused", code)
    assert at.deliveries("basket_edit") == [("basket_edit", "done")]
    assert phone.quantities(linked) == before
    at.carry(seconds=5)  # then the basket is read again: who knows what the shop did
    assert phone.quantities(linked) == merchant.baskets["b-1"].quantities


def test_a_shop_that_is_silent_is_given_up_and_looked_at_when_it_is_back(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("*", lost, *[down] * 8)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(7))
    at.carry(seconds=150)
    [edit] = phone.wallet.edits(linked, phone.id)
    assert (edit.status, edit.code) == ("refused", "MERCHANT_UNAVAILABLE")
    at.carry(seconds=300)
    assert phone.quantities(linked)["mug"] == 7  # it had done it, and only its answer was lost


def test_a_look_that_waits_does_not_hold_up_the_shopper(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("event", garbage)
    merchant.fail("basket", *[down] * 9)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    at.carry(seconds=600)
    assert at.deliveries("basket_look") == [("basket_look", "waiting")]
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(4))
    at.carry()
    assert phone.quantities(linked)["mug"] == 4


def test_an_ordered_or_forgotten_basket_leaves_the_wallet(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    other = phone.link(merchant, shop, "b-2", book=1)
    for basket_id, number, code in (
        (linked, 409, "ORDER_EXISTS"),
        (other, 404, "BASKET_NOT_FOUND"),
    ):
        merchant.fail("event", status(number, code))
        phone.wallet.set_codes(basket_id, phone.id, ["MAJ10"])
        at.carry()
        with pytest.raises(NotFound):
            phone.wallet.basket(basket_id, phone.id)
    assert phone.wallet.baskets(phone.id) == []
    assert at.waiting() == 0


def test_the_shops_own_newer_basket_is_not_overwritten_by_an_older_answer(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    def put_meanwhile(answer: Callable[[], Any]) -> Any:
        made = answer()
        basket = merchant.baskets["b-1"]
        basket.quantities["book"] = 5
        assert shop.put("b-1", merchant.whole(basket)).status_code == 200
        return made

    merchant.fail("event", put_meanwhile)
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    at.carry(seconds=5)
    assert phone.quantities(linked) == {"mug": 3, "book": 5}
    assert len(merchant.of("basket")) == 1


def test_a_crash_between_answer_and_commit_adds_nothing_twice(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    linked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    phone.wallet.add_related(linked, phone.id, "box")
    with monkeypatch.context() as patch:
        patch.setattr("flask_till.desk.actions.basket_edits.finish_edit", die)
        with pytest.raises(Killed):
            at.carry()
    at.restart()
    at.clock.advance(seconds=61)
    at.carry()
    assert len(merchant.of("event")) == 2
    assert phone.quantities(linked)["box"] == 1


def test_a_measured_product_is_changed_by_its_measure(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    basket_id = phone.link(merchant, shop, "b-1", tea=1)
    assert phone.quantities(basket_id) == {"tea": "0.25"}
    phone.wallet.set_quantity(basket_id, phone.id, "tea", Decimal("1.5"))
    merchant.fail("event", changed(lambda body: None))
    at.carry()
    [call] = merchant.of("event")
    assert call.body["quantity_event_data"][0]["quantity"]["quantity"] == Decimal("1.5")
    assert call.raw.count(b'"quantity":1.5') == 1


@pytest.mark.parametrize("quantity", ["-1", "1.5", "1000001", "NaN", "Infinity", "1E-9"])
def test_a_quantity_that_cannot_be_is_not_told(phone: ThePhone, linked: str, quantity: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(quantity))
    assert refused.value.code == "QUANTITY_INVALID"


def test_what_is_not_mine_or_not_there_is_not_found(
    at: TheWallet, phone: ThePhone, linked: str
) -> None:
    other = ThePhone(at, "600100200")
    wallet = phone.wallet
    attempts: list[Callable[[], object]] = [
        lambda: wallet.basket(linked, other.id),
        lambda: wallet.edits(linked, other.id),
        lambda: wallet.set_quantity(linked, other.id, "mug", Decimal(1)),
        lambda: wallet.set_codes(linked, other.id, []),
        lambda: wallet.add_related(linked, other.id, "box"),
        lambda: wallet.unlink(linked, other.id),
        lambda: other.place(linked),
        lambda: wallet.set_quantity(linked, phone.id, "bicycle", Decimal(1)),
        lambda: wallet.add_related(linked, phone.id, "mug"),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    assert at.waiting() == 0


def test_a_flood_of_changes_is_refused(phone: ThePhone, linked: str) -> None:
    for number in range(20):
        phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(number))
    with pytest.raises(Conflict) as refused:
        phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(1))
    assert refused.value.code == "TOO_MANY_EDITS"


def test_unlinking_ends_what_waits(at: TheWallet, phone: ThePhone, linked: str) -> None:
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    phone.wallet.unlink(linked, phone.id)
    at.carry()
    assert at.deliveries("basket_edit") == [("basket_edit", "done")]
    with pytest.raises(RequestError):
        phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
