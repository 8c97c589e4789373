"""Orders in the words of this protocol (5, 6). Total: a test walks every state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ....base.columns import EPOCH
from ....wire.ipos import orders as wire
from ....wire.ipos.requests import PaymentMethod, moment
from ...actions.ipos_orders import Wanted
from ...actions.ipos_placing import Placing
from ...ipos_portal import ORDER_LIFE, Placed, Pool
from ...order import (
    CANCELLED,
    CAPTURED,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Order,
    Refund,
)

STATUS: Mapping[str, wire.OrderStatus] = {
    PENDING: wire.OrderStatus.PENDING,
    PROCESSING: wire.OrderStatus.PENDING,
    PAID: wire.OrderStatus.COMPLETED,
    PARTIALLY_REFUNDED: wire.OrderStatus.PARTIAL_REFUNDED,
    REFUNDED: wire.OrderStatus.REFUNDED,
    CANCELLED: wire.OrderStatus.CANCELLED,
    EXPIRED: wire.OrderStatus.CANCELLED,
}
RELEASABLE = (PAID, PARTIALLY_REFUNDED)
"""States of which rewards may be released; the order then says ``rewards_released``."""

LISTED: Mapping[wire.OrderStatus, Wanted] = {
    wire.OrderStatus.PENDING: Wanted((PENDING, PROCESSING)),
    wire.OrderStatus.COMPLETED: Wanted((PAID,), released=False),
    wire.OrderStatus.CANCELLED: Wanted((CANCELLED, EXPIRED)),
    wire.OrderStatus.REFUNDING: Wanted(()),  # a balance has its money back at once
    wire.OrderStatus.PARTIAL_REFUNDED: Wanted((PARTIALLY_REFUNDED,), released=False),
    wire.OrderStatus.REFUNDED: Wanted((REFUNDED,)),
    wire.OrderStatus.REWARDS_RELEASED: Wanted(RELEASABLE, released=True),
}
"""Which of our orders each status means. Total, and no order is in two of them."""

EVERY = Wanted(tuple(STATUS))
NOT_CANCELLED = Wanted(tuple(state for state in STATUS if state not in (CANCELLED, EXPIRED)))
"""What a user sees who asks for no status (3.5)."""

WHY_CANCELLED: Mapping[str, str] = {EXPIRED: wire.EXPIRED, CANCELLED: "Order cancelled"}
REFUND_STATUS: Mapping[str, str] = {
    "succeeded": "success",
    "pending": "pending",
    "failed": "failed",
}

ACCOUNT = "account"
"""Our way to pay from what a shopper topped up on a chain."""
BALANCE_METHODS: Mapping[str, str] = {
    ACCOUNT: PaymentMethod.WALLET,
    "wallet": PaymentMethod.WALLET,
    "credit": PaymentMethod.CREDIT,
    "paid_credit": PaymentMethod.CREDIT,
}
"""Our ways to pay from what a user has here, in their words, the first to be tried first."""
WORDS: Mapping[str, str] = {**BALANCE_METHODS, "crypto": PaymentMethod.WALLET}
"""Also coins from a wallet of the user's own; whatever else we have is ``stripe`` there."""

_QUOTED = tuple(wire.Quote.model_fields)
_STATUS_AT = _QUOTED.index("metadata") + 1
MEMBERS = (
    "order_id",
    "order_url",
    *_QUOTED[:_STATUS_AT],
    "current_status",
    *_QUOTED[_STATUS_AT:],
)
"""Of the order object, in the contract's order (5)."""


def method_word(method: str) -> str:
    return WORDS.get(method, PaymentMethod.STRIPE)


def status_of(order: Order, placed: Placed) -> wire.OrderStatus:
    if placed.rewards_released_at is not None and order.status in RELEASABLE:
        return wire.OrderStatus.REWARDS_RELEASED
    return STATUS[order.status]


def order_data(order: Order, placed: Placed, order_url: str) -> dict[str, Any]:
    """The order object (5), with its members in the contract's order."""
    told = wire.Order(
        order_id=order.id,
        order_url=order_url,
        current_status=status_of(order, placed),
        amount=order.amount.minor,
        description=order.description,
        expire_time=moment(order.expires_at),
        cancelled_time=moment(order.ended_at),
        cancelled_detail=_cancelled(order),
        created_at=moment(order.created_at) or "",
        updated_at=moment(placed.updated_at) or "",
        **_terms(placed),
        **_rewards(placed, order.amount.minor),
        **_paid(order, placed),
        **_refunded(order),
    ).to_data()
    return {name: told[name] for name in MEMBERS}


