"""Merchants, their keys and their callback addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update

from ...base.columns import Utc
from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound, Unauthenticated
from ..merchant import Merchant
from ..tables import api_keys, callback_secrets, merchants

OVERLAP = timedelta(hours=24)
"""How long the old key and secret still work after a rotation."""
# Built once: every call of a merchant asks this.
_OF_KEY = Prepared(
    select(merchants)
    .join(api_keys, api_keys.c.merchant_id == merchants.c.id)
    .where(
        api_keys.c.digest == bindparam("key"),
        or_(api_keys.c.ends_at.is_(None), api_keys.c.ends_at > bindparam("now", type_=Utc())),
    )
)
_SECRETS = Prepared(
    select(callback_secrets.c.sealed)
    .where(
        callback_secrets.c.merchant_id == bindparam("of"),
        or_(
            callback_secrets.c.ends_at.is_(None),
            callback_secrets.c.ends_at > bindparam("now", type_=Utc()),
        ),
    )
    .order_by(callback_secrets.c.created_at.desc())
)


def add_merchant(
    work: Work,
    *,
    name: str,
    live: bool,
    callback_url: str | None,
    origins: Sequence[str],
    key_digest: str,
    sealed_secret: str,
    merchant_id: str | None = None,
) -> Merchant:
    """A new merchant with its first key (as digest) and callback secret (sealed)."""
    merchant_id = merchant_id or work.new_id("mer")
    if work.execute(select(merchants.c.id).where(merchants.c.id == merchant_id)).first():
        raise Conflict(f"There is a merchant {merchant_id} already.", code="MERCHANT_EXISTS")
    work.execute(
        insert(merchants).values(
            id=merchant_id,
            name=name,
            live=live,
            callback_url=callback_url,
            origins=list(origins),
            settings={},
            created_at=work.now,
        )
    )
    _give(work, merchant_id, key_digest, sealed_secret)
    return read_merchant(work, merchant_id)


def _give(work: Work, merchant_id: str, key_digest: str, sealed_secret: str) -> None:
    work.execute(
        insert(api_keys).values(digest=key_digest, merchant_id=merchant_id, created_at=work.now)
    )
    work.execute(
        insert(callback_secrets).values(
            id=work.new_id("sec"),
            merchant_id=merchant_id,
            sealed=sealed_secret,
            created_at=work.now,
        )
    )


def rotate_merchant(
    work: Work, merchant_id: str, *, key_digest: str, sealed_secret: str
) -> Merchant:
    """New key and secret; the present ones work for another 24 hours."""
    merchant = read_merchant(work, merchant_id)
    for table in (api_keys, callback_secrets):
        work.execute(
            update(table)
            .where(table.c.merchant_id == merchant_id, table.c.ends_at.is_(None))
            .values(ends_at=work.now + OVERLAP)
        )
    _give(work, merchant_id, key_digest, sealed_secret)
    return merchant


def change_merchant(work: Work, merchant_id: str, **values: Any) -> Merchant:
    """Change name, callback_url or origins; a new callback address is enabled again."""
    if "callback_url" in values:
        values["callback_disabled_at"] = None
    work.execute(update(merchants).where(merchants.c.id == merchant_id).values(**values))
    return read_merchant(work, merchant_id)


def merchant_of_key(work: Work, key_digest: str) -> Merchant:
    """Whose key it is; `Unauthenticated` for an unknown or ended one."""
    row = work.execute(_OF_KEY, {"key": key_digest, "now": work.now}).first()
    if row is None:
        raise Unauthenticated(
            "The API key is not known.",
            code="INVALID_API_KEY",
            remedy="Send Authorization: Bearer <key> with the key of `flask till merchants add`.",
        )
    return merchant_from(row)


def read_merchant(work: Work, merchant_id: str) -> Merchant:
    row = work.execute(select(merchants).where(merchants.c.id == merchant_id)).first()
    if row is None:
        raise NotFound(f"There is no merchant {merchant_id}.", code="MERCHANT_NOT_FOUND")
    return merchant_from(row)


def list_merchants(work: Work) -> list[Merchant]:
    query = select(merchants).order_by(merchants.c.created_at, merchants.c.id)
    return [merchant_from(row) for row in work.execute(query).all()]


def sealed_secrets(work: Work, merchant_id: str) -> list[str]:
    """The callback secrets that still hold, newest first, sealed."""
    return work.execute(_SECRETS, {"of": merchant_id, "now": work.now}).scalars()


def disable_callback(work: Work, merchant_id: str) -> None:
    """The receiver said 410: nothing more is sent until a new address is set."""
    work.execute(
        update(merchants).where(merchants.c.id == merchant_id).values(callback_disabled_at=work.now)
    )


def merchant_from(row: Any) -> Merchant:
    return Merchant(
        id=row.id,
        name=row.name,
        live=row.live,
        callback_url=None if row.callback_disabled_at else row.callback_url,
        origins=tuple(row.origins),
        settings=row.settings,
    )
