"""Ordering in the wallet: compared, asked for, made by the shop, paid at our desk (1.8, 3.8)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_till.desk.dialects.inpost.order_words import InpostOrderWords
from flask_till.errors import Conflict, InvalidRequest
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import NUMBER, Killed, ThePhone, TheWallet, authorized
from tests.stand_ins.inpost_faults import Fault, changed, down, garbage, lost
from tests.stand_ins.inpost_merchant import InpostMerchant


def test_from_placing_to_paid(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    placed = phone.place(linked, comments="Proszę o paragon")
    assert (placed.status, placed.number) == ("placing", None)
    at.carry()
    assert [call.operation for call in merchant.calls[-2:]] == ["basket", "create"]
    order = phone.order()
    assert (order.status, order.payment_status) == ("processing", "UNPAID")
    assert (order.number, order.merchant_order_id) == ("SHOP-90000", "90000")
    assert order.order_id is not None
    desk_order = at.desk.read(order.order_id)
    assert str(desk_order.amount) == "158.97"  # 2 x 39.99 + 63.00 + 15.99
    assert [(one.label, one.amount) for one in desk_order.adjustments] == [("Dostawa", 1599)]
    assert [(line.product_id, line.quantity, line.unit_amount) for line in desk_order.lines] == [
        ("mug", 2, 3999),
        ("book", 1, 6300),
    ]
    assert desk_order.redirect_url == f"https://pay.example/wallet/orders/{placed.id}"
    assert phone.wallet.baskets(phone.id) == []
    assert phone.wallet.basket(linked, phone.id).status == "ordered"
    phone.pay(order)
    assert phone.order().status == "paid"
    at.carry()
    payment = at.desk.read(order.order_id).payment
    assert payment is not None
    assert authorized(merchant) == [
        {
            "payment_status": "AUTHORIZED",
            "payment_id": payment.id,
            "payment_reference": order.order_id,
            "payment_type": "CARD",
        }
    ]
    assert (phone.order().status_text, phone.order().payment_status) == ("Opłacone", "AUTHORIZED")
    assert merchant.refused_signatures == 0


def test_what_is_asked_for_is_the_contracts_message(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(
        linked,
        delivery_type="APM",
        services=("PWW",),
        delivery_point="KRA010",
        invoice={"legal_form": "COMPANY", "tax_id_prefix": "PL", "tax_id": "5250000000",
                 "company_name": "Przykład", "city": "Kraków", "street": "Lipowa",
                 "building": "4A", "postal_code": "30-001"},
    )  # fmt: skip
    at.carry()
    [call] = merchant.of("create")
    assert call.body["order_details"] == {
        "basket_id": "b-1",
        "currency": "PLN",
        "basket_price": {
            "net": Decimal("128.43"),
            "gross": Decimal("157.97"),
            "vat": Decimal("29.54"),
        },
        "payment_type": "CARD",
    }
    assert b'"gross":157.97' in call.raw  # a number, digit for digit (7.1)
    phone_number = {"country_prefix": "+48", "phone": NUMBER}
    assert call.body["account_info"] == {
        "name": "Anna",
        "surname": "Nowak",
        "phone_number": phone_number,
        "mail": "anna@mail.example",
        "client_address": {
            "country_code": "PL",
            "address": "Lipowa 4A/7",
            "city": "Kraków",
            "postal_code": "30-001",
            "address_details": {"street": "Lipowa", "building": "4A", "flat": "7"},
        },
    }
    assert call.body["delivery"] == {
        "delivery_type": "APM",
        "delivery_codes": ["PWW"],
        "mail": "anna@mail.example",
        "phone_number": phone_number,
        "delivery_point": "KRA010",
    }
    assert call.body["invoice_details"]["company_name"] == "Przykład"
    terms = {"consent_id": "terms", "consent_version": "3", "is_accepted": True}
    assert call.body["consents"] == [terms]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"consents": {}}, "consents.terms"),
        ({"delivery_type": "DIGITAL"}, "delivery_type"),
        ({"delivery_type": "PIGEON"}, "delivery_type"),
        ({"delivery_type": "APM"}, "delivery.delivery_point"),
        ({"services": ("PWW",)}, "services"),
        ({"services": ("COD",)}, "payment"),
        ({"payment": "FREE_ORDER"}, "payment"),
        ({"payment": "BARTER"}, "payment"),
        ({"mail": "nobody"}, "mail"),
        ({"invoice": {"legal_form": "COMPANY", "city": "K", "street": "L", "building": "1",
                      "postal_code": "30-001"}}, "invoice_details.tax_id"),
    ],
)  # fmt: skip
def test_a_gap_is_told_by_the_form_and_not_by_the_shop(
    at: TheWallet, phone: ThePhone, linked: str, wanted: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        phone.place(linked, **wanted)
    assert field in refused.value.fields
    assert phone.wallet.orders(phone.id) == []
    assert at.waiting() == 0


def test_a_basket_that_differs_at_the_shop_is_shown_and_not_ordered(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.baskets["b-1"].quantities["mug"] = 1
    phone.place(linked)
    at.carry()
    assert merchant.of("create") == []
    assert (phone.order().status, phone.order().reason) == ("failed", "BASKET_CHANGED")
    assert phone.quantities(linked)["mug"] == 1
    phone.place(linked)
    at.carry()
    assert [one.status for one in phone.wallet.orders(phone.id)] == ["processing", "failed"]


def test_dates_and_notices_make_no_difference(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    basket = merchant.baskets["b-1"]
    basket.expires = "2026-05-07T12:00:00Z"
    basket.notice = {"type": "ATTENTION", "description": "Dzień dobry"}
    at.clock.advance(hours=1)
    phone.place(linked)
    at.carry()
    assert phone.order().status == "processing"


def test_a_basket_that_changed_on_the_page_is_not_placed(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    seen = phone.wallet.basket(linked, phone.id).version
    merchant.baskets["b-1"].quantities["mug"] = 1
    shop.put("b-1", merchant.whole(merchant.baskets["b-1"]))
    with pytest.raises(Conflict) as refused:
        phone.place(linked, basket_version=seen)
    assert refused.value.code == "BASKET_CHANGED"
    phone.wallet.set_codes(linked, phone.id, ["MAJ10"])
    with pytest.raises(Conflict) as refused:
        phone.place(linked)
    assert refused.value.code == "EDIT_WAITING"


def test_a_basket_that_changes_between_the_form_and_the_commit_is_not_placed(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    shop: TheShop,
    linked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def price_then_change(*given: Any) -> Any:
        asked = ask_for(*given)
        merchant.baskets["b-1"].quantities["mug"] = 1
        assert shop.put("b-1", merchant.whole(merchant.baskets["b-1"])).status_code == 200
        return asked

    ask_for = InpostOrderWords.ask_for
    monkeypatch.setattr(InpostOrderWords, "ask_for", price_then_change)
    with pytest.raises(Conflict) as refused:
        phone.place(linked)
    assert refused.value.code == "BASKET_CHANGED"
    assert phone.wallet.orders(phone.id) == []


def test_one_basket_gives_one_order(
    at: TheWallet, phone: ThePhone, linked: str, at_once: Any
) -> None:
    def attempt(_: int) -> str:
        try:
            return phone.place(linked).id
        except Conflict as refused:
            return refused.code

    made = at_once(attempt, 4)
    assert sorted(made)[:3] == ["ORDER_EXISTS"] * 3
    with pytest.raises(Conflict) as refused:
        phone.wallet.unlink(linked, phone.id)
    assert refused.value.code == "ORDER_PLACING"
    at.carry()
    with pytest.raises(Conflict):
        phone.place(linked)
    assert [one.status for one in phone.wallet.orders(phone.id)] == ["processing"]


@pytest.mark.parametrize("faults", [(lost,), (lost, down, lost), (garbage,)],
                         ids=["lost", "lost twice", "garbage"])  # fmt: skip
def test_a_create_whose_answer_is_lost_is_asked_again_and_gives_one_order(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    linked: str,
    faults: tuple[Fault, ...],
) -> None:
    merchant.fail("create", *faults)
    phone.place(linked)
    at.carry(seconds=20)
    if faults == (garbage,):
        assert phone.order().status == "failed"
        phone.place(linked)
        at.carry(seconds=20)
    assert len(merchant.orders) == 1
    assert phone.order().status == "processing"
    assert len(merchant.of("basket")) <= 3  # what was asked for is not compared again


def test_a_shop_that_is_down_is_given_up_and_may_be_tried_again(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("create", *[down] * 20)
    phone.place(linked)
    at.carry(seconds=100)
    order = phone.order()
    assert (order.status, order.reason) == ("failed", "MERCHANT_UNAVAILABLE")
    merchant.back()
    phone.place(linked)
    at.carry()
    assert phone.order().status == "processing"


def test_a_refusal_is_shown_with_the_shops_code_and_its_notice(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    def refuse(_: Any) -> Any:
        merchant.baskets["b-1"].notice = {"type": "ERROR", "description": "Brak kuriera."}
        return merchant.refuse("ORDER_NOT_CREATE", "Nie dowozimy tam.")

    merchant.fail("create", refuse)
    phone.place(linked)
    at.carry(seconds=5)
    order = phone.order()
    assert (order.status, order.reason) == ("failed", "ORDER_NOT_CREATE")
    assert order.status_text == "Nie dowozimy tam."
    content = phone.wallet.basket(linked, phone.id).content
    assert content is not None
    assert content["summary"]["basket_notice"]["description"] == "Brak kuriera."
    assert len(merchant.of("create")) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda o: o["order_details"].update(
            order_final_price={"net": "100.00", "vat": "23.00", "gross": "123.00"},
            order_base_price={"net": "87.00", "vat": "20.01", "gross": "107.01"},
        ),
        lambda o: o["order_details"].update(basket_id="another"),
        lambda o: o["delivery"].update(delivery_type="APM"),
        lambda o: o["products"].pop(),
    ],
    ids=["price", "basket", "delivery", "products"],
)
def test_an_order_that_nobody_asked_for_is_rejected_and_not_paid(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str, change: Any
) -> None:
    merchant.change_order = change
    phone.place(linked)
    at.carry(seconds=5)
    order = phone.order()
    assert (order.status, order.reason, order.order_id) == ("rejected", "ORDER_DIFFERS", None)
    assert [one.rejected for one in merchant.orders.values()] == [1]
    with pytest.raises(Conflict):
        phone.wallet.pay_url(order.id, phone.id)


def test_an_order_that_does_not_add_up_is_not_taken(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.change_order = lambda o: o["order_details"].update(
        order_final_price={"net": "1.00", "vat": "0.00", "gross": "1.00"}
    )
    phone.place(linked)
    at.carry()
    assert (phone.order().status, phone.order().reason) == ("failed", "MERCHANT_ANSWER_UNUSABLE")


def test_another_orders_id_is_not_taken_over(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    second = phone.link(merchant, shop, "b-2", book=1)
    merchant.fail("create", changed(lambda o: o["order_details"].update(order_id="90000")))
    phone.place(second)
    at.carry()
    order = phone.order()
    assert (order.status, order.reason) == ("rejected", "MERCHANT_ANSWER_UNUSABLE")
    assert order.merchant_order_id == "90001"  # asked for once more: the goods are free again
    assert (merchant.orders["90000"].rejected, merchant.orders["90001"].rejected) == (0, 1)


@pytest.mark.parametrize(
    ("function", "seconds"), [("note_asked", 61), ("take_order", 61)], ids=["before", "after"]
)
def test_a_crash_while_it_is_asked_for_gives_one_order(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    linked: str,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    seconds: int,
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    phone.place(linked)
    with monkeypatch.context() as patch:
        patch.setattr(f"flask_till.desk.actions.wallet_orders.{function}", die)
        with pytest.raises(Killed):
            at.carry()
    at.restart()
    at.clock.advance(seconds=seconds)
    at.carry()
    assert len(merchant.orders) == 1
    assert phone.order().status == "processing"
