"""What counts is what a balance really grew by, also where something leaves in the same block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_till.chains import Coin
from flask_till.desk.actions import web3_incidents
from flask_till.desk.onchain import FINAL, deposit_path
from tests.desk.web3.the_office import ETHER, TheOffice
from tests.desk.web3.the_watch import TheWatch
from tests.stand_ins.chain import LyingNode, TheChain

TREASURY = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"


def test_a_coin_that_keeps_a_fee_counts_with_what_arrived(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    tx_hash = chain.pay(chain.fee_coin, mine, 1000)
    chain.mine(2)
    watch.look()
    (one,) = watch.deposits
    assert (one.status, one.units, one.received) == (FINAL, 1000, 900)
    assert watch.held(chain.fee_coin) == 900
    (incident,) = watch.incidents
    assert (incident.kind, incident.subject) == (
        web3_incidents.SHRUNK, f"{one.chain_id}:{tx_hash}:{one.log_index}",
    )  # fmt: skip
    assert "0.0009" in incident.words
    watch.check(chain)


def test_what_arrived_is_shared_among_the_transfers_of_a_block(
    chain: TheChain, watch: TheWatch
) -> None:
    mine = watch.account()
    watch.look()
    chain.mint(chain.fee_coin, chain.people[0], 10_000)
    chain.stop_mining()
    for units in (1000, 500, 7):
        chain.pay(chain.fee_coin, mine, units)
    chain.go_on_mining()
    chain.mine(3)
    watch.look()
    received = {one.units: one.received for one in watch.deposits}
    assert sum(received.values()) == 900 + 450 + 7 == chain.balance(chain.fee_coin, mine)
    assert all(took <= units for units, took in received.items())
    assert watch.held(chain.fee_coin) == 1357
    watch.check(chain)


def test_a_coin_that_moves_nothing_brings_nothing(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.false_coin, mine, 1000)
    chain.mine(2)
    watch.look()
    (one,) = watch.deposits
    assert (one.status, one.received) == (FINAL, 0)
    assert watch.held(chain.false_coin) == 0
    assert watch.kinds == [web3_incidents.SHRUNK]
    watch.check(chain)


def test_a_coin_that_answers_nothing_counts(chain: TheChain, watch: TheWatch) -> None:
    mine = watch.account()
    watch.look()
    chain.pay(chain.old_coin, mine, 1000)
    chain.mine(2)
    watch.look()
    assert watch.held(chain.old_coin) == 1000
    assert watch.incidents == []


# --- money that leaves in the same block --------------------------------------------------


@pytest.fixture
def swept(office: TheOffice, nodes: Any) -> Iterator[TheWatch]:
    """Watches ``chain`` for the desk whose sender is ``office``."""
    watch = TheWatch(office.url, nodes, office.clock, is_new=False)
    watch.look()
    yield watch
    watch.close()


def send(office: TheOffice, coin: Coin, units: int, **more: Any) -> str:
    """Queue a sending and put it where the next block is made."""
    sending = office.want(coin, units, **more)
    for _ in range(3):
        office.sender.step()
    assert office.now(sending).status == "sent"
    return sending


@pytest.mark.parametrize("sweep_first", [True, False])
@pytest.mark.parametrize("name", ["usdc", "eth", "fee_coin"])
def test_a_sweep_in_the_same_block_takes_nothing_from_a_deposit(
    chain: TheChain, office: TheOffice, swept: TheWatch, name: str, sweep_first: bool
) -> None:
    coin: Coin = getattr(chain, name)
    mine = swept.account()
    big, small = (10**18, 10**17) if coin is chain.eth else (1000, 100)
    arrives = {n: n - n // 10 if coin is chain.fee_coin else n for n in (big, small)}
    swept.look()
    chain.pay(coin, mine, big)
    chain.mine(2)
    swept.look()
    assert swept.held(coin) == arrives[big]
    if coin is not chain.eth:
        chain.fund(mine, ETHER)
        chain.mint(coin, chain.people[0], small)
    known = len(swept.incidents)
    chain.stop_mining()

    def sweep() -> None:
        units = arrives[big] if coin is not chain.eth else big // 2
        send(office, coin, units, to=TREASURY, purpose="sweep", path=deposit_path(0))

    steps = [sweep, lambda: chain.pay(coin, mine, small)]
    for step in steps if sweep_first else steps[::-1]:
        step()
    chain.go_on_mining()
    chain.mine(3)
    swept.look()
    assert len({one.block_hash for one in swept.deposits}) == 2
    assert swept.states == [FINAL, FINAL]
    assert swept.held(coin) == arrives[big] + arrives[small]
    assert len(swept.incidents) == known + (coin is chain.fee_coin)
    swept.check(chain)


def test_a_sweep_of_another_block_adds_nothing(
    chain: TheChain, office: TheOffice, swept: TheWatch
) -> None:
    mine, coin = swept.account(), chain.fee_coin
    swept.look()
    chain.pay(coin, mine, 1000)
    chain.fund(mine, ETHER)
    chain.mine(2)
    send(office, coin, 900, to=TREASURY, purpose="sweep", path=deposit_path(0))
    chain.mine(1)
    chain.pay(coin, mine, 1000)
    chain.mine(2)
    swept.look()
    assert [one.received for one in swept.deposits] == [900, 900]
    swept.check(chain)


def test_gas_that_we_give_is_no_deposit(
    chain: TheChain, office: TheOffice, swept: TheWatch
) -> None:
    mine = swept.account()
    swept.look()
    sending = send(office, chain.eth, 10**15, to=mine, purpose="gas")
    chain.mine(3)
    swept.look()
    assert office.has(chain.eth, mine) == 10**15
    assert swept.deposits == []
    assert swept.held(chain.eth) == 0
    assert office.settle(sending)[0].status == "final"


def test_what_we_pay_out_may_pay_us(chain: TheChain, office: TheOffice, swept: TheWatch) -> None:
    """A refund, or a withdrawal, whose receiver gave an address of ours."""
    mine = swept.account()
    swept.look()
    send(office, chain.eth, 10**15, to=mine, purpose="refund")
    chain.mine(3)
    swept.look()
    assert swept.held(chain.eth) == 10**15
    swept.check(chain)


# --- nodes that forgot --------------------------------------------------------------------


def forget(node: LyingNode, height: int) -> None:
    """Have no balances at blocks up to that height, as nodes that keep the near past only."""

    def forgot(params: list[Any], said: dict[str, Any]) -> dict[str, Any]:
        if int(params[1], 16) > height:
            return said
        error = {"code": -32000, "message": "missing trie node"}
        return {"jsonrpc": "2.0", "id": said["id"], "error": error}

    node.twist("eth_call", forgot)
    node.twist("eth_getBalance", forgot)


@pytest.fixture
def forgetful(
    chain: TheChain, office: TheOffice, first_node: LyingNode, reach: Callable[..., Any]
) -> Iterator[TheWatch]:
    """As `swept`, through a node that a test may have forget."""
    watch = TheWatch(office.url, reach(chain, first_node), office.clock, is_new=False)
    watch.look()
    yield watch
    watch.close()


@pytest.mark.parametrize("name", ["usdc", "eth", "fee_coin", "false_coin"])
def test_what_came_during_a_long_absence_counts_with_what_is_there(
    chain: TheChain, office: TheOffice, forgetful: TheWatch, first_node: LyingNode, name: str
) -> None:
    """Before, between and after a sweep; two of them in blocks whose state is gone."""
    coin: Coin = getattr(chain, name)
    mine = forgetful.account()
    units = 10**17 if coin is chain.eth else 1000
    arrives = {chain.fee_coin: units - units // 10, chain.false_coin: 0}.get(coin, units)
    forgetful.look()
    chain.pay(coin, mine, units)
    chain.mine(3)
    forgetful.look()
    assert forgetful.held(coin) == arrives
    chain.pay(coin, mine, units)
    if arrives and coin is not chain.eth:
        chain.fund(mine, ETHER)
        send(office, coin, arrives, to=TREASURY, purpose="sweep", path=deposit_path(0))
    chain.pay(coin, mine, units)
    chain.mine(9)
    forget(first_node, chain.height - 3)
    forgetful.look()
    assert forgetful.states == [FINAL] * 3
    assert forgetful.held(coin) == 3 * arrives
    assert web3_incidents.NODES not in forgetful.kinds
    forgetful.check(chain)


def test_without_any_state_nothing_counts_until_it_is_there(
    chain: TheChain, forgetful: TheWatch, first_node: LyingNode
) -> None:
    mine = forgetful.account()
    forgetful.look()
    chain.pay(chain.usdc, mine, 10)
    chain.mine(2)
    forget(first_node, chain.height)
    forgetful.look()
    assert forgetful.held(chain.usdc) == 0
    assert forgetful.kinds == [web3_incidents.NODES]
    first_node.behave()
    forgetful.look()
    assert forgetful.held(chain.usdc) == 10
    assert forgetful.incidents == []
