"""What becomes of goods that are handed over as a claim: wanted, made, told of, taken back.

Each change locks its order first, so that those of one order wait for each other; then it is one
conditional update. Whoever looks at the order is told, by a new version of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..claims import (
    ALREADY_CLAIMED,
    CANCELLED,
    CLAIMED,
    FAILED,
    NOT_WITHDRAWN,
    READY,
    WANTED,
    ClaimNews,
    KeptClaim,
    Made,
    external_id_of,
    may_become,
)
from ..order import Order, order_number
from ..tables import claims, inbox, orders, outbox
from .basket import LISTENERS, basket_topic

MAKER = Receiver("claims", "claims")
"""Who makes the codes, as the outbox knows them."""
WANT, TAKE_BACK, LOOK = "claim_wanted", "claim_unwanted", "claim_opened"
LOOK_AFTER = timedelta(minutes=2)
"""When the maker is asked what became of a claim that was opened, if it did not tell."""
TROUBLE = "claim_failed"
"""The signal: the shop's owner has to know."""

Heard = Callable[[str], bool]

_COLUMNS = [claims.c[name] for name in KeptClaim.__dataclass_fields__]
_BY_ID = Prepared(select(*_COLUMNS).where(claims.c.id == bindparam("id")))
_BY_EXTERNAL = Prepared(select(claims.c.id).where(claims.c.external_id == bindparam("external")))
_OF_ORDER = Prepared(
    select(*_COLUMNS)
    .where(claims.c.order_id == bindparam("order"))
    .order_by(claims.c.created_at, claims.c.product_id, claims.c.number)
)
_OF_ORDERS = (
    select(*_COLUMNS)
    .where(claims.c.order_id.in_(bindparam("orders", expanding=True)))
    .order_by(claims.c.created_at, claims.c.product_id, claims.c.number)
)
_STORE = Prepared(insert(claims))
_LOCK_ORDER = Prepared(
    select(orders.c.version).where(orders.c.id == bindparam("id")).with_for_update()
)
_SHOW = Prepared(
    update(orders)
    .where(orders.c.id == bindparam("shown"))
    .values(version=orders.c.version + 1)
    .returning(orders.c.basket_id)
)
_MOVE = Prepared(
    update(claims).where(claims.c.id == bindparam("moved"), claims.c.status == bindparam("seen"))
)
_NOTE = Prepared(update(claims).where(claims.c.id == bindparam("noted")))


# ---- reading ----


def read_claim(work: Work, claim_id: str) -> KeptClaim:
    """The claim with this id. Raises `NotFound` (CLAIM_NOT_FOUND)."""
    row = work.execute(_BY_ID, {"id": claim_id}).first()
    if row is None:
        raise NotFound("There is no such claim.", code="CLAIM_NOT_FOUND")
    return _kept(row)


def claims_of(work: Work, order_ids: Sequence[str]) -> Mapping[str, list[KeptClaim]]:
    """The claims of some orders, in the order of their goods."""
    found: dict[str, list[KeptClaim]] = defaultdict(list)
    rows = work.execute(_OF_ORDERS, {"orders": list(order_ids)}) if order_ids else ()
    for row in rows:
        claim = _kept(row)
        found[claim.order_id].append(claim)
    return found


def list_claims(
    work: Work, *, status: str | None = None, limit: int = 100
) -> list[tuple[str, KeptClaim]]:
    """Pairs of an order's number and a claim, those that changed last first."""
    asked = select(orders.c.seq, *_COLUMNS).join(orders, orders.c.id == claims.c.order_id)
    if status is not None:
        asked = asked.where(claims.c.status == status)
    rows = work.execute(asked.order_by(claims.c.updated_at.desc(), claims.c.id).limit(limit))
    return [(order_number(row[0]), _kept(row[1:])) for row in rows]


# ---- with the order ----


