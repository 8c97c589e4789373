"""A basket becomes somebody's, is kept up to date by its shop, and stops being somebody's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from ...base.database import Work
from ...errors import Gone
from ..linked_basket import (
    ACCEPTED,
    BOUND,
    BY_EXPIRY,
    BY_MERCHANT,
    BY_SHOPPER,
    EXPIRED,
    FAILED,
    LINKED_UP,
    OPEN,
    PENDING,
    REALIZED,
    SUPERSEDED,
    LinkedBasket,
    Prompt,
    TrustedBrowser,
    same_but_for_dates,
)
from ..tables.wallet import linked_baskets, prompts
from .basket_edits import ask_again
from .browsers import find_trusted, trust
from .linked_baskets import (
    basket_from,
    change_basket,
    ensure_basket,
    lock_basket,
    lock_found,
    move_basket,
    unknown_basket,
)
from .prompts import UNLINKED, end_prompt, lock_prompt, read_prompt, under_way

SWEEP = 100
"""How many of a kind one transaction ends."""
KEPT = timedelta(days=30)
"""How long a prompt is kept after it was decided."""


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a shop's basket: stored, or ``refused`` with a code, and why it counts.

    A refusal is no exception, because a basket past its date is unlinked by it.
    """

    basket: LinkedBasket | None
    refused: str | None = None


# --- the shop sends its basket ----------------------------------------------------------------


def put_basket(
    work: Work,
    merchant_id: str,
    merchant_basket_id: str,
    content: Mapping[str, Any],
    *,
    expires_at: datetime | None,
    browser_id: str | None = None,
) -> Put:
    """Store the whole basket (2.6, 2.8); with a trusted browser's id also create and link it.

    A shop that was just told of a binding may send its basket before its answer arrives here:
    that completes the binding. Refusals: BASKET_NOT_FOUND, BASKET_NOT_BOUND, BASKET_EXPIRED
    (also for one that was ordered: it is final).
    """
    browser = find_trusted(work, merchant_id, browser_id)
    basket = lock_found(work, merchant_id, merchant_basket_id)
    if basket is None and browser is None:
        return Put(None, "BASKET_NOT_FOUND")
    basket = basket or ensure_basket(work, merchant_id, merchant_basket_id)
    is_over = basket.is_over(work.now)
    if is_over:
        basket = move_basket(work, basket, "unlink", unlinked_by=BY_EXPIRY, **UNLINKED)
    if basket.status == BOUND:
        stored = _stored(work, basket, content, expires_at)
        if _is_late(basket, expires_at):
            ask_again(work, basket.id)
        return Put(stored)
    if basket.is_linked:
        return Put(basket, "BASKET_EXPIRED")
    return _put_unlinked(work, basket, content, expires_at, browser, is_over=is_over)


def _put_unlinked(
    work: Work,
    basket: LinkedBasket,
    content: Mapping[str, Any],
    expires_at: datetime | None,
    browser: TrustedBrowser | None,
    *,
    is_over: bool,
) -> Put:
    prompt = under_way(work, basket.id) if basket.status == PENDING else None
    if prompt is not None and prompt.status == ACCEPTED:
        return Put(_link_accepted(work, basket, prompt, content, expires_at))
    if browser is None:
        return Put(basket, "BASKET_EXPIRED" if is_over else "BASKET_NOT_BOUND")
    linked = _link(work, basket, browser.shopper_id, content, expires_at)
    if prompt is not None:
        end_prompt(work, prompt, SUPERSEDED)
    return Put(linked)


def _is_late(basket: LinkedBasket, expires_at: datetime | None) -> bool:
    """Shops renew the date each time (6): what comes with an earlier one than ours was sent before
    ours, unless the shop counts otherwise. It is asked how the basket is by now."""
    kept = basket.expires_at
    return kept is not None and expires_at is not None and expires_at < kept


def _stored(
    work: Work, basket: LinkedBasket, content: Mapping[str, Any], expires_at: datetime | None
) -> LinkedBasket:
    values: dict[str, Any] = {"content": dict(content), "expires_at": expires_at}
    if basket.content is None or not same_but_for_dates(basket.content, content):
        return change_basket(work, basket, **values)
    # Nothing that an order is made of has changed: what the shopper looks at is still good.
    mine = update(linked_baskets).where(linked_baskets.c.id == basket.id)
    work.execute(mine.values(updated_at=work.now, **values))
    return lock_basket(work, basket.id)


def _link(
    work: Work,
    basket: LinkedBasket,
    shopper_id: str,
    content: Mapping[str, Any],
    expires_at: datetime | None,
) -> LinkedBasket:
    return move_basket(
        work,
        basket,
        "link",
        shopper_id=shopper_id,
        content=dict(content),
        expires_at=expires_at,
        linked_at=work.now,
        unlinked_by=None,
    )


# --- the shop answered a confirmation ---------------------------------------------------------


