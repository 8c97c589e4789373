"""Delivery: in order per order, fenced, and nothing is lost when workers die in the middle."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flask_till.base.clock import system_clock
from flask_till.base.outbox import LEASE, Delivery
from flask_till.base.outbox import Receiver as To
from flask_till.base.relay import DONE, WORKERS, Outcome, Relay
from flask_till.desk.actions.events import list_deliveries
from flask_till.desk.tables import outbox
from tests.desk.receiver import Receiver

ROOT = Path(__file__).parents[2]
AT_ONCE = {"tell": (0,) * 200}


def record(
    desk: Any, subject: str, many: int = 1, address: str = "a", courier: str = "tell"
) -> None:
    def act(work: Any) -> None:
        for _ in range(many):
            outbox.record(
                work, subject=subject, kind="k", data={}, receivers=[To(courier, address)]
            )

    desk.database.write(act)


def states(desk: Any) -> list[str]:
    return [one.state for one in desk.database.read(list_deliveries, limit=10_000)]


def wait_until(true: Callable[[], bool], seconds: float = 90) -> None:
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def ticking(make_desk: Any) -> Any:
    """A desk whose clock runs."""
    return make_desk(clock=system_clock)


def test_subjects_keep_their_order_through_failures_and_many_workers(ticking: Any) -> None:
    chance, lock = random.Random(7), threading.Lock()
    done: dict[str, list[int]] = defaultdict(list)
    under_way: set[str] = set()

    def courier(delivery: Delivery) -> Outcome:
        with lock:
            assert delivery.subject not in under_way, "two at once for one order"
            under_way.add(delivery.subject)
            luck = chance.random()
        time.sleep(0.001)
        with lock:
            under_way.discard(delivery.subject)
            if luck < 0.2:
                return Outcome("retry", status=500)
            if luck < 0.3:
                raise RuntimeError("the courier fell")
            done[delivery.subject].append(delivery.seq)
        return DONE

    for number in range(10):
        record(ticking, f"s{number}", 6, address=f"a{number % 3}")
    relays = [
        Relay(ticking.database, outbox, {"tell": courier}, schedules=AT_ONCE) for _ in range(2)
    ]
    for relay in relays:
        relay.start()
    try:
        wait_until(lambda: set(states(ticking)) == {"done"}, 60)
    finally:
        for relay in relays:
            relay.stop()
    assert dict(done) == {f"s{number}": [1, 2, 3, 4, 5, 6] for number in range(10)}


def test_a_paused_worker_cannot_finish_what_another_took_over(desk: Any) -> None:
    record(desk, "s")
    (paused,) = desk.database.write(outbox.claim, limit=5)
    assert desk.database.write(outbox.claim, limit=5) == []
    desk.clock.advance(LEASE.total_seconds() + 1)
    (taken,) = desk.database.write(outbox.claim, limit=5)

    def finish(delivery: Delivery, state: str) -> bool:
        return bool(
            desk.database.write(
                outbox.finish, delivery, state=state, outcome=state, status=None, detail="",
                next_at=None, took_ms=1,
            )
        )  # fmt: skip

    assert finish(paused, "dead") is False
    assert states(desk) == ["waiting"]
    assert finish(taken, "done") is True
    assert finish(paused, "dead") is False
    assert states(desk) == ["done"]
    assert len(desk.rows(outbox.attempts)) == 1


def test_two_workers_never_claim_the_same_delivery(desk: Any, at_once: Any) -> None:
    for number in range(20):
        record(desk, f"s{number}")
    claimed = at_once(lambda _: desk.database.write(outbox.claim, limit=5), 8)
    ids = [delivery.id for batch in claimed for delivery in batch]
    assert len(ids) == len(set(ids))


def test_a_replay_while_a_worker_is_at_it_is_not_swallowed(desk: Any) -> None:
    record(desk, "s")
    (delivery,) = desk.database.write(outbox.claim, limit=5)
    desk.database.write(outbox.replay, delivery.event_id)
    kept = desk.database.write(
        outbox.finish, delivery, state="done", outcome="done", status=200, detail="", next_at=None,
        took_ms=1,
    )  # fmt: skip
    assert not kept
    assert states(desk) == ["waiting"]


def test_a_slow_receiver_holds_up_nobody_else(ticking: Any) -> None:
    hold, told = threading.Event(), []

    def courier(delivery: Delivery) -> Outcome:
        if delivery.receiver.address == "tarpit":
            hold.wait(30)
        told.append(delivery.receiver.address)
        return DONE

    for number in range(2 * WORKERS):
        record(ticking, f"slow{number}", address="tarpit")
    for number in range(30):
        record(ticking, f"quick{number}", address=f"q{number % 5}")
    relay = Relay(ticking.database, outbox, {"tell": courier})
    relay.start()
    try:
        wait_until(lambda: len(told) == 30)
        assert "tarpit" not in told
    finally:
        hold.set()
        wait_until(lambda: len(told) == 30 + 2 * WORKERS)
        relay.stop()


def test_what_no_courier_carries_is_given_up_in_sight(desk: Any) -> None:
    record(desk, "s", courier="pigeon")
    desk.desk.relay.drain()
    assert states(desk) == ["dead"]
    assert "pigeon" in desk.rows(outbox.attempts)[0].detail


@pytest.mark.parametrize(("tries", "made"), [(1, 1), (3, 3), (9, 4), (None, 4)])
def test_a_courier_may_say_that_this_receiver_gets_fewer_tries(
    desk: Any, tries: int | None, made: int
) -> None:
    record(desk, "s")
    answered: list[int] = []

    def courier(delivery: Delivery) -> Outcome:
        answered.append(delivery.tries)
        return Outcome("retry", status=500, tries=tries)

    relay = Relay(desk.database, outbox, {"tell": courier}, schedules={"tell": (10, 10, 10)})
    for _ in range(6):
        relay.drain()
        desk.clock.advance(12)
    assert answered == list(range(1, made + 1))
    assert states(desk) == ["dead"]
    assert [row.outcome for row in desk.rows(outbox.attempts)] == ["retry"] * made


def test_an_event_goes_again_to_some_of_its_receivers_and_to_others(desk: Any) -> None:
    to = [To("tell", "a"), To("tell", "b")]
    heard: list[str] = []

    def courier(delivery: Delivery) -> Outcome:
        heard.append(delivery.receiver.address)
        return DONE

    def begin(work: Any) -> str:
        return outbox.record(work, subject="s", kind="k", data={}, receivers=to)

    event_id = desk.database.write(begin)
    relay = Relay(desk.database, outbox, {"tell": courier})
    relay.drain()
    others = [To("tell", "b"), To("tell", "c")]
    desk.database.write(outbox.send_again, event_id, "s", 1, others)
    relay.drain()
    assert sorted(heard) == ["a", "b", "b", "c"]
    assert set(states(desk)) == {"done"}


def test_what_is_rolled_back_is_never_delivered(desk: Any) -> None:
    def act(work: Any) -> None:
        outbox.record(work, subject="s", kind="k", data={}, receivers=[To("tell", "a")])
        raise RuntimeError("killed before the commit")

    with pytest.raises(RuntimeError):
        desk.database.write(act)
    assert states(desk) == []


def test_events_recorded_at_once_for_one_order_have_no_gap(desk: Any, at_once: Any) -> None:
    order = desk.order()

    def touch(_: int) -> None:
        from flask_till.desk.actions.orders import record_event
        from flask_till.desk.actions.reading import lock_order

        desk.database.write(
            lambda work: record_event(work, lock_order(work, order.id), "order.pending")
        )

    at_once(touch, 20)
    events = outbox.events
    seqs = sorted(row.seq for row in desk.rows(events) if row.subject == order.id)
    assert seqs == list(range(1, 22))


PROGRAM = """
import sys
from flask import Flask
from flask_till.desk.extension import OrderDesk
app = Flask("a_desk", instance_path=sys.argv[2])
app.testing = True
app.config["SECRET_KEY"] = "a secret that only tests know"
desk = OrderDesk(app, database_url=sys.argv[1], public_url="https://pay.example")
from flask.cli import ScriptInfo
from flask_till.cli import till
till.main(["relay"], obj=ScriptInfo(create_app=lambda: app))
"""


def a_relay(url: str, folder: Path) -> subprocess.Popen[str]:
    path = f"{ROOT / 'plugin'}{os.pathsep}{ROOT}"
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, url, str(folder)],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_relay_loses_nothing_and_keeps_the_order(
    ticking: Any, serve: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    receiver = Receiver(lambda _: (time.sleep(0.01), 200)[1])
    ticking.desk.enrolment.change(ticking.credentials.merchant_id, callback_url=serve(receiver.app))
    orders = [ticking.paid(f"T-{number}") for number in range(12)]
    url = ticking.database.url.render_as_string(hide_password=False)
    chance = random.Random(3)
    for _ in range(3):
        seen = len(receiver.calls)
        process = a_relay(url, tmp_path)
        wait_until(lambda seen=seen: len(receiver.calls) >= min(24, seen + 2))
        time.sleep(chance.random() / 20)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        expire_leases(ticking)
    process = a_relay(url, tmp_path)
    wait_until(lambda: set(states(ticking)) == {"done"})
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Finishing" in said
    first: dict[str, list[str]] = defaultdict(list)
    for event in receiver.events:
        if event["kind"] not in first[event["order_id"]]:
            first[event["order_id"]].append(event["kind"])
    assert first == {order.id: ["order.created", "order.paid"] for order in orders}


def expire_leases(desk: Any) -> None:
    """As if a minute had passed since the worker died."""
    rows = outbox.deliveries
    desk.database.write(lambda work: work.execute(
        rows.update().where(rows.c.lease_until.is_not(None)).values(lease_until=work.now)
    ))  # fmt: skip


def test_a_refund_that_a_crash_left_behind_is_sent_once(desk: Any) -> None:
    order = desk.paid()

    def die() -> None:
        raise SystemExit("killed")

    desk.gateway.before_refund = die
    with pytest.raises(SystemExit):
        desk.cashier.refund(order.id)
    desk.gateway.before_refund = None
    desk.clock.advance(16)
    desk.desk.relay.drain()
    desk.desk.relay.drain()
    assert desk.read(order.id).status == "refunded"
    assert len(desk.gateway.given_back) == 1
