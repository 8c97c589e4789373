"""Places to wait in: counted, given back, and left at once when it is time to go."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from flask_till.base.bell import Ear
from flask_till.base.waiters import Crowded, PollLater, Waiters


def test_places_are_counted_for_each_key_and_given_back():
    waiters = Waiters(4, per_key=3)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(waiters.place("a", Ear()))
        with pytest.raises(PollLater), waiters.place("a", Ear()):
            pass
        held.enter_context(waiters.place("b", Ear()))
        with pytest.raises(PollLater), waiters.place("c", Ear()):
            pass
    with waiters.place("a", Ear()):
        assert not waiters.stopping


def test_places_are_counted_for_each_address_and_given_back():
    waiters = Waiters(9, per_key=9, per_address=2)
    with ExitStack() as held:
        for name in "ab":
            held.enter_context(waiters.place(name, Ear(), address="203.0.113.9"))
        with pytest.raises(Crowded), waiters.place("c", Ear(), address="203.0.113.9"):
            pass
        held.enter_context(waiters.place("c", Ear(), address="198.51.100.7"))
        with pytest.raises(Crowded):
            waiters.wait_for(lambda: None, "d", Ear(), 9, every=9, address="203.0.113.9")
    with waiters.place("c", Ear(), address="203.0.113.9"):
        assert not waiters.stopping


def test_who_has_left_is_forgotten():
    waiters = Waiters(9, per_key=9, per_address=9)
    for number in range(100):
        with waiters.place(f"basket {number}", Ear(), address=f"203.0.113.{number}"):
            pass
    assert not waiters._held


def test_who_waits_gets_what_is_found_when_the_ear_hears():
    waiters, ear, found = Waiters(1, per_key=1), Ear(), []

    def ring():
        found.append("news")
        ear.wake()

    threading.Timer(0.1, ring).start()
    began = time.monotonic()
    assert waiters.wait_for(lambda: found[0] if found else None, "a", ear, 20, every=20) == "news"
    assert time.monotonic() - began < 10


def test_who_waits_in_vain_is_answered_when_the_time_is_over():
    assert Waiters(1, per_key=1).wait_for(lambda: None, "a", Ear(), 0.05, every=5) is None


def test_everybody_goes_when_it_stops_and_nobody_comes_any_more():
    waiters = Waiters(1, per_key=1)
    threading.Timer(0.1, waiters.stop).start()
    began = time.monotonic()
    assert waiters.wait_for(lambda: None, "a", Ear(), 20, every=20) is None
    assert time.monotonic() - began < 10
    with pytest.raises(PollLater), waiters.place("a", Ear()):
        pass
