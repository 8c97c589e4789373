"""What may be asked for: both forms, limits at the edge and one beyond."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from flask_till.wire.w3block.basket import (
    CreateOrder,
    ExpectedPrice,
    Ordered,
    PaidPart,
    PayOrder,
    PreviewOrder,
    SignedGasFee,
)
from flask_till.wire.w3block.message import LARGEST_BODY
from flask_till.wire.w3block.values import AmountType, PaymentMethod, PaymentProvider
from tests.wire.w3block.vectors import CURRENCY, PRODUCT

OTHER = "8c43ece8-99b0-4877-aed3-2170d2deb4bf"
ALL = {"currencyId": CURRENCY, "amountType": "percentage", "amount": "100"}


def test_both_forms_ask_for_the_same(newer: Any, older: Any) -> None:
    present, past = CreateOrder.of_data(newer), CreateOrder.of_data(older)
    for asked in (present, past):
        (part,) = asked.parts
        assert part.currency_id == asked.first_currency == CURRENCY
        assert (part.amount_type, part.amount) == (AmountType.PERCENTAGE, 100)
        assert part.payment_method == PaymentMethod.PIX
        assert (part.provider_inputs or {})["ssn"] == "111.444.777-35"
        assert asked.gas_signatures == {CURRENCY: "<opaque, 40 s>"}
        assert asked.order_products[0].count == 1
        assert not asked.accepts_similar
    assert present.order_products[0].expected(CURRENCY) == {CURRENCY: Decimal(90)}
    assert past.order_products[0].expected(CURRENCY) == {CURRENCY: Decimal(100)}
    assert (present.coupon, past.coupon, past.gift) == ("SPRING10", None, None)


def test_the_newer_form_wins_where_they_differ(newer: Any, older: Any, change: Any) -> None:
    both = change(
        older | newer,
        {
            "currencyId": OTHER,
            "paymentMethod": "credit_card",
            "signedGasFee": "old",
            "orderProducts.0.expectedPrice": "1",
        },
    )
    asked = CreateOrder.of_data(both)
    assert [part.currency_id for part in asked.parts] == [CURRENCY]
    assert asked.parts[0].payment_method == PaymentMethod.PIX
    assert asked.gas_signatures == {CURRENCY: "<opaque, 40 s>"}
    assert asked.order_products[0].expected(asked.first_currency) == {CURRENCY: Decimal(90)}


def test_the_older_form_fills_what_the_newer_leaves_open(newer: Any, change: Any) -> None:
    data = change(newer, {
        "signedGasFees": [{"currencyId": OTHER, "signedGasFee": "b"}],
        "signedGasFee": "a",
        "orderProducts.0.expectedPrice": "7",
        "orderProducts.0.expectedPrices.0.currencyId": OTHER,
    })  # fmt: skip
    asked = CreateOrder.of_data(data)
    assert asked.gas_signatures == {CURRENCY: "a", OTHER: "b"}
    assert asked.order_products[0].expected(CURRENCY) == {CURRENCY: 7, OTHER: 90}


def test_a_price_is_expected_only_in_the_currencies_that_were_shown() -> None:
    shown = {"productId": PRODUCT, "expectedPrices": [{"currencyId": OTHER, "expectedPrice": "9"}]}
    assert Ordered.of_data(shown | {"quantity": "3"}).expected(CURRENCY) == {OTHER: 9}
    assert Ordered.of_data(shown | {"quantity": "3"}).count == 3


@pytest.mark.parametrize("empty", [[], None, ...])
def test_an_empty_newer_form_is_none(older: Any, change: Any, empty: Any) -> None:
    data = older | {"payments": empty, "signedGasFees": empty}
    if empty is ...:
        data = older
    asked = CreateOrder.of_data(data)
    assert len(asked.parts) == 1
    assert asked.gas_signatures


def test_a_preview_may_leave_the_currency_to_the_platform() -> None:
    asked = PreviewOrder.of_data({"orderProducts": [{"productId": PRODUCT}]})
    assert (list(asked.parts), asked.accepts_incomplete, asked.coupon) == ([], True, None)
    assert asked.order_products[0].count == 1
    old = PreviewOrder.of_data(
        {"orderProducts": [{"productId": PRODUCT}], "currencyId": CURRENCY,
         "paymentMethod": "crypto", "acceptIncompleteCart": False}
    )  # fmt: skip
    assert old.parts[0].to_data() == ALL | {"paymentMethod": "crypto"}
    assert not old.accepts_incomplete


def test_what_a_real_storefront_sends_for_a_coin_and_money() -> None:
    asked = PreviewOrder.of_data({
        "orderProducts": [{"productId": PRODUCT, "quantity": 2}],
        "payments": [
            {"currencyId": CURRENCY, "amountType": "all_remaining", "paymentMethod": "pix"},
            {"currencyId": OTHER, "amountType": "fixed", "amount": "12.5",
             "paymentMethod": "crypto"},
        ],
        "currencyId": CURRENCY, "couponCode": "", "acceptIncompleteCart": True,
    })  # fmt: skip
    assert [part.amount for part in asked.parts] == [None, Decimal("12.5")]


@pytest.mark.parametrize("name", ["destinationWalletAddress", "successUrl", "couponCode"])
def test_an_empty_text_is_none(older: Any, name: str) -> None:
    asked = CreateOrder.of_data(older | {name: "", "signedGasFee": ""})
    assert (asked.wallet if name.startswith("dest") else None) is None
    assert not asked.coupon
    assert asked.gas_signatures == {}


def test_an_empty_amount_is_none_for_what_remains_and_only_there(refused: Any) -> None:
    part = {"currencyId": CURRENCY, "amountType": "all_remaining", "amount": ""}
    assert PayOrder.of_data({"payments": [part]}).payments[0].amount is None
    for kind in ("percentage", "fixed"):
        refused(PayOrder.of_data, {"payments": [part | {"amountType": kind}]})


def test_utm_parameters_are_five_and_others_are_ignored(older: Any) -> None:
    utm = {"utm_source": "s", "utm_medium": None, "utm_campaign": "c", "utm_term": "t",
           "utm_content": "x" * 250}  # fmt: skip
    asked = CreateOrder.of_data(older | {"utmParams": utm | {"expires": 1.5, "utmSource": "no"}})
    assert asked.utm_params is not None
    assert asked.utm_params.to_data() == utm


def test_a_client_says_what_it_was_given_and_no_more() -> None:
    asked = CreateOrder(
        order_products=[
            Ordered(
                product_id=PRODUCT,
                quantity="2",
                expected_prices=[
                    ExpectedPrice(currency_id=CURRENCY, expected_price=Decimal("9.90"))
                ],
            )
        ],
        payments=[
            PaidPart(
                currency_id=CURRENCY,
                amount_type=AmountType.ALL_REMAINING,
                payment_method=PaymentMethod.PIX,
                payment_provider=PaymentProvider.ASAAS,
            )
        ],
        signed_gas_fees=[SignedGasFee(currency_id=CURRENCY, signed_gas_fee="s")],
    )
    assert asked.to_data() == {
        "orderProducts": [
            {"productId": PRODUCT, "quantity": "2",
             "expectedPrices": [{"currencyId": CURRENCY, "expectedPrice": "9.90"}]}
        ],
        "payments": [{"currencyId": CURRENCY, "amountType": "all_remaining",
                      "paymentMethod": "pix", "paymentProvider": "asaas"}],
        "signedGasFees": [{"currencyId": CURRENCY, "signedGasFee": "s"}],
    }  # fmt: skip
    assert CreateOrder.read(asked.to_bytes()) == asked


IDS = [f"{place:08x}-0000-4000-8000-000000000000" for place in range(201)]


def line(**more: Any) -> dict[str, Any]:
    return {"productId": PRODUCT, "expectedPrice": "1", **more}


def parts(count: int) -> list[Any]:
    return [ALL for _ in range(count)]


def fees(count: int) -> list[Any]:
    return [{"currencyId": IDS[place], "signedGasFee": "s"} for place in range(count)]


def prices(count: int) -> list[Any]:
    return [{"currencyId": IDS[place], "expectedPrice": "1"} for place in range(count)]


LIMITS: list[tuple[str, Any, Any]] = [
    ("orderProducts", [line()], []),
    ("orderProducts", [line()] * 200, [line()] * 201),
    ("orderProducts", [line(variantIds=IDS[:20])], [line(variantIds=IDS[:21])]),
    ("orderProducts", [line(expectedPrices=prices(10))], [line(expectedPrices=prices(11))]),
    ("payments", parts(10), parts(11)),
    ("signedGasFees", fees(10), fees(11)),
    ("signedGasFee", "s" * 4096, "s" * 4097),
    ("couponCode", "c" * 100, "c" * 101),
    ("providerInputs", {str(n): n for n in range(50)}, {str(n): n for n in range(51)}),
    ("passShareCodeData", {str(n): n for n in range(50)}, {str(n): n for n in range(51)}),
    ("utmParams", {"utm_term": "x" * 250}, {"utm_term": "x" * 251}),
    ("successUrl", "https://a/" + "x" * 2038, "https://a/" + "x" * 2039),
    ("payments", [ALL | {"amount": "100"}], [ALL | {"amount": "100.01"}]),
]


@pytest.mark.parametrize(("name", "last", "beyond"), LIMITS, ids=lambda value: str(value)[:20])
def test_a_limit_is_the_last_that_passes(
    older: Any, name: str, last: Any, beyond: Any, refused: Any
) -> None:
    assert CreateOrder.of_data(older | {name: last})
    error = refused(CreateOrder.of_data, older | {name: beyond})
    assert (error.status, error.code) == (400, "validation-error")
    assert name in error.message


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"orderProducts": ...}, "orderProducts"),
    ({"orderProducts": {}}, "orderProducts"),
    ({"orderProducts.0": None}, "orderProducts.0"),
    ({"orderProducts.0.productId": ...}, "orderProducts.0.productId"),
    ({"orderProducts.0.productId": "7"}, "orderProducts.0.productId"),
    ({"orderProducts.0.quantity": 1.5}, "orderProducts.0.quantity"),
    ({"orderProducts.0.quantity": Decimal("1.0")}, "orderProducts.0.quantity"),
    ({"orderProducts.0.quantity": 2**63}, "orderProducts.0.quantity"),
    ({"orderProducts.0.selectBestPrice": "yes"}, "orderProducts.0.selectBestPrice"),
    ({"orderProducts.0.variantIds": "x"}, "orderProducts.0.variantIds"),
    ({"orderProducts.0.expectedPrices": ...}, "expectedPrices"),
    ({"orderProducts.0.expectedPrices": []}, "expectedPrices"),
    ({"orderProducts.0.expectedPrices.0.expectedPrice": 90}, "expectedPrice"),
    ({"orderProducts.0.expectedPrices": prices(1) * 2}, "twice"),
    ({"payments": ...}, "payments must not be empty"),
    ({"payments": []}, "payments must not be empty"),
    ({"payments.0.amountType": "half"}, "payments.0.amountType"),
    ({"payments.0.amountType": ...}, "payments.0.amountType"),
    ({"payments.0.amount": ...}, "amount must be given"),
    ({"payments.0.amount": "-1"}, "payments.0.amount"),
    ({"payments.0.amount": 100}, "payments.0.amount"),
    ({"payments.0.currencyId": "BRL"}, "payments.0.currencyId"),
    ({"payments.0.paymentMethod": "cash"}, "payments.0.paymentMethod"),
    ({"payments.0.paymentProvider": "bank"}, "payments.0.paymentProvider"),
    ({"payments.0.providerInputs": []}, "payments.0.providerInputs"),
    ({"signedGasFees": fees(1) * 2}, "twice"),
    ({"signedGasFees.0.signedGasFee": 1}, "signedGasFees.0.signedGasFee"),
    ({"destinationWalletAddress": "0x1"}, "destinationWalletAddress"),
    ({"destinationUserId": "me"}, "destinationUserId"),
    ({"addressId": "home"}, "addressId"),
    ({"successUrl": "javascript:alert(1)"}, "successUrl"),
    ({"couponCode": 10}, "couponCode"),
    ({"utmParams": "x"}, "utmParams"),
    ({"acceptSimilarOrderInShortPeriod": "true"}, "acceptSimilarOrderInShortPeriod"),
    ({"acceptSimilarOrderInShortPeriod": 1}, "acceptSimilarOrderInShortPeriod"),
    ({"passShareCodeData": "x"}, "passShareCodeData"),
]


@pytest.mark.parametrize(("changes", "said"), WRONG, ids=lambda value: str(value)[:50])
def test_a_wrong_member_is_named(
    newer: Any, change: Any, refused: Any, changes: dict[str, Any], said: str
) -> None:
    error = refused(CreateOrder.of_data, change(newer, changes))
    assert (error.status, error.code) == (400, "validation-error")
    assert said in error.message


def test_an_older_order_needs_a_currency(older: Any, change: Any, refused: Any) -> None:
    refused(CreateOrder.of_data, change(older, {"currencyId": ...}))


def test_paying_needs_a_part(refused: Any) -> None:
    assert PayOrder.of_data({"payments": parts(10)})
    for wrong in ({"payments": parts(11)}, {"payments": []}, {}, {"payments": None}):
        refused(PayOrder.of_data, wrong)


def test_a_body_has_a_largest_size(older: Any, refused: Any) -> None:
    body = CreateOrder.of_data(older).to_bytes()
    padded = body[:-1] + b" " * (LARGEST_BODY - len(body)) + b"}"
    assert len(padded) == LARGEST_BODY
    assert CreateOrder.read(padded)
    assert "too large" in refused(CreateOrder.read, padded + b" ").message


def test_at_most_five_faults_are_told(refused: Any) -> None:
    lines = [{"productId": place} for place in range(9)]
    error = refused(PreviewOrder.of_data, {"orderProducts": lines})
    assert error.message.count(";") == 4
    assert len(error.fields) == 9
