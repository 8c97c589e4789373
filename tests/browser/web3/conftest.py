"""A shop whose desk takes coins on a real chain, and shoppers' browsers with wallets in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from flask_till import Money, OrderDesk
from flask_till.chains import Coin
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Line, Order, OrderDraft
from flask_till.desk.web3.web3_desk import Web3Desk
from tests.browser.web3.the_wallet import TheWallet
from tests.conftest import Serve
from tests.stand_ins.chain import TheChain
from tests.stand_ins.chain.fixtures import anvil, chain, standing_chain
from tests.stand_ins.chain.the_chain import DESK_PHRASE

__all__ = ["anvil", "chain", "standing_chain"]

SECONDS = 15
SHOP = "https://shop.example"
EXPLORER = "https://explorer.example"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1100, "height": 860}}
RATES = {"USDC": {"PLN": "4"}, "ETH": {"PLN": "10000"}}
USDC = 10**6


@dataclass
class Street:
    """The desk, the chain that it follows, and a merchant."""

    desk: OrderDesk
    url: str
    chain: TheChain
    made: int = field(default=0)
    merchant: Merchant = field(init=False)

    def open_shop(self, origin: str) -> None:
        """Whose orders are placed from now on."""
        added = self.desk.add_merchant(name="Blue Mug & Co.", origins=[origin])
        self.merchant = self.desk.database.read(read_merchant, added.merchant_id)

    @property
    def web3(self) -> Web3Desk:
        found = self.desk._here.web3
        assert found is not None
        return found

    def order(self, amount: str = "50.00", currency: str = "PLN", **words: Any) -> Order:
        """For 12.5 USDC or 0.005 ETH, unless said otherwise."""
        self.made += 1
        price = Money(amount, currency)
        given: dict[str, Any] = {
            "external_id": f"T-{self.made:06}",
            "amount": price,
            "lines": (Line("mug", "Blue mug", 1, price.minor),),
            "methods": ("crypto", "account"),
        } | words
        return self.desk.cashier.create(self.merchant, OrderDraft(**given))

    def address(self, order: Order, **query: str) -> str:
        token = self.desk.cashier.issue_token(order.id)
        return f"{self.url}/order?{urlencode({'orderId': order.id, 'token': token, **query})}"

    def now(self, order: Order) -> Order:
        return self.desk.cashier.get(order.id)

    def deposit_address(self, order: Order) -> str:
        """Where the order's payment is awaited."""
        payment = self.now(order).payment
        assert payment is not None
        return self.web3.standing(payment.id).address

    def read_on(self) -> None:
        """Have the desk read the chain up to its end."""
        while self.web3.step(self.chain.eth.chain_id):
            pass

    def mine(self, blocks: int = 1) -> None:
        self.chain.mine(blocks)
        self.read_on()

    def send(self, coin: Coin, address: str, units: int) -> str:
        """Somebody sends coins from anywhere; the desk sees it."""
        sent = self.chain.pay(coin, address, units)
        self.read_on()
        return sent


@pytest.fixture
def street(
    serve: Serve, tmp_path: Path, free_port: int, chain: TheChain, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Street]:
    monkeypatch.setenv("TILL_WEB3_SEED", DESK_PHRASE)
    url = f"http://127.0.0.1:{free_port}"
    app = Flask("desk", instance_path=str(tmp_path / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=url)
    desk = OrderDesk(
        app,
        chains=[_setting(chain)],
        web3_rates=RATES,
        web3_watch=False,
        background=False,
        limits=False,
    )
    serve(app, port=free_port)
    street = Street(desk, url, chain)
    street.open_shop(SHOP)
    street.read_on()
    yield street
    desk.close()


def _setting(chain: TheChain) -> dict[str, Any]:
    return {
        "id": chain.eth.chain_id,
        "name": "Base",
        "nodes": [chain.url],
        "public_nodes": ["https://node.example"],
        "native": {"code": "ETH", "decimals": 18, "name": "Ether"},
        "coins": [
            {"code": "USDC", "decimals": 6, "contract": chain.usdc.contract, "name": "USD Coin"}
        ],
        "confirmations": 3,
        "explorer": EXPLORER,
        "testnet": True,
        "block_seconds": 0.1,
    }


@pytest.fixture
def new_browser(browser: Browser, street: Street) -> Iterator[Callable[..., BrowserContext]]:
    """Somebody's browser, with cookies of its own; it is closed before the street is."""
    expect.set_options(timeout=SECONDS * 1000)
    contexts: list[BrowserContext] = []

    def new(**looks: Any) -> BrowserContext:
        given = {"locale": "en-GB", "reduced_motion": "reduce", **DESKTOP} | looks
        context = browser.new_context(**given)
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        return context

    yield new
    for context in contexts:
        context.close()


@pytest.fixture
def wallet(chain: TheChain) -> TheWallet:
    """A wallet with 100 USDC and more ether than anybody needs."""
    person = chain.people[3]
    chain.mint(chain.usdc, person, 100 * USDC)
    return TheWallet(chain, person)


OpenOrder = Callable[..., Page]


@pytest.fixture
def open_order(new_browser: Callable[..., BrowserContext], street: Street) -> OpenOrder:
    """``open_order(order, wallet)``: its page, in a browser with that wallet or with none."""

    def open_one(
        order: Order, wallet: TheWallet | None = None, query: dict[str, str] | None = None,
        announced: dict[str, Any] | None = None, **looks: Any,
    ) -> Page:  # fmt: skip
        context = new_browser(**looks)
        if wallet is not None:
            wallet.into(context, **(announced or {}))
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        page.on("console", lambda said: _fail_on_violation(said.text))
        page.goto(street.address(order, **(query or {})))
        return page

    return open_one


def _fail_on_violation(said: str) -> None:
    if "Content Security Policy" in said:
        pytest.fail(said)
