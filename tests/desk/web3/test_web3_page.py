"""docs/web3.md is true: its commands run on the demo's chain, and its examples are settings."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import demo_shop.chain as demo_chain
from demo_shop import Site, partners
from demo_shop.chain import LocalChain, run_chain
from demo_shop.chain import node as demo_node
from demo_shop.desk import create_desk, desk, user_token
from demo_shop.partners import SHOP
from flask_till.chains import Chain
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.actions.payments import payments_of
from flask_till.desk.actions.web3_overview import list_misfits
from flask_till.desk.commands.watch import watch
from flask_till.desk.commands.web3 import web3
from flask_till.desk.extension import OrderDesk
from flask_till.desk.gateways.web3.keys import DEPOSIT_PATH, OPERATOR_PATH, SeedSigner
from flask_till.desk.onchain import Standing
from flask_till.web3_settings import _CHAIN, read_chains, read_rates
from tests.conftest import missing
from tests.desk.demo_desk import DemoDesk, blocks, read_page, some_port
from tests.desk.the_desk import draft
from tests.stand_ins.chain.anvil import program
from tests.stand_ins.chain.the_chain import DESK_PHRASE

PAGE = read_page("web3.md")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Site, LocalChain]]:
    """The demo's chain, whose blocks come ten times as fast."""
    if program() is None:
        missing("anvil")
    monkeypatch.setattr(demo_node, "BLOCK_SECONDS", 0.2)
    monkeypatch.setattr(demo_chain, "BLOCK_SECONDS", 0.2)
    site = Site(some_port(), some_port(), tmp_path / "demo", some_port())
    with run_chain(site) as chain:
        yield site, chain


@pytest.fixture
def demo(local: tuple[Site, LocalChain], serve: Any) -> Iterator[DemoDesk]:
    site, chain = local
    app = create_desk(site, chain)
    with app.app_context():
        partners.write(site, user_token=user_token())
    serve(app, port=site.desk_port)
    yield DemoDesk(site, app)
    serve.stop(site.desk_url)
    with app.app_context():
        desk.close()


class Counter:
    """Sells on the chain: each order is for 40.20 PLN, which is 10 USDC."""

    def __init__(self, app: Flask, chain: LocalChain) -> None:
        self._state = app.extensions["till_desk"]
        self._chain = chain
        self._state.background.start()

    def sell(self, name: str, units: int) -> str:
        cashier, database = self._state.cashier, self._state.database
        merchant = database.read(read_merchant, SHOP.merchant_id)
        order = cashier.create(merchant, draft(name, 4020))
        cashier.pay(order.id, gateway="test_web3", method="crypto", inputs={})
        standing: Standing = self._state.web3.standing(database.read(payments_of, order.id)[-1].id)
        assert min(standing.dues.values()) == 10_000_000
        bank, shopper = self._chain.bank, self._chain.keys["shopper"]
        bank.pay(shopper, standing.address, units, "USDC")
        return str(order.id)

    def wait(self, is_so: Callable[[Any], bool]) -> None:
        for _ in range(600):
            if is_so(self._state):
                return
            time.sleep(0.1)
        raise AssertionError("it did not come to that")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo: DemoDesk, local: tuple[Site, LocalChain], tmp_path: Path
) -> None:
    _, chain = local
    counter = Counter(demo.app, chain)
    paid, under, over = (
        counter.sell("paid", 10_000_000), counter.sell("under", 6_000_000),
        counter.sell("over", 12_500_000),
    )  # fmt: skip

    def all_is_final(state: Any) -> bool:
        found = state.database.read(list_misfits)
        finals = [one.standing.final(coin) for one in found for coin in one.standing.dues]
        return 6_000_000 in finals and state.cashier.get(over).paid_at is not None

    counter.wait(all_is_final)
    said = demo.run(PAGE, tmp_path)
    assert "ok   USDC on Demo chain has 6 decimals." in said
    assert re.search(r"Demo chain +31337 +\d+ +\d+ +0 .* ok$", said, re.MULTILINE)
    assert "There is nothing to look at." in said
    assert re.search(rf"{under} +pending +underpaid +10 USDC +6 USDC +6 USDC", said)
    assert re.search(rf"{over} +paid +overpaid +10 USDC +12.5 USDC", said)
    assert "is settled with what came" in said
    assert f"2.5 USDC go to {chain.keys['shopper'].address}." in said
    assert "Nothing was done. It would go to" in said
    assert re.search(r"All \d+ are final\.", said)
    assert chain.bank.balance(chain.keys["treasury"].address, "USDC") >= 26
    assert re.search(r"Tokens of Stempel are on chain 31337, in 0x[0-9a-fA-F]{40}\.", said)
    read = demo.app.extensions["till_desk"].cashier.get
    assert {read(one).status for one in (paid, under, over)} == {"paid"}


def test_its_example_is_a_setting() -> None:
    given = json.loads(blocks(PAGE, "json")[0])
    (chain,) = read_chains(given)
    assert isinstance(chain, Chain)
    assert (chain.confirmations, chain.testnet, len(chain.nodes)) == (None, False, 2)
    (rates,) = re.findall(r'`(\{"USDC": .*?\}\})`', PAGE)
    assert read_rates(rates)["USDC"]["PLN"] == Decimal("4.02")


def test_every_setting_is_on_the_page() -> None:
    table = PAGE.split("| in a chain |")[1].split("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table)) | {"id", "name"}
    assert named >= _CHAIN
    readme = (ROOT / "README.md").read_text()
    for name in re.findall(r"TILL_WEB3_\w+", readme):
        if name != "TILL_WEB3_WATCH":
            assert name in PAGE, name


def test_every_command_there_is_is_on_the_page() -> None:
    for name, command in web3.commands.items():
        assert f"flask till web3 {name}" in PAGE, name
        for option in command.params:
            if option.opts[0] not in ("--limit", "--all", "--no-wait") and option.opts[0][0] == "-":
                assert option.opts[0] in PAGE, (name, option.opts)
    assert "flask till watch" in PAGE
    assert all(option in PAGE for one in watch.params for option in one.opts)


def test_the_paths_of_its_keys_are_those_of_the_signer() -> None:
    assert f"`{OPERATOR_PATH}`" in PAGE
    assert f"`{DEPOSIT_PATH}/n`" in PAGE


def test_keys_and_rates_may_come_from_elsewhere(tmp_path: Path) -> None:
    (example,) = blocks(PAGE, "python")
    app = Flask("a_desk", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="k" * 32, TILL_ENV="development", TILL_BACKGROUND=False)
    one = json.loads(blocks(PAGE, "json")[0])[0] | {"testnet": True}
    app.config["TILL_WEB3_CHAINS"] = [one]
    given: dict[str, Any] = {"app": app, "vault": SeedSigner(DESK_PHRASE)}
    exec(example, given)
    made = given["desk"]
    assert isinstance(made, OrderDesk)
    with app.app_context():
        gateway = made.cashier.gateways["test_web3"]
        assert gateway.account == SeedSigner(DESK_PHRASE).address("operator")
        assert gateway.methods("PLN")
        assert not gateway.methods("EUR")
        made.close()
