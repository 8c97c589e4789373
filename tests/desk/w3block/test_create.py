"""Placing orders: each check, in its order, and what an order looks like (4, 5)."""

from __future__ import annotations

import re

import pytest

from flask_till.desk.tables import orders, payments
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.products import coupon_uses
from flask_till.desk.tables.w3block import w3_orders
from flask_till.errors import GatewayRefused
from tests.desk.the_desk import SHOP
from tests.desk.w3block.the_company import (
    COMPANY,
    DOLLAR,
    PRODUCT,
    REAL,
    USER,
    WALLET,
    line,
    part,
    refused,
)

TOKEN = "1d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2e"
PLATE = "1c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
SSN = "111.444.777-35"


def states(desk):
    return sorted(row.state for row in desk.rows(product_tokens))


def test_the_contracts_order(company, ann, desk):
    company.sell(tokens=[TOKEN])
    company.enrolment.add_coupon(COMPANY, code="SPRING10", percent="10")
    made = ann.created(couponCode="SPRING10", successUrl=f"{SHOP}/done")
    assert (made["status"], made["userId"], made["companyId"]) == ("pending", USER, COMPANY)
    assert made["createdAt"] == "2026-03-02T10:00:00.000Z"
    assert made["expiresIn"] == "2026-03-02T10:09:00.000Z"
    assert re.fullmatch("[A-Z0-9]{6}", made["deliverId"])
    assert made["destinationWalletAddress"] == WALLET
    (product,) = made["products"]
    assert (product["productTokenId"], product["prices"][0]["amount"]) == (TOKEN, "90")
    (payment,) = made["payments"]
    assert (payment["totalAmount"], payment["paymentProvider"]) == ("90.35", "asaas")
    assert payment["publicData"]["paymentUrl"].startswith("https://pay.example/order?orderId=")
    sums = ("currencyAmount", "gasFee", "totalAmount", "originalCurrencyAmount")
    assert [made[name] for name in sums] == ["90", "0.35", "90.35", "100"]
    assert made["providerTransactionId"]
    assert desk.read(made["id"]).amount.minor == 9035
    assert states(desk) == ["reserved"]


def test_the_older_form_makes_the_same_order(company, ann):
    company.sell()
    shown = ann.previewed()
    body = {
        "orderProducts": [line(1, expectedPrice="100.00")],
        "currencyId": REAL,
        "signedGasFee": shown["gasFee"]["signature"],
        "paymentMethod": "pix",
        "couponCode": "",
        "passShareCodeData": {},
    }
    answer = ann.post("/orders", body)
    assert answer.status_code == 201, answer.data
    assert answer.json["totalAmount"] == "100.35"


def test_what_a_gateway_is_told_of_a_buyer_is_kept_nowhere(company, ann, desk):
    company.sell()
    made = ann.create(payments=[part(providerInputs={"ssn": SSN})])
    assert made.status_code == 201
    assert SSN not in made.text
    for table in (orders, w3_orders, payments):
        assert SSN not in repr(desk.rows(table))


@pytest.mark.parametrize(("age", "code"), [(39.999, None), (40, None), (40.001, "expired")])
def test_a_gas_fee_is_good_for_forty_seconds_and_not_a_moment_longer(
    company, ann, clock, age, code
):
    company.sell()
    body = ann.wanted()
    clock.advance(age)
    answer = ann.post("/orders", body)
    if code is None:
        assert answer.status_code == 201
    else:
        refused(answer, 400, "gas-fee-signature-expired")


def test_a_gas_fee_is_of_one_buyer_one_basket_and_one_currency(company, ann):
    company.sell()
    bob = company.signed_in("bob@example.org")
    wanted = ann.wanted()
    refused(bob.post("/orders", wanted), 400, "gas-fee-signature-invalid")
    more = ann.wanted(line(2))
    moved = more | {"signedGasFees": wanted["signedGasFees"]}
    refused(ann.post("/orders", moved), 400, "gas-fee-signature-invalid")
    signature = wanted["signedGasFees"][0]["signedGasFee"]
    for text in (signature[:-1] + ("A" if signature[-1] != "A" else "B"), "", "a.b"):
        forged = wanted | {"signedGasFees": [{"currencyId": REAL, "signedGasFee": text}]}
        refused(ann.post("/orders", forged), 400, "gas-fee-signature-invalid")
    dollars = wanted | {
        "payments": [part("credit_card", DOLLAR)],
        "signedGasFees": [{"currencyId": DOLLAR, "signedGasFee": signature}],
    }
    refused(ann.post("/orders", dollars), 400, "gas-fee-signature-invalid")
    assert ann.post("/orders", wanted).status_code == 201


