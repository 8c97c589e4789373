"""The money goes back: codes that nobody claimed are withdrawn, and what was claimed is noted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.errors import Conflict, NotFound
from flask_till.shop.actions.claims import TAKE_BACK, WANT, begin_claim
from flask_till.shop.claim_delivery import SCHEDULE, UNDER_WAY
from tests.conftest import StillClock
from tests.shop.claims.kigo_desk import KigoDesk
from tests.shop.claims.the_shop import TheShop
from tests.shop.shelves import together


def give_up(shop: TheShop, clock: StillClock) -> None:
    """Let all tries go by."""
    for seconds in SCHEDULE:
        shop.carry()
        clock.advance(max(seconds, UNDER_WAY))
    shop.carry()


def test_a_refund_withdraws_the_codes(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=2)
    shop.carry()
    shop.refund(order)
    assert [(one.status, one.code) for one in shop.shown(order)] == [("cancelled", None)] * 2
    shop.carry()
    assert shop.statuses(order) == ["cancelled"] * 2
    assert kigo.codes() == ["cancelled"] * 2
    assert shop.troubles() == []


def test_what_nobody_asked_for_yet_is_never_asked_for(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    shop.refund(order)
    assert shop.statuses(order) == ["cancelled"]
    shop.carry()
    assert kigo.calls == []


def test_what_was_claimed_already_is_noted(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    assert kigo.claim(str(shop.shown(order)[0].code)) == 200
    shop.refund(order)
    shop.carry()
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("claimed", "ALREADY_CLAIMED")
    shop.carry()
    assert shop.troubles() == ["ALREADY_CLAIMED"]
    assert [one.status for one in shop.shown(order)] == ["claimed"]
    assert kigo.codes() == ["claimed"]


def test_what_we_knew_to_be_claimed_is_not_asked_for(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    kigo.claim(str(shop.shown(order)[0].code))
    hear(shop, kigo)
    asked = len(kigo.calls)
    shop.refund(order)
    shop.carry()
    assert len(kigo.calls) == asked
    assert shop.one(order).reason == "ALREADY_CLAIMED"
    assert shop.troubles() == ["ALREADY_CLAIMED"]


def hear(shop: TheShop, kigo: KigoDesk) -> list[bool]:
    return [shop.delivery.hear(h.get("kigo-signature"), body) for h, body in kigo.told()]


def test_what_expired_is_expired(shop: TheShop, kigo: KigoDesk, clock: StillClock) -> None:
    order = shop.buy(card=1)
    shop.carry()
    clock.advance(91)
    shop.refund(order)
    shop.carry()
    assert shop.statuses(order) == ["expired"]


def test_an_order_whose_answer_was_lost_is_found_and_withdrawn(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.before["/orders"] = lambda: setattr(kigo.line, "deaf", True)
    shop.carry()
    kigo.line.deaf = False
    assert kigo.codes() == ["unclaimed"]
    shop.refund(order)
    assert shop.shown(order)[0].status == "cancelled"
    clock.advance(UNDER_WAY)
    shop.carry()
    assert (shop.statuses(order), kigo.codes()) == (["cancelled"], ["cancelled"])
    assert len(kigo.orders()) == 1


def test_what_was_never_made_is_looked_for_twice(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.cut = True
    shop.carry()
    kigo.line.cut = False
    shop.refund(order)
    clock.advance(SCHEDULE[1])
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    clock.advance(UNDER_WAY)
    shop.carry()
    assert (shop.statuses(order), kigo.orders()) == (["cancelled"], [])


def test_a_refund_while_the_order_is_being_placed(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    kigo.line.before["/orders"] = lambda: shop.refund(order)
    shop.carry()
    assert (shop.statuses(order), kigo.codes()) == (["cancelled"], ["cancelled"])


def test_claimed_while_it_is_being_withdrawn(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    code = str(shop.shown(order)[0].code)
    kigo.line.before["/cancel"] = lambda: kigo.claim(code)
    shop.refund(order)
    shop.carry()
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("claimed", "ALREADY_CLAIMED")


def test_refunds_race_with_claims_and_agree(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=4)
    shop.carry()
    codes = [str(one.code) for one in shop.shown(order)]

    def claim(code: str) -> Callable[[], int]:
        return lambda: kigo.claim(code)

    def refund() -> None:
        shop.refund(order)
        shop.carry()

    together(refund, *map(claim, codes))
    shop.carry()
    hear(shop, kigo)
    assert set(shop.statuses(order)) <= {"cancelled", "claimed"}
    assert sorted(shop.statuses(order)) == sorted(kigo.codes())
    late = [one.reason for one in shop.kept(order) if one.status == "claimed"]
    assert late == ["ALREADY_CLAIMED"] * len(late)


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_withdrawal_is_tried_again(
    shop: TheShop, kigo: KigoDesk, clock: StillClock, status: int
) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    shop.refund(order)
    kigo.line.says(status)
    shop.carry()
    kigo.line.answers_with = None
    clock.advance(60)
    shop.carry()
    assert shop.statuses(order) == ["cancelled"]


def test_an_answer_to_the_withdrawal_was_lost(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    shop.refund(order)
    kigo.line.deaf = True
    shop.carry()
    kigo.line.deaf = False
    clock.advance(60)
    shop.carry()
    assert (shop.statuses(order), kigo.codes()) == (["cancelled"], ["cancelled"])


def test_what_cannot_be_withdrawn_for_days_is_told_and_can_be_tried_again(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    shop.refund(order)
    kigo.line.says(503)
    give_up(shop, clock)
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("ready", "NOT_WITHDRAWN")
    assert [(one.status, one.code) for one in shop.shown(order)] == [("cancelled", None)]
    assert shop.deliveries(claim) == [(WANT, "done"), (TAKE_BACK, "dead")]
    shop.carry()
    assert shop.troubles() == ["NOT_WITHDRAWN"]
    kigo.line.answers_with = None
    shop.delivery.ask_again(claim.id)
    shop.carry()
    assert (shop.statuses(order), kigo.codes()) == (["cancelled"], ["cancelled"])


# ---- what cannot be made ----


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (422, "product_unavailable", "product_unavailable"),
        (404, "product_not_found", "product_not_found"),
        (403, "forbidden", "forbidden"),
        (400, "invalid_request", "invalid_request"),
        (409, None, "HTTP_409"),
        (404, None, "HTTP_404"),
    ],
)
def test_a_refusal_is_final_and_told(
    shop: TheShop, kigo: KigoDesk, status: int, body: str | None, reason: str
) -> None:
    shop.buy(mug=1)
    shop.carry()  # there is a token
    order = shop.buy(mug=1)
    error = {"error": {"code": body, "message": "because", "details": []}}
    kigo.line.says(status, **({"json": error} if body else {"text": "<html>"}))
    shop.carry()
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("failed", reason)
    assert shop.deliveries(claim) == [(WANT, "dead")]
    shop.carry()
    assert shop.troubles() == [reason]
    assert [(one.status, one.code) for one in shop.shown(order)] == [("failed", None)]


def test_sold_out_at_the_maker_and_asked_for_again(shop: TheShop, kigo: KigoDesk) -> None:
    first, second = shop.buy(card=1), shop.buy(card=1)
    shop.carry()
    failed = next(order for order in (first, second) if shop.statuses(order) == ["failed"])
    claim = shop.one(failed)
    assert claim.reason == "product_unavailable"
    kigo.kigo.change_product(claim.maker_product, stock=5)
    assert shop.delivery.ask_again(claim.id).status == "wanted"
    shop.carry()
    assert shop.statuses(failed) == ["ready"]


def test_nobody_answers_for_days(shop: TheShop, kigo: KigoDesk, clock: StillClock) -> None:
    order = shop.buy(mug=1)
    kigo.line.cut = True
    give_up(shop, clock)
    claim = shop.one(order)
    assert (claim.status, claim.reason) == ("failed", "DESK_UNAVAILABLE")
    shop.carry()
    assert shop.troubles() == ["DESK_UNAVAILABLE"]
    kigo.line.cut = False
    shop.delivery.ask_again(claim.id)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


def test_a_failed_one_is_looked_for_when_the_money_goes_back(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.twist = lambda told: {**told, "deeplink_url": "https://evil.example"}
    shop.carry()
    assert shop.statuses(order) == ["failed"]
    kigo.line.twist = None
    shop.refund(order)
    shop.carry()
    assert (shop.statuses(order), kigo.codes()) == (["cancelled"], ["cancelled"])


def test_a_listener_of_ours_that_fails_is_tried_again(
    shop: TheShop, kigo: KigoDesk, new_claims: Callable[..., Any], clock: StillClock
) -> None:
    def user(order: Any) -> str:
        raise LookupError("no customer")

    maker = shop.delivery.maker
    shop.delivery.maker = new_claims(bound=True, user=user)
    order = shop.buy(mug=1)
    shop.carry()
    assert shop.statuses(order) == ["wanted"]
    shop.delivery.maker = maker
    clock.advance(60)
    shop.carry()
    assert shop.statuses(order) == ["ready"]


# ---- one piece, as the shop's owner wishes ----


def test_one_piece_is_taken_back(shop: TheShop, kigo: KigoDesk) -> None:
    order = shop.buy(mug=2)
    shop.carry()
    first, second = shop.kept(order)
    shop.delivery.take_back(first.id)
    shop.delivery.take_back(first.id)
    shop.carry()
    assert [shop.again(one).status for one in (first, second)] == ["cancelled", "ready"]
    assert shop.deliveries(first) == [(WANT, "done"), (TAKE_BACK, "done")]


def test_what_is_over_is_not_asked_for_again(shop: TheShop) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    claim = shop.one(order)
    with pytest.raises(Conflict):
        shop.delivery.ask_again(claim.id)
    shop.refund(order)
    shop.carry()
    with pytest.raises(Conflict):
        shop.delivery.ask_again(claim.id)
    assert shop.database.write(begin_claim, claim.id) is None
    with pytest.raises(NotFound):
        shop.delivery.take_back("clm_none")
