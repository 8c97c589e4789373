"""Merchants that speak InPost's protocol to us: who they are there, and whether they are on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..linked_basket import InpostMerchant
from ..tables.wallet import inpost_merchants, merchant_calls
from .merchants import read_merchant

_BY_CLIENT = Prepared(
    select(inpost_merchants).where(inpost_merchants.c.client_id == bindparam("client"))
)
_BY_ID = Prepared(
    select(inpost_merchants).where(inpost_merchants.c.merchant_id == bindparam("merchant"))
)


def add_inpost(
    work: Work,
    merchant: InpostMerchant,
    *,
    sealed_secret: str,
) -> InpostMerchant:
    """Give a merchant its place in this protocol; ``sealed_secret`` is its ``merchant_secret``.

    Raises `NotFound` for an unknown merchant, `Conflict` (INPOST_EXISTS) when it has one already
    or one of the ids is another's.
    """
    read_merchant(work, merchant.merchant_id)
    values = {
        "merchant_id": merchant.merchant_id,
        "client_id": merchant.client_id,
        "client_secret": merchant.secret_digest,
        "merchant_external_id": merchant.merchant_external_id,
        "pos_id": merchant.pos_id,
        "merchant_client_id": merchant.merchant_client_id,
        "base_url": merchant.base_url,
        "merchant_secret": sealed_secret,
        "is_on": True,
        "created_at": work.now,
    }
    if not work.insert_once(inpost_merchants, values):
        raise Conflict(
            f"{merchant.merchant_id} has its InPost credentials already, or an id is taken.",
            code="INPOST_EXISTS",
            remedy="Make new secrets with --renew.",
        )
    return read_inpost(work, merchant.merchant_id)


def change_inpost(work: Work, merchant_id: str, **values: Any) -> InpostMerchant:
    """Change ``base_url``, ``client_secret`` (a digest) or ``merchant_secret`` (sealed)."""
    read_inpost(work, merchant_id)
    work.execute(
        update(inpost_merchants)
        .where(inpost_merchants.c.merchant_id == merchant_id)
        .values(**values)
    )
    return read_inpost(work, merchant_id)


def read_inpost(work: Work, merchant_id: str) -> InpostMerchant:
    """Raises `NotFound` (INPOST_MERCHANT_NOT_FOUND)."""
    row = work.execute(_BY_ID, {"merchant": merchant_id}).first()
    if row is None:
        raise NotFound(
            f"{merchant_id} has no InPost credentials.",
            code="INPOST_MERCHANT_NOT_FOUND",
            remedy="Run `flask till merchants inpost MERCHANT_ID --base-url URL`.",
        )
    return inpost_from(row)


def find_client(work: Work, client_id: str) -> InpostMerchant | None:
    """Whose ``client_id`` it is."""
    row = work.execute(_BY_CLIENT, {"client": client_id}).first()
    return None if row is None else inpost_from(row)


def sealed_merchant_secret(work: Work, merchant_id: str) -> str:
    """What refunds and payment webhooks are hashed with (1.1), sealed."""
    query = select(inpost_merchants.c.merchant_secret).where(
        inpost_merchants.c.merchant_id == merchant_id
    )
    return str(work.execute(query).scalar_one())


def switch_off(work: Work, merchant_id: str, reason: str) -> bool:
    """Nothing is taken from this merchant, and nothing sent to it, until it is on again (3.2).

    True when it was on.
    """
    done = work.execute(
        update(inpost_merchants)
        .where(
            inpost_merchants.c.merchant_id == merchant_id,
            inpost_merchants.c.switched_off_at.is_(None),
        )
        .values(is_on=False, switched_off_at=work.now, reason=reason)
    )
    return bool(done.rowcount)


def switch_on(work: Work, merchant_id: str) -> bool:
    """The operator has it back, and its calls are counted anew. True when it was off.

    Raises `NotFound`.
    """
    if read_inpost(work, merchant_id).is_on:
        return False
    change_inpost(work, merchant_id, is_on=True, switched_off_at=None, reason=None)
    work.execute(delete(merchant_calls).where(merchant_calls.c.merchant_id == merchant_id))
    return True


def inpost_from(row: Any) -> InpostMerchant:
    return InpostMerchant(
        merchant_id=row.merchant_id,
        client_id=row.client_id,
        secret_digest=row.client_secret,
        merchant_external_id=row.merchant_external_id,
        pos_id=row.pos_id,
        merchant_client_id=row.merchant_client_id,
        base_url=row.base_url,
        is_on=row.is_on,
        switched_off_at=row.switched_off_at,
        reason=row.reason,
    )
