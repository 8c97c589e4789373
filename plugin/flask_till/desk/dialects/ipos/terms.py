"""What every order of this protocol has: the desk's order, and what is echoed of the request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ....money import Money
from ...actions.ipos_orders import DIALECT
from ...ipos_portal import CURRENCY, ORDER_LIFE, Placed, payer_of
from ...order import Line, OrderDraft
from ...origins import origin_of
from .buyers import Buyer


def draft_of(
    buyer: Buyer,
    order_id: str,
    cents: int,
    *,
    name: str,
    methods: tuple[str, ...],
    redirect_url: str | None,
) -> OrderDraft:
    """One line called ``name``; to be paid within 15 minutes by our ``methods``, or late (6)."""
    shopper = {"reference": buyer.user.id, "name": buyer.user.username}
    if buyer.user.email:
        shopper["email"] = buyer.user.email
    return OrderDraft(
        external_id=order_id,
        id=order_id,
        amount=Money.of_minor(cents, CURRENCY),
        lines=(Line("item", name, 1, cents),),
        redirect_url=redirect_url,
        opener_origin=origin_of(redirect_url) if redirect_url else None,
        methods=methods,
        expires_in=int(ORDER_LIFE.total_seconds()),
        late_money="accept",
        shopper=shopper,
        dialect=DIALECT,
        payer=payer_of(buyer.user.id),
    )


def terms_of(
    buyer: Buyer, item: str | None, words: Sequence[str], redirect_url: str | None
) -> dict[str, Any]:
    """What the order object echoes (5), with nothing said about who gets what.

    ``words`` are the ways to pay as the protocol calls them.
    """
    return {
        "owner": buyer.user.short_name,
        "item": item,
        "metadata": {},
        "methods": list(words),
        "redirect_url": redirect_url,
        "release_rewards_after_paid": False,
        "buyback_after_paid": False,
        "costs_allocation": [],
        "ip_holder_revenue_reallocation": [],
        "rewards_model_snapshot": None,
    }


def placed_of(
    buyer: Buyer, order_id: str, callback_url: str | None, terms: dict[str, Any]
) -> Placed:
    assert buyer.app.ip_id is not None
    return Placed(
        order_id=order_id,
        widget_tag=buyer.widget_tag,
        app_id=buyer.app.app_id,
        user_id=buyer.user.id,
        ip_id=buyer.app.ip_id,
        callback_url=callback_url,
        terms=terms,
    )
