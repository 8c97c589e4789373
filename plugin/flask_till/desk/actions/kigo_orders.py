"""Kigo orders: placed once for each key, read, withdrawn, claimed, expired; each change is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Select, bindparam, func, select

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared
from ...errors import InvalidRequest, NotFound
from ..claim import UNCLAIMED, Secret, last_end
from ..kigo_partner import DIALECT, TOLD_OF, Account, KigoOrder, KigoProduct, Wanted
from ..product_token import ProductToken
from ..tables import outbox
from ..tables.claims import claims
from ..tables.kigo import kigo_orders
from . import claims as claiming
from .kigo_partners import ensure_program, give_one_back, product_for, read_product, take_one
from .kigo_users import ensure_account
from .product_tokens import hand_out, token_of_claim

MOST_EXPIRED = 100
"""Orders that one transaction of the sweep ends."""


def _orders() -> Select[Any]:
    claim = [column for column in claims.c if column.name not in ("id", "created_at")]
    return select(kigo_orders, *claim).join(claims, claims.c.id == kigo_orders.c.claim_id)


_OF_ID = Prepared(_orders().where(kigo_orders.c.id == bindparam("order")))
_OF_KEY = Prepared(
    _orders().where(
        kigo_orders.c.partner_id == bindparam("partner"),
        kigo_orders.c.external_order_id == bindparam("key"),
    )
)
_OF_CLAIM = Prepared(_orders().where(kigo_orders.c.claim_id == bindparam("claim")))

# --- placing ----------------------------------------------------------------------------------


def place(work: Work, wanted: Wanted, new_secret: Callable[[], Secret]) -> tuple[KigoOrder, bool]:
    """The order of that key, and whether it is new (4.2).

    Raises `NotFound`, `Forbidden` for the product, `InvalidRequest` (PRODUCT_UNAVAILABLE).
    """
    earlier = find_by_key(work, wanted.partner.id, wanted.external_order_id)
    if earlier is not None:
        return earlier, False
    product = product_for(work, wanted.partner, wanted.product_id)
    if not _insert(work, wanted, product, new_secret):  # one of the parallel calls was faster
        earlier = find_by_key(work, wanted.partner.id, wanted.external_order_id)
        assert earlier is not None
        return earlier, False
    if not take_one(work, product.id):
        raise InvalidRequest("That product is not available.", code="PRODUCT_UNAVAILABLE")
    made = find_by_key(work, wanted.partner.id, wanted.external_order_id)
    assert made is not None
    _tell(work, made)
    return made, True


def _insert(
    work: Work, wanted: Wanted, product: KigoProduct, new_secret: Callable[[], Secret]
) -> bool:
    partner_id, claim_id = wanted.partner.id, work.new_id("clm")
    if wanted.external_program_id is not None:
        ensure_program(work, partner_id, wanted.external_program_id)
    user = wanted.external_user_id
    seconds = product.claim_seconds
    claiming.open_claim(
        work,
        claim_id,
        new_secret,
        bound_to=None if user is None else ensure_account(work, partner_id, user).id,
        expires_at=None if seconds is None else work.now + timedelta(seconds=seconds),
    )
    row = {
        "id": str(uuid4()),
        "partner_id": partner_id,
        "external_order_id": wanted.external_order_id,
        "product_id": product.id,
        "external_program_id": wanted.external_program_id,
        "claim_id": claim_id,
        "metadata": wanted.metadata,
        "created_at": work.now,
    }
    if work.insert_once(kigo_orders, row):
        return True
    claiming.drop_claim(work, claim_id)
    return False


# --- reading ----------------------------------------------------------------------------------


def find_by_key(work: Work, partner_id: str, external_order_id: str) -> KigoOrder | None:
    given = {"partner": partner_id, "key": external_order_id}
    row = work.execute(_OF_KEY, given).first()
    return None if row is None else _order(row)


def read_order(work: Work, order_id: str, partner_id: str) -> KigoOrder:
    """Raises `NotFound` (ORDER_NOT_FOUND), also for another partner's."""
    row = work.execute(_OF_ID, {"order": order_id}).first()
    if row is None or row.partner_id != partner_id:
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return _order(row)