def test_the_gas_that_was_signed_is_charged(company, ann):
    company.sell()
    body = ann.wanted()
    company.enrolment.gas.prices[REAL] *= 10
    assert ann.post("/orders", body).json["totalAmount"] == "100.35"


def test_a_price_that_changed_is_refused_and_spelling_is_not(company, ann):
    company.sell()
    body = ann.wanted()
    (product,) = body["orderProducts"]
    for text, code in (("99.99", "price-changed"), ("100.00", None)):
        expected = [{"currencyId": REAL, "expectedPrice": text}]
        answer = ann.post(
            "/orders", body | {"orderProducts": [product | {"expectedPrices": expected}]}
        )
        if code is None:
            assert answer.status_code == 201
        else:
            refused(answer, 400, code)


def test_checks_come_in_the_contracts_order(company, ann):
    """A request with everything wrong is refused for one thing after the other."""
    company.sell(tokens=[TOKEN], prices={REAL: "100"})
    company.sell(product_id=PLATE, stock=0)
    price = [{"currencyId": REAL, "expectedPrice": "1"}]
    unknown = "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
    bad = {
        "orderProducts": [
            line(1, unknown, expectedPrices=price),
            line(1, productTokenId=unknown, expectedPrices=price),
            line(1, PLATE, expectedPrices=price),
        ],
        "payments": [part("billet", DOLLAR)],
        "couponCode": "NO",
        "signedGasFees": [],
    }
    refused(ann.post("/orders", bad), 404, "product-not-available")
    bad["orderProducts"].pop(0)
    refused(ann.post("/orders", bad), 400, "currency-not-enabled")
    bad["payments"] = [part("billet")]
    refused(ann.post("/orders", bad), 400, "product-token-not-available")
    bad["orderProducts"][0]["productTokenId"] = TOKEN
    refused(ann.post("/orders", bad), 400, "insufficient-stock")
    bad["orderProducts"].pop()
    refused(ann.post("/orders", bad), 400, "coupon-not-applicable")
    bad["couponCode"] = ""
    refused(ann.post("/orders", bad), 400, "price-changed")
    price[0]["expectedPrice"] = "100"
    refused(ann.post("/orders", bad), 400, "gas-fee-signature-invalid")
    bad["signedGasFees"] = ann.wanted(line(productTokenId=TOKEN))["signedGasFees"]
    refused(ann.post("/orders", bad), 400, "payment-provider-not-found")
    bad["payments"] = [part()]
    assert ann.post("/orders", bad).status_code == 201
    refused(ann.post("/orders", {"orderProducts": []}), 400, "validation-error")


def test_what_is_not_on_sale_any_more(company, ann, clock):
    company.sell(on_sale_until=clock.advance(0))
    body = {"orderProducts": [line(expectedPrice="100")], "payments": [part()]}
    refused(ann.post("/orders", body), 400, "product-not-available")


def test_a_similar_order_is_a_slip_for_two_minutes(company, ann, clock):
    company.sell()
    ann.created()
    refused(ann.create(), 400, "similar-order-not-accepted")
    assert ann.create(acceptSimilarOrderInShortPeriod=True).status_code == 201
    assert ann.create(line(2)).status_code == 201
    assert company.signed_in("bob@example.org").create().status_code == 201
    clock.advance(120)
    refused(ann.create(), 400, "similar-order-not-accepted")
    clock.advance(0.001)
    assert ann.create().status_code == 201


def test_an_order_that_ended_badly_is_in_nobodys_way(company, ann, desk):
    company.sell()
    desk.cashier.cancel(ann.created()["id"])
    assert ann.create().status_code == 201


