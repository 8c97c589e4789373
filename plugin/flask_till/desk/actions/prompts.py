"""Asking a shopper whether a basket may be linked: by phone number, by link, by a widget's key.

One prompt of a basket is under way at a time; a newer one supersedes it. State only: what must
reach the shop is recorded by whoever calls `accept_prompt` and `refuse_prompt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, insert, or_, select, update

from ...base.database import Work
from ...errors import Conflict, Gone, NotFound
from ..linked_basket import (
    ACCEPTED,
    BY_EXPIRY,
    BY_SHOPPER,
    DEEP_LINK,
    FAILED,
    OPEN,
    ORDERED,
    PHONE,
    PROMPT_TRANSITIONS,
    REFUSED,
    SUPERSEDED,
    LinkedBasket,
    Prompt,
)
from ..tables.wallet import linked_baskets, prompts, shoppers
from .linked_baskets import ensure_basket, lock_basket, move_basket
from .shoppers import shopper_by_phone, touch

_PROMPTS = select(prompts, linked_baskets.c.merchant_basket_id).join(
    linked_baskets, linked_baskets.c.id == prompts.c.linked_basket_id
)
UNLINKED: Mapping[str, Any] = {
    "shopper_id": None,
    "content": None,
    "expires_at": None,
    "linked_at": None,
}
"""What a basket loses when it is nobody's any more."""
SHOWN = timedelta(minutes=10)
"""How long a binding that came to nothing is shown."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How long a prompt waits, and how many a phone may get in that time: in all, of one shop."""

    life: timedelta
    per_phone: int
    per_merchant: int


# --- asking -----------------------------------------------------------------------------------


def ask_by_phone(
    work: Work,
    merchant_id: str,
    merchant_basket_id: str,
    *,
    country_prefix: str,
    phone: str,
    place: str | None,
    browser: Mapping[str, Any] | None,
    allowance: Allowance,
) -> Prompt:
    """A prompt for whoever has that number, now or once they sign in: nobody learns which (2.5).

    Raises `Conflict`: BASKET_IS_BOUND, BASKET_EXPIRED, or PHONE_BUSY past the allowance.
    """
    basket = _ready_to_ask(work, merchant_id, merchant_basket_id)
    _require_room(work, merchant_id, country_prefix, phone, allowance)
    shopper = shopper_by_phone(work, country_prefix, phone)
    return _ask(
        work,
        basket,
        allowance.life,
        kind=PHONE,
        country_prefix=country_prefix,
        phone=phone,
        shopper_id=None if shopper is None else shopper.id,
        place=place,
        browser=None if browser is None else dict(browser),
    )


def ask_by_link(
    work: Work,
    merchant_id: str,
    merchant_basket_id: str,
    *,
    code_digest: str,
    place: str | None,
    browser: Mapping[str, Any] | None,
    life: timedelta,
) -> Prompt:
    """A prompt for whoever opens the link first. Raises `Conflict` as `ask_by_phone`."""
    basket = _ready_to_ask(work, merchant_id, merchant_basket_id)
    browser = None if browser is None else dict(browser)
    return _ask(work, basket, life, kind=DEEP_LINK, code=code_digest, place=place, browser=browser)


def ask_by_key(
    work: Work, merchant_id: str, merchant_basket_id: str, *, key_digest: str, life: timedelta
) -> LinkedBasket:
    """A new key for widget 2 (2.7), which opens a prompt as a link does.

    A basket that is bound keeps its binding and gets the key alone. Raises `Conflict`
    (BASKET_EXPIRED) for one that was ordered.
    """
    basket = _renewed(work, ensure_basket(work, merchant_id, merchant_basket_id))
    if not basket.is_linked:
        _ask(work, basket, life, kind=DEEP_LINK, code=key_digest)
    elif basket.status == ORDERED:
        raise _ordered()
    work.execute(
        update(linked_baskets).where(linked_baskets.c.id == basket.id).values(key=key_digest)
    )
    return lock_basket(work, basket.id)


def _ready_to_ask(work: Work, merchant_id: str, merchant_basket_id: str) -> LinkedBasket:
    basket = _renewed(work, ensure_basket(work, merchant_id, merchant_basket_id))
    if basket.status == ORDERED:
        raise _ordered()
    if basket.is_linked:
        raise _bound()
    return basket


