"""A W3block company whose tokens are in a contract on a real chain, and a buyer of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flask_till.desk.onchain import OPERATOR
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.w3block import w3_moves
from flask_till.desk.tables.web3 import web3_sendings
from tests.desk.w3block.test_delivery import do
from tests.desk.w3block.the_company import (
    COMPANY,
    DOLLAR,
    PRODUCT,
    USER,
    Storefront,
    TheCompany,
    line,
    part,
)
from tests.desk.web3.chain_desk import ChainDesk
from tests.stand_ins.chain.the_chain import call

HERS = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
"""Where her tokens go."""
BY_CARD = [part("credit_card", DOLLAR)]


class TokenStreet:
    """``ann`` buys passes of the company; ``contract`` has them, and the desk's operator mints."""

    def __init__(self, desk: ChainDesk, *, on_chain: bool = True) -> None:
        self.desk = desk
        self.chain = desk.chain
        self.company = TheCompany(desk)
        self.operator: str = desk.web3.signer.address(OPERATOR)
        desk.chain.fund(self.operator)
        self.contract = desk.chain.deploy("TillToken", "Passes", "PASS", "", self.operator)
        self.chains = desk.desk.w3block.chains
        if on_chain:
            self.name()
        self.ann = self.company.signed_in(user_id=USER)
        self.deliveries = desk.app.extensions["till_desk"].partners.w3block.deliveries

    def name(self) -> None:
        self.chains.set_contract(COMPANY, self.desk.chain.eth.chain_id, self.contract)

    def sell(self, tokens: int = 3, **given: Any) -> str:
        return self.company.sell(**{"tokens": tokens, "prices": {DOLLAR: "20"}} | given)

    def order(
        self,
        quantity: int = 1,
        who: Storefront | None = None,
        product: str = PRODUCT,
        **more: Any,
    ) -> Any:
        """Preview and create, to be paid by card."""
        who = who or self.ann
        shown = who.previewed(line(quantity, product), payments=BY_CARD)
        prices = [
            {"currencyId": DOLLAR, "expectedPrice": shown["products"][0]["prices"][0]["amount"]}
        ]
        body = {
            "orderProducts": [line(quantity, product, expectedPrices=prices)],
            "payments": BY_CARD,
            "signedGasFees": [{"currencyId": DOLLAR, "signedGasFee": shown["gasFee"]["signature"]}],
            "destinationWalletAddress": HERS,
            "acceptSimilarOrderInShortPeriod": True,
        } | more
        return who.post("/orders", body)

    def paid(self, quantity: int = 1, **more: Any) -> str:
        """The id of an order that was paid; nobody has looked at it since."""
        made = self.order(quantity, **more)
        assert made.status_code == 201, made.data
        ref = made.json["providerTransactionId"]
        self.desk.cashier.settle(self.desk.gateway.turn(ref, "succeeded"))
        order_id: str = made.json["id"]
        return order_id

    # --- looking --------------------------------------------------------------------------

    def told(self, order_id: str) -> Any:
        return self.ann.order(order_id)

    def status(self, order_id: str) -> str:
        status: str = self.told(order_id)["status"]
        return status

    def on_chain(self, order_id: str) -> list[dict[str, Any]]:
        tokens: list[dict[str, Any]] = self.told(order_id)["products"][0]["tokens"]
        return tokens

    def owner(self, number: str | int) -> str | None:
        """Who has it on the chain."""
        try:
            said = self.chain.ask(self.contract, call("ownerOf(uint256)", int(number)))
        except RuntimeError:
            return None
        return said[-40:]

    def has(self, number: str | int, holder: str = HERS) -> bool:
        return self.owner(number) == holder[2:].lower()

    def rows(self, table: Any) -> list[Any]:
        return self.desk.rows(table)

    @property
    def sendings(self) -> list[Any]:
        return self.rows(web3_sendings)

    @property
    def moves(self) -> list[Any]:
        return sorted(self.rows(w3_moves), key=lambda row: (row.token_id, row.attempt))

    @property
    def tokens(self) -> list[Any]:
        query = select(product_tokens).order_by(product_tokens.c.position)
        return list(self.desk.database.read(lambda work: work.execute(query).all()))

    def states(self) -> list[str]:
        return sorted(row.state for row in self.tokens)

    # --- doing ----------------------------------------------------------------------------

    def follow(self, blocks: int = 0) -> None:
        self.desk.follow(blocks)

    def finish(self) -> None:
        """Until all that is sent is final."""
        for _ in range(6):
            self.follow(1)

    def force(self, order_id: str) -> Any:
        return do(self.company, "force-deliver", order_id)

    def cancel(self, order_id: str) -> Any:
        return do(self.company, "cancel", order_id)

    def poor(self) -> None:
        """The operator's account is empty."""
        self.chain.fund(self.operator, 0)

    def rich(self) -> None:
        self.chain.fund(self.operator)


@pytest.fixture
def street(desk: ChainDesk) -> TokenStreet:
    made = TokenStreet(desk)
    made.sell()
    return made


def mint(street: TokenStreet, holder: str, number: int) -> None:
    as_operator(street, call("mint(address,uint256)", holder, number))


def as_operator(street: TokenStreet, data: str) -> None:
    """A call that the operator's owner makes behind the desk's back."""
    street.chain("anvil_impersonateAccount", street.operator)
    try:
        street.chain.send(street.contract, data, sender=street.operator)
    finally:
        street.chain("anvil_stopImpersonatingAccount", street.operator)


def give_contract_to(street: TokenStreet, somebody: str) -> None:
    as_operator(street, call("transferOwnership(address)", somebody))
    street.chain.send(street.contract, call("acceptOwnership()"), sender=somebody)


def give_contract_back(street: TokenStreet, somebody: str) -> None:
    data = call("transferOwnership(address)", street.operator)
    street.chain.send(street.contract, data, sender=somebody)
    as_operator(street, call("acceptOwnership()"))
