"""Where a merchant is told, and with which secrets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import NotFound
from ..tables import merchants
from .merchants import sealed_secrets

_BY_ID = Prepared(select(merchants).where(merchants.c.id == bindparam("id")))


@dataclass(frozen=True, slots=True)
class CallbackAddress:
    """``url`` is None for a merchant that wants no callbacks; ``sealed`` secrets newest first."""

    url: str | None
    is_disabled: bool
    sealed: tuple[str, ...]


def read_callback_address(work: Work, merchant_id: str) -> CallbackAddress:
    """Raises `NotFound` (MERCHANT_NOT_FOUND)."""
    row = work.execute(_BY_ID, {"id": merchant_id}).first()
    if row is None:
        raise NotFound(f"There is no merchant {merchant_id}.", code="MERCHANT_NOT_FOUND")
    return CallbackAddress(
        url=row.callback_url,
        is_disabled=row.callback_disabled_at is not None,
        sealed=tuple(sealed_secrets(work, merchant_id)),
    )


def disable_callback_url(work: Work, merchant_id: str, url: str) -> None:
    """That address is gone for good; one that was set meanwhile is left alone."""
    work.execute(
        update(merchants)
        .where(merchants.c.id == merchant_id, merchants.c.callback_url == url)
        .values(callback_disabled_at=work.now)
    )
