"""What is asked of a chain, as signers, nodes and wallets read it."""

from __future__ import annotations

import pytest

from flask_till.chains import Coin
from flask_till.desk.gateways.web3.abi import encode_transfer
from flask_till.desk.gateways.web3.transactions import (
    Call,
    Fees,
    eip1559,
    rpc_form,
    transfer_call,
    wallet_form,
)
from flask_till.errors import InvalidRequest

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
USDC = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"


def test_a_native_coin_is_the_value_of_a_call() -> None:
    assert transfer_call(Coin(1, "ETH", 18), SHOP.lower(), 2**255) == Call(SHOP, 2**255, "0x")


def test_a_token_is_moved_by_its_contract() -> None:
    call = transfer_call(Coin(1, "USDC", 6, USDC.lower()), SHOP, 12_500_000)
    assert call == Call(USDC, 0, encode_transfer(SHOP, 12_500_000))


def test_a_mistyped_recipient_makes_no_call() -> None:
    for coin in (Coin(1, "ETH", 18), Coin(1, "USDC", 6, USDC)):
        with pytest.raises(InvalidRequest):
            transfer_call(coin, SHOP.replace("D4", "d4"), 1)


def test_a_wallet_reads_hexadecimal_numbers() -> None:
    call = Call(SHOP, 10**18)
    assert wallet_form(call) == {"to": SHOP, "value": "0xde0b6b3a7640000", "data": "0x"}
    assert wallet_form(call, USDC) == {"from": USDC, **wallet_form(call)}


def test_a_contract_is_made_by_a_call_to_nobody() -> None:
    call = Call(None, 0, "0x6000")
    assert wallet_form(call, SHOP) == {"from": SHOP, "value": "0x0", "data": "0x6000"}


def test_a_transaction_has_all_that_is_signed() -> None:
    call = Call(SHOP, 5, "0x12")
    transaction = eip1559(call, chain_id=137, nonce=7, gas=21_000, fees=Fees(30, 2))
    assert transaction == {
        "chainId": 137,
        "nonce": 7,
        "to": SHOP,
        "value": 5,
        "data": "0x12",
        "gas": 21_000,
        "maxFeePerGas": 30,
        "maxPriorityFeePerGas": 2,
    }
    assert rpc_form(transaction) == {
        "chainId": "0x89",
        "nonce": "0x7",
        "to": SHOP,
        "value": "0x5",
        "data": "0x12",
        "gas": "0x5208",
        "maxFeePerGas": "0x1e",
        "maxPriorityFeePerGas": "0x2",
    }


def test_a_node_is_not_told_of_what_is_not_there() -> None:
    assert rpc_form({"to": None, "value": 0}) == {"value": "0x0"}
