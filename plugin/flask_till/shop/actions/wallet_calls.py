"""What the wallet has to be told, recorded with the change itself; `wallet_courier` carries it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared
from ..binding import EXPIRED, LINKED, PENDING, Binding, LinkFacts
from ..order import WALLET
from ..tables import baskets, bindings, outbox
from .basket import tell_wallet
from .binding import forget_browser, link, lock_binding, note_sent, refuse

_VERSION = Prepared(select(baskets.c.version).where(baskets.c.id == bindparam("basket")))
_WAITING = Prepared(
    select(outbox.deliveries.c.id)
    .join(outbox.events, outbox.events.c.id == outbox.deliveries.c.event_id)
    .where(
        outbox.deliveries.c.subject == bindparam("binding"),
        outbox.deliveries.c.courier == WALLET,
        outbox.deliveries.c.state == "waiting",
        outbox.events.c.kind == "binding_deleted",
    )
    .limit(1)
)

RENEW_AFTER = timedelta(days=1)
"""Half of what a wallet keeps a basket for."""
FORGOTTEN_AFTER = timedelta(days=30)
"""A basket that nobody changed for so long is not told any more."""
_last_told = (
    select(func.max(outbox.events.c.created_at))
    .where(outbox.events.c.subject == bindings.c.id)
    .correlate(bindings)
    .scalar_subquery()
)
_DUE = (
    select(bindings.c.id)
    .join(baskets, baskets.c.id == bindings.c.basket_id)
    .where(
        bindings.c.status == LINKED,
        bindings.c.updated_at <= bindparam("due", type_=bindings.c.updated_at.type),
        func.coalesce(_last_told, bindings.c.updated_at)
        <= bindparam("due", type_=bindings.c.updated_at.type),
        baskets.c.updated_at > bindparam("forgotten", type_=baskets.c.updated_at.type),
    )
    .limit(100)
)
_TO_RENEW = Prepared(_DUE)
_RENEW_ONE = Prepared(_DUE.where(bindings.c.id == bindparam("binding")))
_STALE = Prepared(
    select(bindings.c.id)
    .where(
        bindings.c.status == PENDING,
        bindings.c.expires_at <= bindparam("now", type_=bindings.c.expires_at.type),
    )
    .limit(100)
)


def link_told(
    work: Work, binding_id: str, facts: LinkFacts, told_version: int | None = None
) -> Binding:
    """The wallet linked the basket, of which it knows that version; a later one is told."""
    if told_version is not None:
        note_sent(work, binding_id, told_version)
    linked = link(work, binding_id, facts)
    version = work.execute(_VERSION, {"basket": linked.basket_id}).scalar_one()
    if linked.sent_version != version:
        data = {"basket_id": linked.basket_id, "version": version}
        tell_wallet(work, binding_id, "basket_sync", data)
    return linked


def stale_prompts(work: Work) -> list[str]:
    """Bindings whose prompt nobody answered in time."""
    return list(work.execute(_STALE, {"now": work.now}).scalars())


def end_prompt(work: Work, binding_id: str) -> Binding:
    """Nobody answered in time; nothing happens to one that was answered, or asked for anew."""
    found = lock_binding(work, binding_id)
    if found.status != PENDING or found.expires_at is None or found.expires_at > work.now:
        return found
    return refuse(work, binding_id, EXPIRED)


def links_to_renew(work: Work) -> list[str]:
    """Linked bindings of which the wallet was told nothing for a day."""
    return list(work.execute(_TO_RENEW, _due(work)).scalars())


def renew_link(work: Work, binding_id: str) -> None:
    """Tell the basket once more: it renews its date, and shows whether it is linked still.

    What changed of a catalog, and what a network delivered too late, is put right with it.
    """
    found = lock_binding(work, binding_id)
    if work.execute(_RENEW_ONE, {**_due(work), "binding": binding_id}).first() is None:
        return
    version = work.execute(_VERSION, {"basket": found.basket_id}).scalar_one()
    data = {"basket_id": found.basket_id, "version": version, "renewal": True}
    tell_wallet(work, binding_id, "basket_sync", data)


def _due(work: Work) -> dict[str, Any]:
    return {"due": work.now - RENEW_AFTER, "forgotten": work.now - FORGOTTEN_AFTER}


def waits_for_unlinking(work: Work, binding_id: str) -> bool:
    """Whether the wallet was not told yet that this binding ended."""
    return work.execute(_WAITING, {"binding": binding_id}).first() is not None


def tell_untrusted(work: Work, browser_id: str) -> None:
    """The shopper no longer trusts that browser (1.9)."""
    forget_browser(work, browser_id)
    outbox.record(
        work,
        subject=work.new_id("unt"),  # nothing has to keep its order with it
        kind="browser_deleted",
        data={"browser_id": browser_id},
        receivers=[Receiver(WALLET, browser_id)],
    )
