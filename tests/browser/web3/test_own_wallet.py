"""Paying with a wallet in the browser, on a real chain, and all that can go wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.web3.conftest import PHONE, USDC, OpenOrder, Street
from tests.browser.web3.hands import (
    begin,
    choose,
    pay_with_wallet,
    sees_alert,
    sees_heading,
    sees_step,
)
from tests.browser.web3.the_wallet import ELSEWHERE, TheWallet

HERE = 31337


def test_a_wallet_pays_and_the_page_counts_up_to_final(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    pay_with_wallet(page)
    sees_step(page, "In a block: counting confirmations")
    street.read_on()
    sees_heading(page, "Your payment is on its way")
    expect(page.get_by_text("12.5 USDC arrived")).to_be_visible()
    expect(page.get_by_text("Confirming: 1 of 3 blocks")).to_be_visible()
    street.mine()
    expect(page.get_by_text("Confirming: 2 of 3 blocks")).to_be_visible()
    link = page.get_by_role("list", name="Transfers").get_by_role("link")
    assert (link.get_attribute("href") or "").startswith("https://explorer.example/tx/0x")
    street.mine()
    sees_heading(page, "Thank you, it is paid")
    assert street.now(order).status == "paid"
    assert street.chain.balance(street.chain.usdc, street.deposit_address(order)) == 12_500_000


def test_what_is_sent_is_the_call_that_the_desk_gave(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    pay_with_wallet(page)
    sees_step(page, "In a block")
    address = street.deposit_address(order)
    contract = str(street.chain.usdc.contract)
    sent = wallet.sent[0]
    assert sent["from"] == wallet.person.lower()
    assert (sent["to"], sent["value"]) == (contract, "0x0")
    assert sent["data"] == f"0xa9059cbb{address[2:].lower():>064}{12_500_000:064x}"


def test_the_native_coin_is_sent_as_value(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    begin(page)
    choose(page, "ETH")
    page.get_by_role("button", name="Pay 0.005 ETH with Test Wallet").click()
    sees_step(page, "In a block")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
    assert int(wallet.sent[0]["value"], 16) == 5 * 10**15


def test_a_no_in_the_wallet_sends_nothing_and_may_be_taken_back(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.refuse("eth_sendTransaction")
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "You said no in your wallet")
    assert wallet.sent == []
    wallet.answers.clear()
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")


def test_a_no_to_showing_an_account_helps_too(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.refuse("eth_requestAccounts")
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Nothing was sent. Try again whenever you like.")


def test_a_wallet_on_another_chain_is_asked_to_change(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.on = ELSEWHERE
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_step(page, "In a block")
    assert wallet.on == HERE


def test_a_wallet_that_stays_on_another_chain_sends_nothing(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.on = ELSEWHERE
    wallet.refuse("wallet_switchEthereumChain")
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Your wallet is not on Base")
    sees_alert(page, "Choose Base in your wallet, then try again.")
    assert "eth_sendTransaction" not in wallet.asked


def test_a_wallet_that_only_says_that_it_changed_sends_nothing(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.on = ELSEWHERE
    wallet.answers["wallet_switchEthereumChain"] = {"result": None}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Your wallet is not on Base")
    assert "eth_sendTransaction" not in wallet.asked


def test_a_wallet_that_does_not_know_the_chain_learns_it(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.on, wallet.knows = ELSEWHERE, {ELSEWHERE}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_step(page, "In a block")
    assert "wallet_addEthereumChain" in wallet.asked
    assert wallet.on == HERE


def test_a_chain_that_is_not_added_leaves_the_qr_code(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.on, wallet.knows = ELSEWHERE, {ELSEWHERE}
    wallet.refuse("wallet_addEthereumChain")
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Your wallet does not know Base")


def test_too_few_coins_are_found_before_the_wallet_is_asked(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.person = street.chain.people[5]
    street.chain.mint(street.chain.usdc, wallet.person, 3 * USDC)
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Not enough USDC in this account")
    sees_alert(page, "It holds 3\u00a0USDC, and 12.5\u00a0USDC are needed.")
    assert "eth_sendTransaction" not in wallet.asked


def test_too_little_for_the_network_fee_is_named(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    street.chain.fund(wallet.person, 1000)
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Not enough for the network fee")
    sees_alert(page, "The fee on Base is paid in its own coin")


def test_a_transaction_that_runs_out_of_gas_is_explained_and_may_be_repeated(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.gas = 30_000
    order = street.order()
    page = open_order(order, wallet)
    pay_with_wallet(page)
    sees_alert(page, "The transaction failed on the network")
    wallet.gas = None
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")


def test_a_dropped_transaction_is_paid_again_only_when_the_shopper_says_so(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    street.chain.stop_mining()
    pay_with_wallet(page)
    _is_known(page, wallet)
    street.chain("anvil_dropAllTransactions")
    sees_alert(page, "The network dropped the transaction")
    expect(page.get_by_role("button", name="Pay 12.5 USDC with")).to_have_count(0)
    page.get_by_role("button", name="Pay again").click()
    street.chain.go_on_mining()
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")
    assert len(wallet.sent) == 2


def test_a_replacement_that_pays_arrives_by_itself(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    street.chain.stop_mining()
    pay_with_wallet(page)
    _is_known(page, wallet)
    _replace(street, wallet, wallet.sent[0])
    sees_alert(page, "The transaction was replaced in your wallet")
    street.read_on()
    sees_heading(page, "Your payment is on its way")
    assert len(wallet.sent) == 1


def test_a_cancelled_transaction_leaves_the_order_to_be_paid(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    order = street.order()
    page = open_order(order, wallet)
    street.chain.stop_mining()
    pay_with_wallet(page)
    _is_known(page, wallet)
    _replace(street, wallet, {"from": wallet.person, "to": wallet.person, "value": "0x0"})
    sees_alert(page, "If you cancelled it, pay again.")
    page.get_by_role("button", name="Pay again").click()
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")


def _is_known(page: Page, wallet: TheWallet) -> None:
    """The page waits for a block, and has heard of the transaction from the wallet's node."""
    sees_step(page, "Waiting for the next block")
    while "eth_getTransactionByHash" not in wallet.asked:
        page.wait_for_timeout(20)


