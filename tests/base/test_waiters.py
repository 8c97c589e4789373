"""Places to wait in: counted, given back, and left at once when it is time to go."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack

import pytest

from flask_till.base.bell import Ear
from flask_till.base.waiters import PollLater, Waiters


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
