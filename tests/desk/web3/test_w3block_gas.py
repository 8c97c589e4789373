"""The gas fee of W3block's previews, as a real chain has it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flask_till.desk.tables import payments
from flask_till.desk.web3 import gas
from flask_till.desk.web3.gas import FRESH, STALE, ChainGas
from flask_till.errors import Unavailable
from tests.desk.w3block.the_company import DOLLAR, REAL, line, refused
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_tokens import BY_CARD, TokenStreet

ETH_IN_DOLLARS = 2500


@pytest.fixture
def asked(street: TokenStreet, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the nodes were asked for."""
    nodes = street.desk.web3.nodes(street.chain.eth.chain_id)
    heard: list[str] = []

    def listening(name: str) -> Callable[..., Any]:
        real = getattr(nodes, name)

        def ask(*given: Any) -> Any:
            heard.append(name)
            return real(*given)

        return ask

    for name in ("fees", "estimate"):
        monkeypatch.setattr(nodes, name, listening(name))
    return heard


def fee(street: TokenStreet, quantity: int = 1) -> Decimal:
    shown = street.ann.previewed(line(quantity), payments=BY_CARD)
    return Decimal(shown["gasFee"]["amount"])


def dearer(street: TokenStreet, wei: int) -> None:
    street.chain("anvil_setNextBlockBaseFeePerGas", hex(wei))
    street.chain.mine()


def test_it_is_the_gas_of_a_mint_at_the_chains_fee_in_the_currency(street: TokenStreet) -> None:
    dearer(street, 100 * 10**9)
    nodes = street.desk.web3.nodes(street.chain.eth.chain_id)
    told = fee(street)
    order_id = street.paid()
    street.status(order_id)
    street.finish()
    [token] = street.on_chain(order_id)
    used = int(street.chain.receipt(token["txHash"])["gasUsed"], 16)
    wei = nodes.fees().max_fee
    exact = Decimal(used * 200 * 10**9) / 10**18 * ETH_IN_DOLLARS
    assert wei > 0
    assert exact * Decimal("0.8") < told < exact * Decimal("1.3")
    assert told == told.quantize(Decimal("0.01"))


def test_each_token_has_its_gas_and_what_is_only_counted_has_none(street: TokenStreet) -> None:
    dearer(street, 100 * 10**9)
    one, three = fee(street), fee(street, 3)
    assert abs(three - 3 * one) <= Decimal("0.03")
    street.company.sell(product_id="9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55", slug="cups",
                        stock=5, tokens=(), prices={DOLLAR: "5"})  # fmt: skip
    cup = line(1, "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55")
    assert street.ann.previewed(cup, payments=BY_CARD)["gasFee"]["amount"] == "0"


def test_what_was_signed_is_what_is_charged_although_the_chain_got_dearer(
    street: TokenStreet,
) -> None:
    shown = street.ann.previewed(payments=BY_CARD)
    dearer(street, 10**12)
    street.desk.clock.advance(FRESH.total_seconds())
    prices = [{"currencyId": DOLLAR, "expectedPrice": "20"}]
    signed = [{"currencyId": DOLLAR, "signedGasFee": shown["gasFee"]["signature"]}]
    body = {
        "orderProducts": [line(expectedPrices=prices)],
        "payments": BY_CARD,
        "signedGasFees": signed,
    }
    made = street.ann.post("/orders", body).json
    assert made["gasFee"] == shown["gasFee"]["amount"]
    assert fee(street) > Decimal(made["gasFee"])


def test_many_previews_ask_the_nodes_once_in_a_few_seconds(
    street: TokenStreet, asked: list[str], at_once: Any
) -> None:
    at_once(lambda _: fee(street), 8)
    assert asked == ["estimate", "fees"]
    street.desk.clock.advance(FRESH.total_seconds() - 0.001)
    fee(street)
    assert asked == ["estimate", "fees"]
    street.desk.clock.advance(0.001)
    fee(street)
    assert asked == ["estimate", "fees", "fees"]


def test_a_node_that_is_away_leaves_the_last_known_fee_for_a_while(
    street: TokenStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = fee(street)
    nodes, tries = street.desk.web3.nodes(street.chain.eth.chain_id), []

    def away() -> Any:
        tries.append(1)
        raise Unavailable("away", code="NODE_UNAVAILABLE")

    monkeypatch.setattr(nodes, "fees", away)
    street.desk.clock.advance(STALE.total_seconds())
    assert fee(street) == told
    assert fee(street) == told
    assert len(tries) == 1
    street.desk.clock.advance(0.001)
    answer = street.ann.preview(payments=BY_CARD)
    refused(answer, 400, "gas-fee-not-available")
    assert "try again" in answer.json["message"]
    monkeypatch.undo()
    street.desk.clock.advance(FRESH.total_seconds())
    assert fee(street) > 0


def test_a_currency_without_a_rate_has_no_fee_that_could_be_told(street: TokenStreet) -> None:
    product = street.sell(product_id=None, slug="real", prices={REAL: "100"})
    answer = street.ann.preview(line(1, product))
    refused(answer, 400, "gas-fee-not-available")
    assert "BRL" in answer.json["message"]
    assert street.desk.count(payments) == 0
    street.company.change(bills_gas=False)
    assert street.ann.preview(line(1, product)).status_code == 201


def test_a_contract_that_lets_nobody_try_has_a_usual_gas(street: TokenStreet) -> None:
    data = "0xf2fde38b" + "0" * 24 + street.chain.people[1][2:].lower()  # transferOwnership
    street.chain("anvil_impersonateAccount", street.operator)
    street.chain.send(street.contract, data, sender=street.operator)
    street.chain.send(street.contract, "0x79ba5097", sender=street.chain.people[1])
    dearer(street, 100 * 10**9)
    told, wei = fee(street), street.desk.web3.nodes(street.chain.eth.chain_id).fees().max_fee
    exact = Decimal(gas.MINT_GAS * wei) / 10**18 * ETH_IN_DOLLARS
    assert exact <= told < exact + Decimal("0.02")


def test_without_a_contract_the_table_is_asked(desk: ChainDesk) -> None:
    street = TokenStreet(desk, on_chain=False)
    street.sell()
    assert fee(street) == Decimal("0.07")


def test_coins_are_compared_directly_or_through_dollars() -> None:
    class Rates:
        table = {("ETH", "USD"): 2500, ("USDC", "USD"): 2, ("ETH", "DAI"): 100}

        def rate(self, coin: str, currency: str) -> Decimal | None:
            found = self.table.get((coin, currency))
            return None if found is None else Decimal(found)

    class Here:
        rates = Rates()

    from flask_till.chains import Chain
    from flask_till.chains import Coin as ChainCoin
    from flask_till.desk.w3block_company import Coin

    chain = Chain(1, "One", (), (ChainCoin(1, "ETH", 18),))
    one = ChainGas(lambda: None, Here(), None)  # type: ignore[arg-type]

    def rate(code: str) -> Decimal:
        return one._rate(chain, Coin(code, code, code, code, is_crypto=True, decimals=6))

    assert [rate(code) for code in ("ETH", "DAI", "USDC")] == [1, 100, 1250]
    with pytest.raises(Unavailable):
        rate("POINTS")
