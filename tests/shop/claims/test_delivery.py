"""A paid order's goods are asked for as claims, once each, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.errors import Unavailable
from flask_till.shop.actions.claims import WANT
from flask_till.shop.claim_delivery import SCHEDULE
from flask_till.shop.claims import MOVES, may_become
from flask_till.shop.desks.kigo.claims import KigoClaims
from flask_till.shop.order import EXPIRED, PARTIALLY_REFUNDED
from tests.conftest import StillClock
from tests.shop.claims.kigo_desk import HUB, MUG, KigoDesk
from tests.shop.claims.the_shop import TheShop
from tests.shop.shelves import count, kinds, zl


def test_each_piece_of_a_paid_order_becomes_a_code(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=2, card=1, last=1)
    assert [(claim.product_id, claim.number) for claim in shop.kept(order)] == [
        ("card", 1),
        ("mug", 1),
        ("mug", 2),
    ]
    assert shop.statuses(order) == ["wanted"] * 3
    assert [claim.code for claim in shop.shown(order)] == [None] * 3
    shop.carry()
    assert shop.statuses(order) == ["ready"] * 3
    claims = shop.shown(order)
    assert [claim.name for claim in claims] == ["Card", "Blue mug", "Blue mug"]
    assert len({claim.code for claim in claims}) == 3
    assert sorted(row.external_order_id for row in kigo.orders()) == [
        f"{order.id}:card:1",
        f"{order.id}:mug:1",
        f"{order.id}:mug:2",
    ]
    assert kigo.asked("/auth/session") == 1


def test_nothing_is_asked_for_before_the_money_is_there(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.tell(shop.place(mug=1), "pending")
    assert (shop.kept(order), shop.carry(), kigo.calls) == ([], 0, [])
    over = shop.tell(shop.place(mug=1), EXPIRED)
    assert shop.kept(over) == []


def test_an_order_first_heard_of_when_it_was_refunded_gets_no_code(shop: TheShop) -> None:
    order = shop.place(mug=1)
    assert shop.kept(shop.refund(order)) == []


def test_late_money_that_revives_an_order_brings_its_codes(shop: TheShop) -> None:
    order = shop.tell(shop.place(mug=1), EXPIRED, may_be_paid=True)
    shop.tell(order, "paid")
    shop.carry()
    assert shop.statuses(order) == ["ready"]


def test_goods_that_are_no_claims_are_left_alone(shop: TheShop) -> None:
    order = shop.buy(last=1)
    assert (shop.kept(order), shop.shown(order), shop.carry()) == ([], (), 0)


def test_told_twice_that_it_is_paid_asks_once(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    shop.tell(order, "paid")
    shop.carry()
    assert len(shop.kept(order)) == len(kigo.orders()) == 1


def test_every_change_is_a_new_version_of_the_order(shop: TheShop) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    ready = shop.tell(order, "paid")
    assert ready.version == order.version + 2  # ready, and what the desk told again
    assert kinds(shop.database, order.id) == ["order_placed", "order_paid"]


# ---- once, whatever happens on the way ----


def test_twenty_at_once_give_one_code(
    shop: TheShop, kigo: KigoDesk, at_once: Callable[..., list[Any]]
) -> None:
    order = shop.buy(mug=1)
    claim = shop.one(order)
    outcomes = at_once(lambda _: shop.delivery.courier(shop.errand(claim)), 20)
    assert {outcome.kind for outcome in outcomes} <= {"done", "retry"}
    shop.carry()
    assert [row.product_id for row in kigo.orders()] == [MUG]
    assert kigo.asked("/auth/session") == 1
    (shown,) = shop.shown(order)
    assert shown.code is not None


def test_an_answer_that_was_lost_is_asked_for_again(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.deaf = True
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    kigo.line.deaf = False
    clock.advance(SCHEDULE[1])
    shop.carry()
    assert shop.statuses(order) == ["ready"]
    assert len(kigo.orders()) == 1


def test_the_answer_to_the_order_itself_is_lost(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    shop.delivery.maker.check()
    order = shop.buy(mug=1)
    kigo.line.before[f"{MUG}/orders"] = lambda: setattr(kigo.line, "deaf", True)
    shop.carry()
    assert (shop.statuses(order), len(kigo.orders())) == (["wanted"], 1)
    kigo.line.deaf = False
    clock.advance(SCHEDULE[1])
    shop.carry()
    assert (shop.statuses(order), len(kigo.orders())) == (["ready"], 1)


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408, 302])
def test_what_may_pass_is_tried_again(
    shop: TheShop, kigo: KigoDesk, clock: StillClock, status: int
) -> None:
    order = shop.buy(mug=1)
    kigo.line.says(status, text="<html>later</html>")
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    kigo.line.answers_with = None
    clock.advance(60)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(
    shop: TheShop, kigo: KigoDesk, clock: StillClock, status: int
) -> None:
    order = shop.buy(mug=1)
    kigo.line.says(status, headers={"Retry-After": "40"}, json={})
    shop.carry()
    kigo.line.answers_with = None
    clock.advance(39)
    assert (shop.carry(), shop.statuses(order)) == (0, ["wanted"])
    clock.advance(1)
    assert (shop.carry(), shop.statuses(order)) == (1, ["ready"])


def test_a_token_that_is_over_is_renewed_and_the_order_placed_once(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    shop.buy(mug=1)
    shop.carry()
    clock.advance(minutes=29, seconds=31)
    second = shop.buy(mug=1)
    shop.carry()
    assert (shop.statuses(second), kigo.asked("/auth/session")) == (["ready"], 2)


def test_a_token_that_ends_before_its_time_is_renewed_once(
    shop: TheShop, kigo: KigoDesk, new_claims: Callable[..., KigoClaims], clock: StillClock
) -> None:
    stopped = clock()
    shop.delivery.maker = new_claims(clock=lambda: stopped)
    shop.buy(mug=1)
    shop.carry()
    clock.advance(minutes=31)
    second = shop.buy(mug=1)
    shop.carry()
    assert shop.statuses(second) == ["ready"]
    assert kigo.asked("/auth/session") == 2
    assert kigo.asked(f"{MUG}/orders") == 3  # the second was refused once


def test_a_key_that_is_not_known_is_tried_again_and_logged(
    shop: TheShop,
    kigo: KigoDesk,
    new_claims: Callable[..., KigoClaims],
    clock: StillClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    right = shop.delivery.maker
    shop.delivery.maker = new_claims(api_key="wrong-key-0123456789")
    order = shop.buy(mug=1)
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    assert "check api_key and partner_id" in caplog.text
    assert "wrong-key" not in caplog.text
    shop.delivery.maker = right
    clock.advance(60)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


def test_who_hangs_does_not_hold_up_all_who_wait_for_a_token(
    shop: TheShop, kigo: KigoDesk, at_once: Callable[..., list[Any]]
) -> None:
    kigo.line.cut = True

    def ask(_: int) -> str:
        with pytest.raises(Unavailable):
            shop.delivery.maker.withdraw("5d0c7f6a-6b5e-4b7a-8f5d-0d3f2b1a9c88")
        return "refused"

    assert at_once(ask, 8) == ["refused"] * 8


# ---- what is not believed ----


OTHER = "KG7Q-2M4X-9TRB"


def twisted(kigo: KigoDesk, **odd: str) -> None:
    """From now on orders come back with other members; ``{}`` stands for the code."""
    kigo.line.twist = lambda told: {
        **told,
        **{name: value.replace("{}", told["claim_code"]) for name, value in odd.items()},
    }


@pytest.mark.parametrize(
    ("member", "odd"),
    [
        ("external_order_id", "another"),
        ("product_id", "00000000-0000-4000-8000-00000000beef"),
        ("claim_code", OTHER),
        ("claim_code", "no code"),
        ("deeplink_url", f"{HUB}?claim-code={OTHER}"),
        ("deeplink_url", "https://evil.example/kigo/hub?claim-code={}"),
        ("deeplink_url", "http://pay.example/kigo/hub?claim-code={}"),
        ("deeplink_url", "https://pay.example/kigo/hub/more?claim-code={}"),
        ("deeplink_url", "https://pay.example:8443/kigo/hub?claim-code={}"),
        ("deeplink_url", HUB),
    ],
)
def test_an_answer_that_is_not_about_our_order_is_shown_to_nobody(
    shop: TheShop, kigo: KigoDesk, member: str, odd: str
) -> None:
    twisted(kigo, **{member: odd})
    order = shop.buy(mug=1)
    shop.carry()
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("failed", "WRONG_ANSWER")
    assert (claim.sealed_code, claim.sealed_link) == (None, None)
    assert shop.shown(order)[0].code is None
    assert shop.deliveries(claim) == [(WANT, "dead")]
    assert shop.troubles() == ["WRONG_ANSWER"]


@pytest.mark.parametrize(
    "link", ["https://pay.example/kigo/hub/?claim-code={}", f"{HUB}?utm=x&claim-code={{}}"]
)
def test_a_link_may_be_written_in_another_way(shop: TheShop, kigo: KigoDesk, link: str) -> None:
    twisted(kigo, deeplink_url=link)
    order = shop.buy(mug=1)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


def test_an_answer_that_cannot_be_read_is_asked_for_again(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.says(201, text="<html>")
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    kigo.line.answers_with = None
    clock.advance(60)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


# ---- the table of statuses ----


def test_what_is_final_stays_so() -> None:
    final = {status for status, after in MOVES.items() if not after}
    assert final == {"claimed", "expired", "cancelled"}
    assert not any(may_become(status, other) for status in final for other in MOVES)
    assert all(may_become(status, end) for status in set(MOVES) - final for end in final)


def test_a_part_that_was_refunded_takes_no_code_back(shop: TheShop) -> None:
    order = shop.buy(mug=2)
    shop.carry()
    shop.tell(order, PARTIALLY_REFUNDED, refunded=zl("49.99"))
    shop.carry()
    assert shop.statuses(order) == ["ready", "ready"]
    assert count(shop.database, "claims", unwanted_at=None) == 2
