"""Evidence: what a provider says counts when every field fits, in any order, once."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flask_till.desk.gateways import Evidence
from flask_till.desk.tables import ledger, payments, provider_events, refunds
from flask_till.errors import NotFound
from flask_till.money import Money

STORY = ("processing", "failed", "succeeded", "refunded")


def tell(desk: Any, ref: str, word: str, number: int = 0) -> None:
    """One piece of news about the payment, as a webhook would bring it."""
    if word == "refunded":
        return
    told = desk.gateway.evidence(ref, status=word, event_id=f"evt_{word}_{number}")
    desk.cashier.settle(told)


def test_news_of_one_payment_ends_alike_in_whatever_order_it_comes(desk: Any) -> None:
    ends = set()
    for number, story in enumerate(permutations(STORY)):
        order = desk.order(f"T-{number}")
        ref = desk.start(order)
        desk.gateway.status[ref] = "succeeded"
        for word in story:
            if word == "refunded" and desk.read(order.id).status == "paid":
                desk.cashier.refund(order.id)
            tell(desk, ref, word, number)
        if desk.read(order.id).status == "paid":
            desk.cashier.refund(order.id)
        end = desk.read(order.id)
        ends.add((end.status, end.refunded.minor, end.payment.status))
    assert ends == {("refunded", 4999, "succeeded")}


def test_the_same_event_a_hundred_times_counts_once(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    told = replace(desk.gateway.turn(ref, "succeeded"), event_id="evt_1")
    verdicts = [desk.cashier.settle(told).verdict for _ in range(100)]
    assert verdicts == ["applied"] + ["ignored"] * 99
    assert desk.kinds(order.id) == ["order.created", "order.paid"]
    assert desk.count(ledger) == 2
    assert desk.count(provider_events) == 1


def test_webhook_return_and_poll_at_once_pay_once(desk: Any, at_once: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    told = desk.gateway.turn(ref, "succeeded")
    ways = [
        lambda: desk.cashier.settle(replace(told, event_id="evt_1")),
        lambda: desk.cashier.settle(told),
        lambda: desk.cashier.look(order.id),
    ]
    at_once(lambda number: ways[number % 3](), 12)
    assert desk.read(order.id).status == "paid"
    assert desk.kinds(order.id) == ["order.created", "order.paid"]
    assert desk.count(ledger) == 2


def test_news_of_a_payment_that_is_not_ours_yet_comes_back_later(desk: Any) -> None:
    stranger = Evidence("paper", "acct_paper", "paper_none", "succeeded", Money("1", "PLN"), False)
    with pytest.raises(NotFound):
        desk.cashier.settle(stranger)


def test_money_for_one_order_never_pays_another(desk: Any) -> None:
    cheap, dear = desk.order("T-1", 100), desk.order("T-2", 5000)
    cheap_ref, dear_ref = desk.start(cheap), desk.start(dear)
    desk.gateway.turn(cheap_ref, "succeeded")
    # A genuine event of the cheap payment says it is for the dear order: it is bound to its own.
    desk.cashier.settle(desk.gateway.evidence(cheap_ref, event_id="evt_1"))
    # And the cheap payment's amount said of the dear payment's id does not fit.
    told = desk.gateway.evidence(dear_ref, status="succeeded", amount=Money.of_minor(100, "PLN"))
    assert desk.cashier.settle(replace(told, event_id="evt_2")).verdict == "quarantined"
    assert desk.read(cheap.id).status == "paid"
    assert desk.read(dear.id).status == "pending"


other_money = st.one_of(
    st.integers(0, 10**9)
    .filter(lambda minor: minor != 4999)
    .map(lambda n: Money.of_minor(n, "PLN")),
    st.sampled_from(["EUR", "JPY", "KWD", "USD"]).map(lambda code: Money.of_minor(4999, code)),
)
mutations = st.one_of(
    other_money.map(lambda money: {"amount": money}),
    st.text(max_size=20).filter(lambda text: text != "acct_paper").map(lambda t: {"account": t}),
    st.just({"livemode": True}),
)


def test_evidence_with_one_field_changed_is_kept_and_never_applied(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    true = desk.gateway.turn(ref, "succeeded")
    seen: set[str] = set()

    @settings(max_examples=60, deadline=None, derandomize=True, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(change=mutations)
    def check(change: dict[str, Any]) -> None:
        seen.add(f"evt_{len(seen)}")
        told = replace(true, event_id=f"evt_{len(seen) - 1}", **change)
        settled = desk.cashier.settle(told)
        assert settled.verdict == "quarantined"
        assert settled.why
        assert desk.read(order.id).status == "pending"

    check()
    assert desk.count(ledger) == 0
    kept = {row.event_id for row in desk.rows(provider_events) if row.verdict == "quarantined"}
    assert kept == seen
    assert desk.cashier.settle(true).verdict == "applied"
    assert desk.read(order.id).status == "paid"


def test_evidence_under_another_name_or_id_finds_nothing(desk: Any) -> None:
    order = desk.order()
    true = desk.gateway.turn(desk.start(order), "succeeded")
    for change in ({"gateway": "stripe"}, {"provider_ref": "paper_x"}, {"provider_ref": ""}):
        with pytest.raises(NotFound):
            desk.cashier.settle(replace(true, **change))
    assert desk.read(order.id).status == "pending"


def test_failed_after_succeeded_is_no_news(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    for word in ("failed", "cancelled", "processing", "requires_action"):
        assert desk.cashier.settle(desk.gateway.evidence(ref, status=word)).verdict == "ignored"
    assert desk.read(order.id).payment.status == "succeeded"


def test_a_declined_payment_may_be_tried_again_five_times(desk: Any) -> None:
    from flask_till.errors import TooMany

    order = desk.order()
    for _ in range(5):
        desk.cashier.settle(desk.gateway.turn(desk.start(order), "failed"))
    with pytest.raises(TooMany):
        desk.start(order)
    assert desk.read(order.id).status == "pending"
    assert desk.count(payments) == 5
    assert desk.count(refunds) == 0


def test_an_old_attempt_that_stirs_again_does_not_disturb_the_one_under_way(desk: Any) -> None:
    order = desk.order()
    first = desk.start(order, "card")
    desk.cashier.settle(desk.gateway.turn(first, "failed"))
    second = desk.start(order, "slip")
    desk.gateway.status[second] = "requires_action"
    assert (
        desk.cashier.settle(desk.gateway.evidence(first, status="processing")).verdict == "ignored"
    )
    desk.cashier.settle(desk.gateway.turn(first, "succeeded"))
    assert desk.read(order.id).status == "paid"
    assert desk.gateway.status[second] == "cancelled"


def test_an_attempt_that_stirs_after_the_end_does_not_count_as_under_way(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.cashier.settle(desk.gateway.turn(ref, "failed"))
    desk.gateway.cancel = lambda charge: desk.gateway.evidence(ref, status="failed")
    desk.clock.advance(minutes=31)
    assert desk.cashier.get(order.id).status == "expired"
    assert desk.cashier.settle(desk.gateway.turn(ref, "processing")).verdict == "ignored"
