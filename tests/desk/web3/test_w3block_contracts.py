"""Contracts of W3block companies: named, deployed, and kept while tokens move through them."""

from __future__ import annotations

import pytest

from flask_till.desk.web3.registry import PAUSE
from flask_till.errors import Conflict, InvalidRequest, NotFound
from tests.desk.w3block.the_company import COMPANY
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_tokens import HERS, TokenStreet
from tests.stand_ins.chain.the_chain import call

TAKES_NOTHING = "0xfe"
"""Code of a contract that reverts whatever it is told."""


def test_a_contract_of_ours_is_deployed_by_a_sending_and_deliveries_wait_for_it(
    desk: ChainDesk,
) -> None:
    street = TokenStreet(desk, on_chain=False)
    street.sell()
    chain_id = street.chain.eth.chain_id
    words = {"name": "Passes", "symbol": "PASS", "base": "https://vinyl.example/tokens/"}
    made = street.chains.deploy_contract(COMPANY, chain_id, **words)
    assert street.chains.deploy_contract(COMPANY, chain_id, **words) == made
    order_id = street.paid()
    assert street.status(order_id) == "delivering"
    assert street.moves == []
    street.finish()
    street.desk.clock.advance(PAUSE.total_seconds())
    assert street.status(order_id) == "delivering"
    street.finish()
    assert street.status(order_id) == "concluded"
    street.contract = made.address
    [token] = street.on_chain(order_id)
    assert street.has(token["tokenId"])
    said = street.chain.ask(made.address, call("tokenURI(uint256)", int(token["tokenId"])))
    assert bytes.fromhex(said[2:]).rstrip(b"\0").endswith(token["tokenId"].encode())
    assert sorted(row.purpose for row in street.sendings) == ["deploy", "mint"]


def test_who_may_name_which_contract(street: TokenStreet, desk: ChainDesk) -> None:
    chain_id = street.chain.eth.chain_id
    live = desk.desk.add_merchant(name="Real", origins=["https://real.example"], live=True)
    other = "c9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"
    street.company.enrol(other, live.merchant_id, key="k2-of-the-company", secret="s2-of-it")
    for wrong, code in (
        (lambda: street.chains.set_contract(other, chain_id, street.contract), "WRONG_MODE"),
        (lambda: street.chains.set_contract(COMPANY, 1, street.contract), "CHAIN_NOT_FOUND"),
        (lambda: street.chains.set_contract(COMPANY, chain_id, HERS), "NO_CONTRACT"),
        (lambda: street.chains.set_contract(COMPANY, chain_id, HERS.upper()), "ADDRESS_INVALID"),
    ):
        with pytest.raises((Conflict, NotFound, InvalidRequest)) as caught:
            wrong()
        assert caught.value.code == code
    test = desk.desk.add_merchant(name="Two", origins=["https://two.example"])
    street.company.enrol(other[:-1] + "2", test.merchant_id, key="k3-of-the-company", secret="s3")
    with pytest.raises(Conflict) as caught:
        street.chains.set_contract(other[:-1] + "2", chain_id, street.contract)
    assert caught.value.code == "CONTRACT_TAKEN"


def test_a_contract_stays_while_tokens_move_through_it(street: TokenStreet) -> None:
    order_id = street.paid()
    street.status(order_id)
    with pytest.raises(Conflict) as caught:
        street.chains.drop_contract(COMPANY)
    assert caught.value.code == "TOKENS_MOVING"
    street.finish()
    assert street.status(order_id) == "concluded"
    street.chains.drop_contract(COMPANY)
    assert street.status(street.paid()) == "concluded"


def test_numbers_are_given_once(street: TokenStreet) -> None:
    product = street.tokens[0].product_id
    street.company.enrolment.add_tokens(product, 2, first_number="7")
    for first in ("6", "8"):
        with pytest.raises(Conflict) as caught:
            street.company.enrolment.add_tokens(product, 2, first_number=first)
        assert caught.value.code == "NUMBER_TAKEN"
    for odd in ("-1", "x", str(2**256 - 1), "١"):
        with pytest.raises(InvalidRequest):
            street.company.enrolment.add_tokens(product, 2, first_number=odd)