def want_claims(work: Work, products: Mapping[str, str], order: Order) -> None:
    """The order is paid: a claim for each piece of such goods, and one call for each of them."""
    rows: list[dict[str, Any]] = [
        {
            "id": work.new_id("clm"),
            "order_id": order.id,
            "product_id": line.product_id,
            "number": number,
            "name": line.name,
            "maker_product": products[line.product_id],
            "external_id": external_id_of(order.id, line.product_id, number),
            "status": WANTED,
            "created_at": work.now,
            "updated_at": work.now,
        }
        for line in order.lines
        if line.product_id in products
        for number in range(1, line.quantity + 1)
    ]
    if rows:
        work.execute(_STORE, rows)
    for row in rows:
        _ask(work, row["id"], WANT)


def unwant_claims(work: Work, order: Order, heard: Heard) -> None:
    """All the money of the order went back: so do its codes, those that nobody claimed yet."""
    for row in work.execute(_OF_ORDER, {"order": order.id}).all():
        _unwant(work, _kept(row), heard)


def unwant_claim(work: Work, claim_id: str, heard: Heard) -> KeptClaim:
    """Take one claim back, as the shop wishes; the claim as it is then. Raises `NotFound`."""
    claim = _locked(work, claim_id)
    if claim.unwanted_at is None:
        _unwant(work, claim, heard)
    return read_claim(work, claim_id)


def _unwant(work: Work, claim: KeptClaim, heard: Heard) -> None:
    if claim.status == CLAIMED:
        _note(work, claim, unwanted_at=work.now, reason=ALREADY_CLAIMED)
        _tell_owner(work, claim, ALREADY_CLAIMED, heard)
    elif claim.is_open and claim.asked_at is None:  # nobody has heard of it
        _move(work, claim, CANCELLED, unwanted_at=work.now)
    elif claim.is_open:
        _note(work, claim, unwanted_at=claim.unwanted_at or work.now)
        _ask(work, claim.id, TAKE_BACK)


def look_later(work: Work, claim_id: str) -> None:
    """The claim was opened in the wallet: what becomes of it is asked for, should nobody tell."""
    outbox.record(
        work,
        subject=work.new_id("look"),  # nothing has to wait for it
        kind=LOOK,
        data={"claim_id": claim_id},
        receivers=[MAKER],
        not_before=work.now + LOOK_AFTER,
    )


# ---- what the maker was asked, and says ----


def begin_claim(work: Work, claim_id: str) -> KeptClaim | None:
    """Note that the maker is asked for it from now on; None when it is not wanted any more.

    Once this is stored, money that goes back asks for the code to be withdrawn.
    """
    claim = _locked(work, claim_id)
    if claim.status not in (WANTED, FAILED) or claim.unwanted_at is not None:
        return None
    if claim.asked_at is None:
        work.execute(_NOTE, {"noted": claim.id, "asked_at": work.now})
    return claim


def keep_made(
    work: Work, claim_id: str, made: Made, sealed_code: str, sealed_link: str, heard: Heard
) -> bool:
    """Store what the maker has made. False when that is no news."""
    claim = _locked(work, claim_id)
    known = {"maker_order": made.maker_order, "expires_at": made.expires_at}
    if made.status != READY:
        return _end(work, claim, made.status, heard, **known)
    sealed = {"sealed_code": sealed_code, "sealed_link": sealed_link}
    return _move(work, claim, READY, reason=None, **known, **sealed)


def fail_claim(work: Work, claim_id: str, reason: str, heard: Heard) -> bool:
    """Give it up: the maker refuses, or does not answer for days. The shop's owner is told."""
    claim = _locked(work, claim_id)
    if not _move(work, claim, FAILED, reason=reason):
        return False
    _tell_owner(work, claim, reason, heard)
    return True


def end_claim(work: Work, claim_id: str, status: str, heard: Heard) -> bool:
    """The maker says that it is claimed, expired or cancelled. False when that is no news."""
    return _end(work, _locked(work, claim_id), status, heard)


