"""Chains that change their mind: before a block is final that costs nothing, afterwards a person
has to look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.actions import web3_incidents
from flask_till.desk.onchain import DROPPED, FINAL, SEEN
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import TheChain
from tests.stand_ins.chain.the_chain import call


@pytest.fixture
def slow(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> TheWatch:
    """Watches a chain on which a block is final after 40."""
    return watch_of(reach(own_chain, confirmations=40))


@pytest.fixture
def quick(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> TheWatch:
    """Watches a chain on which a block is final after 2."""
    return watch_of(reach(own_chain, confirmations=2))


def raw(chain: TheChain, tx_hash: str) -> str:
    """The signed form of a transaction, to put it into another block."""
    found: str = chain("eth_getRawTransactionByHash", tx_hash)
    assert found.startswith("0x")
    return found


@pytest.mark.parametrize("depth", [1, 2, 7, 35])
def test_what_a_reorg_takes_back_is_dropped(
    own_chain: TheChain, slow: TheWatch, depth: int
) -> None:
    mine = slow.account()
    own_chain.mine(40)
    slow.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 20)
    stays = own_chain.pay(own_chain.usdc, mine, 10)
    goes = own_chain.pay(own_chain.usdc, mine, 5)
    own_chain.pay(own_chain.eth, mine, 5)
    own_chain.mine(depth - 1)
    slow.look()
    assert slow.states == [SEEN] * 3
    own_chain.reorg(depth + 1)
    own_chain.mine(min(depth // 2, 2))  # as long as it was, or longer
    slow.told.clear()
    slow.look()
    assert slow.told[0] == {mine}
    assert {one.tx_hash: one.status for one in slow.deposits}[goes] == DROPPED
    assert {one.tx_hash: one.status for one in slow.deposits}[stays] == SEEN
    assert slow.states.count(DROPPED) == 2
    own_chain.mine(45)
    slow.look()
    assert sorted(slow.states) == [DROPPED, DROPPED, FINAL]
    assert (slow.held(own_chain.usdc), slow.held(own_chain.eth)) == (10, 0)
    assert slow.incidents == []
    slow.check(own_chain)


def test_a_transaction_that_comes_again_counts_once(own_chain: TheChain, slow: TheWatch) -> None:
    """In another block, and then with its log at another place."""
    mine = slow.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    own_chain.mint(own_chain.usdc, own_chain.people[1], 10)
    slow.look()
    tx_hash = own_chain.pay(own_chain.usdc, mine, 10)
    signed = raw(own_chain, tx_hash)
    other = raw(own_chain, own_chain.pay(own_chain.usdc, own_chain.people[2], 1,
                                         sender=own_chain.people[1]))  # fmt: skip
    slow.look()
    (first,) = slow.deposits
    assert first.log_index == 0

    own_chain.reorg(2)
    slow.look()
    assert slow.states == [DROPPED]

    own_chain.reorg(2, [(signed, 1)])
    slow.look()
    (second,) = slow.deposits
    assert (second.tx_hash, second.log_index, second.status) == (tx_hash, 0, SEEN)
    assert second.block_number == first.block_number + 1

    own_chain.reorg(2, [(other, 0), (signed, 0)])
    slow.look()
    (third,) = slow.deposits
    assert (third.tx_hash, third.log_index, third.status) == (tx_hash, 1, SEEN)

    own_chain.mine(40)
    slow.look()
    assert slow.states == [FINAL]
    assert slow.held(own_chain.usdc) == 10
    slow.check(own_chain)


def test_another_transaction_in_its_place(own_chain: TheChain, slow: TheWatch) -> None:
    mine = slow.account()
    slow.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 30)
    before = own_chain("evm_snapshot")
    own_chain.pay(own_chain.usdc, mine, 10)
    slow.look()
    own_chain("evm_revert", before)
    own_chain("evm_increaseTime", 60)
    kept = own_chain.pay(own_chain.usdc, mine, 30)
    slow.look()
    own_chain.mine(40)
    slow.look()
    assert {one.tx_hash: one.status for one in slow.deposits}[kept] == FINAL
    assert sorted(slow.states) == [DROPPED, FINAL]
    assert slow.held(own_chain.usdc) == 30
    slow.check(own_chain)


def test_a_chain_that_got_shorter_is_waited_for(own_chain: TheChain, slow: TheWatch) -> None:
    mine = slow.account()
    before = own_chain("evm_snapshot")
    slow.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 30)
    own_chain.pay(own_chain.usdc, mine, 10)
    slow.look()
    height = slow.head.number
    own_chain("evm_revert", before)
    slow.look()
    assert slow.head.number == height
    assert slow.states == [SEEN]
    assert slow.head.paused is None
    assert slow.incidents == []
    own_chain("evm_increaseTime", 60)
    own_chain.mine(2)
    slow.look()
    assert slow.states == [DROPPED]
    assert slow.head.number == own_chain.height
    own_chain.mine(40)
    slow.look()
    assert slow.held(own_chain.usdc) == 0


def test_reorgs_at_every_step(own_chain: TheChain, slow: TheWatch) -> None:
    """The chain forks again and again while it is read, also between two questions."""
    mine = slow.account()
    slow.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    own_chain.mine(4)
    signed = raw(own_chain, own_chain.pay(own_chain.usdc, mine, 10))
    nodes = slow.nodes
    calls = 0

    class Forking:
        """Forks the chain before every third question."""

        chain = nodes.chain

        def __getattr__(self, name: str) -> Callable[..., Any]:
            def ask(*given: Any, **named: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls % 3 == 0 and calls < 60:
                    depth = 1 + calls % 4
                    own_chain.reorg(depth, [(signed, calls % depth)])
                return getattr(nodes, name)(*given, **named)

            return ask

    unsteady = slow.another(Forking())
    for _ in range(40):
        unsteady.step()
    slow.look()
    own_chain.mine(41)
    slow.look()
    assert [one.status for one in slow.deposits] == [FINAL]
    assert slow.held(own_chain.usdc) == 10
    slow.check(own_chain)


# --- what was final -----------------------------------------------------------------------


def test_final_money_that_is_taken_back_is_never_silent(
    own_chain: TheChain, quick: TheWatch
) -> None:
    mine = quick.account()
    quick.look()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 100)
    lost = own_chain.pay(own_chain.usdc, mine, 10)
    own_chain.mine(3)
    quick.look()
    assert quick.states == [FINAL]
    final_number = quick.head.final_number

    own_chain.reorg(5)
    quick.look()
    assert quick.states == [FINAL], "it had counted, and a person has to look"
    assert quick.kinds == [web3_incidents.LOST, web3_incidents.TAKEN_BACK]
    assert lost in next(one.words for one in quick.incidents if one.kind == web3_incidents.LOST)
    assert quick.told[-2] == {mine}
    assert quick.head.final_number >= final_number
    assert "incident" in (quick.head.paused or "")

    own_chain.pay(own_chain.usdc, mine, 7)
    own_chain.mine(5)
    quick.look()
    assert sorted(quick.states) == [FINAL, SEEN], "nothing new counts meanwhile"
    assert quick.held(own_chain.usdc) == 10

    for one in quick.incidents:
        quick.database.write(web3_incidents.close_incident, one.id)
    quick.look()
    assert sorted(quick.states) == [FINAL, FINAL]
    assert quick.head.paused is None
    assert quick.held(own_chain.usdc) == 17
    quick.check(own_chain, but=lambda one: one.tx_hash == lost)


@pytest.mark.parametrize("moved", [False, True])
def test_final_money_that_comes_again_counts_once(
    own_chain: TheChain, quick: TheWatch, moved: bool
) -> None:
    mine = quick.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    own_chain.mint(own_chain.usdc, own_chain.people[1], 10)
    quick.look()
    signed = raw(own_chain, own_chain.pay(own_chain.usdc, mine, 10))
    other = raw(own_chain, own_chain.pay(own_chain.usdc, own_chain.people[2], 1,
                                         sender=own_chain.people[1]))  # fmt: skip
    own_chain.mine(3)
    quick.look()
    assert quick.states == [FINAL]

    own_chain.reorg(5, [(other, 2), (signed, 2)] if moved else [(signed, 2)])
    quick.look()
    (one,) = quick.deposits
    assert (one.status, one.received) == (FINAL, 10)
    assert own_chain.receipt(one.tx_hash)["blockHash"] == one.block_hash
    assert quick.kinds == [web3_incidents.TAKEN_BACK], "what was lost is there again"
    for incident in quick.incidents:
        quick.database.write(web3_incidents.close_incident, incident.id)
    own_chain.mine(5)
    quick.look()
    quick.look(quick.another())
    assert quick.states == [FINAL]
    assert quick.held(own_chain.usdc) == 10
    quick.check(own_chain)


def test_final_money_that_comes_again_much_later_counts_once(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    """Its new block is read again and again until it is final, and its log is at another place."""
    quick = watch_of(reach(own_chain, confirmations=4))
    mine = quick.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    own_chain.mint(own_chain.usdc, own_chain.people[1], 10)
    quick.look()
    signed = raw(own_chain, own_chain.pay(own_chain.usdc, mine, 10))
    own_chain.mine(5)
    quick.look()
    assert quick.states == [FINAL]
    own_chain.reorg(6)
    quick.look()
    assert web3_incidents.LOST in quick.kinds
    own_chain.mine(4)
    quick.look()

    own_chain.stop_mining()
    usdc, other = own_chain.usdc, own_chain.people[1]
    own_chain("anvil_setBalance", other, hex(10**24))
    asked = {"from": other, "to": usdc.contract, "gas": hex(200_000), "maxFeePerGas": hex(10**12)}
    asked["maxPriorityFeePerGas"] = hex(10**12)
    own_chain("eth_sendTransaction", asked | {"data": call("transfer(address,uint256)", other, 1)})
    own_chain("eth_sendRawTransaction", signed)
    own_chain.mine(1)
    own_chain.go_on_mining()
    for _ in range(6):
        quick.look()
        (one,) = quick.deposits
        assert (one.status, one.received) == (FINAL, 10)
        own_chain.mine(1)
    log = own_chain.receipt(one.tx_hash)["logs"][0]
    assert (log["blockHash"], log["logIndex"]) == (one.block_hash, "0x1")
    assert quick.kinds == [web3_incidents.TAKEN_BACK]
    for incident in quick.incidents:
        quick.database.write(web3_incidents.close_incident, incident.id)
    own_chain.mine(1)
    quick.look()
    assert quick.held(own_chain.usdc) == 10
    quick.check(own_chain)


def test_it_is_told_again_when_it_goes_again(own_chain: TheChain, quick: TheWatch) -> None:
    mine = quick.account()
    own_chain.mint(own_chain.usdc, own_chain.people[0], 10)
    quick.look()
    signed = raw(own_chain, own_chain.pay(own_chain.usdc, mine, 10))
    own_chain.mine(3)
    quick.look()
    own_chain.reorg(4, [(signed, 1)])
    quick.look()
    assert quick.kinds == [web3_incidents.TAKEN_BACK]
    own_chain.reorg(4)
    quick.look()
    assert set(quick.kinds) == {web3_incidents.LOST, web3_incidents.TAKEN_BACK}
    assert quick.held(own_chain.usdc) == 10


def test_a_fork_below_all_that_is_remembered(
    own_chain: TheChain, quick: TheWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flask_till.desk.actions.web3_chain.KEPT", 2)
    mine = quick.account()
    quick.look()
    own_chain.pay(own_chain.usdc, mine, 10)
    own_chain.mine(10)
    quick.look()
    own_chain.reorg(9)
    quick.look()
    assert quick.kinds == [web3_incidents.TAKEN_BACK]
    assert quick.head.number == own_chain.height
    assert quick.head.hash == own_chain.block(own_chain.height)["hash"]


def test_finalized_blocks_of_the_nodes(
    own_chain: TheChain, reach: Callable[..., Any], watch_of: Callable[..., TheWatch]
) -> None:
    """Without a number of confirmations, what the nodes say is final is."""
    watch = watch_of(reach(own_chain, confirmations=None))
    mine = watch.account()
    watch.look()
    tx_hash = own_chain.pay(own_chain.usdc, mine, 10)
    place = int(own_chain.receipt(tx_hash)["blockNumber"], 16)
    while int(own_chain.block("finalized")["number"], 16) < place:
        watch.look()
        assert watch.states in ([], [SEEN])
        assert watch.held(own_chain.usdc) == 0
        own_chain.mine()
    watch.look()
    assert watch.states == [FINAL]
    assert watch.held(own_chain.usdc) == 10
