"""A watcher on a real chain: what comes in is seen, becomes final, and counts once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.onchain import DROPPED, FINAL, NATIVE_LOG, SEEN
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import LyingNode, TheChain
from tests.stand_ins.chain.the_chain import call, encoded


def test_a_payment_is_seen_then_final_and_credited_once(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    tx_hash = chain.pay(chain.usdc, mine, 12_500_000)
    watch.look()
    (seen,) = watch.deposits
    assert (seen.tx_hash, seen.address, seen.units) == (tx_hash, mine, 12_500_000)
    assert (seen.coin_id, seen.sender, seen.status) == (chain.usdc.id, chain.people[0], SEEN)
    assert seen.received is None
    assert watch.held(chain.usdc) == 0
    assert watch.told[-1] == {mine}
    chain.mine()
    watch.look()
    assert watch.states == [SEEN]
    chain.mine()
    watch.look()
    assert watch.states == [FINAL]
    assert watch.deposits[0].received == watch.held(chain.usdc) == 12_500_000
    assert watch.told[-1] == {mine}
    chain.mine(5)
    watch.look()
    watch.look(watch.another())
    assert watch.held(chain.usdc) == 12_500_000
    watch.check(chain)


def test_the_native_coin_is_found_in_the_transactions_of_blocks(
    chain: TheChain, watch: TheWatch
) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.eth, mine, 10**17)
    chain.mine(2)
    watch.look()
    (one,) = watch.deposits
    assert (one.status, one.units, one.received) == (FINAL, 10**17, 10**17)
    assert (one.coin_id, one.log_index) == (chain.eth.id, NATIVE_LOG)
    assert watch.held(chain.eth) == 10**17
    watch.check(chain)


def test_watching_begins_with_the_last_final_block(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    chain.pay(chain.usdc, mine, 5)
    chain.mine(2)
    chain.pay(chain.usdc, mine, 7)
    watch.look()
    assert [one.units for one in watch.deposits] == [7]
    assert watch.head.number == chain.height
    assert watch.head.final_number == chain.height - 2


def test_a_young_chain_is_watched_from_its_beginning(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    watch = watch_of(reach(own_chain, confirmations=10_000))
    mine = watch.account()
    tx_hash = own_chain.pay(own_chain.usdc, mine, 5)
    watch.look()
    assert [one.tx_hash for one in watch.deposits] == [tx_hash]
    assert watch.head.final_number == 0


@pytest.mark.parametrize("units", [1, 10**6, 2**255])
def test_any_amount_is_kept_to_the_unit(chain: TheChain, watch: TheWatch, units: int) -> None:
    mine = watch.account()
    watch.look()
    for coin in (chain.points, chain.usdc, chain.dai):
        chain.pay(coin, mine, units)
    chain.mine(2)
    watch.look()
    assert watch.states == [FINAL] * 3
    for coin in (chain.points, chain.usdc, chain.dai):
        assert watch.held(coin) == units
    watch.check(chain)


def test_so_much_of_the_native_coin(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
) -> None:
    """Anvil's own people cannot spend as much, so it is told by a node before it."""
    watch = watch_of(reach(chain, first_node))
    mine = watch.account()
    watch.look()
    tx_hash = chain.pay(chain.eth, mine, 1)

    def more(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        for one in (said["result"] or {}).get("transactions", ()):
            if isinstance(one, dict) and one["hash"] == tx_hash:
                one["value"] = hex(2**255)
        return said

    def held(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        return {**said, "result": hex(int(said["result"], 16) * 2**255)}

    first_node.twist("eth_getBlockByNumber", more)
    first_node.twist("eth_getBalance", held)
    chain.mine(2)
    watch.look()
    assert watch.held(chain.eth) == 2**255
    watch.check(chain)


# --- what is no deposit -------------------------------------------------------------------


def test_a_coin_that_only_looks_like_ours_is_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.look_alike, mine, 12_500_000)
    chain.mine(2)
    watch.look()
    assert watch.deposits == []
    assert watch.incidents == []


def test_transfers_of_nothing_are_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 0)
    chain.pay(chain.eth, mine, 0)
    chain.mine(2)
    watch.look()
    assert watch.deposits == []


def test_money_for_others_is_nothing(chain: TheChain, watch: TheWatch) -> None:
    watch.account()
    watch.look()
    chain.pay(chain.usdc, chain.people[3], 5)
    chain.pay(chain.eth, chain.people[3], 5)
    chain.mine(2)
    watch.look()
    assert watch.deposits == []
    assert not any(watch.told)


