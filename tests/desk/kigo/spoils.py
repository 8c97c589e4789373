"""What breaks each invariant of claims and Kigo orders, by the name of the invariant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select, update

from flask_till.desk.tables import outbox
from flask_till.desk.tables.claims import claims, holders, product_tokens
from flask_till.desk.tables.kigo import kigo_accounts, kigo_products, kigo_refresh_tokens
from tests.desk.kigo.the_partner import OTHER


def lose_a_token(work: Any) -> None:
    work.execute(delete(product_tokens))


def give_away(work: Any, root: bool) -> None:
    """To somebody who did not redeem it."""
    query = select(holders.c.id).where(
        holders.c.id.not_in(select(claims.c.redeemed_by).where(claims.c.redeemed_by.is_not(None)))
    )
    other = work.execute(query).scalars().first()
    wanted = product_tokens.c.parent_id.is_(None) == root
    work.execute(update(product_tokens).where(wanted).values(holder=other))


def tell_twice(work: Any) -> None:
    event = work.execute(select(outbox.events).where(outbox.events.c.kind == "order.claimed"))
    outbox.record(work, subject=event.first().subject, kind="order.expired", data={}, receivers=[])


KIGO_SPOILS: dict[str, Callable[[Any], Any]] = {
    "claim-redeemed-once": lose_a_token,
    "claim-tokens-belong": lambda work: give_away(work, root=True),
    "token-parts-stay": lambda work: give_away(work, root=False),
    "kigo-sold-is-ordered": lambda work: work.execute(
        update(kigo_products).values(sold=kigo_products.c.sold + 1)
    ),
    "kigo-told-once": tell_twice,
    "kigo-claims-stay-with-their-partner": lambda work: work.execute(
        update(kigo_accounts).values(partner_id=OTHER)
    ),
    "kigo-one-live-refresh-token": lambda work: work.execute(
        update(kigo_refresh_tokens).values(used_at=None)
    ),
}
