"""What does not get into a block, gets out of it again, or finds its nonce used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_till.desk.actions import web3_sendings as actions
from flask_till.desk.onchain import OPERATOR
from flask_till.desk.web3.sending import AGAIN, STUCK
from tests.desk.web3.the_office import CUSTOMER, ETHER, Make, TheOffice
from tests.stand_ins.chain import TheChain

Reach = Callable[..., Any]


def _use_nonce_elsewhere(office: TheOffice, nonce: int, units: int = 1, fee: int = 10**11) -> str:
    """The operator sends from a wallet that has the same key."""
    raw, tx_hash = office.signer.sign(
        OPERATOR,
        {
            "chainId": office.chain.eth.chain_id,
            "nonce": nonce,
            "to": office.chain.people[1],
            "value": units,
            "data": "0x",
            "gas": 21_000,
            "maxFeePerGas": fee,
            "maxPriorityFeePerGas": fee,
        },
    )
    office.chain("eth_sendRawTransaction", raw)
    return str(tx_hash)


# --- stuck ------------------------------------------------------------------------------------


def test_what_is_stuck_is_replaced_with_the_same_nonce_and_pays_more(
    own_chain: TheChain, reach: Reach, make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain))
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    (first,) = office.posted(wanted).forms
    office.chain("anvil_setNextBlockBaseFeePerGas", hex(first.max_fee * 3))
    office.chain.mine()
    office.wait_blocks(STUCK - 1)
    office.step()
    assert len(office.posted(wanted).forms) == 1
    office.wait_blocks(1)
    assert office.step()
    old, new = office.posted(wanted).forms
    assert old.tx_hash == first.tx_hash
    assert new.nonce == first.nonce
    assert new.max_fee >= first.max_fee * 9 // 8
    assert new.priority_fee >= first.priority_fee * 9 // 8
    assert office.now(wanted).tx_hash == new.tx_hash
    office.chain.go_on_mining()
    (done,) = office.settle(wanted)
    assert (done.status, done.tx_hash) == ("final", new.tx_hash)
    assert office.has(office.chain.eth) == 5


def test_the_form_that_was_replaced_may_be_the_one_that_a_block_has(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    office.wait_blocks(STUCK)
    office.step()
    first, second = office.posted(wanted).forms
    assert office.now(wanted).tx_hash == second.tx_hash
    office.chain("anvil_dropTransaction", second.tx_hash)
    office.chain("eth_sendRawTransaction", first.raw)
    office.chain.go_on_mining()
    office.mine(1)
    (done,) = office.settle(wanted)
    assert (done.status, done.tx_hash) == ("final", first.tx_hash)
    assert office.has(office.chain.eth) == 5


def test_only_the_one_that_is_next_is_replaced_and_not_beyond_all_measure(
    office: TheOffice,
) -> None:
    office.chain.stop_mining()
    first, second = office.want(office.chain.eth, 5), office.want(office.chain.eth, 6)
    office.step()
    for _ in range(60):
        office.wait_blocks(STUCK)
        office.step()
    assert len(office.posted(second).forms) == 1
    forms = office.posted(first).forms
    assert 15 < len(forms) < 25
    assert forms[-1].max_fee < 12 * office.nodes.fees().max_fee
    office.chain.go_on_mining()
    done = office.settle(first, second)
    assert {one.status for one in done} == {"final"}
    assert office.has(office.chain.eth) == 11


def test_a_replacement_that_cannot_be_paid_leaves_the_first_form(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, ETHER)
    office.step()
    (first,) = office.posted(wanted).forms
    office.chain.fund(office.operator, ETHER + first.cost)
    office.chain("anvil_dropTransaction", first.tx_hash)
    office.wait_blocks(STUCK)
    office.step()
    assert len(office.posted(wanted).forms) == 2
    office.chain.go_on_mining()
    (done,) = office.settle(wanted)
    assert (done.status, done.tx_hash) == ("final", first.tx_hash)


# --- dropped ----------------------------------------------------------------------------------


def test_what_was_dropped_is_sent_again_byte_for_byte(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.usdc, 0)
    office.step()
    (form,) = office.posted(wanted).forms
    office.chain("anvil_dropTransaction", form.tx_hash)
    office.step()
    assert not office.nodes.transaction(form.tx_hash)
    office.wait_blocks(AGAIN)
    office.step()
    assert office.nodes.transaction(form.tx_hash)
    assert len(office.posted(wanted).forms) == 1
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].tx_hash == form.tx_hash


# --- reorged ----------------------------------------------------------------------------------


def test_what_a_reorg_takes_out_of_its_block_is_sent_again(
    own_chain: TheChain, reach: Reach, make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain, confirmations=6))
    wanted = office.want(own_chain.eth, 5)
    office.step()
    office.step()
    mined = office.posted(wanted)
    assert mined.block_number == own_chain.height
    own_chain.mine(3)
    own_chain.reorg(4)
    assert office.has(own_chain.eth) == 0
    office.wait_blocks(AGAIN)
    office.step()
    taken_out = office.posted(wanted)
    assert (taken_out.sending.status, taken_out.sending.nonce) == ("sent", 0)
    assert taken_out.block_number is None
    (done,) = office.settle(wanted)
    assert (done.status, done.tx_hash) == ("final", mined.sending.tx_hash)
    assert office.has(own_chain.eth) == 5
    assert office.heard == [done]


def test_what_a_reorg_puts_into_another_block_is_final_by_that_one(
    own_chain: TheChain, reach: Reach, make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain, confirmations=6))
    wanted = office.want(own_chain.eth, 5)
    office.step()
    office.step()
    first_block = office.posted(wanted).block_number
    assert first_block is not None
    (form,) = office.posted(wanted).forms
    own_chain.mine(3)
    own_chain.reorg(4, [(form.raw, 3)])
    own_chain.mine(2)
    office.step()
    assert office.now(wanted).status == "sent"
    moved = own_chain.receipt(form.tx_hash)
    assert int(moved["blockNumber"], 16) == first_block + 3
    own_chain.mine(1)
    office.step()
    assert (office.now(wanted).status, office.heard) == ("sent", [])
    assert office.settle(wanted)[0].status == "final"
    assert office.posted(wanted).block_number == first_block + 3


# --- somebody else has the key ----------------------------------------------------------------


def test_a_nonce_that_was_used_elsewhere_is_not_taken(office: TheOffice) -> None:
    _use_nonce_elsewhere(office, 0)
    office.mine(1)
    wanted = office.want(office.chain.eth, 5)
    assert office.settle(wanted)[0].nonce == 1


def test_a_nonce_that_waits_elsewhere_is_not_taken(office: TheOffice) -> None:
    office.chain.stop_mining()
    _use_nonce_elsewhere(office, 0)
    wanted = office.want(office.chain.eth, 5)
    office.step()
    assert office.now(wanted).nonce == 1


def test_who_loses_its_nonce_to_somebody_else_is_sent_anew_once_that_is_final(
    office: TheOffice,
) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    (form,) = office.posted(wanted).forms
    _use_nonce_elsewhere(office, 0)
    assert not office.nodes.transaction(form.tx_hash)
    office.mine(1)
    office.step()
    waits = office.now(wanted)
    assert (waits.status, waits.nonce) == ("sent", 0)
    assert "has used its nonce 0" in str(waits.reason)
    office.mine(1)
    office.step()
    assert office.now(wanted).nonce == 0
    office.mine(1)
    office.step()
    assert (office.now(wanted).status, office.now(wanted).nonce) == ("queued", None)
    office.chain.go_on_mining()
    (done,) = office.settle(wanted)
    assert (done.status, done.nonce) == ("final", 1)
    assert office.has(office.chain.eth) == 5


def test_a_reorg_that_gives_the_nonce_back_lets_the_first_form_be_mined(
    own_chain: TheChain, reach: Reach, make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain, confirmations=4))
    own_chain.stop_mining()
    wanted = office.want(own_chain.eth, 5)
    office.step()
    (form,) = office.posted(wanted).forms
    _use_nonce_elsewhere(office, 0)
    own_chain.mine(2)
    office.step()
    assert "has used its nonce" in str(office.now(wanted).reason)
    own_chain.reorg(2)
    own_chain.mine(3)
    office.wait_blocks(AGAIN)
    office.step()
    assert office.nodes.transaction(form.tx_hash)
    own_chain.go_on_mining()
    (done,) = office.settle(wanted)
    assert (done.nonce, done.tx_hash) == (0, form.tx_hash)
    assert office.has(own_chain.eth) == 5


def test_a_strangers_transaction_that_a_reorg_puts_later_is_awaited_anew(
    own_chain: TheChain, reach: Reach, make_office: Make
) -> None:
    office = make_office(own_chain, reach(own_chain, confirmations=4))
    own_chain.stop_mining()
    wanted = office.want(own_chain.eth, 5)
    office.step()
    stranger = _use_nonce_elsewhere(office, 0)
    raw = own_chain("eth_getRawTransactionByHash", stranger)
    own_chain.mine(1)
    office.step()
    own_chain.mine(1)
    own_chain.reorg(2, [(raw, 1)])
    own_chain.mine(2)
    office.step()
    assert (office.now(wanted).status, office.now(wanted).nonce) == ("sent", 0)
    own_chain.mine(1)
    office.step()
    own_chain.mine(4)
    office.step()
    assert office.now(wanted).status == "queued"
    own_chain.go_on_mining()
    assert office.settle(wanted)[0].nonce == 1
    assert office.has(own_chain.eth) == 5


def test_one_of_ours_that_only_a_node_knows_keeps_its_nonce(office: TheOffice) -> None:
    class OneNodeLags:
        """Nodes of which one has a block, and the other has no receipt of it yet."""

        def __getattr__(self, name: str) -> Any:
            return getattr(office.nodes, name)

        def receipt(self, tx_hash: str) -> None:
            return None

    wanted = office.want(office.chain.eth, 5)
    office.step()
    lagging = office.another(nodes=OneNodeLags())
    for _ in range(8):
        office.mine(1)
        lagging.step()
    assert (office.now(wanted).status, office.now(wanted).nonce) == ("sent", 0)
    office.settle(wanted)
    assert office.has(office.chain.eth) == 5


def test_a_form_of_a_nonce_that_was_given_up_is_followed_if_a_block_has_it_after_all(
    office: TheOffice,
) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    (form,) = office.posted(wanted).forms
    snapshot = office.chain("evm_snapshot")
    _use_nonce_elsewhere(office, 0)
    for _ in range(3):
        office.mine(2)
        office.step()
        if office.now(wanted).status == "queued":
            break
    assert office.now(wanted).nonce is None
    office.chain("evm_revert", snapshot)
    office.chain("anvil_dropAllTransactions")
    office.chain("eth_sendRawTransaction", form.raw)
    office.chain.go_on_mining()
    office.mine(1)
    (done,) = office.settle(wanted)
    assert (done.status, done.tx_hash) == ("final", form.tx_hash)
    assert office.has(office.chain.eth) == 5


def test_a_gap_that_somebody_else_left_is_used_up(office: TheOffice) -> None:
    office.chain.stop_mining()
    stranger = _use_nonce_elsewhere(office, 0)
    wanted = office.want(office.chain.eth, 5)
    office.step()
    assert office.now(wanted).nonce == 1
    office.chain("anvil_dropTransaction", stranger)
    office.chain("anvil_dropAllTransactions")
    office.chain.go_on_mining()
    office.step()
    office.wait_blocks(STUCK)
    (done,) = office.settle(wanted)
    assert (done.status, done.nonce) == ("final", 1)
    assert office.has(office.chain.eth) == 5
    assert office.nonce() == 2


def test_a_gap_is_used_by_what_comes_next(office: TheOffice) -> None:
    office.chain.stop_mining()
    _use_nonce_elsewhere(office, 0)
    first = office.want(office.chain.eth, 5)
    office.step()
    office.chain("anvil_dropAllTransactions")
    second = office.want(office.chain.eth, 6)
    office.step()
    assert [office.now(one).nonce for one in (first, second)] == [1, 0]
    office.chain.go_on_mining()
    office.wait_blocks(AGAIN)
    office.settle(first, second)
    assert office.has(office.chain.eth, CUSTOMER) == 11


def test_a_nonce_that_somebody_elses_transaction_waits_with_is_no_gap(office: TheOffice) -> None:
    office.chain.stop_mining()
    _use_nonce_elsewhere(office, 0)
    wanted = office.want(office.chain.eth, 5)
    for _ in range(3):
        office.step()
        office.wait_blocks(STUCK)
    sent = office.database.read(actions.list_sendings)
    assert [one.sending.id for one in sent] == [wanted]
