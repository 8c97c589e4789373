"""Linking a basket with a phone: what the shop notes of it.

A basket has at most one binding that is not ordered. Whatever changes one writes the basket's row
first, makes a new version of it and rings its bell, so that its pages see the new state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared, Upsert
from ...errors import Conflict, NotFound
from ..binding import (
    DELETED,
    LINKED,
    ORDERED,
    PENDING,
    REJECTED,
    UNBOUND,
    Binding,
    LinkFacts,
    Notice,
    may_become,
)
from ..tables import baskets, bindings
from .basket import basket_topic, tell_wallet, touch_basket

_NEW = Upsert(
    bindings,
    lambda insert: insert.on_conflict_do_nothing().returning(bindings.c.id),
)
_OPEN = Prepared(
    select(bindings).where(
        bindings.c.basket_id == bindparam("basket"), bindings.c.status != ORDERED
    )
)
_BY_ID = Prepared(select(bindings).where(bindings.c.id == bindparam("id")))
_MOVE = Prepared(
    update(bindings)
    .where(bindings.c.id == bindparam("moved"), bindings.c.status == bindparam("seen"))
    .returning(*bindings.c)
)
_CHANGE = Prepared(
    update(bindings).where(bindings.c.id == bindparam("changed"), bindings.c.status != ORDERED)
)
_POINT = Prepared(
    update(baskets).where(baskets.c.id == bindparam("basket")).returning(baskets.c.version)
)
_SENT = Prepared(
    update(bindings)
    .where(bindings.c.id == bindparam("sent"), bindings.c.sent_version < bindparam("version"))
    .values(sent_version=bindparam("version"))
)
# The basket's new version says nothing new of what is in it: who knew the last one knows this.
_KEEP_STEP = Prepared(
    update(bindings)
    .where(bindings.c.id == bindparam("kept"), bindings.c.sent_version == bindparam("last"))
    .values(sent_version=bindparam("version"))
)
_LOCK = Prepared(
    select(baskets.c.version).where(baskets.c.id == bindparam("basket")).with_for_update()
)
_TAKE_NOTICE = Prepared(
    update(bindings)
    .where(bindings.c.id == bindparam("told"), bindings.c.notice == bindparam("shown"))
    .values(notice=None)
)
_OF_BROWSER = Prepared(
    update(bindings)
    .where(bindings.c.browser_id == bindparam("browser"), bindings.c.status != ORDERED)
    .values(browser_id=None, browser_trusted=False)
    .returning(bindings.c.basket_id)
)
_PRIVATE = {
    "inpost_basket_id": None,
    "country_prefix": None,
    "phone": None,
    "masked_phone_number": None,
    "name": None,
    "surname": None,
    "browser_id": None,
    "browser_trusted": False,
    "binding_key": None,
    "expires_at": None,
}


def find_binding(work: Work, basket_id: str | None) -> Binding | None:
    """The basket's binding that is not ordered; None before there is one."""
    row = work.execute(_OPEN, {"basket": basket_id}).first() if basket_id else None
    return None if row is None else _binding(row)


def read_binding(work: Work, binding_id: str) -> Binding:
    """The binding. Raises `NotFound` (BASKET_NOT_FOUND)."""
    row = work.execute(_BY_ID, {"id": binding_id}).first()
    if row is None:
        raise NotFound("There is no basket with this id.", code="BASKET_NOT_FOUND")
    return _binding(row)


def ensure_binding(work: Work, basket_id: str) -> Binding:
    """The basket's binding, made when there is none."""
    row = {
        "id": str(uuid4()),
        "basket_id": basket_id,
        "status": UNBOUND,
        "browser_trusted": False,
        "parameters": [],
        "sent_version": 0,
        "created_at": work.now,
        "updated_at": work.now,
    }
    found = find_binding(work, basket_id)
    if found is None:
        work.execute(_NEW, row)
        found = find_binding(work, basket_id)
    assert found is not None
    return found


def ask_binding(
    work: Work,
    binding_id: str,
    expires_at: datetime,
    phone: tuple[str, str] | None = None,
    parameters: Sequence[tuple[str, str]] | None = None,
) -> Binding:
    """The shopper is asked on the phone until ``expires_at``; an earlier refusal is forgotten.

    ``phone`` is prefix and number; ``parameters`` come back with the order (4.1.1). Raises
    `Conflict` (ORDER_EXISTS), and (BASKET_IS_LINKED) for one that is linked already.
    """
    prefix, number = phone or (None, None)
    facts: dict[str, Any] = {
        "expires_at": expires_at,
        "country_prefix": prefix,
        "phone": number,
        "refusal": None,
    }
    if parameters is not None:
        facts["parameters"] = [list(one) for one in parameters]
    return _become(work, binding_id, PENDING, **facts)


def link(work: Work, binding_id: str, facts: LinkFacts) -> Binding:
    """The wallet linked the basket; a repeat overwrites. Raises `Conflict` (ORDER_EXISTS)."""
    known = {name: getattr(facts, name) for name in LinkFacts.__slots__}
    return _become(work, binding_id, LINKED, **known, refusal=None, expires_at=None)


