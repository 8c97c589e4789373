"""The contract's own payloads: shops answer with them as they are, and our requests are theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Response

from tests.desk.inpost.the_shop import EXAMPLES, TheShop, example
from tests.desk.wallet.the_phone import ThePhone, TheWallet
from tests.shop.inpost_client.test_examples import members
from tests.stand_ins.inpost_merchant import InpostMerchant

BEFORE_ITS_DATES = datetime(2025, 5, 12, 8, 20, tzinfo=UTC)


def as_it_is(name: str, status: int = 200) -> Callable[[Any], Response]:
    body = (EXAMPLES / f"{name}.json").read_bytes()
    return lambda _: Response(body, status, mimetype="application/json")


@pytest.fixture
def theirs(at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop) -> str:
    """The contract's basket, linked by the contract's answer."""
    at.clock.now = BEFORE_ITS_DATES
    merchant.basket("b-1", mug=2)
    merchant.fail("confirmation", as_it_is("basket_put"))
    assert shop.ask_phone("b-1", phone.number).status_code == 202
    phone.accept(trust=True)
    at.carry()
    return phone.basket().id


def last(merchant: InpostMerchant, operation: str) -> Any:
    return merchant.of(operation)[-1].body


def test_yes_and_no(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, theirs: str
) -> None:
    yes = example("basket_confirmation_success")
    assert members(last(merchant, "confirmation")) == members(yes)
    merchant.basket("b-2", mug=1)
    assert shop.ask_phone("b-2", phone.number).status_code == 202
    phone.wallet.refuse(phone.prompt().id, phone.id)
    at.carry()
    assert last(merchant, "confirmation") == example("basket_confirmation_reject")


def test_changes(at: TheWallet, phone: ThePhone, merchant: InpostMerchant, theirs: str) -> None:
    product, related = (
        example("basket_put")[kind][0]["product_id"] for kind in ("products", "related_products")
    )
    wallet = phone.wallet
    changes: list[tuple[str, Callable[[], object]]] = [
        ("quantity", lambda: wallet.set_quantity(theirs, phone.id, product, Decimal(3))),
        ("promo", lambda: wallet.set_codes(theirs, phone.id, ["MAJ10", "LATO5"])),
        ("promo_clear", lambda: wallet.set_codes(theirs, phone.id, [])),
        ("related", lambda: wallet.add_related(theirs, phone.id, related)),
    ]
    for name, change in changes:
        merchant.fail("event", as_it_is("basket_event_response_notice"))
        change()
        at.carry()
        meant = members(example(f"basket_event_{name}"))
        optional = {one for one in meant if "regulation_type" in one}
        assert meant - optional <= members(last(merchant, "event"))
        assert (
            last(merchant, "event")["event_type"] == example(f"basket_event_{name}")["event_type"]
        )
    notice = example("basket_event_response_notice")["summary"]["basket_notice"]
    assert notice["description"] in {one.refusal for one in wallet.edits(theirs, phone.id)}


def test_an_order_and_what_is_told_of_it(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    basket_id = phone.link(merchant, shop)
    phone.place(basket_id)
    at.carry()
    asked = last(merchant, "create")
    meant = example("order_create_courier_cod")
    assert set(asked) <= set(meant) | {"invoice_details"}
    needed = {"order_details", "account_info", "delivery", "consents"}
    assert needed <= set(asked)
    required = ("basket_id", "currency", "payment_type", "basket_price")
    assert (
        set(required)
        <= set(asked["order_details"])
        <= set(meant["order_details"]) | set(example("order_create")["order_details"])
    )
    phone.pay(phone.order())
    merchant.fail("order_event", as_it_is("order_event_response"))
    at.carry()
    paid = members(example("order_event_from_wallet_paid"))
    assert members(last(merchant, "order_event")) == paid
    said = example("order_event_response")
    assert phone.order().status_text == said["order_merchant_status_description"]
    assert list(phone.order().parcels) == said.get("delivery_references_list", [])


def test_an_order_that_is_given_up(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    phone.place(phone.link(merchant, shop))
    at.carry()
    phone.wallet.reject(phone.order().id, phone.id)
    at.carry()
    rejected = members(example("order_event_from_wallet_rejected"))
    assert members(last(merchant, "order_event")) == rejected
