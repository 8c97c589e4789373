"""The demo's chain and its wallet: what they keep and read, and that they stay in the demo."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from demo_shop import Site
from demo_shop.chain import LocalChain, forget, node, run_chain, settings_of
from demo_shop.chain.bank import CHAIN_ID, ETH, USDC
from demo_shop.chain.links import Wish, read_wish
from demo_shop.desk import create_desk, desk
from demo_shop.partners import SHOP
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.web3_settings import read_chains, read_rates
from tests.conftest import missing
from tests.desk.demo_desk import some_port
from tests.desk.the_desk import draft
from tests.stand_ins.chain.anvil import program

SOMEBODY = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
COIN = "0x9D05bAF8aB8BAdf76b99a2593FF3656dC4eC7368"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if program() is None:
        missing("anvil")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(node, "BLOCK_SECONDS", 0.1)
        yield Site(some_port(), some_port(), tmp_path_factory.mktemp("demo"), some_port())


@pytest.fixture(scope="module")
def local(site: Site) -> Iterator[LocalChain]:
    with run_chain(site) as chain:
        yield chain


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


# --- the chain --------------------------------------------------------------------------------


def test_a_restart_finds_everything_as_it_was(tmp_path: Path, site: Site) -> None:
    site = Site(site.shop_port, site.desk_port, tmp_path, some_port())
    with run_chain(site) as chain:
        shopper, coin = chain.keys["shopper"], chain.bank.coin
        treasury = chain.keys["treasury"].address
        told = settings_of(site)
        sent = chain.bank.pay(shopper, treasury, 1_500_000, USDC)
        until(lambda: chain.bank.balance(treasury, USDC) == Decimal("1.5"))
        found = chain.node.rpc("eth_getTransactionByHash", sent)
        before = chain.node.rpc("eth_getBalance", shopper.address, "latest")
    assert settings_of(site) == {}
    for name in ("desk.seed", "people.seed"):
        assert stat.S_IMODE((tmp_path / "chain" / name).stat().st_mode) == 0o600
    with run_chain(site) as chain:
        assert settings_of(site) == told
        assert (chain.bank.coin, chain.keys["shopper"].address) == (coin, shopper.address)
        assert chain.bank.balance(treasury, USDC) == Decimal("1.5")
        assert chain.bank.balance(shopper.address, USDC) == Decimal("498.5")
        assert chain.node.rpc("eth_getBalance", shopper.address, "latest") == before
        assert chain.node.rpc("eth_getTransactionByHash", sent) == found
        # What a watcher asks of the block before a deposit that was not final yet.
        block = int(found["blockNumber"], 16) - 1
        assert chain.node.rpc("eth_getBalance", shopper.address, hex(block)) != before


def test_what_the_desk_is_told_is_true(site: Site, local: LocalChain) -> None:
    told = settings_of(site)
    (chain,) = read_chains(told["TILL_WEB3_CHAINS"])
    assert (chain.id, chain.testnet, chain.nodes) == (CHAIN_ID, True, (local.node.url,))
    assert int(local.node.rpc("eth_chainId"), 16) == CHAIN_ID
    native, coin = chain.coins
    assert (native.code, coin.code, coin.decimals, coin.contract) == (ETH, USDC, 6, local.bank.coin)
    rates = read_rates(told["TILL_WEB3_RATES"])
    assert {currency for row in rates.values() for currency in row} == {"USD", "PLN", "EUR", "BRL"}
    signer = SeedSigner(Path(told["TILL_WEB3_SEED_FILE"]).read_text())
    assert signer.address("operator") == local.keys.operator
    assert local.bank.balance(local.keys.operator, ETH) >= 10
    assert local.bank.balance(local.keys.operator, USDC) > 0


def test_blocks_come_while_something_happens_and_then_rest(local: LocalChain) -> None:
    def height() -> int:
        return int(local.node.rpc("eth_blockNumber"), 16)

    sent = local.bank.pay(local.keys["shopper"], SOMEBODY, 1, USDC)
    until(lambda: local.node.rpc("eth_getTransactionReceipt", sent) is not None)
    mined = int(local.node.rpc("eth_getTransactionReceipt", sent)["blockNumber"], 16)
    until(lambda: height() >= mined + node.BURIED - 1)
    time.sleep(0.5)
    rests = height()
    time.sleep(0.5)
    assert height() == rests
    local.node.rpc("evm_mine")  # somebody else's block is followed by ours, too
    until(lambda: height() > rests + 3)


def test_a_demo_that_was_killed_leaves_no_chain_behind(site: Site, local: LocalChain) -> None:
    file = site.folder / "chain" / "settings.json"
    told = file.read_text()
    forget(site)
    assert settings_of(site) == {}
    file.write_text(told)


# --- what people paste ------------------------------------------------------------------------

TRANSFER = f"ethereum:{COIN}@31337/transfer?address={SOMEBODY}&uint256="


@pytest.mark.parametrize(
    ("pasted", "wish"),
    [
        (f"{TRANSFER}12500000", Wish(SOMEBODY, 12_500_000, USDC)),
        (f"{TRANSFER}1.25e7", Wish(SOMEBODY, 12_500_000, USDC)),
        (f" {TRANSFER[:60]}\n{TRANSFER[60:]}7 ", Wish(SOMEBODY, 7, USDC)),
        (f"ethereum:{SOMEBODY}@31337?value=1e18", Wish(SOMEBODY, 10**18, ETH)),
        (f"ethereum:pay-{SOMEBODY}@31337?value=5", Wish(SOMEBODY, 5, ETH)),
        (SOMEBODY, Wish(SOMEBODY, 2_500_000, USDC)),
        (SOMEBODY.lower(), Wish(SOMEBODY, 2_500_000, USDC)),
    ],
)
def test_links_and_addresses_are_read(pasted: str, wish: Wish) -> None:
    assert read_wish(pasted, "2,5", USDC, COIN) == wish


@pytest.mark.parametrize(
    ("pasted", "amount", "why"),
    [
        ("hello", "1", "neither a payment link nor an address"),
        (SOMEBODY, "", "An amount of USDC"),
        (SOMEBODY, "0", "An amount of USDC"),
        (SOMEBODY, "-1", "An amount of USDC"),
        (SOMEBODY, "nan", "An amount of USDC"),
        (SOMEBODY, "0.0000001", "An amount of USDC"),
        (SOMEBODY.replace("8ba", "8bA"), "1", "mistyped"),
        (f"ethereum:{SOMEBODY}?value=5", "", "another chain"),
        (f"ethereum:{SOMEBODY}@1?value=5", "", "another chain"),
        (f"ethereum:{SOMEBODY}@31337", "", "no amount"),
        (f"ethereum:{SOMEBODY}@31337?value=0.5", "", "no amount"),
        (f"ethereum:{SOMEBODY}@31337/transfer?address={SOMEBODY}&uint256=1", "", "does not know"),
        (f"ethereum:{COIN}@31337/approve?address={SOMEBODY}&uint256=1", "", "does not know"),
        (f"ethereum:{COIN}@31337/transfer?uint256=1", "", "nobody to pay"),
        ("ethereum:vitalik.eth", "", "cannot read"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(pasted: str, amount: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_wish(pasted, amount, USDC, COIN)


# --- the wallet -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def visitor(site: Site, local: LocalChain) -> Iterator[FlaskClient]:
    app = create_desk(site, local)
    yield app.test_client()
    with app.app_context():
        desk.close()


def ask(visitor: FlaskClient, method: str, *params: Any) -> Any:
    return visitor.post("/chain/rpc", json={"method": method, "params": list(params)}).json


def test_a_link_is_paid_and_looked_at(visitor: FlaskClient, local: LocalChain) -> None:
    link = f"ethereum:{local.bank.coin}@31337/transfer?address={SOMEBODY}&uint256=1250000"
    assert link.replace("&", "&amp;") in visitor.get("/chain/", query_string={"to": link}).text
    had = local.bank.balance(SOMEBODY, USDC)
    sent = visitor.post("/chain/send", data={"pasted": link, "amount": "", "code": USDC})
    assert sent.status_code == 303
    until(lambda: local.bank.balance(SOMEBODY, USDC) == had + Decimal("1.25"))
    page = visitor.get(sent.location).text
    assert "1.25 USDC" in page
    assert SOMEBODY in page
    assert re.search(r"\d+ confirmation", page)
    assert "1.25 USDC" in visitor.get("/chain/").text
    assert visitor.get("/chain/tx/0x" + "0" * 64).status_code == 404
    assert visitor.get("/chain/tx/nonsense").status_code == 404


def test_more_than_there_is_is_refused_in_words(visitor: FlaskClient) -> None:
    wanted = {"pasted": SOMEBODY, "amount": "999999", "code": USDC}
    refused = visitor.post("/chain/send", data=wanted)
    assert refused.status_code == 422
    assert "The chain refuses it" in refused.text
    assert 'value="999999"' in refused.text


def test_coins_are_given_away(visitor: FlaskClient, local: LocalChain) -> None:
    shopper = local.keys["shopper"].address
    had = local.bank.balance(shopper, USDC)
    assert visitor.post("/chain/faucet").status_code == 303
    assert local.bank.balance(shopper, USDC) == had + 500


def test_no_other_site_presses_its_buttons(visitor: FlaskClient, site: Site) -> None:
    for path in ("faucet", "send", "rpc"):
        for origin in ("https://evil.example", "null", site.shop_url):
            answer = visitor.post(f"/chain/{path}", headers={"Origin": origin})
            assert answer.status_code == 403, (path, origin)


def test_it_is_a_wallet_as_pages_know_them(visitor: FlaskClient, local: LocalChain) -> None:
    account = local.keys["shopper"].address.lower()
    assert ask(visitor, "eth_requestAccounts") == {"result": [account]}
    assert ask(visitor, "eth_chainId") == {"result": "0x7a69"}
    assert ask(visitor, "wallet_switchEthereumChain", {"chainId": "0x7a69"}) == {"result": None}
    assert ask(visitor, "wallet_switchEthereumChain", {"chainId": "0x1"})["error"]["code"] == 4902
    assert ask(visitor, "anvil_setBalance", account, "0x0")["error"]["code"] == 4200
    assert int(ask(visitor, "eth_getBalance", account, "latest")["result"], 16) > 0
    call = {"from": account, "to": SOMEBODY.lower(), "value": "0x5", "data": "0x"}
    reviewed = ask(visitor, "wallet_review", call)["result"]
    assert reviewed == {"amount": "0.000000000000000005 ETH", "recipient": SOMEBODY}
    sent = ask(visitor, "eth_sendTransaction", call)["result"]
    until(lambda: local.node.rpc("eth_getTransactionReceipt", sent) is not None)
    assert local.bank.balance(SOMEBODY, ETH) == Decimal("5e-18")


# --- and only there ---------------------------------------------------------------------------


def order_page(visitor: FlaskClient) -> Any:
    app = visitor.application
    state = app.extensions["till_desk"]
    merchant = state.database.read(read_merchant, SHOP.merchant_id)
    order = state.cashier.create(merchant, draft(str(time.monotonic()), 1000))
    token = state.cashier.issue_token(order.id)
    return visitor.get(
        "/order", query_string={"orderId": order.id, "token": token}, follow_redirects=True
    )


def test_the_wallet_is_in_the_pages_of_the_demos_desk(visitor: FlaskClient) -> None:
    shown = order_page(visitor)
    (nonce,) = re.findall(r"'nonce-([\w-]+)'", shown.headers["Content-Security-Policy"])
    tag = f'<script type="module" nonce="{nonce}" src="/chain/static/injected.js"></script>'
    assert tag in shown.text
    with visitor.get("/chain/static/injected.js") as script:
        assert b"eip6963:announceProvider" in script.data


def test_without_a_chain_there_is_no_wallet(tmp_path: Path) -> None:
    app = create_desk(Site(some_port(), some_port(), tmp_path))
    visitor = app.test_client()
    assert "injected.js" not in order_page(visitor).text
    assert visitor.get("/chain/").status_code == 404
    assert app.extensions["till_desk"].web3 is None
    with app.app_context():
        desk.close()