def test_a_failed_transaction_brings_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain("anvil_setCode", mine, "0x60006000fd")  # whatever is sent to it fails
    tx_hash = chain.send(mine, value=10**17)
    assert int(chain.receipt(tx_hash)["status"], 16) == 0
    poor = chain.people[5]
    assert chain.usdc.contract is not None
    failing = chain.send(
        chain.usdc.contract, call("transfer(address,uint256)", mine, 10**30), sender=poor
    )
    assert int(chain.receipt(failing)["status"], 16) == 0
    chain.mine(2)
    watch.look()
    assert watch.deposits == []
    assert watch.incidents == []


def test_one_whose_failure_is_known_late_is_dropped(
    chain: TheChain,
    first_node: LyingNode,
    reach: Callable[..., Any],
    watch_of: Callable[..., TheWatch],
) -> None:
    watch = watch_of(reach(chain, first_node))
    mine = watch.account()
    watch.look()
    chain("anvil_setCode", mine, "0x60006000fd")
    first_node.forge_receipt(chain.send(mine, value=10**17), None)
    watch.look()
    assert watch.states == [SEEN]
    first_node.behave()
    chain.mine(2)
    watch.look()
    assert watch.states == [DROPPED]
    assert watch.held(chain.eth) == 0
    assert watch.incidents == []


def test_one_who_sends_to_himself_brings_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.usdc, mine, 40)
    chain.fund(mine)
    chain("anvil_impersonateAccount", mine)
    chain.pay(chain.usdc, mine, 30, sender=mine)
    chain.pay(chain.eth, mine, 30, sender=mine)
    chain.mine(2)
    watch.look()
    assert [one.units for one in watch.deposits] == [40]
    assert watch.held(chain.usdc) == 40
    watch.check(chain)


# --- several at once ----------------------------------------------------------------------


def test_one_transaction_pays_two(chain: TheChain, watch: TheWatch) -> None:
    first, second = watch.account(0), watch.account(1)
    watch.look()
    chain.mint(chain.usdc, chain.payer, 100)
    assert chain.usdc.contract is not None
    data = call("payCoins(address,address[],uint256[])")[:10] + encoded(
        chain.usdc.contract, [first, second], [30, 70]
    )
    chain.send(chain.payer, data)
    chain.mine(2)
    watch.look()
    assert {one.address: one.received for one in watch.deposits} == {first: 30, second: 70}
    assert len({one.tx_hash for one in watch.deposits}) == 1
    assert (watch.held(chain.usdc, 0), watch.held(chain.usdc, 1)) == (30, 70)
    watch.check(chain)


def test_several_transfers_to_one_address_in_one_block(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.mint(chain.usdc, chain.people[0], 100)
    chain.stop_mining()
    for units in (10, 20, 70):
        chain.pay(chain.usdc, mine, units)
    for units in (10**15, 2 * 10**15):
        chain.pay(chain.eth, mine, units)
    chain.go_on_mining()
    chain.mine(3)
    watch.look()
    assert len({one.block_hash for one in watch.deposits}) == 1
    assert watch.states == [FINAL] * 5
    assert watch.held(chain.usdc) == 100
    assert watch.held(chain.eth) == 3 * 10**15
    watch.check(chain)


def test_more_deposits_than_become_final_at_once(
    chain: TheChain, watch: TheWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_till.desk.actions.web3_deposits.AT_ONCE", 3)
    mine = watch.account()
    watch.look()
    chain.mint(chain.usdc, chain.people[0], 8)
    for _ in range(2):
        chain.stop_mining()
        for _ in range(4):
            chain.pay(chain.usdc, mine, 1)
        chain.go_on_mining()
        chain.mine()
    chain.mine(2)
    watch.look()
    assert watch.states == [FINAL] * 8
    assert watch.held(chain.usdc) == 8


# --- replaced and dropped -----------------------------------------------------------------


def test_of_a_replaced_transaction_the_mined_form_counts(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.mint(chain.usdc, chain.people[0], 100)
    nonce = chain("eth_getTransactionCount", chain.people[0], "latest")
    chain.stop_mining()
    assert chain.usdc.contract is not None
    sent = [
        chain(
            "eth_sendTransaction",
            {
                "from": chain.people[0],
                "to": chain.usdc.contract,
                "data": call("transfer(address,uint256)", mine, units),
                "nonce": nonce,
                "gas": hex(200_000),
                "maxFeePerGas": hex(price),
                "maxPriorityFeePerGas": hex(price),
            },
        )
        for units, price in ((10, 3 * 10**9), (11, 9 * 10**9))
    ]
    chain.go_on_mining()
    chain.mine(3)
    watch.look()
    (one,) = watch.deposits
    assert (one.tx_hash, one.received) == (sent[1], 11)


def test_a_transaction_that_was_dropped_brings_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.stop_mining()
    tx_hash = chain.pay(chain.eth, mine, 10**15)
    chain("anvil_dropTransaction", tx_hash)
    chain.go_on_mining()
    chain.mine(4)
    watch.look()
    assert watch.deposits == []
    assert DROPPED not in watch.states