def _renewed(work: Work, basket: LinkedBasket) -> LinkedBasket:
    """One whose date is past is nobody's, so that it can be asked for again."""
    if basket.is_over(work.now):
        return move_basket(work, basket, "unlink", unlinked_by=BY_EXPIRY, **UNLINKED)
    return basket


def _bound() -> Conflict:
    return Conflict("The basket is linked already.", code="BASKET_IS_BOUND")


def _ordered() -> Conflict:
    return Conflict("The basket was ordered; it is over.", code="BASKET_EXPIRED")


def _require_room(
    work: Work, merchant_id: str, country_prefix: str, phone: str, allowance: Allowance
) -> None:
    query = select(prompts.c.merchant_id).where(
        prompts.c.phone == phone,
        prompts.c.country_prefix == country_prefix,
        prompts.c.created_at > work.now - allowance.life,
    )
    asking = list(work.execute(query.limit(allowance.per_phone)).scalars())
    if len(asking) >= allowance.per_phone or asking.count(merchant_id) >= allowance.per_merchant:
        raise Conflict("This number was asked too often; try later.", code="PHONE_BUSY")


def _ask(work: Work, basket: LinkedBasket, life: timedelta, **values: Any) -> Prompt:
    earlier = under_way(work, basket.id)
    if earlier is not None and earlier.is_confirming(work.now):
        raise _bound()
    basket = move_basket(work, basket, "ask")
    if earlier is not None:
        end_prompt(work, earlier, SUPERSEDED)
    prompt_id = work.new_id("prm")
    work.execute(
        insert(prompts).values(
            id=prompt_id,
            linked_basket_id=basket.id,
            merchant_id=basket.merchant_id,
            status=OPEN,
            created_at=work.now,
            expires_at=work.now + life,
            **values,
        )
    )
    touch(work, values.get("shopper_id"))
    return read_prompt(work, prompt_id)


# --- reading ----------------------------------------------------------------------------------


def read_prompt(work: Work, prompt_id: str, *, shopper_id: str | None = None) -> Prompt:
    """Raises `NotFound` (PROMPT_NOT_FOUND): also for a shopper whom it does not ask."""
    query = _PROMPTS.where(prompts.c.id == prompt_id)
    if shopper_id is not None:
        query = query.where(_asks(shopper_id))
    row = work.execute(query).first()
    if row is None:
        raise _unknown()
    return prompt_from(row)


def prompts_of(work: Work, shopper_id: str) -> list[Prompt]:
    """What waits for this shopper's answer, newest first."""
    query = (
        _PROMPTS.where(
            prompts.c.status == OPEN, prompts.c.expires_at > work.now, _asks(shopper_id)
        )
        .order_by(prompts.c.created_at.desc(), prompts.c.id)
    )  # fmt: skip
    return [prompt_from(row) for row in work.execute(query).all()]


def shown_prompts(work: Work, shopper_id: str) -> list[Prompt]:
    """As `prompts_of`, with what a shop is being told now and what came to nothing lately."""
    query = (
        _PROMPTS.where(
            _asks(shopper_id),
            or_(
                and_(prompts.c.status == OPEN, prompts.c.expires_at > work.now),
                prompts.c.status == ACCEPTED,
                and_(prompts.c.status == FAILED, prompts.c.decided_at > work.now - SHOWN),
            ),
        )
        .order_by(prompts.c.created_at.desc(), prompts.c.id)
    )  # fmt: skip
    return [prompt_from(row) for row in work.execute(query).all()]


def _asks(shopper_id: str) -> Any:
    """By account, or by number: it may have been asked before there was an account."""
    of_phone = (
        select(shoppers.c.id)
        .where(
            shoppers.c.id == shopper_id,
            shoppers.c.country_prefix == prompts.c.country_prefix,
            shoppers.c.phone == prompts.c.phone,
        )
        .exists()
    )
    return or_(prompts.c.shopper_id == shopper_id, and_(prompts.c.shopper_id.is_(None), of_phone))


def under_way(work: Work, basket_id: str) -> Prompt | None:
    """The prompt of a basket that is open, or accepted and not yet answered by the shop."""
    query = _PROMPTS.where(
        prompts.c.linked_basket_id == basket_id, prompts.c.status.in_((OPEN, ACCEPTED))
    )
    row = work.execute(query).first()
    return None if row is None else prompt_from(row)


# --- answering --------------------------------------------------------------------------------


