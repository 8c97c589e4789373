"""Orders of W3block that are paid in coins, on a real chain."""

from __future__ import annotations

from typing import Any

import pytest

from flask_till.desk.actions.w3block_companies import ensure_currency
from flask_till.desk.tables import orders
from flask_till.desk.w3block_company import Coin, Provider
from flask_till.errors import Conflict, InvalidRequest
from tests.desk.w3block.the_company import (
    DOLLAR,
    USER,
    WALLET,
    WAYS,
    Storefront,
    TheCompany,
    line,
    part,
    refused,
)
from tests.desk.web3.chain_desk import ChainDesk

USDC = "0b3c9e5b-1d8f-4046-a1b3-c5d7e9f0a2b4"
ETH = "1b3c9e5b-1d8f-4046-a1b3-c5d7e9f0a2b4"
IN_USDC = [part("crypto", USDC)]


class CoinShop:
    """A company that sells a pass for 12.50 USDC, 0.005 ETH or 20 dollars."""

    def __init__(self, desk: ChainDesk) -> None:
        self.desk = desk
        self.company = TheCompany(desk)
        chains = desk.desk.w3block.chains
        self.usdc = chains.add_coin("USDC", currency_id=USDC)
        self.eth = chains.add_coin("ETH", currency_id=ETH)
        crypto = (Provider(one, "crypto", "crypto") for one in (USDC, ETH))
        self.company.change(providers=(*WAYS, *crypto))
        self.company.sell(prices={USDC: "12.5", ETH: "0.005", DOLLAR: "20"})
        self.ann: Storefront = self.company.signed_in(user_id=USER)

    def create(self, payments: Any = None, **more: Any) -> Any:
        payments = payments or IN_USDC
        shown = self.ann.previewed(payments=payments)
        prices = shown["products"][0]["prices"]
        expected = [
            {"currencyId": one["currencyId"], "expectedPrice": one["amount"]} for one in prices
        ]
        fees = [
            {"currencyId": one["currencyId"], "signedGasFee": one["gasFee"]["signature"]}
            for one in shown["payments"]
        ]
        body = {
            "orderProducts": [line(expectedPrices=expected)],
            "payments": payments,
            "signedGasFees": fees,
            "destinationWalletAddress": WALLET,
        }
        return self.ann.post("/orders", body | more)

    def created(self, payments: Any = None, **more: Any) -> Any:
        made = self.create(payments, **more)
        assert made.status_code == 201, made.data
        return made.json

    def crypto(self, order_id: str, place: int = 0) -> Any:
        return self.ann.order(order_id)["payments"][place]["publicData"].get("crypto")


@pytest.fixture
def shop(desk: ChainDesk) -> CoinShop:
    return CoinShop(desk)


def test_a_coin_is_a_currency_with_the_digits_that_prices_in_it_have(shop: CoinShop) -> None:
    assert (shop.usdc.decimals, shop.eth.decimals) == (6, 6)
    listed = shop.company.public.call("GET", "/globals/currencies").json["items"]
    assert {(one["code"], one["crypto"], one["decimals"]) for one in listed} >= {
        ("USDC", True, 6), ("ETH", True, 6), ("USD", False, 2),
    }  # fmt: skip
    with pytest.raises(InvalidRequest):
        shop.company.sell(product_id=None, prices={ETH: "0.000000001"})
    chains = shop.desk.desk.w3block.chains
    with pytest.raises(Conflict):
        chains.add_coin("USDC")
    for code in ("MATIC", "usdc", "USD"):
        with pytest.raises(InvalidRequest):
            chains.add_coin(code)


def test_a_preview_offers_coins_and_says_what_is_needed(shop: CoinShop) -> None:
    shown = shop.ann.previewed(payments=IN_USDC)
    assert (shown["totalPrice"], shown["currency"]["code"]) == ("12.5", "USDC")
    [way] = shown["providersForSelection"]
    assert (way["paymentMethod"], way["paymentProvider"]) == ("crypto", "crypto")
    assert (way["inputs"], way["currency"]["crypto"]) == ([], True)