def keep_unwithdrawn(work: Work, claim_id: str, heard: Heard) -> None:
    """The code could not be taken back, for days. The shop's owner is told."""
    claim = _locked(work, claim_id)
    if claim.is_open and claim.reason != NOT_WITHDRAWN:
        _note(work, claim, reason=NOT_WITHDRAWN)
        _tell_owner(work, claim, NOT_WITHDRAWN, heard)


def hear_claim(work: Work, maker: str, news: ClaimNews, heard: Heard) -> bool:
    """Apply what the maker tells by itself. False when it, or the order, is none of ours.

    Raises `Conflict` (CLAIM_MISMATCH) for news that cannot be true of the claim that they name.
    """
    claim_id = work.execute(_BY_EXTERNAL, {"external": news.external_id}).scalar()
    if claim_id is None:
        return False
    claim = _locked(work, claim_id)
    ours = (claim.maker_product, claim.maker_order or news.maker_order)
    if ours != (news.maker_product, news.maker_order):
        raise Conflict("The order is not the one that we placed.", code="CLAIM_MISMATCH")
    seen = {"desk": maker, "event_id": news.event_id, "order_id": claim.order_id, "at": work.now}
    if not work.insert_once(inbox, seen) or news.status == READY:
        return False
    return _end(work, claim, news.status, heard, maker_order=news.maker_order)


def want_again(work: Work, claim_id: str) -> KeptClaim:
    """Ask the maker once more, from the first try on. Raises `NotFound` and `Conflict`."""
    claim = _locked(work, claim_id)
    if claim.is_open and claim.unwanted_at is not None:
        _note(work, claim, reason=None)
        _ask(work, claim.id, TAKE_BACK)
    elif _move(work, claim, WANTED, reason=None):
        _ask(work, claim.id, WANT)
    else:
        raise Conflict(f"The claim is {claim.status}.", code="CLAIM_STATE")
    return read_claim(work, claim_id)


# ---- steps ----


def _kept(row: Any) -> KeptClaim:
    return KeptClaim(*row)


def _locked(work: Work, claim_id: str) -> KeptClaim:
    claim = read_claim(work, claim_id)
    work.execute(_LOCK_ORDER, {"id": claim.order_id})
    return read_claim(work, claim_id)


def _end(work: Work, claim: KeptClaim, status: str, heard: Heard, **known: Any) -> bool:
    is_late = status == CLAIMED and claim.unwanted_at is not None
    reason = ALREADY_CLAIMED if is_late else None
    if not _move(work, claim, status, reason=reason, **known):
        return False
    if is_late:
        _tell_owner(work, claim, ALREADY_CLAIMED, heard)
    return True


def _move(work: Work, claim: KeptClaim, status: str, **changes: Any) -> bool:
    if not may_become(claim.status, status):
        return False
    values = {"sealed_code": None, "sealed_link": None, "updated_at": work.now} | changes
    seen = {"moved": claim.id, "seen": claim.status, "status": status}
    if not work.execute(_MOVE, seen | values).rowcount:
        return False
    _show(work, claim)
    return True


def _note(work: Work, claim: KeptClaim, **changes: Any) -> None:
    work.execute(_NOTE, {"noted": claim.id, "updated_at": work.now} | changes)
    _show(work, claim)


def _show(work: Work, claim: KeptClaim) -> None:
    """A new version of the order, for whoever looks at it."""
    basket_id = work.execute(_SHOW, {"shown": claim.order_id}).scalar_one()
    work.ring(basket_topic(basket_id))


def _ask(work: Work, claim_id: str, kind: str) -> None:
    outbox.record(work, subject=claim_id, kind=kind, data={}, receivers=[MAKER])


def _tell_owner(work: Work, claim: KeptClaim, reason: str, heard: Heard) -> None:
    outbox.record(
        work,
        subject=claim.order_id,
        kind=TROUBLE,
        data={"claim_id": claim.id, "reason": reason},
        receivers=[LISTENERS] if heard(TROUBLE) else [],
    )