def refuse(work: Work, binding_id: str, why: str = REJECTED) -> Binding:
    """The shopper said no, or nothing in time. Raises `Conflict` (ORDER_EXISTS).

    A basket that is linked by now stays so.
    """
    if read_binding(work, binding_id).status == LINKED:
        return read_binding(work, binding_id)
    return _become(work, binding_id, UNBOUND, **_PRIVATE, refusal=why)


def unlink(work: Work, binding_id: str, why: str | None = None) -> Binding:
    """Forget the phone and the browser; the basket stays. An ordered binding stays ordered.

    ``why`` is `DELETED` when the wallet did it. Nobody is told: see `delete_binding`.
    """
    found = read_binding(work, binding_id)
    if found.status == ORDERED:
        return found
    return _become(work, binding_id, UNBOUND, **_PRIVATE, refusal=why, notice=None)


def unlink_by_wallet(work: Work, binding_id: str) -> Binding:
    """The shopper deleted the basket in the wallet, which must not be told so again (3.6)."""
    return unlink(work, binding_id, DELETED)


def delete_binding(work: Work, binding_id: str, *, realized: bool = False) -> Binding:
    """Unlink, and have the wallet told; ``realized`` when the basket was bought in the shop."""
    found = unlink(work, binding_id)
    if found.status != ORDERED:
        tell_wallet(work, binding_id, "binding_deleted", {"realized": realized})
    return found


def realize(work: Work, binding_id: str) -> None:
    """The linked basket was bought at another desk (1.9)."""
    delete_binding(work, binding_id, realized=True)


def set_key(work: Work, binding_id: str, key: str) -> None:
    """Keep the key with which the vendor's second widget links the basket (2.7)."""
    work.execute(_CHANGE, {"changed": binding_id, "binding_key": key, "updated_at": work.now})


def set_notice(work: Work, binding_id: str, notice: Notice) -> None:
    """Tell the shopper with the next basket that is sent (4.1.1)."""
    work.execute(_CHANGE, {"changed": binding_id, "notice": list(notice)})


def take_notice(work: Work, binding_id: str, notice: Notice) -> bool:
    """The notice is being told now. False when somebody else told it meanwhile."""
    return bool(work.execute(_TAKE_NOTICE, {"told": binding_id, "shown": list(notice)}).rowcount)


def note_told(work: Work, binding_id: str, notice: Notice | None, version: int | None) -> bool:
    """A basket with this notice is being sent; the wallet keeps it, if ``version`` says which.

    False when somebody else told the notice meanwhile: it is told once.
    """
    if version is not None:
        note_sent(work, binding_id, version)
    return notice is None or take_notice(work, binding_id, notice)


def note_sent(work: Work, binding_id: str, version: int) -> None:
    """The wallet knows the basket as it was at this version; an older one changes nothing."""
    work.execute(_SENT, {"sent": binding_id, "version": version})


def forget_browser(work: Work, browser_id: str) -> None:
    """The browser is no longer trusted."""
    for basket_id in sorted(work.execute(_OF_BROWSER, {"browser": browser_id}).scalars()):
        touch_basket(work, basket_id)
        work.ring(basket_topic(basket_id))


def lock_binding(work: Work, binding_id: str) -> Binding:
    """The binding as it stays until this transaction ends: its basket's row is locked first.

    Raises `NotFound` (BASKET_NOT_FOUND).
    """
    basket_id = read_binding(work, binding_id).basket_id
    work.execute(_LOCK, {"basket": basket_id})
    return read_binding(work, binding_id)


def order_binding(work: Work, binding: Binding, order_id: str) -> bool:
    """The basket became an order, for good. False when it did so before, or is not the wallet's."""
    change = {"status": ORDERED, "order_id": order_id, "updated_at": work.now, "notice": None}
    moved = work.execute(_MOVE, {"moved": binding.id, "seen": binding.status, **change}).first()
    if moved is None:
        return False
    work.execute(_POINT, {"basket": binding.basket_id, "binding_id": None})
    return True


def _become(work: Work, binding_id: str, status: str, **facts: Any) -> Binding:
    basket_id = read_binding(work, binding_id).basket_id
    touch_basket(work, basket_id)
    found = read_binding(work, binding_id)
    if not may_become(found.status, status):
        raise _final(found)
    row = work.execute(
        _MOVE,
        {
            "moved": binding_id,
            "seen": found.status,
            "status": status,
            "updated_at": work.now,
            **facts,
        },
    ).one()
    pointer = {"basket": basket_id, "binding_id": binding_id if status == LINKED else None}
    version = work.execute(_POINT, pointer).scalar_one()
    work.execute(_KEEP_STEP, {"kept": binding_id, "last": version - 1, "version": version})
    work.ring(basket_topic(basket_id))
    kept = version if found.sent_version == version - 1 else found.sent_version
    return _binding(row, sent_version=kept)


def _final(binding: Binding) -> Conflict:
    if binding.status == ORDERED:
        return Conflict("The basket is an order already.", code="ORDER_EXISTS")
    return Conflict("The basket is linked already.", code="BASKET_IS_LINKED")


def _binding(row: Any, **instead: Any) -> Binding:
    values = row._asdict() | instead
    notice = values.pop("notice")
    pairs = values.pop("parameters")
    return Binding(
        **values,
        notice=None if notice is None else tuple(notice),
        parameters=tuple(tuple(one) for one in pairs),
    )
