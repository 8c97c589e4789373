"""Orders as they are found, where they go, and what of them can still be changed (3, 4, 7)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.w3block_company import Provider
from tests.desk.the_desk import SHOP
from tests.desk.w3block.the_company import COMPANY, DOLLAR, REAL, WALLET, WAYS, part, refused

OTHER_WALLET = "0x8B3C9e5B1D8F2046a1b3c5D7E9F0A2B4C6D8e0f2"
BOB = "whoever Bob is"
NOBODY = "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"


def test_a_receipt_does_not_call_pending_what_is_over(company, ann, clock):
    company.sell()
    made = ann.created()
    clock.advance(540)
    receipt = company.public.get(f"/orders/get-by-deliver-id/{made['deliverId']}")
    assert receipt.json["status"] == "expired"


def test_a_list_does_not_call_pending_what_is_over(company, ann, clock):
    company.sell()
    made = ann.created()
    clock.advance(540)
    assert ann.get("/orders?status[]=pending").json["items"] == []
    (found,) = ann.get("/orders?status[]=expired").json["items"]
    assert found["id"] == made["id"]


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ({"destinationWalletAddress": OTHER_WALLET}, OTHER_WALLET),
        ({"destinationWalletAddress": None}, WALLET),
        ({"destinationWalletAddress": None, "destinationUserId": BOB}, OTHER_WALLET),
    ],
)
def test_tokens_go_where_the_order_says(company, ann, desk, asked, goes_to):
    company.sell(tokens=1)
    cara = company.signed_in("cara@example.org", wallet=WALLET)
    bob = company.user("bob@example.org", wallet=OTHER_WALLET)
    made = cara.created(**{name: bob if value == BOB else value for name, value in asked.items()})
    assert made["destinationWalletAddress"] == goes_to
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
    assert cara.order(made["id"])["status"] == "concluded"
    assert [row.holder for row in desk.rows(product_tokens)] == [goes_to]


def test_tokens_for_a_user_who_is_not_there(company, ann):
    company.sell()
    refused(ann.create(destinationUserId=NOBODY), 400, "validation-error")


def test_paying_anew_says_where_the_page_leads_afterwards(company, ann, desk):
    company.sell()
    made = ann.created(successUrl=f"{SHOP}/first")
    path = f"/orders/{made['id']}/pay"
    evil = {"payments": [part()], "successUrl": "https://evil.example/"}
    refused(ann.patch(path, evil), 400, "validation-error")
    assert desk.read(made["id"]).redirect_url == f"{SHOP}/first"
    assert ann.patch(path, {"payments": [part()]}).status_code == 200
    assert desk.read(made["id"]).redirect_url == f"{SHOP}/first"
    again = {"payments": [part()], "successUrl": f"{SHOP}/second"}
    assert ann.patch(path, again).status_code == 200
    assert desk.read(made["id"]).redirect_url == f"{SHOP}/second"


def test_a_preview_offers_only_what_an_order_takes(company, ann):
    company.change(providers=(*WAYS, Provider(REAL, "transfer", "transfer")))
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="CARD", percent="10", methods=("credit_card",))
    shown = ann.previewed()["providersForSelection"]
    assert [one["paymentMethod"] for one in shown] == ["pix", "credit_card"]
    card = ann.previewed(payments=[part("credit_card")], couponCode="CARD")
    assert [one["paymentMethod"] for one in card["providersForSelection"]] == ["credit_card"]
    assert ann.previewed(payments=[part(None, DOLLAR)])["providersForSelection"]


def test_a_coupon_for_a_method_is_paid_by_it_also_when_none_was_named(company, ann):
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="CARD", percent="10", methods=("credit_card",))
    body = ann.wanted(payments=[part(None)], couponCode="CARD")
    (product,) = body["orderProducts"]
    cheaper = [{"currencyId": REAL, "expectedPrice": "90"}]
    body["orderProducts"] = [product | {"expectedPrices": cheaper}]
    made = ann.post("/orders", body).json
    assert (made["totalAmount"], made["paymentMethod"]) == ("90.35", "credit_card")


@pytest.mark.parametrize(
    ("images", "shown"),
    [
        ([{"thumb": "https://cdn.example/s.png", "original": "https://cdn.example/l.png"}], "s"),
        ([{"thumb": None}, {"original": "https://cdn.example/l.png"}], "l"),
        ([{"thumb": "javascript:alert(1)", "original": "/l.png"}], None),
        ([], None),
    ],
)
def test_the_page_shows_the_products_picture(company, ann, desk, images, shown):
    company.sell(images=images)
    [line] = desk.read(ann.created()["id"]).lines
    assert line.image_url == (shown and f"https://cdn.example/{shown}.png")
