"""What is to be sent is sent once, and followed until it is final."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flask_till.desk.actions import web3_sendings as actions
from flask_till.desk.gateways.web3.abi import encode_mint, encode_transfer
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.onchain import Sending
from flask_till.desk.web3.signing import call_of
from flask_till.errors import Conflict, NotFound
from tests.desk.web3.the_office import CUSTOMER, ETHER, TheOffice
from tests.stand_ins.chain.the_chain import call

OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


# --- it arrives -------------------------------------------------------------------------------


def test_coins_arrive_once_and_are_final_after_the_blocks_that_takes(office: TheOffice) -> None:
    office.chain.mint(office.chain.usdc, office.operator, 20_000_000)
    wanted = office.want(office.chain.usdc, 12_500_000)
    assert office.step()
    assert office.now(wanted).status == "sent"
    assert office.has(office.chain.usdc) == 12_500_000
    office.step()
    assert office.now(wanted).status == "sent"
    assert office.heard == []
    office.mine(2)
    assert office.step()
    (heard,) = office.heard
    assert heard == office.now(wanted)
    assert (heard.status, heard.reason) == ("final", None)
    assert not office.step()
    assert office.has(office.chain.usdc) == 12_500_000
    assert len(office.heard) == 1


def test_the_native_coin_arrives(office: TheOffice) -> None:
    (sent,) = office.settle(office.want(office.chain.eth, ETHER // 4))
    assert sent.status == "final"
    assert office.has(office.chain.eth) == ETHER // 4


def test_a_contract_is_called(office: TheOffice) -> None:
    points = office.chain.points
    data = encode_mint(CUSTOMER, 7)
    wanted = office.want(None, 0, str(points.contract), purpose="mint", data=data)
    (sent,) = office.settle(wanted)
    assert sent.status == "final"
    assert office.has(points) == 7


def test_each_coin_arrives_in_its_own_units(office: TheOffice) -> None:
    chain = office.chain
    amounts = {chain.points: 3, chain.usdc: 1, chain.dai: 2**200 + 1, chain.old_coin: 5}
    for coin, units in amounts.items():
        chain.mint(coin, office.operator, units)
    done = office.settle(*(office.want(coin, units) for coin, units in amounts.items()))
    assert {one.status for one in done} == {"final"}
    assert {coin: office.has(coin) for coin in amounts} == amounts
    assert [one.nonce for one in done] == [0, 1, 2, 3]


def test_what_a_transfer_calls_is_what_the_gateway_says_of_it(office: TheOffice) -> None:
    usdc = office.chain.usdc
    sending = Sending("snd", usdc.chain_id, "refund", "operator", CUSTOMER, usdc.id, 2**255)
    assert call_of(sending, usdc).data == encode_transfer(CUSTOMER, 2**255)


# --- once -------------------------------------------------------------------------------------


def test_the_same_id_is_one_sending_and_other_content_under_it_is_refused(
    office: TheOffice,
) -> None:
    wanted = Sending(
        "ref_1", office.chain.eth.chain_id, "refund", "operator", CUSTOMER, office.chain.eth.id, 5
    )
    queued = office.database.write(actions.queue_sending, wanted)
    assert queued == wanted
    (done,) = office.settle("ref_1")
    assert office.database.write(actions.queue_sending, wanted) == done
    others = [
        replace(wanted, units=6),
        replace(wanted, recipient=OTHER),
        replace(wanted, coin_id=office.chain.usdc.id),
        replace(wanted, path="deposit/0"),
        replace(wanted, data="0x01"),
        replace(wanted, chain_id=1),
        replace(wanted, purpose="mint"),
    ]
    for other in others:
        with pytest.raises(Conflict) as refused:
            office.database.write(actions.queue_sending, other)
        assert refused.value.code == "SENDING_DIFFERS"
    assert office.settle("ref_1") == [done]
    assert office.has(office.chain.eth) == 5


def test_what_was_never_to_be_sent_is_none(office: TheOffice) -> None:
    assert office.database.read(actions.read_sending, "snd_0") is None


def test_what_is_told_goes_wrong_and_holds_up_nothing(office: TheOffice) -> None:
    def break_off(sending: Sending) -> None:
        raise RuntimeError("whoever hears it fails")

    office.sender = office.another(after=break_off)
    good = office.want(office.chain.eth, 1)
    bad = office.want(None, 0, str(office.chain.usdc.contract), purpose="mint", data="0x12345678")
    worse = office.want(office.chain.eth, 2, after=bad)
    done = office.settle(good, bad, worse)
    assert [one.status for one in done] == ["final", "failed", "failed"]
    assert [one.reason for one in done[:1]] == [None]


# --- it fails ---------------------------------------------------------------------------------


def _freeze(office: TheOffice, frozen: int) -> None:
    office.chain.send(str(office.chain.usdc.contract), call("freeze(bool)", frozen))


def test_what_the_chain_would_take_back_fails_and_costs_no_nonce(office: TheOffice) -> None:
    office.chain.mint(office.chain.usdc, office.operator, 10)
    _freeze(office, 1)
    (failed,) = office.settle(office.want(office.chain.usdc, 10))
    assert (failed.status, failed.nonce, failed.tx_hash) == ("failed", None, None)
    assert "frozen" in str(failed.reason)
    assert office.heard == [failed]
    assert office.nonce() == 0


@pytest.mark.parametrize("what", ["a coin", "a call"])
def test_what_the_chain_took_back_fails_once_that_is_final(office: TheOffice, what: str) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 10)
    freeze = call("freeze(bool)", 1)
    office.chain.stop_mining()
    price = {"maxFeePerGas": hex(10**12), "maxPriorityFeePerGas": hex(10**11)}
    asked = {"from": office.chain.people[0], "to": office.chain.usdc.contract, "data": freeze}
    if what == "a coin":
        wanted = office.want(usdc, 10)
    else:
        wanted = office.want(None, 0, str(usdc.contract), data=encode_mint(CUSTOMER, 7))
    office.step()
    assert office.now(wanted).status == "sent"
    office.chain("eth_sendTransaction", asked | price)
    office.mine(1)
    office.step()
    assert office.now(wanted).status == "sent"
    assert office.heard == []
    office.mine(2)
    office.step()
    failed = office.now(wanted)
    assert (failed.status, failed.nonce) == ("failed", 0)
    assert str(failed.tx_hash) in str(failed.reason)
    assert office.heard == [failed]


def test_a_coin_that_moves_nothing_and_says_it_did_fails(office: TheOffice) -> None:
    office.chain.mint(office.chain.false_coin, office.operator, 10)
    (failed,) = office.settle(office.want(office.chain.false_coin, 10))
    assert failed.status == "failed"
    assert "did not move" in str(failed.reason)
    assert office.has(office.chain.false_coin) == 0


def test_a_coin_that_moves_nothing_fails_even_while_the_sender_gets_some(
    office: TheOffice,
) -> None:
    coin = office.chain.false_coin
    office.chain.mint(coin, office.operator, 10)
    office.chain.stop_mining()
    wanted = office.want(coin, 10)
    office.step()
    office.chain.mint(coin, office.operator, 4)
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].status == "failed"


def test_a_coin_that_keeps_a_part_has_been_sent(office: TheOffice) -> None:
    office.chain.mint(office.chain.fee_coin, office.operator, 100)
    (sent,) = office.settle(office.want(office.chain.fee_coin, 100))
    assert sent.status == "final"
    assert office.has(office.chain.fee_coin) == 90


def test_a_coin_of_which_something_else_left_than_was_sent_is_for_a_person(
    office: TheOffice,
) -> None:
    class Rounds:
        """Nodes of a coin of which only half leaves."""

        def __getattr__(self, name: str) -> Any:
            return getattr(office.nodes, name)

        def balance(self, address: str, contract: str | None, number: int) -> int:
            there: int = office.nodes.balance(address, contract, number)
            return there + (5 if number == mined and contract else 0)

    office.chain.mint(office.chain.usdc, office.operator, 10)
    wanted = office.want(office.chain.usdc, 10)
    office.step()
    mined = office.chain.height
    office.mine(3)
    office.another(nodes=Rounds()).step()
    assert office.now(wanted).status == "sent"
    assert "0.000005\u00a0USDC left" in str(office.now(wanted).reason)
    assert office.heard == []
    assert office.settle(wanted)[0].status == "final"


@pytest.mark.parametrize("coming", [4, 10, 50])
def test_money_that_comes_in_the_same_block_hides_nothing(office: TheOffice, coming: int) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 10)
    office.chain.mint(usdc, office.chain.people[0], 50)
    office.chain.stop_mining()
    wanted = office.want(usdc, 10)
    office.step()
    office.chain.pay(usdc, office.operator, coming)
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].status == "final"


# --- once more --------------------------------------------------------------------------------


def test_what_is_over_is_not_tried_again(office: TheOffice) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 10)
    _freeze(office, 1)
    moved, refund = office.want(usdc, 4, purpose="sweep"), office.want(usdc, 6)
    done = office.want(office.chain.eth, 1)
    office.settle(moved, refund, done)
    _freeze(office, 0)
    instead = {moved: "Sweep again", refund: "Ask for another refund", done: ""}
    for sending, remedy in instead.items():
        before = office.now(sending)
        with pytest.raises(Conflict) as over:
            office.database.write(actions.retry_sending, sending)
        assert over.value.code == ("SENDING_FAILED" if remedy else "SENDING_FINAL")
        assert remedy in over.value.remedy
        office.step()
        assert office.now(sending) == before
    with pytest.raises(NotFound) as unknown:
        office.database.write(actions.retry_sending, "snd_0")
    assert unknown.value.code == "SENDING_NOT_FOUND"
    assert office.has(usdc) == 0


def test_what_is_on_its_way_is_only_sent_again(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    before = office.posted(wanted).forms
    again = office.database.write(actions.retry_sending, wanted)
    assert (again.status, again.nonce) == ("sent", 0)
    office.chain("anvil_dropTransaction", before[0].tx_hash)
    office.step()
    assert office.posted(wanted).forms == before
    office.chain.go_on_mining()
    assert office.settle(wanted)[0].tx_hash == before[0].tx_hash


def test_a_path_that_no_key_has_waits_and_holds_up_no_other(office: TheOffice) -> None:
    odd = office.want(office.chain.eth, 1, path="nobody")
    good = office.want(office.chain.eth, 2)
    office.settle(good)
    assert office.now(odd).status == "queued"
    assert "its log has it" in str(office.now(odd).reason)


def test_another_seed_phrase_replaces_nothing(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = office.want(office.chain.eth, 5)
    office.step()
    other = SeedSigner("test test test test test test test test test test test junk")
    office.wait_blocks(60)
    office.another(signer=other).step()
    assert len(office.posted(wanted).forms) == 1
    assert "is not in the seed phrase" in str(office.now(wanted).reason)
