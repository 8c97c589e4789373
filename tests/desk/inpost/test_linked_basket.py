"""The rules of linked baskets and prompts, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flask_till.desk import linked_basket as rules
from flask_till.desk.linked_basket import LinkedBasket, Prompt
from flask_till.errors import Conflict

NOW = datetime(2025, 5, 12, 8, 20, tzinfo=UTC)
BASKET = LinkedBasket(
    id="bsk_1",
    merchant_id="mer_1",
    merchant_basket_id="b-1",
    shopper_id="shp_1",
    status=rules.BOUND,
    version=1,
    content={},
    expires_at=NOW,
    unlinked_by=None,
    linked_at=NOW,
    created_at=NOW,
    updated_at=NOW,
)
PROMPT = Prompt(
    id="prm_1",
    linked_basket_id="bsk_1",
    merchant_id="mer_1",
    merchant_basket_id="b-1",
    shopper_id=None,
    country_prefix="+48",
    phone="501234567",
    kind=rules.PHONE,
    place=None,
    browser=None,
    browser_id=None,
    status=rules.OPEN,
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=10),
    decided_at=None,
)


@pytest.mark.parametrize("status", rules.TRANSITIONS)
def test_a_basket_takes_the_steps_of_the_contract_and_no_others(status):
    known = {"ask", "link", "unlink", "order"}
    assert set(rules.TRANSITIONS[status]) <= known
    for happening in known:
        if happening in rules.TRANSITIONS[status]:
            assert rules.step(status, happening) in rules.TRANSITIONS
        else:
            with pytest.raises(Conflict):
                rules.step(status, happening)


def test_ordered_is_final_and_only_what_is_bound_is_ordered():
    assert rules.TRANSITIONS[rules.ORDERED] == {}
    can = [status for status, steps in rules.TRANSITIONS.items() if rules.ORDERED in steps.values()]
    assert can == [rules.BOUND]


def test_every_state_of_a_prompt_is_reached_and_five_are_final():
    reached = {rules.OPEN}.union(*rules.PROMPT_TRANSITIONS.values())
    assert reached == set(rules.PROMPT_TRANSITIONS)
    final = [status for status, steps in rules.PROMPT_TRANSITIONS.items() if not steps]
    assert len(final) == 5


def test_a_basket_is_over_from_its_date_on_and_only_while_it_is_bound():
    assert BASKET.is_over(NOW)
    assert not BASKET.is_over(NOW - timedelta(milliseconds=1))
    assert not replace(BASKET, expires_at=None).is_over(NOW)
    assert not replace(BASKET, status=rules.ORDERED).is_over(NOW)


def test_a_prompt_is_open_until_its_time_is_over():
    assert PROMPT.is_open(NOW)
    assert not PROMPT.is_open(PROMPT.expires_at)
    assert not replace(PROMPT, status=rules.REFUSED).is_open(NOW)


def test_a_shop_is_being_told_for_a_minute():
    accepted = replace(PROMPT, status=rules.ACCEPTED, decided_at=NOW)
    assert accepted.is_confirming(NOW + rules.CONFIRMING - timedelta(milliseconds=1))
    assert not accepted.is_confirming(NOW + rules.CONFIRMING)
    assert not PROMPT.is_confirming(NOW)


def test_a_masked_number_shows_two_digits_at_each_end():
    masked = {"501234567": "50*****67", "600000000": "60*****00", "1234": "12*****34"}
    assert {phone: rules.mask_phone(phone) for phone in masked} == masked


def test_a_shoppers_wallet_has_a_topic_of_its_own():
    assert rules.topic_of("shp_1") == "wallet:shp_1"