def test_a_double_click_is_one_order(company, ann, desk, at_once):
    company.sell()
    body = ann.wanted()
    answers = at_once(lambda _: ann.post("/orders", body), 6)
    assert sorted(answer.status_code for answer in answers) == [201] + [400] * 5
    codes = {answer.json.get("errorCode") for answer in answers if answer.status_code == 400}
    assert codes == {"similar-order-not-accepted"}
    assert desk.count(orders) == 1


def test_the_last_token_goes_to_one_of_two_buyers(company, ann, desk, at_once):
    company.sell(tokens=1)
    buyers = [ann, company.signed_in("bob@example.org")]
    bodies = [one.wanted() for one in buyers]
    answers = at_once(lambda n: buyers[n].post("/orders", bodies[n]), 2)
    (lost,) = [one for one in answers if one.status_code != 201]
    assert lost.json["errorCode"] in ("product-token-not-available", "insufficient-stock")
    assert lost.status_code == (409 if "token" in lost.json["errorCode"] else 400)
    assert desk.count(orders) == 1
    assert states(desk) == ["reserved"]


def test_what_is_sold_between_look_and_order_is_a_conflict(company, ann, desk, monkeypatch):
    company.sell(tokens=1)
    bob = company.signed_in("bob@example.org")
    body, write = ann.wanted(), type(desk.database).write

    def late(self, action, *given, **more):
        if action.__name__ == "_place":
            monkeypatch.undo()
            assert bob.create().status_code == 201
        return write(self, action, *given, **more)

    monkeypatch.setattr(type(desk.database), "write", late)
    refused(ann.post("/orders", body), 409, "product-token-not-available")
    assert desk.count(orders) == 1


def test_the_last_use_of_a_coupon_goes_to_one_and_nobody_pays_in_full(company, ann, desk, at_once):
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="ONE", percent="10", max_uses=1)
    buyers = [ann, company.signed_in("bob@example.org")]
    bodies = [one.wanted(couponCode="ONE") for one in buyers]
    answers = at_once(lambda n: buyers[n].post("/orders", bodies[n]), 2)
    assert sorted(one.status_code for one in answers) == [201, 400]
    (lost,) = [one for one in answers if one.status_code == 400]
    refused(lost, 400, "coupon-not-applicable")
    assert desk.count(orders) == desk.count(coupon_uses) == 1


def test_what_costs_nothing_is_paid_at_once_without_gas(company, ann, desk):
    company.sell(prices={REAL: "0"}, tokens=1)
    made = ann.created(signedGasFees=[])
    assert (made["status"], made["totalAmount"]) == ("waiting_delivery", "0")
    assert made["payments"][0]["paymentProvider"] == "free"
    assert desk.count(payments) == 0
    assert states(desk) == ["sold"]
    assert ann.order(made["id"])["status"] == "concluded"


def test_an_order_that_its_gateway_refuses_leaves_nothing_behind(company, ann, desk, monkeypatch):
    company.sell(tokens=1)

    def no(*_):
        raise GatewayRefused("No.")

    with monkeypatch.context() as patched:
        patched.setattr(desk.gateway, "start", no)
        refused(ann.create(), 400, "payment-provider-error")
    assert states(desk) == ["for_sale"]
    assert [one["status"] for one in ann.get("/orders").json["items"]] == ["cancelled"]
    assert ann.create().status_code == 201


def test_a_success_address_must_be_the_companys(company, ann):
    company.sell()
    refused(ann.create(successUrl="https://evil.example/done"), 400, "validation-error")


# --- lives ------------------------------------------------------------------------------------


def test_nine_minutes_and_no_longer(company, ann, desk, clock):
    company.sell(tokens=1)
    company.enrolment.add_coupon(COMPANY, code="ONE", percent="10", max_uses=1)
    order_id = ann.created(couponCode="ONE")["id"]
    clock.advance(539.999)
    assert ann.order(order_id)["status"] == "pending"
    clock.advance(0.001)
    assert ann.order(order_id)["status"] == "expired"
    assert states(desk) == ["for_sale"]
    assert ann.previewed(couponCode="ONE")["appliedCoupon"] == "ONE"