def test_an_order_in_a_coin_shows_where_to_send_how_much_and_is_paid_when_that_is_final(
    shop: CoinShop,
) -> None:
    made = shop.created()
    [payment] = made["payments"]
    assert (payment["paymentMethod"], payment["paymentProvider"]) == ("crypto", "crypto")
    assert (payment["totalAmount"], made["status"]) == ("12.5", "pending")
    data = payment["publicData"]
    assert made["paymentInfo"] == data
    assert data["paymentUrl"].startswith("https://pay.example/order?orderId=")
    shown, usdc = data["crypto"], shop.desk.chain.usdc
    assert shown["expiresAt"] == made["expiresIn"]
    assert shown["coins"] == [
        {
            "chainId": usdc.chain_id,
            "chain": "Anvil",
            "code": "USDC",
            "contract": usdc.contract,
            "decimals": 6,
            "amount": "12.5",
            "units": "12500000",
            "uri": f"ethereum:{usdc.contract}@{usdc.chain_id}/transfer"
            f"?address={shown['address']}&uint256=12500000",
        }
    ]
    assert shop.crypto(made["id"]) == shown
    shop.desk.chain.pay(usdc, shown["address"], 12_500_000)
    shop.desk.follow()
    assert shop.ann.order(made["id"])["status"] == "confirming_payment"
    assert shop.crypto(made["id"])["coins"] == []
    shop.desk.finish()
    done = shop.ann.order(made["id"])
    assert done["status"] == "concluded"
    assert done["payments"][0]["publicData"] == {}


def test_what_is_missing_is_what_is_asked_for(shop: CoinShop) -> None:
    made = shop.created()
    address, usdc = shop.crypto(made["id"])["address"], shop.desk.chain.usdc
    shop.desk.chain.pay(usdc, address, 12_499_999)
    shop.desk.finish()
    [left] = shop.crypto(made["id"])["coins"]
    assert (left["units"], left["amount"]) == ("1", "0.000001")
    assert shop.ann.order(made["id"])["status"] == "pending"
    shop.desk.chain.pay(usdc, address, 1)
    shop.desk.finish()
    assert shop.ann.order(made["id"])["status"] == "concluded"


def test_the_chains_own_coin_pays_too(shop: CoinShop) -> None:
    made = shop.created([part("crypto", ETH)])
    [asked] = shop.crypto(made["id"])["coins"]
    assert (asked["contract"], asked["units"]) == (None, str(5 * 10**15))
    shop.desk.chain.pay(shop.desk.chain.eth, shop.crypto(made["id"])["address"], 5 * 10**15)
    shop.desk.finish()
    assert shop.ann.order(made["id"])["status"] == "concluded"


def test_the_page_of_a_part_in_coins_offers_coins_only(shop: CoinShop) -> None:
    made = shop.created()
    order = shop.desk.read(made["id"])
    assert (order.amount.minor, order.amount.currency) == (12_500_000, "USDC")
    assert [one.name for one in shop.desk.cashier.methods(order)] == ["crypto"]


def test_a_page_in_money_offers_coins_only_where_the_company_does(shop: CoinShop) -> None:
    by_card = [part("credit_card", DOLLAR)]
    names = _offered(shop, shop.created(by_card))
    assert "crypto" not in names
    assert "account" not in names
    shop.company.change(providers=(*WAYS, Provider(DOLLAR, "crypto", "crypto")))
    made = shop.created(by_card, acceptSimilarOrderInShortPeriod=True)
    assert _offered(shop, made) == [*names, "crypto"]
    in_coins = [part("crypto", DOLLAR)]
    made = shop.created(in_coins, acceptSimilarOrderInShortPeriod=True)
    dues = {one["code"]: one["amount"] for one in shop.crypto(made["id"])["coins"]}
    assert dues == {"USDC": "20.07", "ETH": "0.008028"}
    address = shop.crypto(made["id"])["address"]
    shop.desk.chain.pay(shop.desk.chain.usdc, address, 20_070_000)
    shop.desk.follow()
    assert shop.crypto(made["id"])["coins"] == []  # one coin is enough


def test_an_order_in_two_parts_is_paid_when_the_coins_and_the_card_are_there(
    shop: CoinShop,
) -> None:
    halves = [
        part("crypto", USDC, amount="50"),
        part("credit_card", DOLLAR, amount="50"),
    ]
    made = shop.created(halves)
    in_coins, by_card = made["payments"]
    assert (in_coins["totalAmount"], by_card["totalAmount"]) == ("6.253115", "10.03")
    asked = in_coins["publicData"]["crypto"]
    assert asked["coins"][0]["units"] == "6253115"  # what rounding left over is in the coins
    shop.desk.chain.pay(shop.desk.chain.usdc, asked["address"], 6_253_115)
    shop.desk.finish()
    assert shop.ann.order(made["id"])["status"] == "pending"
    [ref] = shop.desk.gateway.charges
    shop.desk.cashier.settle(shop.desk.gateway.turn(ref, "succeeded"))
    assert shop.ann.order(made["id"])["status"] == "concluded"


def test_it_can_be_paid_in_another_way_instead(shop: CoinShop) -> None:
    shop.company.change(providers=(*WAYS, Provider(DOLLAR, "crypto", "crypto")))
    made = shop.created([part("credit_card", DOLLAR)])
    order_id = made["id"]
    assert "crypto" not in made["payments"][0]["publicData"]
    path = f"/orders/{order_id}/pay"
    answer = shop.ann.patch(path, {"payments": [part("crypto", DOLLAR)]})
    assert answer.status_code == 200, answer.data
    assert answer.json["payments"][0]["paymentMethod"] == "crypto"
    address = answer.json["payments"][0]["publicData"]["crypto"]["address"]
    shop.desk.chain.pay(shop.desk.chain.usdc, address, 20_070_000)
    shop.desk.finish()
    told = shop.ann.order(order_id)
    assert (told["status"], told["paymentProvider"]) == ("concluded", "crypto")


