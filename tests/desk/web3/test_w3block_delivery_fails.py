"""Tokens of W3block orders that do not arrive: failed, sent anew, given back by hand."""

from __future__ import annotations

from uuid import UUID

from flask_till.desk.actions.w3block_moves import PATIENCE
from tests.desk.w3block.the_company import refused
from tests.desk.web3.the_tokens import HERS, TokenStreet, give_contract_back, give_contract_to, mint
from tests.stand_ins.chain.the_chain import call

TAKES_NOTHING = "0xfe"
"""Code of a contract that reverts whatever it is told."""


def test_what_the_chain_takes_back_has_failed_and_is_sent_anew_when_forced(
    street: TokenStreet,
) -> None:
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    give_contract_to(street, street.chain.people[1])
    street.follow()
    told = street.told(order_id)
    assert told["status"] == "failed"
    assert "take it back" in told["failReason"]
    [token] = street.on_chain(order_id)
    assert token["status"] == "failed"
    give_contract_back(street, street.chain.people[1])
    assert street.force(order_id).status_code == 204
    street.finish()
    assert street.status(order_id) == "concluded"
    assert [(row.attempt, row.state) for row in street.moves] == [(1, "given_up"), (2, "arrived")]
    assert sorted(row.status for row in street.sendings) == ["failed", "final"]
    refused(street.force(order_id), 400, "invalid-order-status")


def test_what_reverts_in_a_block_has_failed(street: TokenStreet) -> None:
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    street.chain.stop_mining()
    street.follow()
    street.chain("anvil_setCode", HERS, TAKES_NOTHING)
    street.chain.go_on_mining()
    street.follow(1)
    assert street.status(order_id) == "delivering"  # as long as that is not final
    street.finish()
    assert street.status(order_id) == "failed"
    [token] = street.on_chain(order_id)
    assert street.chain.receipt(token["txHash"])["status"] == "0x0"
    assert street.owner(token["tokenId"]) is None
    assert street.force(order_id).status_code == 204
    street.finish()
    assert street.status(order_id) == "failed"
    street.chain("anvil_setCode", HERS, "0x")
    assert street.force(order_id).status_code == 204
    street.finish()
    assert street.status(order_id) == "concluded"
    assert [row.state for row in street.moves] == ["given_up", "given_up", "arrived"]


def test_an_operator_without_funds_waits_a_while_and_then_it_has_failed(
    street: TokenStreet,
) -> None:
    street.poor()
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    street.follow()
    street.desk.clock.advance(PATIENCE.total_seconds() - 1)
    assert street.status(order_id) == "delivering"
    refused(street.cancel(order_id), 400, "invalid-order-status")
    street.desk.clock.advance(1)
    told = street.told(order_id)
    assert told["status"] == "failed"
    assert "Waits for" in told["failReason"]
    street.rich()
    street.follow()  # what has failed is not sent any more
    assert street.force(order_id).status_code == 204
    street.finish()
    assert street.status(order_id) == "concluded"
    assert len([row for row in street.sendings if row.status == "final"]) == 1


def test_funds_that_come_in_time_are_enough(street: TokenStreet) -> None:
    street.poor()
    order_id = street.paid()
    street.status(order_id)
    street.follow()
    street.rich()
    street.finish()
    assert street.status(order_id) == "concluded"


def test_what_failed_and_is_cancelled_is_for_sale_again_and_reaches_the_next_buyer(
    street: TokenStreet,
) -> None:
    street.poor()
    order_id = street.paid(3)
    street.status(order_id)
    street.follow()
    street.desk.clock.advance(PATIENCE.total_seconds())
    assert street.status(order_id) == "failed"
    assert street.cancel(order_id).status_code == 204
    assert street.status(order_id) == "cancelled"
    assert street.states() == ["for_sale"] * 3
    street.rich()
    again = street.paid(3)
    street.status(again)
    street.finish()
    assert street.status(again) == "concluded"
    assert [row.state for row in street.moves].count("given_up") == 3
    assert [row.state for row in street.moves].count("arrived") == 3


def test_one_that_failed_among_others_is_the_only_one_that_is_sent_anew(
    street: TokenStreet,
) -> None:
    _, second, _ = street.tokens
    order_id = street.paid(3)
    assert street.status(order_id) == "delivering"
    taken = UUID(second.id).int
    mint(street, street.chain.people[3], taken)
    street.finish()
    assert street.status(order_id) == "failed"
    assert street.states() == ["held", "held", "sold"]
    data = call("transferFrom(address,address,uint256)", street.chain.people[3], HERS, taken)
    street.chain.send(street.contract, data, sender=street.chain.people[3])
    street.chain.mine(3)
    assert street.force(order_id).status_code == 204
    assert street.status(order_id) == "concluded"
    assert len(street.sendings) == 3


def test_what_is_given_back_by_hand_while_it_is_on_its_way_is_not_sold_twice(
    street: TokenStreet,
) -> None:
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    street.desk.cashier.refund(order_id)
    assert street.status(order_id) == "cancelled"
    assert street.states() == ["for_sale", "for_sale", "sold"]
    street.desk.audit()
    street.finish()
    street.deliveries.sweep()
    assert street.states() == ["for_sale", "for_sale", "held"]
    [arrived] = street.moves
    assert arrived.state == "arrived"


def test_what_is_given_back_by_hand_and_does_not_arrive_is_for_sale_again(
    street: TokenStreet,
) -> None:
    street.poor()
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    street.follow()
    street.desk.cashier.refund(order_id)
    street.desk.clock.advance(PATIENCE.total_seconds())
    street.deliveries.sweep()
    assert street.states() == ["for_sale"] * 3
    [given_up] = street.moves
    assert given_up.state == "given_up"