def open_link(work: Work, code_digest: str, shopper_id: str) -> Prompt:
    """The prompt behind a link is this shopper's from now on, if nobody else opened it first.

    Raises `NotFound` (PROMPT_NOT_FOUND), `Gone` (PROMPT_OVER) when it is decided or too old.
    """
    found = work.execute(select(prompts.c.id).where(prompts.c.code == code_digest)).scalar()
    prompt = None if found is None else lock_prompt(work, found)
    if prompt is None or prompt.shopper_id not in (None, shopper_id):
        raise _unknown()
    if not prompt.is_open(work.now):
        raise _over()
    if prompt.shopper_id is None:
        mine = update(prompts).where(prompts.c.id == prompt.id).values(shopper_id=shopper_id)
        work.execute(mine)
        touch(work, shopper_id)
    return read_prompt(work, prompt.id)


def accept_prompt(work: Work, prompt_id: str, shopper_id: str, *, trust: bool) -> Prompt:
    """The shopper says yes; the basket is linked when the shop has answered with it (1.3).

    With ``trust`` the prompt gets the id that the browser will be known by. A repeat gives the
    same prompt. Raises `NotFound`, `Gone` (PROMPT_OVER).
    """
    prompt = _lock(work, prompt_id, shopper_id)
    if prompt.status == ACCEPTED:
        return prompt
    if not prompt.is_open(work.now):
        raise _over()
    browser_id = work.new_id("brw") if trust else None
    end_prompt(work, prompt, ACCEPTED, shopper_id=shopper_id, browser_id=browser_id)
    return read_prompt(work, prompt_id)


def refuse_prompt(work: Work, prompt_id: str, shopper_id: str) -> Prompt:
    """The shopper says no. A repeat gives the same prompt. Raises as `accept_prompt`."""
    prompt = _lock(work, prompt_id, shopper_id)
    if prompt.status == REFUSED:
        return prompt
    if not prompt.is_open(work.now):
        raise _over()
    basket = lock_basket(work, prompt.linked_basket_id)
    move_basket(work, basket, "unlink", unlinked_by=BY_SHOPPER, **UNLINKED)
    end_prompt(work, prompt, REFUSED, shopper_id=shopper_id)
    return read_prompt(work, prompt_id)


def _lock(work: Work, prompt_id: str, shopper_id: str | None) -> Prompt:
    """The basket's row is the lock of its prompts."""
    lock_basket(work, read_prompt(work, prompt_id, shopper_id=shopper_id).linked_basket_id)
    return read_prompt(work, prompt_id, shopper_id=shopper_id)


def lock_prompt(work: Work, prompt_id: str) -> Prompt:
    """The prompt, and nobody else decides it before this transaction ends."""
    return _lock(work, prompt_id, None)


def end_prompt(work: Work, prompt: Prompt, status: str, **values: Any) -> None:
    """Move a prompt on; its basket is locked by the caller. Tells whom it asked.

    Raises `Conflict` (PROMPT_OVER) for a step that the table does not have.
    """
    if status not in PROMPT_TRANSITIONS[prompt.status]:
        raise Conflict(f"The prompt is {prompt.status}.", code="PROMPT_OVER")
    done = work.execute(
        update(prompts)
        .where(prompts.c.id == prompt.id, prompts.c.status == prompt.status)
        .values(status=status, decided_at=work.now, **values)
    )
    if not done.rowcount:
        raise Conflict("The prompt was decided meanwhile.", code="PROMPT_OVER")
    shopper_id = values.get("shopper_id") or prompt.shopper_id
    if shopper_id is None and prompt.country_prefix and prompt.phone:
        shopper = shopper_by_phone(work, prompt.country_prefix, prompt.phone)
        shopper_id = None if shopper is None else shopper.id
    touch(work, shopper_id)


def _unknown() -> NotFound:
    return NotFound("There is no such prompt.", code="PROMPT_NOT_FOUND")


def _over() -> Gone:
    return Gone("That question is over.", code="PROMPT_OVER", remedy="Ask again in the shop.")


def prompt_from(row: Any) -> Prompt:
    return Prompt(
        id=row.id,
        linked_basket_id=row.linked_basket_id,
        merchant_id=row.merchant_id,
        merchant_basket_id=row.merchant_basket_id,
        shopper_id=row.shopper_id,
        country_prefix=row.country_prefix,
        phone=row.phone,
        kind=row.kind,
        place=row.place,
        browser=row.browser,
        browser_id=row.browser_id,
        status=row.status,
        created_at=row.created_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        reason=row.reason,
    )