def test_an_order_that_is_not_paid_in_time_expires_and_late_coins_go_back(shop: CoinShop) -> None:
    shop.desk.chain.fund(shop.desk.web3.deposits.operator())
    made = shop.created()
    address = shop.crypto(made["id"])["address"]
    shop.desk.clock.advance(540)
    assert shop.ann.order(made["id"])["status"] == "expired"
    assert shop.crypto(made["id"]) is None
    payer, usdc = shop.desk.chain.people[4], shop.desk.chain.usdc
    shop.desk.chain.mint(usdc, shop.desk.web3.deposits.operator(), 12_500_000)
    shop.desk.chain.pay(usdc, address, 12_500_000, sender=payer)
    shop.desk.finish()
    assert shop.ann.order(made["id"])["status"] == "expired"
    assert shop.desk.chain.balance(usdc, payer) == 12_500_000


def test_a_free_order_in_a_coin_needs_no_payment(shop: CoinShop) -> None:
    shop.company.enrolment.add_coupon(shop.ann.company, code="ALL", percent="100")
    shown = shop.ann.previewed(payments=IN_USDC, couponCode="ALL")
    price = {"currencyId": USDC, "expectedPrice": "0"}
    body = {
        "orderProducts": [line(expectedPrices=[price])],
        "payments": IN_USDC,
        "couponCode": "ALL",
    }
    assert shown["totalPrice"] == "0"
    made = shop.ann.post("/orders", body)
    assert made.status_code == 201, made.data
    assert shop.ann.order(made.json["id"])["status"] == "concluded"


# --- what cannot be paid ----------------------------------------------------------------------


def test_a_coin_that_no_chain_has_or_that_is_finer_than_prices_are_cannot_pay(
    shop: CoinShop,
) -> None:
    ids = {"MATIC": 18, "DAI": 18}
    for place, (code, decimals) in enumerate(ids.items(), 2):
        currency = f"{place}b3c9e5b-1d8f-4046-a1b3-c5d7e9f0a2b4"
        coin = Coin(currency, code, code, code, is_crypto=True, decimals=decimals)
        shop.desk.database.write(ensure_currency, coin)
        shop.company.change(providers=(*WAYS, Provider(currency, "crypto", "crypto")))
        product = shop.company.sell(product_id=None, slug=code, prices={currency: "1.5"})
        for percent in ("0", "100"):
            answer = _bare(shop, product, currency, percent)
            refused(answer, 400, "payment-provider-not-found")
            assert "choose another currency" in answer.json["message"]
    assert shop.desk.count(orders) == 0


def test_a_coin_is_paid_by_nothing_but_coins(shop: CoinShop) -> None:
    wrong = (("credit_card", "stripe"), ("transfer", "transfer"))
    shop.company.change(providers=(*WAYS, *(Provider(USDC, *one) for one in wrong)))
    assert shop.ann.previewed(payments=IN_USDC)["providersForSelection"] == []
    for method in ("credit_card", "transfer", "crypto"):
        refused(shop.create([part(method, USDC)]), 400, "payment-provider-not-found")


def test_a_price_beyond_all_payments_is_refused_and_not_an_error(shop: CoinShop) -> None:
    product = shop.company.sell(product_id=None, slug="dear", prices={ETH: "1000000001"})
    refused(_bare(shop, product, ETH, "0"), 400, "payment-provider-not-found")


def _offered(shop: CoinShop, made: Any) -> list[str]:
    order = shop.desk.read(made["id"])
    return [one.name for one in shop.desk.cashier.methods(order)]


def _bare(shop: CoinShop, product: str, currency: str, percent: str) -> Any:
    """An order with the prices as they are in the catalog."""
    found = shop.company.public.get(f"/products/{product}").json["prices"]
    [amount] = [one["amount"] for one in found if one["currencyId"] == currency]
    shop.company.change(bills_gas=False)
    more = {}
    if percent != "0":
        code = f"OFF{len(shop.desk.rows(orders))}{product[:4]}"
        shop.company.enrolment.add_coupon(shop.ann.company, code=code, percent=percent)
        amount, more = "0", {"couponCode": code}
    expected = [{"currencyId": currency, "expectedPrice": amount}]
    body = {
        "orderProducts": [line(1, product, expectedPrices=expected)],
        "payments": [part("crypto", currency)],
    }
    return shop.ann.post("/orders", body | more)
