"""The words of ``/v1`` cover every state and event that the desk has, and no other."""

from __future__ import annotations

from flask_till.desk.dialects.till_words import STATE, STATUS
from flask_till.desk.order import EVENT_OF, TRANSITIONS
from flask_till.wire.till import EventKind, OrderStatus


def test_every_state_has_a_word_and_every_word_a_state() -> None:
    states = set(TRANSITIONS) | {
        after for steps in TRANSITIONS.values() for after in steps.values()
    }
    assert set(STATUS) == states
    assert set(STATUS.values()) == set(OrderStatus)
    assert {STATE[word] for word in OrderStatus} == states


def test_every_event_of_a_state_has_a_kind() -> None:
    assert set(EVENT_OF) == set(TRANSITIONS)
    assert {EventKind(kind) for kind in EVENT_OF.values()} <= set(EventKind)
