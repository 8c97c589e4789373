"""What is for sale, and what an order would cost (3, 7)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_till.desk.actions.w3block_companies import ensure_currency
from flask_till.desk.product import Value, Variant
from flask_till.desk.tables import orders
from flask_till.desk.w3block_company import Coin, Provider
from tests.desk.w3block.the_company import (
    COMPANY,
    DOLLAR,
    PRODUCT,
    REAL,
    WAYS,
    line,
    part,
    refused,
)

MATIC = "7c43ece8-99b0-4877-aed3-2170d2deb4bf"
PLATE = "1c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
TOKEN = "1d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e"
LARGE = "2d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e"
SIZE = "3d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e"


def errors(shown):
    return [(one["productId"], one["error"]) for one in shown["productsErrors"]]


def test_the_contracts_preview(company, ann):
    company.sell(per_buyer=2)
    company.enrolment.add_coupon(COMPANY, code="SPRING10", percent="10")
    shown = ann.previewed(couponCode="SPRING10")
    (product,) = shown["products"]
    assert (product["stockAmount"], product["canPurchaseAmount"]) == (12, 2)
    price = product["prices"][0]
    assert (price["amount"], price["originalAmount"]) == ("90", "100")
    assert price["currency"]["code"] == "BRL"
    assert (shown["appliedCoupon"], shown["cartPrice"], shown["totalPrice"]) == (
        "SPRING10", "90", "90.35",
    )  # fmt: skip
    assert shown["originalCartPrice"] == "100"
    assert shown["gasFee"]["amount"] == "0.35"
    assert shown["gasFee"]["signature"]
    (payment,) = shown["payments"]
    assert payment["fullOrderTotalAmount"] == payment["amount"] == "90.35"
    assert [one["paymentMethod"] for one in shown["providersForSelection"]] == [
        "pix", "credit_card",
    ]  # fmt: skip


def test_a_preview_writes_nothing(company, ann, desk):
    company.sell(tokens=1)
    for _ in range(3):
        assert ann.previewed()["products"][0]["stockAmount"] == 1
    assert desk.count(orders) == 0


def test_what_cannot_be_bought_is_kept_apart_and_never_priced(company, ann):
    company.sell(tokens=0)
    company.sell(product_id=PLATE, name="Plate", prices={REAL: "7"}, stock=3, per_buyer=2)
    unknown = "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
    shown = ann.previewed(line(), line(2, PLATE), line(1, PLATE), line(1, unknown))
    assert [one["id"] for one in shown["products"]] == [PLATE]
    assert shown["cartPrice"] == "14"
    assert errors(shown) == [
        (PRODUCT, {"code": "insufficient-stock", "limit": 0}),
        (PLATE, {"code": "purchase-limit", "limit": 2}),
        (unknown, {"code": "not-for-sale"}),
    ]
    refused(ann.preview(line(), acceptIncompleteCart=False), 400, "insufficient-stock")


def test_nothing_that_can_be_bought_costs_nothing(company, ann):
    company.sell(tokens=0)
    shown = ann.previewed()
    assert (shown["totalPrice"], shown["gasFee"]) == ("0", {"amount": "0", "signature": ""})


def test_a_token_that_is_fixed_to_another(company, ann):
    company.sell(tokens=[TOKEN], fixed_to="5d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e")
    shown = ann.previewed(line(productTokenId=TOKEN))
    assert errors(shown) == [(PRODUCT, {"code": "fixed-user-mismatch"})]


def test_the_older_form_and_none_at_all(company, ann):
    company.sell()
    body = {"orderProducts": [line(1)], "currencyId": DOLLAR, "couponCode": ""}
    older = ann.post("/orders/preview", body).json
    assert (older["totalPrice"], older["currency"]["code"]) == ("20.07", "USD")
    none = ann.post("/orders/preview", {"orderProducts": [line(1)]}).json
    assert (none["totalPrice"], none["currency"]["code"]) == ("100.35", "BRL")


def test_parts_in_two_currencies_are_the_whole_together(company, ann):
    company.sell()
    parts = [
        {"currencyId": REAL, "amountType": "fixed", "amount": "25"},
        {"currencyId": DOLLAR, "amountType": "all_remaining"},
    ]
    shown = ann.previewed(payments=parts)
    assert [one["amount"] for one in shown["payments"]] == ["25", "15.07"]
    assert [one["gasFee"]["amount"] for one in shown["payments"]] == ["0.35", "0.07"]
    assert [one["totalPrice"] for one in shown["payments"]] == ["100.35", "20.07"]
    wrong = [part(amount="50")]
    refused(ann.preview(payments=wrong), 400, "payments-not-covering-total")


def test_a_currency_without_a_price(company, ann):
    company.sell(prices={REAL: "100"})
    refused(ann.preview(payments=[part(currency=DOLLAR)]), 400, "currency-not-enabled")
    refused(ann.preview(payments=[part(currency=PRODUCT)]), 400, "currency-not-enabled")


def test_a_coupon_that_does_not_apply_is_not_applied(company, ann):
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="PIX", percent="10", methods=("pix",))
    assert ann.previewed(couponCode="PIX")["cartPrice"] == "90"
    shown = ann.previewed(couponCode="PIX", payments=[part("credit_card")])
    assert (shown["appliedCoupon"], shown["cartPrice"]) == (None, "100")
    assert ann.previewed(couponCode="NO")["appliedCoupon"] is None


def test_choices_and_the_service_fee_are_in_the_price(company, ann):
    company.change(service_fee=Decimal("2.5"))
    values = (Value(LARGE, "Large", "l", {REAL: Decimal("5.50")}),)
    company.sell(variants=(Variant(SIZE, "Size", "size", values),))
    shown = ann.previewed(line(2, variantIds=[LARGE]))
    assert (shown["cartPrice"], shown["clientServiceFee"]) == ("211", "5.28")
    assert shown["totalPrice"] == "216.63"
    variant = shown["products"][0]["variants"][0]
    assert (variant["keyLabel"], variant["values"][0]["extraAmount"]) == ("size", "5.5")


def test_a_coin_is_shown_and_cannot_pay_yet(company, ann, desk):
    coin = Coin(MATIC, "MATIC", "MATIC", "Polygon", is_crypto=True, decimals=18)
    desk.database.write(ensure_currency, coin)
    company.change(providers=(*WAYS, Provider(MATIC, "crypto", "crypto")))
    company.sell(prices={REAL: "100", MATIC: "0.000000000000000003"})
    in_coins = [part("crypto", MATIC)]
    shown = ann.previewed(payments=in_coins)
    assert (shown["totalPrice"], shown["currency"]["crypto"]) == ("0.000000000000000003", True)
    assert shown["providersForSelection"] == []
    assert MATIC in [one["currencyId"] for one in shown["products"][0]["prices"]]
    fees = [{"currencyId": MATIC, "signedGasFee": shown["gasFee"]["signature"]}]
    answer = ann.create(payments=in_coins, signedGasFees=fees)
    refused(answer, 400, "payment-provider-not-found")
    assert "choose another currency" in answer.json["message"]
    assert desk.count(orders) == 0


def test_a_company_that_bills_no_gas(company, ann):
    company.sell()
    company.change(bills_gas=False)
    shown = ann.previewed()
    assert (shown["totalPrice"], shown["gasFee"]) == ("100", {"amount": "0", "signature": ""})


# --- the catalog ------------------------------------------------------------------------------


def test_products_are_public(company):
    company.sell(slug="founder-pass")
    page = company.public.get("/products").json
    assert [one["id"] for one in page["items"]] == [PRODUCT]
    assert page["meta"]["totalItems"] == 1
    one = company.public.get(f"/products/{PRODUCT.upper()}").json
    assert one == company.public.get("/products/get-by-slug/founder-pass").json
    assert (one["companyId"], one["stockAmount"], one["canPurchase"]) == (COMPANY, 12, True)


@pytest.mark.parametrize(
    "path",
    [
        f"/products/{PLATE}",
        "/products/x",
        "/products/get-by-slug/no",
        f"/products/{PLATE}/can-purchase",
    ],
)
def test_products_that_are_not_there(company, path):
    company.sell()
    refused(company.public.get(path), 404, None)


def test_a_company_that_is_not_there(company):
    for name in (PLATE, "x"):
        storefront = company.public
        storefront.company = name
        refused(storefront.get("/products"), 404, None)


def test_whether_a_product_can_be_bought(company):
    company.sell(per_buyer=2)
    path = f"/products/{PRODUCT}/can-purchase"
    assert company.public.get(path).json == {"canPurchase": True, "canPurchaseAmount": 2}
    company.sell(product_id=PLATE, tokens=0)
    answer = company.public.get(f"/products/{PLATE}/can-purchase").json
    assert (answer["canPurchase"], answer["error"]["code"]) == (False, "insufficient-stock")


def test_the_two_currencies_that_storefronts_have_built_in(company):
    page = company.public.call("GET", "/globals/currencies").json
    assert {one["id"]: one["symbol"] for one in page["items"]} == {REAL: "R$", DOLLAR: "$"}
    assert {one["decimals"] for one in page["items"]} == {2}
