"""What shoppers change in the wallet, on its way to the shop and back (3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from ...base.database import Work
from ...base.outbox import BELL_TOPIC, Receiver
from ...errors import Conflict
from ..linked_basket import APPLIED, BOUND, REFUSED, WAITING, BasketEdit, LinkedBasket
from ..tables import outbox
from ..tables.wallet import basket_edits
from .linked_baskets import change_basket, lock_basket
from .merchant_health import require_on
from .shoppers import touch
from .wallet_payments import COURIER

EDIT, LOOK = "basket_edit", "basket_look"
MOST_WAITING = 20
"""Changes of one basket that the shop has not answered yet."""
SHOWN = timedelta(minutes=10)
"""How long a refused change is shown."""
LATEST = timedelta(seconds=250)
"""After this a shop refuses what a network kept: its signature is too old (3.1)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the shop made of a change; ``refusal`` is None when it is as the shopper wished."""

    refusal: str | None = None
    code: str | None = None


TAKEN = Outcome()


def record_edit(
    work: Work, basket_id: str, shopper_id: str, kind: str, data: Mapping[str, Any]
) -> BasketEdit:
    """Keep a change and have the shop told. Raises `NotFound`, `Conflict` as `require_open`,
    or TOO_MANY_EDITS."""
    basket = lock_basket(work, basket_id, shopper_id=shopper_id)
    require_open(work, basket)
    if count_waiting(work, basket_id) >= MOST_WAITING:
        raise Conflict("Wait until the shop has answered.", code="TOO_MANY_EDITS")
    event_id = _tell(work, basket, EDIT, basket.id)
    work.execute(
        insert(basket_edits).values(
            event_id=event_id,
            linked_basket_id=basket_id,
            kind=kind,
            data=dict(data),
            status=WAITING,
            created_at=work.now,
            updated_at=work.now,
        )
    )
    touch(work, shopper_id)
    return read_edit(work, event_id)


def require_open(work: Work, basket: LinkedBasket) -> None:
    """Raises `Conflict`: BASKET_NOT_BOUND, ORDER_EXISTS, BASKET_EXPIRED, MERCHANT_DISABLE."""
    if basket.status == "ordered":
        raise Conflict("The basket was ordered.", code="ORDER_EXISTS")
    if basket.status != BOUND:
        raise Conflict("The basket is not linked.", code="BASKET_NOT_BOUND")
    if basket.is_over(work.now):
        raise Conflict("The basket is past its date.", code="BASKET_EXPIRED")
    require_on(work, basket.merchant_id)


def ask_again(work: Work, basket_id: str) -> None:
    """Have the basket read from the shop: what we know of it may be old."""
    basket = lock_basket(work, basket_id)
    if basket.status == BOUND:
        _look(work, basket)


def look_when_late(work: Work, basket_id: str) -> None:
    """Have the basket read once more when nothing that was sent till now can do anything there."""
    basket = lock_basket(work, basket_id)
    if basket.status == BOUND:
        _tell(work, basket, LOOK, f"late:{basket.id}", not_before=work.now + LATEST)


def _look(work: Work, basket: LinkedBasket) -> None:
    """Not in line with what the shopper waits for: it may take until the shop is back."""
    subject = f"look:{basket.id}"
    if not hurry(work, subject):
        _tell(work, basket, LOOK, subject)


def hurry(work: Work, subject: str) -> int:
    """Have what waits for a later try tried now; returns how much that is."""
    rows = outbox.deliveries
    waiting = (rows.c.state == "waiting", rows.c.lease_until.is_(None))
    hurried = work.execute(
        update(rows)
        .where(rows.c.subject == subject, rows.c.courier == COURIER, *waiting)
        .values(next_at=work.now)
    )
    if hurried.rowcount:
        work.ring(BELL_TOPIC)
    return int(hurried.rowcount)


def _tell(
    work: Work,
    basket: LinkedBasket,
    kind: str,
    subject: str,
    *,
    not_before: datetime | None = None,
) -> str:
    return outbox.record(
        work,
        subject=subject,
        kind=kind,
        data={"basket_id": basket.id},
        receivers=[Receiver(COURIER, basket.merchant_id)],
        not_before=not_before,
    )


def finish_edit(
    work: Work,
    event_id: str,
    outcome: Outcome,
    *,
    content: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
    seen_version: int | None = None,
) -> None:
    """The shop has answered, or was given up. A repeat changes nothing.

    Its ``content`` counts if the basket is still at ``seen_version``; else the shop has told of
    another meanwhile, nobody knows which is newer, and the basket is read again.
    """
    edit = read_edit(work, event_id)
    basket = lock_basket(work, edit.linked_basket_id)
    done = work.execute(
        update(basket_edits)
        .where(basket_edits.c.event_id == event_id, basket_edits.c.status == WAITING)
        .values(
            status=APPLIED if outcome.refusal is None else REFUSED,
            refusal=outcome.refusal,
            code=outcome.code,
            updated_at=work.now,
        )
    )
    if not done.rowcount:
        return
    if content is not None:
        take_content(work, basket, content, expires_at=expires_at, seen_version=seen_version)
    touch(work, basket.shopper_id)


def take_content(
    work: Work,
    basket: LinkedBasket,
    content: Mapping[str, Any],
    *,
    expires_at: datetime | None,
    seen_version: int | None,
) -> bool:
    """Store what a locked basket holds by now; False when that has to be asked for again."""
    if basket.status != BOUND:
        return True
    if basket.version != seen_version:
        _look(work, basket)
        return False
    if basket.content != content or basket.expires_at != expires_at:
        change_basket(work, basket, content=dict(content), expires_at=expires_at)
    return True


def store_look(
    work: Work,
    basket_id: str,
    content: Mapping[str, Any],
    *,
    expires_at: datetime | None,
    seen_version: int,
) -> bool:
    """The basket as it was just read; False when it changed during that: then read it again."""
    basket = lock_basket(work, basket_id)
    if basket.status == BOUND and basket.version != seen_version:
        return False
    return take_content(work, basket, content, expires_at=expires_at, seen_version=seen_version)


def drop_edits(work: Work, basket_id: str, outcome: Outcome) -> None:
    """The basket is no more the shopper's to change: nothing waits any longer."""
    work.execute(
        update(basket_edits)
        .where(basket_edits.c.linked_basket_id == basket_id, basket_edits.c.status == WAITING)
        .values(status=REFUSED, refusal=outcome.refusal, code=outcome.code, updated_at=work.now)
    )


