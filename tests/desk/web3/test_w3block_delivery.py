"""Tokens of W3block orders on a real chain: minted or passed on, once, and known when final."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from flask_till.desk.actions import w3block_moves
from flask_till.desk.actions.w3block_deliveries import end_delivery
from flask_till.desk.web3.registry import PAUSE
from flask_till.errors import Unavailable
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_tokens import HERS, TokenStreet, mint

TAKES_NOTHING = "0xfe"
"""Code of a contract that reverts whatever it is told."""


def test_a_token_is_minted_to_the_wallet_and_delivering_until_that_is_final(
    street: TokenStreet,
) -> None:
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    [token] = street.on_chain(order_id)
    assert token["contractAddress"] == street.contract
    assert token["chainId"] == street.chain.eth.chain_id
    assert token["tokenId"] == str(UUID(token["productTokenId"]).int)
    assert (token["status"], token["txHash"]) == ("delivering", None)
    street.follow()
    street.follow(1)
    assert street.has(token["tokenId"])
    assert street.status(order_id) == "delivering"
    street.finish()
    assert street.status(order_id) == "concluded"
    [token] = street.on_chain(order_id)
    assert token["status"] == "delivered"
    assert street.chain.receipt(token["txHash"])["status"] == "0x1"
    assert "sold" not in street.states()
    assert len(street.sendings) == 1


def test_each_of_several_tokens_is_minted_once_however_often_somebody_looks(
    street: TokenStreet,
) -> None:
    order_id = street.paid(3)
    for _ in range(3):
        street.status(order_id)
        street.deliveries.sweep()
        street.follow()
    street.finish()
    assert street.status(order_id) == "concluded"
    numbers = [one["tokenId"] for one in street.on_chain(order_id)]
    assert len(set(numbers)) == 3
    assert all(street.has(number) for number in numbers)
    assert len(street.sendings) == 3
    assert {row.purpose for row in street.sendings} == {"mint"}


def test_the_sweeper_concludes_what_nobody_looks_at(street: TokenStreet) -> None:
    order_id = street.paid()
    assert street.deliveries.sweep() == 1
    street.follow()
    assert street.deliveries.sweep() == 0  # only the chain can bring it further
    street.finish()
    street.deliveries.sweep()
    [held] = [row for row in street.tokens if row.state == "held"]
    assert (held.holder, held.order_id) == (HERS, order_id)
    assert street.status(order_id) == "concluded"


def test_many_at_once_queue_one_sending(street: TokenStreet, at_once: Any) -> None:
    order_id = street.paid()
    at_once(lambda _: street.deliveries.deliver(order_id), 4)
    assert len(street.sendings) == 1
    street.finish()
    at_once(lambda _: street.deliveries.deliver(order_id), 4)
    assert street.status(order_id) == "concluded"


def test_what_the_operator_holds_already_is_passed_on(street: TokenStreet) -> None:
    product = street.sell(0, product_id="9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55", slug="old")
    street.company.enrolment.add_tokens(product, 2, first_number="7")
    for number in (7, 8):
        mint(street, street.operator, number)
    order_id = street.paid(product=product)
    assert street.status(order_id) == "delivering"
    [sending] = street.sendings
    assert sending.purpose == "transfer"
    street.finish()
    assert street.status(order_id) == "concluded"
    [token] = street.on_chain(order_id)
    assert token["tokenId"] == "7"
    assert street.has(7)
    assert street.has(8, street.operator)


def test_what_the_buyer_has_already_needs_no_sending_and_has_to_be_final(
    street: TokenStreet,
) -> None:
    [token, *_] = street.tokens
    mint(street, HERS, UUID(token.id).int)
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    assert street.moves == []
    street.chain.mine(3)
    street.desk.clock.advance(PAUSE.total_seconds())
    assert street.status(order_id) == "concluded"
    assert street.sendings == []
    [told] = street.on_chain(order_id)
    assert (told["status"], told["txHash"]) == ("delivered", None)


def test_a_token_that_somebody_else_has_fails(street: TokenStreet) -> None:
    [token, *_] = street.tokens
    mint(street, street.chain.people[3], UUID(token.id).int)
    order_id = street.paid()
    told = street.told(order_id)
    assert told["status"] == "failed"
    assert "somebody else's" in told["failReason"]
    assert street.sendings == []


def test_nothing_ends_while_something_may_arrive(street: TokenStreet) -> None:
    order_id = street.paid()
    street.status(order_id)
    for trouble in (None, "Somebody looked before it was sent."):
        street.desk.database.write(end_delivery, order_id, trouble=trouble)
        assert street.status(order_id) == "delivering"


# --- the desk's own book ----------------------------------------------------------------------


def test_without_a_wallet_tokens_stay_in_the_desks_own_book(street: TokenStreet) -> None:
    order_id = street.paid(destinationWalletAddress=None)
    assert street.status(order_id) == "concluded"
    assert street.sendings == []
    assert "tokens" not in street.told(order_id)["products"][0]


def test_without_a_contract_tokens_stay_in_the_desks_own_book(desk: ChainDesk) -> None:
    street = TokenStreet(desk, on_chain=False)
    street.sell()
    order_id = street.paid()
    assert street.status(order_id) == "concluded"
    assert [row.holder for row in street.tokens if row.holder] == [HERS]
    assert street.sendings == []


def test_a_main_wallet_is_where_tokens_go_that_name_none(street: TokenStreet) -> None:
    bea = street.company.signed_in("bea@example.org", wallet=HERS.lower())
    order_id = street.paid(who=bea, destinationWalletAddress=None)
    told = bea.order(order_id)
    assert (told["status"], told["destinationWalletAddress"]) == ("delivering", HERS)


def test_without_chains_what_belongs_on_one_is_not_booked_elsewhere(
    street: TokenStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, other = street.paid(), street.paid()
    assert street.status(order_id) == "delivering"
    with monkeypatch.context() as patched:
        patched.setattr(street.deliveries.registry, "_chains", None)
        assert street.status(order_id) == "delivering"
        told = street.told(other)
        assert (told["status"], told["failReason"][:6]) == ("failed", "Chain ")
    assert street.force(other).status_code == 204
    street.finish()
    assert {street.status(one) for one in (order_id, other)} == {"concluded"}


# --- nodes ------------------------------------------------------------------------------------


def test_a_node_that_is_away_delays_and_is_not_asked_again_at_once(
    street: TokenStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = street.paid()
    asked = []

    def away(*_: Any, **__: Any) -> Any:
        asked.append(1)
        raise Unavailable("away", code="NODE_UNAVAILABLE")

    with monkeypatch.context() as patched:
        patched.setattr(street.desk.web3.nodes(street.chain.eth.chain_id), "call", away)
        assert [street.status(order_id) for _ in range(3)] == ["delivering"] * 3
        assert len(asked) == 1
    assert street.moves == []
    street.desk.clock.advance(PAUSE.total_seconds())
    street.status(order_id)
    street.finish()
    assert street.status(order_id) == "concluded"


def test_a_contract_that_is_not_there_gets_no_tokens(street: TokenStreet) -> None:
    order_id = street.paid()
    street.chain("anvil_setCode", street.contract, "0x")
    told = street.told(order_id)
    assert told["status"] == "failed"
    assert told["failReason"] == f"There is no contract at {street.contract}."
    assert street.sendings == []


def test_a_crash_between_the_chain_and_the_book_is_taken_up(
    street: TokenStreet, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = street.paid()
    street.status(order_id)
    street.finish()
    with monkeypatch.context() as patched:
        patched.setattr(w3block_moves, "settle_moves", _crash)
        with pytest.raises(RuntimeError):
            street.deliveries.deliver(order_id)
    assert [row.state for row in street.moves] == ["under_way"]
    assert street.status(order_id) == "concluded"


def _crash(*_: Any) -> None:
    raise RuntimeError("the power is gone")