def _replace(street: Street, wallet: TheWallet, call: dict[str, Any]) -> None:
    """The same nonce with a higher fee, in a block."""
    chain = street.chain
    kept = ("from", "to", "value", "data")
    wanted: dict[str, Any] = {key: call[key] for key in kept if key in call}
    wanted |= {
        "nonce": chain("eth_getTransactionCount", wallet.person, "latest"),
        "gas": hex(500_000),
        "maxFeePerGas": hex(10**12),
        "maxPriorityFeePerGas": hex(10**11),
    }
    chain("eth_sendTransaction", wanted)
    chain.mine()
    chain.go_on_mining()


def test_what_was_sent_is_remembered_when_the_page_is_loaded_anew(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    page = open_order(street.order(), wallet)
    street.chain.stop_mining()
    pay_with_wallet(page)
    sees_step(page, "Waiting for the next block")
    page.reload()
    sees_step(page, "Waiting for the next block")
    expect(page.get_by_role("button", name="Pay 12.5 USDC")).to_have_count(0)
    street.chain.mine()
    street.chain.go_on_mining()
    street.read_on()
    sees_heading(page, "Your payment is on its way")
    assert len(wallet.sent) == 1


def test_a_page_left_while_the_wallet_asked_does_not_send_again_by_itself(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    wallet.answers["eth_sendTransaction"] = {"error": {"code": -32603, "message": "Internal"}}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Did your wallet send it?")
    page.reload()
    sees_alert(page, "Did your wallet send it?")
    wallet.answers.clear()
    page.get_by_role("button", name="It was not sent: try again").click()
    choose(page, "USDC")
    page.get_by_role("button", name="Pay 12.5 USDC with Test Wallet").click()
    sees_step(page, "In a block")
    assert len(wallet.sent) == 1


@pytest.mark.parametrize("answer", ["yes", None, 7, "0x12", {"hash": "0x"}, "0x" + "g" * 64])
def test_an_answer_that_is_no_transaction_is_not_believed(
    street: Street, open_order: OpenOrder, wallet: TheWallet, answer: object
) -> None:
    wallet.answers["eth_sendTransaction"] = {"result": answer}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Did your wallet send it?")


@pytest.mark.parametrize("accounts", [[], None, "0x", ["0x12"], [7], {"0": "0x"}])
def test_accounts_that_are_none_send_nothing(
    street: Street, open_order: OpenOrder, wallet: TheWallet, accounts: object
) -> None:
    wallet.answers["eth_requestAccounts"] = {"result": accounts}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Your wallet is locked or shows no account")
    assert "eth_sendTransaction" not in wallet.asked


def test_an_account_that_changes_on_the_way_has_to_be_confirmed(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    other = street.chain.people[6].lower()
    wallet.answers["eth_accounts"] = {"result": [other]}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "The account in your wallet changed")
    assert "eth_sendTransaction" not in wallet.asked


def test_a_wallet_with_a_question_open_is_pointed_at(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    busy = {"code": -32002, "message": "Request already pending."}
    wallet.answers["eth_requestAccounts"] = {"error": busy}
    page = open_order(street.order(), wallet)
    pay_with_wallet(page)
    sees_alert(page, "Your wallet waits for you")


def test_a_wallet_that_announces_nothing_is_found_all_the_same(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    page = open_order(street.order(), wallet, announced={"announces": False})
    begin(page)
    choose(page, "Own wallet")
    choose(page, "USDC")
    page.get_by_role("button", name="Pay 12.5 USDC with your wallet").click()
    sees_step(page, "In a block")


@pytest.mark.parametrize(
    "icon",
    [
        "https://evil.example/tracker.png",
        "javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:image/png;base64," + "A" * 200_000,
    ],
)
def test_pictures_of_wallets_are_small_and_their_own(
    street: Street, open_order: OpenOrder, wallet: TheWallet, icon: str
) -> None:
    page = open_order(street.order(), wallet, announced={"icon": icon})
    begin(page)
    expect(page.get_by_role("button", name="with Test Wallet")).to_be_visible()
    expect(page.get_by_role("region", name="Pay with coins").locator("img")).to_have_count(0)


def test_names_of_wallets_are_text_and_stay_in_their_place(
    street: Street, open_order: OpenOrder, wallet: TheWallet
) -> None:
    name = "\u202e<img src=x onerror=alert(1)>" + "W" * 400
    page = open_order(street.order(), wallet, announced={"name": name})
    begin(page)
    shown = page.get_by_role("button", name="Pay 12.5 USDC with <img src=x").text_content() or ""
    assert "\u202e" not in shown
    assert len(shown) < 80


def test_without_a_wallet_the_qr_code_comes_first(street: Street, open_order: OpenOrder) -> None:
    page = open_order(street.order())
    begin(page)
    expect(page.get_by_role("radio", name="QR code or address")).to_be_checked()
    choose(page, "Own wallet")
    expect(page.get_by_text("No wallet was found in this browser")).to_be_visible()


def test_it_works_on_a_phone(street: Street, open_order: OpenOrder, wallet: TheWallet) -> None:
    page = open_order(street.order(), wallet, **PHONE)
    pay_with_wallet(page)
    sees_step(page, "In a block")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    street.mine(3)
    sees_heading(page, "Thank you, it is paid")