def link_basket(
    work: Work, prompt_id: str, content: Mapping[str, Any], *, expires_at: datetime | None
) -> LinkedBasket:
    """The shop answered an accepted prompt with its basket: now it is linked (3.4).

    Nothing changes when the shop's own PUT was faster: its basket is the newer one. Raises `Gone`
    (PROMPT_OVER) when the prompt was superseded meanwhile.
    """
    prompt = lock_prompt(work, prompt_id)
    basket = lock_basket(work, prompt.linked_basket_id)
    if prompt.status == LINKED_UP:
        return basket
    if prompt.status != ACCEPTED:
        raise Gone("That question is over.", code="PROMPT_OVER")
    return _link_accepted(work, basket, prompt, content, expires_at)


def _link_accepted(
    work: Work,
    basket: LinkedBasket,
    prompt: Prompt,
    content: Mapping[str, Any],
    expires_at: datetime | None,
) -> LinkedBasket:
    assert prompt.shopper_id is not None
    linked = _link(work, basket, prompt.shopper_id, content, expires_at)
    if prompt.browser_id is not None:
        trust(
            work,
            prompt.browser_id,
            shopper_id=prompt.shopper_id,
            merchant_id=prompt.merchant_id,
            description=_described(prompt.browser),
        )
    end_prompt(work, prompt, LINKED_UP)
    return linked


def _described(browser: Mapping[str, Any] | None) -> str | None:
    told = browser or {}
    return told.get("description") or told.get("user_agent")


def fail_prompt(work: Work, prompt_id: str, reason: str | None = None) -> Prompt:
    """The shop did not answer an accepted prompt with a basket: nothing is linked (3.4)."""
    prompt = lock_prompt(work, prompt_id)
    if prompt.status == ACCEPTED:
        basket = lock_basket(work, prompt.linked_basket_id)
        move_basket(work, basket, "unlink", unlinked_by=BY_MERCHANT, **UNLINKED)
        end_prompt(work, prompt, FAILED, reason=reason)
    return read_prompt(work, prompt_id)


# --- the end of a binding ---------------------------------------------------------------------


def unlink_for_merchant(
    work: Work, merchant_id: str, merchant_basket_id: str, *, realized: bool
) -> LinkedBasket:
    """The shop unlinks, or withdraws its prompt (2.9). Raises `NotFound` when there is neither."""
    basket = lock_found(work, merchant_id, merchant_basket_id)
    if basket is None or basket.status not in (PENDING, BOUND):
        raise unknown_basket()
    return _unlink(work, basket, REALIZED if realized else BY_MERCHANT)


def unlink_for_shopper(work: Work, basket_id: str, shopper_id: str) -> LinkedBasket:
    """The shopper unlinks. Raises `NotFound`; `Conflict` (BASKET_STATE) once it is ordered."""
    return _unlink(work, lock_basket(work, basket_id, shopper_id=shopper_id), BY_SHOPPER)


def unlink_basket(work: Work, basket_id: str, by: str) -> LinkedBasket:
    """End a binding for another reason; one that is unbound or ordered stays as it is."""
    basket = lock_basket(work, basket_id)
    return _unlink(work, basket, by) if basket.status in (PENDING, BOUND) else basket


def _unlink(work: Work, basket: LinkedBasket, by: str) -> LinkedBasket:
    unlinked = move_basket(work, basket, "unlink", unlinked_by=by, **UNLINKED)
    prompt = under_way(work, basket.id)
    if prompt is not None:
        end_prompt(work, prompt, SUPERSEDED)
    return unlinked


# --- by the clock -----------------------------------------------------------------------------


def end_what_is_over(work: Work) -> int:
    """Prompts that nobody answered in time, and baskets past their date; how many there were.

    Everything also checks the time when it is used: this only tells the shopper's page.
    """
    late = select(prompts.c.id).where(prompts.c.status == OPEN, prompts.c.expires_at <= work.now)
    asked = work.execute(late.order_by(prompts.c.id).limit(SWEEP)).scalars().all()
    for prompt_id in asked:
        _expire(work, lock_prompt(work, prompt_id))
    due = (
        select(linked_baskets)
        .where(linked_baskets.c.status == BOUND, linked_baskets.c.expires_at <= work.now)
        .order_by(linked_baskets.c.id)
        .limit(SWEEP)
        .with_for_update()
    )
    over = [basket_from(row) for row in work.execute(due).all()]
    for basket in over:
        _unlink(work, basket, BY_EXPIRY)
    _forget(work)
    return len(asked) + len(over)


def _forget(work: Work) -> None:
    """Old prompts hold phone numbers, also of people who have no wallet, and addresses."""
    work.execute(
        delete(prompts).where(
            prompts.c.decided_at < work.now - KEPT, prompts.c.status.not_in((OPEN, ACCEPTED))
        )
    )


def _expire(work: Work, prompt: Prompt) -> None:
    if prompt.status != OPEN:
        return
    basket = lock_basket(work, prompt.linked_basket_id)
    if basket.status == PENDING:
        move_basket(work, basket, "unlink", unlinked_by=BY_EXPIRY, **UNLINKED)
    end_prompt(work, prompt, EXPIRED)
