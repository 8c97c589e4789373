"""Where the shares of receivers are passed on to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from ...base.database import Work
from ...base.prepared import Upsert
from ..order import Share
from ..tables.balances import receivers

_SET = Upsert(
    receivers,
    lambda row: row.on_conflict_do_update(
        index_elements=["merchant_id", "name"], set_={"account": row.excluded.account}
    ),
)


def set_account(work: Work, merchant_id: str, name: str, account: str) -> None:
    """Shares of that receiver in orders made from now on go to this account."""
    work.execute(_SET, {"merchant_id": merchant_id, "name": name, "account": account})


def with_accounts(work: Work, merchant_id: str, shares: Sequence[Share]) -> tuple[Share, ...]:
    """The shares, each with the account of its receiver unless it names one of its own."""
    nameless = [share.receiver for share in shares if share.account is None]
    if not nameless:
        return tuple(shares)
    known = _accounts_of(work, merchant_id, nameless)
    return tuple(
        replace(share, account=share.account or known.get(share.receiver)) for share in shares
    )


def _accounts_of(work: Work, merchant_id: str, names: Sequence[str]) -> Mapping[str, str]:
    query = select(receivers).where(
        receivers.c.merchant_id == merchant_id, receivers.c.name.in_(names)
    )
    return {row.name: row.account for row in work.execute(query).all()}


def list_receivers(work: Work, merchant_id: str | None = None) -> list[tuple[str, str, str]]:
    """(merchant id, receiver, account), sorted."""
    query = select(receivers).order_by(receivers.c.merchant_id, receivers.c.name)
    if merchant_id is not None:
        query = query.where(receivers.c.merchant_id == merchant_id)
    return [(row.merchant_id, row.name, row.account) for row in work.execute(query).all()]
