"""Coins on the order page and in the wallet: who may see what, and whose account pays."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from flask_till.chains import Chain, Coin
from flask_till.desk.actions.web3_accounts import credit_topup
from flask_till.desk.actions.web3_chain import begin_chain
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.onchain import FINAL, Deposit
from flask_till.desk.order import Order
from flask_till.desk.pages.payers import COOKIE, account_owner
from flask_till.desk.tables.wallet import shoppers
from flask_till.desk.tables.web3 import web3_deposits
from flask_till.desk.web3.accounts import DeskAccounts
from flask_till.desk.web3.web3_desk import Web3Desk
from flask_till.errors import GatewayUnavailable
from tests.conftest import ROOT
from tests.desk.the_desk import PAGES, TheDesk, draft
from tests.stand_ins.chain.the_chain import DESK_PHRASE

USDC = Coin(8453, "USDC", 6, "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", "USD Coin")
BASE = Chain(
    8453,
    "Base",
    ("http://127.0.0.1:1",),
    (Coin(8453, "ETH", 18, name="Ether"), USDC),
    confirmations=12,
    explorer="https://explorer.example",
    testnet=True,
)
PHONE = {"country_prefix": "+48", "phone": "501234567"}
SCRIPTS = ROOT / "plugin/flask_till/desk/pages/static"


class CoinDesk(TheDesk):
    """A desk that takes coins on a chain that was read once, and browsers before it."""

    transfers = 0

    @property
    def web3(self) -> Web3Desk:
        found: Web3Desk = self.app.extensions["till_desk"].web3
        return found

    def place(self, amount: int = 5000, **more: Any) -> Order:
        return self.cashier.create(self.merchant, draft(amount=amount, **more))

    def enter(self, order: Order, client: FlaskClient | None = None) -> FlaskClient:
        """A browser that came in with the order's token."""
        client = client or self.app.test_client()
        token = self.cashier.issue_token(order.id)
        asked = {"orderId": order.id, "token": token}
        assert client.get("/order", query_string=asked, base_url=PAGES).status_code == 303
        return client

    def sign_in(self, client: FlaskClient, onward: str = "") -> Any:
        shown = client.post("/wallet/code", data=PHONE, base_url=PAGES).get_data(as_text=True)
        code = shown.partition("data-code>")[2][:6]
        given = {**PHONE, "code": code, "onward": onward}
        return client.post("/wallet/sign-in", data=given, base_url=PAGES)

    def pay(self, client: FlaskClient, order: Order, method: str, **more: str) -> Any:
        gateway = {"crypto": "test_web3", "account": "test_web3_account"}[method]
        form = {"orderId": order.id, "gateway": gateway, "method": method, **more}
        json_please = {"Accept": "application/json"}
        return client.post("/order/pay", data=form, headers=json_please, base_url=PAGES)

    def arrive(self, order: Order, units: int) -> None:
        """The watcher finds coins for the order."""
        payment = self.cashier.get(order.id).payment
        assert payment is not None
        address = self.web3.standing(payment.id).address
        deposit = self.deposit(address, units)
        values = {name: getattr(deposit, name) for name in Deposit.__dataclass_fields__}

        def keep(work: Any) -> None:
            work.execute(insert(web3_deposits).values(seen_at=work.now, **values))

        self.database.write(keep)

    def top_up(self, owner: str, units: int) -> None:
        address = self.web3.account(owner).address
        deposit = self.deposit(address, units, status=FINAL, received=units)
        self.database.write(credit_topup, deposit)

    def deposit(self, address: str, units: int, **more: Any) -> Deposit:
        self.transfers += 1
        given: dict[str, Any] = {
            "chain_id": USDC.chain_id,
            "tx_hash": f"0x{self.transfers:064x}",
            "log_index": 0,
            "coin_id": USDC.id,
            "sender": f"0x{7:040x}",
            "block_number": 100,
            "block_hash": f"0x{1:064x}",
        } | more
        return Deposit(address=address, units=units, **given)


@pytest.fixture
def chain() -> Chain:
    return BASE


@pytest.fixture
def desk(tmp_path: Path, clock: Any, chain: Chain) -> Iterator[CoinDesk]:
    made = CoinDesk(
        f"sqlite:///{tmp_path}/desk.db",
        clock,
        tmp_path,
        env="development",
        chains=[chain],
        signer=SeedSigner(DESK_PHRASE),
        web3_rates={"USDC": {"PLN": "4"}, "ETH": {"PLN": "10000"}},
        web3_watch=False,
    )
    made.database.write(begin_chain, chain.id, 90, f"0x{1:064x}")
    yield made
    made.desk.close()