def order_of_claim(work: Work, claim_id: str) -> KigoOrder:
    """Raises `NotFound` (CLAIM_NOT_FOUND) for a claim of another protocol."""
    row = work.execute(_OF_CLAIM, {"claim": claim_id}).first()
    if row is None:
        raise NotFound("There is no such claim.", code="CLAIM_NOT_FOUND")
    return _order(row)


def list_orders(
    work: Work,
    partner_id: str,
    *,
    external_order_id: str | None = None,
    status: str | None = None,
    offset: int = 0,
    limit: int = 20,
) -> tuple[list[KigoOrder], int]:
    """A page of a partner's orders, newest first, and how many there are (4.3)."""
    found = _orders().where(kigo_orders.c.partner_id == partner_id)
    if external_order_id is not None:
        found = found.where(kigo_orders.c.external_order_id == external_order_id)
    if status is not None:
        found = found.where(claiming.stands(status, work.now))
    total = work.execute(select(func.count()).select_from(found.subquery())).scalar()
    newest = (kigo_orders.c.created_at.desc(), kigo_orders.c.id.desc())
    rows = work.execute(found.order_by(*newest).offset(offset).limit(limit)).all()
    return [_order(row) for row in rows], int(total or 0)


# --- what becomes of them ---------------------------------------------------------------------


def claim_order(work: Work, order: KigoOrder, account: Account) -> ProductToken:
    """The account's token from now on, and again the same one when it has it (6.2).

    Raises `Forbidden` (CLAIM_BOUND), `Conflict` (CLAIM_REDEEMED, CLAIM_WITHDRAWN), `Gone`.
    """
    if not claiming.redeem(work, order.claim, account.id):
        return token_of_claim(work, order.claim.id)
    product = read_product(work, order.product_id)
    token = hand_out(work, product.draft(), account.id, order.claim.id)
    _tell(work, order_of_claim(work, order.claim.id))
    return token


def withdraw_order(work: Work, order_id: str, partner_id: str) -> KigoOrder:
    """Raises `NotFound`, `Conflict` unless it is unclaimed (4.3)."""
    order = read_order(work, order_id, partner_id)
    claiming.withdraw(work, order.claim.id)
    return _ended(work, order)


def expire_orders(work: Work) -> int:
    """Write down whose time is over; returns how many those are."""
    query = (
        _orders()
        .where(claims.c.status == UNCLAIMED, claims.c.expires_at <= last_end(work.now))
        .order_by(claims.c.expires_at)
        .limit(MOST_EXPIRED)
    )
    due = [_order(row) for row in work.execute(query).all()]
    over = [order for order in due if claiming.expire(work, order.claim.id)]
    for order in over:
        _ended(work, order)
    return len(over)


def _ended(work: Work, order: KigoOrder) -> KigoOrder:
    """It will not be claimed: its piece can be sold again."""
    give_one_back(work, order.product_id)
    now = order_of_claim(work, order.claim.id)
    _tell(work, now)
    return now


def _tell(work: Work, order: KigoOrder) -> None:
    outbox.record(
        work,
        subject=order.id,
        kind=TOLD_OF[order.claim.status],
        data=_told(order),
        receivers=[Receiver(DIALECT, order.partner_id)],
    )


def _told(order: KigoOrder) -> dict[str, Any]:
    """As it is now. Metadata stays text: numbers in it keep their digits. No code, no link (7)."""
    end = order.claim.expires_at
    return {
        "order_id": order.id,
        "external_order_id": order.external_order_id,
        "product_id": order.product_id,
        "status": order.claim.status,
        "created_at": order.created_at.isoformat(),
        "expires_at": None if end is None else end.isoformat(),
        "metadata": order.metadata,
    }


def _order(row: Any) -> KigoOrder:
    return KigoOrder(
        id=row.id,
        partner_id=row.partner_id,
        external_order_id=row.external_order_id,
        product_id=row.product_id,
        external_program_id=row.external_program_id,
        metadata=row.metadata,
        created_at=row.created_at,
        claim=claiming.claim_from(row, row.claim_id),
    )
