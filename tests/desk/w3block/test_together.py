"""What the legs of an order make of it together."""

from __future__ import annotations

from itertools import permutations

import pytest

from flask_till.desk.order import TRANSITIONS
from flask_till.desk.w3block_parts import Leg, together


def legs(*statuses: str, amount: int = 100) -> list[Leg]:
    return [Leg(f"leg-{place}", status, amount) for place, status in enumerate(statuses)]


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["pending"], "pending"),
        (["processing"], "processing"),
        (["paid"], "paid"),
        (["cancelled"], "cancelled"),
        (["expired"], "expired"),
        (["pending", "processing"], "pending"),
        (["pending", "paid"], "pending"),
        (["processing", "paid"], "processing"),
        (["processing", "processing"], "processing"),
        (["paid", "paid"], "paid"),
        (["paid", "expired"], "expired"),
        (["pending", "cancelled"], "cancelled"),
        (["refunded", "pending"], "cancelled"),
        (["partially_refunded", "processing"], "cancelled"),
    ],
)
def test_before_it_is_paid(statuses, state):
    for order in permutations(statuses):
        assert together("pending", legs(*order)) == state
        assert together("processing", legs(*order)) == state


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        (["paid", "paid"], "paid"),
        (["paid", "refunded"], "partially_refunded"),
        (["partially_refunded", "refunded"], "partially_refunded"),
        (["refunded", "refunded"], "refunded"),
    ],
)
def test_after_it_was_paid(statuses, state):
    for order in permutations(statuses):
        assert together("paid", legs(*order)) == state


@pytest.mark.parametrize("ended", ["cancelled", "expired"])
def test_what_ended_stays_as_it_ended(ended):
    for status in TRANSITIONS:
        assert together(ended, legs("cancelled", status)) == ended
        assert together(ended, legs("expired", status)) == ended


def test_a_part_that_costs_nothing_decides_nothing():
    free = legs("paid", amount=0)
    assert together("pending", free + legs("pending")) == "pending"
    assert together("paid", free + legs("refunded")) == "refunded"
    assert together("pending", free) == "paid"
