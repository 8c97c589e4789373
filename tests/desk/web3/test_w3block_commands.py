"""``flask till w3block`` on chains: coins, contracts, numbers of tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.cli import till
from tests.desk.w3block.the_company import COMPANY, PRODUCT
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_tokens import TokenStreet

Run = Callable[..., str]


@pytest.fixture
def street(desk: ChainDesk) -> TokenStreet:
    made = TokenStreet(desk, on_chain=False)
    made.sell(0)
    return made


@pytest.fixture
def run(desk: ChainDesk) -> Run:
    """``run("currencies", "list")``: what was said; ``fails=True`` for what is refused."""
    runner = desk.app.test_cli_runner()

    def call(*words: str, fails: bool = False) -> str:
        done = runner.invoke(till, ["w3block", *words], prog_name="till")
        assert bool(done.exit_code) is fails, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        said: str = done.output
        return said

    return call


def test_a_coin_becomes_a_currency(street: TokenStreet, run: Run) -> None:
    assert "No chain has a coin 'MATIC'" in run("currencies", "add", "MATIC", fails=True)
    said = run("currencies", "add", "USDC", "--name", "Dollar coin")
    listed = run("currencies", "list")
    [row] = [one for one in listed.splitlines() if "USDC" in one]
    assert row.split()[0] in said
    assert row.split()[1:] == ["USDC", "Dollar", "coin", "6", "coin"]
    assert "is there already" in run("currencies", "add", "USDC", fails=True)
    assert "crypto" in run("companies", "provider", COMPANY, "USDC", "crypto", "crypto")
    run("products", "price", PRODUCT, "USDC=12.5", "USD=20")
    assert "12.5" in run("products", "list", COMPANY)


def test_a_contract_is_named_told_and_removed(street: TokenStreet, run: Run) -> None:
    chain = str(street.chain.eth.chain_id)
    book = "Tokens of Passes are in the desk's own book."
    assert run("companies", "contract", COMPANY).strip() == book
    where = ("companies", "contract", COMPANY, "--chain", chain)
    said = run(*where, "--address", street.contract.lower())
    assert said.strip() == f"Tokens of Passes are on chain {chain}, in {street.contract}."
    assert "check" not in run(*where, "--address", street.operator[:-1] + "0", fails=True)
    assert "There is no contract" in run(*where, "--address", street.operator, fails=True)
    assert street.contract in run("companies", "contract", COMPANY)
    assert run("companies", "contract", COMPANY, "--remove").strip() == book
    assert "has no contract" in run("companies", "contract", COMPANY, "--remove", fails=True)


def test_a_contract_is_deployed(street: TokenStreet, run: Run) -> None:
    chain = str(street.chain.eth.chain_id)
    where = ("companies", "contract", COMPANY, "--chain", chain)
    said = run(*where, "--deploy", "--symbol", "VINYL")
    street.finish()
    assert run(*where, "--deploy", "--symbol", "VINYL") == said
    address = said.strip(" .\n").split()[-1]
    assert street.desk.web3.nodes(street.chain.eth.chain_id).code(address) != "0x"
    assert "Give --chain" in run("companies", "contract", COMPANY, "--deploy", fails=True)
    both = ("--deploy", "--address", address)
    assert "either" in run(*where, *both, fails=True)


def test_a_chain_without_the_factory_is_told_so(
    street: TokenStreet, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    nodes: Any = street.desk.web3.nodes(street.chain.eth.chain_id)
    monkeypatch.setattr(nodes, "code", lambda _: "0x")
    chain = str(street.chain.eth.chain_id)
    said = run("companies", "contract", COMPANY, "--chain", chain, "--deploy", fails=True)
    assert "makes others" in said


def test_tokens_get_numbers(street: TokenStreet, run: Run) -> None:
    run("products", "tokens", PRODUCT, "2", "--first-number", "7")
    assert [row.terms for row in street.tokens] == [{"number": "7"}, {"number": "8"}]
    assert "another token's" in run(
        "products", "tokens", PRODUCT, "1", "--first-number", "8", fails=True
    )