def count_waiting(work: Work, basket_id: str) -> int:
    """How many changes of a basket the shop has not answered yet."""
    query = select(func.count()).where(
        basket_edits.c.linked_basket_id == basket_id, basket_edits.c.status == WAITING
    )
    return int(work.execute(query).scalar_one())


def read_edit(work: Work, event_id: str) -> BasketEdit:
    row = work.execute(select(basket_edits).where(basket_edits.c.event_id == event_id)).one()
    return edit_from(row)


def edits_of(work: Work, basket_id: str) -> list[BasketEdit]:
    """What waits, and what was refused in the last ten minutes, oldest first."""
    lately = (basket_edits.c.status == REFUSED) & (basket_edits.c.updated_at > work.now - SHOWN)
    query = (
        select(basket_edits)
        .where(
            basket_edits.c.linked_basket_id == basket_id,
            or_(basket_edits.c.status == WAITING, lately),
        )
        .order_by(basket_edits.c.created_at, basket_edits.c.event_id)
    )
    return [edit_from(row) for row in work.execute(query).all()]


def edit_from(row: Any) -> BasketEdit:
    return BasketEdit(
        event_id=row.event_id,
        linked_basket_id=row.linked_basket_id,
        kind=row.kind,
        data=row.data,
        status=row.status,
        refusal=row.refusal,
        code=row.code,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
