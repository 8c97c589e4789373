"""What the platform answers: both forms filled, nothing secret, limits (3, 4, 5, 7)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from flask_till.wire.w3block.error_codes import ProductErrorCode
from flask_till.wire.w3block.message import LARGEST_ANSWER, write
from flask_till.wire.w3block.orders import (
    OlderOrder,
    Order,
    OrderPayment,
    PublicData,
    Receipt,
    ReceiptPayment,
)
from flask_till.wire.w3block.preview import PaymentPreview, Preview, ProviderChoice, SavedCard
from flask_till.wire.w3block.products import (
    DOLLAR,
    REAL,
    CanPurchase,
    Currency,
    Distribution,
    Product,
    ProductError,
    Why,
)
from flask_till.wire.w3block.statuses import OrderStatus
from flask_till.wire.w3block.values import PaymentMethod, PaymentProvider
from tests.wire.w3block.vectors import BUYER, COMPANY, PRODUCT

BRL = Currency(id=REAL, code="BRL", symbol="R$", name="Real", crypto=False)


def test_a_preview_is_told_in_both_forms(example: Any) -> None:
    body = example("preview")["response"]["body"]
    read = Preview.of_data(body)
    made = Preview.of(read.products, read.products_errors, read.payments, read.applied_coupon)
    assert json.loads(made.to_bytes(), parse_float=Decimal) == body
    assert made.gas_signature(REAL) == "<opaque, 40 s>"
    assert made.gas_signature(DOLLAR) is None


@pytest.mark.parametrize(
    "changes",
    [{"gasFee": ...}, {"gasFee": None}, {"gasFee": {}}, {"gasFee.amount": 0.35},
     {"gasFee.signature": None}, {"payments": []}, {"payments": ...}, {"payments.0.gasFee": ...},
     {"payments.0.totalPrice": 90}, {"products": None}, {"productsErrors": ...},
     {"appliedCoupon": ...}, {"cartPrice": "-1"}, {"products.0.stockAmount": -1},
     {"products.0.stockAmount": 1.5}, {"products.0.prices.0.amount": "1e2"},
     {"providersForSelection.0.paymentMethod": "cash"},
     {"providersForSelection.1.availableInstallments.0.amount": 0},
     {"providersForSelection.1.availableInstallments.0.amount": 1001}],
    ids=str,
)  # fmt: skip
def test_what_storefronts_crash_on_is_no_preview(
    example: Any, change: Any, refused: Any, changes: Any
) -> None:
    body = example("preview")["response"]["body"]
    assert refused(Preview.of_data, change(body, changes)).code == "validation-error"


def test_a_preview_without_gas_billing_has_an_empty_signature(example: Any, change: Any) -> None:
    body = change(example("preview")["response"]["body"], {"payments.0.gasFee.signature": ""})
    assert Preview.of_data(body).gas_signature(REAL) is None
    assert Preview.of_data(change(body, {"appliedCoupon": None})).applied_coupon is None


def test_payments_of_a_preview_are_at_most_ten(example: Any, refused: Any) -> None:
    body = example("preview")["response"]["body"]
    assert Preview.of_data(body | {"payments": body["payments"] * 10})
    refused(Preview.of_data, body | {"payments": body["payments"] * 11})


@pytest.mark.parametrize("code", ProductErrorCode)
def test_a_product_is_left_out_for_a_reason(code: ProductErrorCode, refused: Any) -> None:
    said = {"productId": PRODUCT, "error": {"code": code.value, "limit": 2}}
    assert ProductError.of_data(said).to_data() == said
    assert ProductError(product_id=PRODUCT, product=None, error=Why(code=code, limit=2))
    refused(ProductError.of_data, {"productId": PRODUCT, "error": {"code": "sad"}})
    refused(
        ProductError.of_data, {"productId": PRODUCT, "error": {"code": code.value, "limit": -1}}
    )


def test_whether_a_product_can_be_bought() -> None:
    said = {"canPurchase": False, "canPurchaseAmount": 0, "error": {"code": "purchase-limit"}}
    assert CanPurchase.of_data(said).to_data() == said


@pytest.mark.parametrize("word", Distribution)
def test_a_listed_product_says_how_it_hands_out_tokens(word: Distribution) -> None:
    said = {
        "id": PRODUCT, "name": "Pass", "images": [], "prices": [], "distributionType": word.value,
        "pricingType": "product", "startSaleAt": "2026-03-02T10:00:00.000Z", "slug": "pass",
        "variants": [{"id": BUYER, "name": "Size", "keyLabel": "size", "values": [
            {"id": COMPANY, "name": "L", "keyValue": "l", "extraAmount": "0.5"}]}],
    }  # fmt: skip
    assert Product.of_data(said).to_data() == said


@pytest.mark.parametrize(("decimals", "fits"), [(0, True), (18, True), (19, False), (-1, False)])
def test_a_currency_has_so_many_decimals(decimals: int, fits: bool, refused: Any) -> None:
    said = BRL.to_data() | {"decimals": decimals}
    if fits:
        assert Currency.of_data(said).to_data() == said
    else:
        refused(Currency.of_data, said)


@pytest.mark.parametrize("digits", ["123", "12345", "4111111111111111", "12x4", "١٢٣٤"])
def test_a_saved_card_shows_four_digits_and_never_more(digits: str, refused: Any) -> None:
    card = {"id": "c", "brand": "visa", "lastNumbers": "1234"}
    assert SavedCard.of_data(card).to_data() == card
    refused(SavedCard.of_data, card | {"lastNumbers": digits})


def order(**more: Any) -> Order:
    payment = OrderPayment(
        currency_id=REAL,
        currency=BRL,
        payment_method=PaymentMethod.PIX,
        payment_provider=PaymentProvider.ASAAS,
        total_amount=Decimal("90.35"),
        status="pending",
        public_data=PublicData(payment_url="https://pay.example.org/1"),
    )
    members: dict[str, Any] = {
        "id": PRODUCT, "company_id": COMPANY, "user_id": BUYER, "address_id": None,
        "destination_wallet_address": None, "status": OrderStatus.PENDING, "products": [],
        "fail_reason": None, "expires_in": datetime(2026, 3, 2, 10, 9, tzinfo=UTC),
    }  # fmt: skip
    return Order.of([payment], **(members | more))


def test_the_older_members_are_those_of_the_first_payment() -> None:
    said = order().to_data()
    assert said["currencyId"] == REAL
    assert said["totalAmount"] == said["payments"][0]["totalAmount"] == "90.35"
    assert said["paymentInfo"] == said["payments"][0]["publicData"]
    assert (said["paymentMethod"], said["paymentProvider"]) == ("pix", "asaas")
    assert said["expiresIn"] == "2026-03-02T10:09:00.000Z"


def test_a_webhook_tells_the_older_form_and_nothing_of_the_gateway(example: Any) -> None:
    made = Order.of_data(example("create-order")["response"]["body"]).older().to_data()
    told = json.loads(example("webhook-expired")["raw_body"])["data"]
    assert made.keys() == told.keys()
    differ = {name for name in made if made[name] != told[name]}
    assert differ == {"status", "updatedAt"}
    assert not {"payments", "products", "paymentInfo", "address"} & order().older().to_data().keys()


def test_what_a_gateway_shows_has_named_members_only() -> None:
    said = {
        "paymentUrl": "https://a", "clientSecret": "s", "publicKey": "p",
        "pix": {"encodedImage": "i", "payload": "p", "expirationDate": "2026-03-02T10:09:00.000Z"},
        "transfer": {"type": "pix", "pixKey": "k"},
    }  # fmt: skip
    more = {"ssn": "111.444.777-35", "card": {"number": "4111111111111111"}, "cvv": "123"}
    public = PublicData.of_data(said | more)
    assert public.to_data() == said
    assert "client_secret" not in repr(public)
    for member in ("providerInputs", "provider_inputs"):
        payment = OrderPayment.of_data({"currencyId": REAL, member: more})
        assert payment.to_data() == {"currencyId": REAL}


@pytest.mark.parametrize(
    "changes",
    [{"payments": []}, {"payments": ...}, {"products": ...}, {"status": "paid"}, {"status": None},
     {"id": None}, {"addressId": ...}, {"destinationWalletAddress": "0x1"}, {"expiresIn": 540},
     {"deliverId": "q4tz8m"}, {"deliverId": "Q4TZ8"}, {"totalAmount": 90.35}, {"companyId": ...},
     {"payments.0.publicData.paymentUrl": "javascript:x"}, {"payments.0.status": "Paid!"},
     {"payments.0.publicData.pix.encodedImage": "x" * 200_001}],
    ids=str,
)  # fmt: skip
def test_what_is_no_order_is_refused(example: Any, change: Any, refused: Any, changes: Any) -> None:
    body = example("create-order")["response"]["body"]
    assert refused(Order.of_data, change(body, changes)).code == "validation-error"


@pytest.mark.parametrize("status", OrderStatus)
def test_every_status_is_told(status: OrderStatus) -> None:
    assert order(status=status).to_data()["status"] == status.value
    assert Order.read(order(status=status).to_bytes()).status == status


def test_a_receipt_is_public(refused: Any) -> None:
    receipt = Receipt(
        deliver_id="Q4TZ8M",
        status=OrderStatus.CONCLUDED,
        user_first_name="Ada",
        destination_user_name=None,
        created_at=datetime(2026, 3, 2, 10, tzinfo=UTC),
        payments=[ReceiptPayment(amount=Decimal("90.35"), currency=BRL)],
        products=[],
    )
    said = receipt.to_data()
    assert said.keys() == {
        "deliverId", "status", "userFirstName", "destinationUserName", "createdAt", "payments",
        "products",
    }  # fmt: skip
    private = {"email": "a@b", "destinationWalletAddress": "0x" + "a" * 40, "userId": BUYER}
    assert Receipt.of_data(said | private).to_data() == said


def test_an_answer_has_a_largest_size(refused: Any) -> None:
    body = order().to_bytes()
    padded = body[:-1] + b" " * (LARGEST_ANSWER - len(body)) + b"}"
    assert OlderOrder.read(padded, largest=LARGEST_ANSWER).status == "pending"
    refused(OlderOrder.read, padded + b" ", largest=LARGEST_ANSWER)


def test_a_choice_without_installments_leaves_them_out() -> None:
    choice = ProviderChoice(
        payment_method=PaymentMethod.PIX,
        payment_provider=PaymentProvider.ASAAS,
        currency=BRL,
        inputs=["ssn"],
    )
    assert choice.to_data().keys() == {"paymentMethod", "paymentProvider", "currency", "inputs"}


def test_a_first_payment_without_choices_makes_an_empty_list(example: Any) -> None:
    payment = example("preview")["response"]["body"]["payments"][0]
    del payment["providersForSelection"]
    made = Preview.of([], [], [PaymentPreview.of_data(payment)], None)
    assert made.to_data()["providersForSelection"] == []
    assert write(made.to_data())