@pytest.fixture
def order(desk: CoinDesk) -> Order:
    return desk.place()


def html(client: FlaskClient, order: Order) -> str:
    asked = {"orderId": order.id}
    return client.get("/order", query_string=asked, base_url=PAGES).get_data(as_text=True)


def arrived(client: FlaskClient, order: Order) -> Any:
    return client.get("/order/web3", query_string={"orderId": order.id}, base_url=PAGES)


# --- what has arrived --------------------------------------------------------------------


def test_only_the_orders_browser_sees_what_has_arrived(desk: CoinDesk, order: Order) -> None:
    inside = desk.enter(order)
    desk.pay(inside, order, "crypto")
    assert arrived(inside, order).status_code == 200
    assert arrived(desk.app.test_client(), order).status_code == 403


def test_an_order_that_awaits_nothing_on_a_chain_says_so(desk: CoinDesk, order: Order) -> None:
    answer = arrived(desk.enter(order), order)
    assert answer.status_code == 404


def test_what_has_arrived_is_told_to_the_unit(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    desk.pay(client, order, "crypto")
    desk.arrive(order, 5_000_000)
    told = arrived(client, order).get_json()
    assert (told["state"], told["view"]) == ("underpaid", "pending")
    coin = told["coins"][USDC.id]
    assert {name: coin[name] for name in ("due", "seen", "final", "missing")} == {
        "due": "12500000",
        "seen": "5000000",
        "final": "0",
        "missing": "7500000",
    }
    assert coin["text_missing"] == "7.5\u00a0USDC"
    assert coin["rate"] == "1\u00a0USDC = PLN\u00a04.00"
    assert coin["needed"] == 12
    asked = {one["id"]: one["units"] for one in told["asked"]}
    assert asked[USDC.id] == "7500000"
    assert told["transactions"] == [
        {
            "hash": f"0x{1:064x}",
            "url": f"https://explorer.example/tx/0x{1:064x}",
            "units_text": "5\u00a0USDC",
            "status": "seen",
        }
    ]
    assert "5 of 12.5\u00a0USDC arrived" in told["html"]


def test_more_coins_than_there_are_do_not_break_the_page(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    desk.pay(client, order, "crypto")
    desk.arrive(order, 2**255)
    told = arrived(client, order).get_json()
    assert told["coins"][USDC.id]["seen"] == str(2**255)
    assert told["view"] == "processing"
    assert "Confirming: 0 of 12 blocks" in html(client, order)


@pytest.mark.parametrize("chain", [replace(BASE, confirmations=None)])
def test_a_chain_that_says_itself_what_is_final(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    desk.pay(client, order, "crypto")
    desk.arrive(order, 12_500_000)
    told = arrived(client, order).get_json()
    assert told["coins"][USDC.id]["needed"] is None
    assert "Base makes it final by itself; that takes some minutes." in told["html"]


def test_the_page_is_in_the_orders_language(desk: CoinDesk) -> None:
    order = desk.place(locale="pl")
    client = desk.enter(order)
    desk.pay(client, order, "crypto")
    desk.arrive(order, 5_000_000)
    assert "Wpłynęło 5 z 12.5\u00a0USDC" in arrived(client, order).get_json()["html"]


# --- what a page may load ----------------------------------------------------------------


def test_pictures_in_the_page_are_let_in_only_beside_wallets(desk: CoinDesk) -> None:
    def policy(order: Order) -> str:
        asked = {"orderId": order.id}
        answer = desk.enter(order).get("/order", query_string=asked, base_url=PAGES)
        return next(
            part
            for part in answer.headers["Content-Security-Policy"].split("; ")
            if part.startswith("img-src")
        )

    assert "data:" in policy(desk.place(external_id="A"))
    assert "data:" not in policy(desk.place(external_id="B", methods=("account",)))


# --- whose account pays ------------------------------------------------------------------


def test_a_form_cannot_say_whose_account_pays(desk: CoinDesk, order: Order) -> None:
    desk.top_up("shopper:somebody", 20_000_000)
    answer = desk.pay(desk.enter(order), order, "account", payer="shopper:somebody")
    assert answer.status_code == 409
    assert answer.get_json()["error_code"] == "NO_PAYER"
    assert desk.web3.account("shopper:somebody").balances == {USDC.id: 20_000_000}


def test_whoever_signed_in_pays_with_one_click(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    assert "Sign in with your phone" in html(client, order)
    desk.sign_in(client)
    page = html(client, order)
    assert "Your account is empty." in page
    owner = _owner(desk)
    desk.top_up(owner, 20_000_000)
    assert "Pay 12.5\u00a0USDC" in html(client, order)
    assert desk.pay(client, order, "account").get_json()["status"] == "paid"
    assert desk.web3.account(owner).balances == {USDC.id: 7_500_000}


def test_an_account_with_too_little_spends_no_try(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    desk.sign_in(client)
    desk.top_up(_owner(desk), 12_499_999)
    answer = desk.pay(client, order, "account")
    assert answer.get_json()["error_code"] == "INSUFFICIENT_BALANCE"
    assert desk.cashier.get(order.id).payment is None


def test_an_order_that_names_its_payer_takes_nobody_elses_coins(desk: CoinDesk) -> None:
    order = desk.place(payer="ipos:user-7")
    client = desk.enter(order)
    desk.sign_in(client)
    desk.top_up(_owner(desk), 20_000_000)
    answer = desk.pay(client, order, "account")
    assert answer.get_json()["error_code"] == "INSUFFICIENT_BALANCE"
    desk.top_up("ipos:user-7", 12_500_000)
    assert desk.pay(client, order, "account").get_json()["status"] == "paid"
    assert desk.web3.account(_owner(desk)).balances == {USDC.id: 20_000_000}


def test_a_payment_that_broke_off_may_be_begun_again(
    desk: CoinDesk, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk.enter(order)
    desk.sign_in(client)
    desk.top_up(_owner(desk), 20_000_000)

    def breaks(*_: Any) -> int:
        raise GatewayUnavailable("The database is away.")

    with monkeypatch.context() as patch:
        patch.setattr(DeskAccounts, "spend", breaks)
        assert desk.pay(client, order, "account").status_code == 503
    desk.cashier.look(order.id)
    assert "Pay 12.5\u00a0USDC" in html(client, order)
    assert desk.pay(client, order, "account").get_json()["status"] == "paid"


def test_signing_out_of_the_wallet_ends_it_here(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    desk.sign_in(client)
    kept = client.get_cookie(COOKIE, "pay.example", "/order")
    assert kept is not None
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    client.post("/wallet/sign-out", headers=same_origin, base_url=PAGES)
    client.set_cookie(COOKIE, kept.value, domain="pay.example", path="/order")
    assert "Sign in with your phone" in html(client, order)


def test_the_cookie_is_for_order_pages_only_and_for_no_script(desk: CoinDesk) -> None:
    answer = desk.sign_in(desk.app.test_client())
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE)]
    assert "Path=/order" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_the_way_in_leads_back_to_the_order(desk: CoinDesk, order: Order) -> None:
    client = desk.enter(order)
    asked = client.get(f"/wallet/to-order/{order.id}", base_url=PAGES)
    assert asked.status_code == 401
    assert f'value="to-order/{order.id}"' in asked.get_data(as_text=True)
    entered = desk.sign_in(client, onward=f"to-order/{order.id}")
    assert entered.location == f"/wallet/to-order/{order.id}"
    back = client.get(entered.location, query_string={"theme": "dark"}, base_url=PAGES)
    assert back.location == f"/order?orderId={order.id}&theme=dark#account"


def test_the_wallet_of_a_desk_without_chains_has_no_account(tmp_path: Path, clock: Any) -> None:
    desk = CoinDesk(f"sqlite:///{tmp_path}/desk.db", clock, tmp_path, env="development")
    client = desk.app.test_client()
    desk.sign_in(client)
    assert "/wallet/account" not in client.get("/wallet", base_url=PAGES).get_data(as_text=True)
    assert client.get("/wallet/account", base_url=PAGES).status_code == 404
    desk.desk.close()


def _owner(desk: CoinDesk) -> str:
    """Of the one shopper that there is."""

    def read(work: Any) -> str:
        found: str = work.execute(select(shoppers.c.id)).scalar_one()
        return found

    return account_owner(desk.database.read(read))


# --- scripts -----------------------------------------------------------------------------


def test_the_scripts_hold_their_types(
    node: Callable[..., subprocess.CompletedProcess[str]], node_modules: Path, tmp_path: Path
) -> None:
    """All that the order page and the wallet load, by ``tsc``."""
    options = {
        "allowJs": True,
        "checkJs": True,
        "lib": ["es2022", "dom", "dom.iterable"],
        "module": "esnext",
        "moduleResolution": "bundler",
        "noEmit": True,
        "strict": True,
        "target": "es2022",
        "types": [],
    }
    entries = ["order.js", "gateways/web3.js", "wallet/wallet.js"]
    project = tmp_path / "tsconfig.json"
    files = [str(SCRIPTS / entry) for entry in entries]
    project.write_text(json.dumps({"compilerOptions": options, "files": files}))
    checked = node(node_modules / "typescript" / "bin" / "tsc", "-p", project)
    assert checked.returncode == 0, checked.stdout