def test_money_under_way_holds_an_order_beyond_its_time(company, ann, desk, clock):
    company.change(delays={"pix": 60})
    company.sell(tokens=1)
    made = ann.created()
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "processing"))
    clock.advance(3600)
    assert ann.order(made["id"])["status"] == "confirming_payment"
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
    after = ann.order(made["id"])
    assert (after["status"], after["deliverDate"]) == (
        "waiting_delivery", "2026-03-02T11:01:00.000Z",
    )  # fmt: skip
    assert after["updatedAt"] > made["updatedAt"]
    assert states(desk) == ["sold"]


def test_money_for_an_expired_order_goes_back_and_it_stays_expired(company, ann, desk, clock):
    company.sell(tokens=1)
    made = ann.created()
    clock.advance(540)
    assert ann.order(made["id"])["status"] == "expired"
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
    assert ann.order(made["id"])["status"] == "expired"
    assert [one.cause for one in desk.read(made["id"]).refunds] == ["late"]


def test_the_newest_status_is_asked_for_when_it_is_wanted(company, ann, desk):
    company.change(delays={"pix": 60})
    company.sell()
    made = ann.created()
    desk.gateway.turn(made["providerTransactionId"], "succeeded")
    assert ann.order(made["id"])["status"] == "pending"
    assert ann.order(made["id"], fetchNewestStatus="true")["status"] == "waiting_delivery"
    other = ann.created(line(2))
    desk.gateway.is_away = True
    assert ann.order(other["id"], fetchNewestStatus="true")["status"] == "pending"


def test_an_order_is_seen_by_its_buyer_alone(company, ann):
    company.sell()
    made = ann.created()
    bob = company.signed_in("bob@example.org")
    refused(bob.get(f"/orders/{made['id']}"), 404, None)
    refused(bob.patch(f"/orders/{made['id']}/pay", {"payments": [part()]}), 404, None)
    assert bob.get("/orders").json["items"] == []


def test_lists_by_status_with_brackets_and_without(company, ann, desk):
    company.sell()
    first, second = ann.created(), ann.created(line(2))
    desk.cashier.cancel(first["id"])

    def ids(query):
        return [one["id"] for one in ann.get(f"/orders?{query}").json["items"]]

    assert ids("status[]=pending&status[]=concluded") == [second["id"]]
    assert ids("status=cancelled") == [first["id"]]
    assert set(ids("createdAt=2026-03-02")) == {first["id"], second["id"]}
    assert ids("createdAt=2026-03-01") == []
    page = ann.get("/orders?limit=1&page=2").json
    assert (len(page["items"]), page["meta"]["totalItems"]) == (1, 2)


def test_paying_another_way(company, ann, desk):
    company.sell()
    made = ann.created()
    answer = ann.patch(f"/orders/{made['id']}/pay", {"payments": [part("credit_card")]})
    assert answer.status_code == 200
    assert answer.json["paymentProvider"] == "pagar_me"
    assert answer.json["totalAmount"] == "100.35"
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
    again = ann.patch(f"/orders/{made['id']}/pay", {"payments": [part()]})
    refused(again, 400, "order-not-payable")


def test_a_receipt_is_public_and_says_nothing_of_the_person(company, ann):
    company.sell()
    made = ann.created()
    answer = company.public.get(f"/orders/get-by-deliver-id/{made['deliverId'].lower()}")
    assert answer.json["userFirstName"] == "Ann"
    assert answer.json["payments"][0]["amount"] == "100.35"
    for secret in (WALLET, "ann@example.org", "Lee", USER, made["id"]):
        assert secret not in answer.text
    refused(company.public.get("/orders/get-by-deliver-id/AAAAA"), 404, None)


def test_a_products_piece_is_bought_once_by_its_name(company, ann):
    company.sell(tokens=[TOKEN, "1d0e2c3b-4a59-4687-9f7e-8d6c5b4a3f2f"])
    assert ann.created(line(productTokenId=TOKEN))["products"][0]["productTokenId"] == TOKEN
    bob = company.signed_in("bob@example.org")
    assert bob.previewed(line(productTokenId=TOKEN))["productsErrors"][0]["productId"] == PRODUCT