def preview_data(wanted: Placing, now: datetime) -> dict[str, Any]:
    """An order as it would be, without id, URL and status (3.3)."""
    placed, draft = wanted.placed, wanted.draft
    at = moment(now) or ""
    return wire.Quote(
        amount=draft.amount.minor,
        description=draft.description,
        expire_time=moment(now + ORDER_LIFE),
        created_at=at,
        updated_at=at,
        **_terms(placed),
        **_rewards(placed, draft.amount.minor),
    ).to_data()


def at_version(placed: Placed, version: int) -> datetime | None:
    """When the order came to that version; what is told of it later says the same."""
    known = placed.moments.get(str(version))
    if known is None:
        return placed.updated_at
    return (EPOCH + timedelta(milliseconds=known)).astimezone(UTC)


def _terms(placed: Placed) -> dict[str, Any]:
    """What was asked for and is echoed."""
    terms = placed.terms
    return {
        "owner": terms["owner"],
        "ip_id": placed.ip_id,
        "widget_tag": placed.widget_tag or "",
        "app_id": placed.app_id,
        "item": terms["item"],
        "metadata": terms["metadata"],
        "is_credit_top_up": placed.top_up is not None,
        "supported_payment_method": terms["methods"],
        "redirect_url": terms["redirect_url"],
        "release_rewards_after_paid": terms["release_rewards_after_paid"],
        "buyback_after_paid": terms["buyback_after_paid"],
        "costs_allocation": terms["costs_allocation"],
        "ip_holder_revenue_reallocation": terms["ip_holder_revenue_reallocation"],
        "rewards_model_snapshot": terms["rewards_model_snapshot"],
    }


def _cancelled(order: Order) -> dict[str, str] | None:
    why = WHY_CANCELLED.get(order.status)
    return None if why is None else {"reason": why}


def _paid(order: Order, placed: Placed) -> dict[str, Any]:
    if order.status not in CAPTURED or order.payment is None:
        return {}
    word = method_word(order.payment.method)
    by_credit = word == PaymentMethod.CREDIT
    return {
        "paid_method": str(word),
        "paid_time": moment(order.paid_at),
        "credit_paid_amount": order.amount.minor if by_credit else None,
        "free_credit_paid": placed.spent.get("free_credit", 0),
    }


def _refunded(order: Order) -> dict[str, Any]:
    """Money that was asked back; what no order may keep is not the order's."""
    asked = [refund for refund in order.refunds if refund.cause == "asked"]
    done = [refund for refund in asked if refund.status == "succeeded"]
    told: dict[str, Any] = {"refunded_amount": order.refunded.minor}
    if asked:
        told["refund_status"] = REFUND_STATUS[asked[-1].status]
        told["refund_error"] = asked[-1].reason if asked[-1].status == "failed" else None
    if done:
        told["refund_time"] = moment(done[-1].created_at)
        told["refund_detail"] = _details(order.amount.minor, done)
    return told


def _details(left: int, done: list[Refund]) -> list[dict[str, Any]]:
    details = []
    for refund in done:
        left -= refund.amount
        details.append(
            {
                "amount": refund.amount,
                "order_amount_after_refund": left,
                "refunded_time": moment(refund.created_at),
            }
        )
    return details


# --- rewards ----------------------------------------------------------------------------------


def _rewards(placed: Placed, amount: int) -> dict[str, Any]:
    if placed.pool is None:
        return {}
    return {
        "related_reward_id": placed.pool.id,
        "current_reward_pool_detail": pool_data(placed.pool),
        "estimated_rewards": estimated(placed, placed.pool, amount),
    }


def pool_data(pool: Pool) -> dict[str, Any]:
    return {
        "id": pool.id,
        "token": pool.token,
        "name": pool.name,
        "ip_id": pool.ip_id,
        "tokens_per_dollar": pool.tokens_per_dollar,
    }


def estimated(placed: Placed, pool: Pool, amount: int) -> wire.EstimatedRewards:
    """What the pool gives for the order, in whole tokens, rounded down.

    ``released_token_ratio`` of a rewards model is the percentage of the pool's rate that is given.
    What was paid with free credit earns nothing.
    """
    model = placed.terms["rewards_model_snapshot"] or {}
    ratio = model.get("released_token_ratio")
    rate = pool.tokens_per_dollar * (100 if ratio is None else ratio)
    earning = amount - placed.spent.get("free_credit", 0)
    base = amount * rate // 10_000
    return wire.EstimatedRewards(
        base_rewards=base,
        total_rewards=base,
        rewards_after_credit_deduct=earning * rate // 10_000,
    )
