"""Rewards of an order: shared anew, bound to a pool, released for good, and shown (3.12).

The public documents name these calls and not their bodies; what is asked for here is our choice.
"""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from pydantic import StringConstraints

from ....errors import Conflict, RequestError
from ....wire.ipos.requests import (
    CostsAllocation,
    OneOrder,
    RevenueReallocation,
    RewardsModel,
    moment,
)
from ...actions.ipos_apps import read_app
from ...actions.ipos_orders import read_both, read_placed
from ...actions.ipos_rewards import bind_pool, release_rewards, share_anew
from ...ipos_portal import Placed
from .admission import admitted, admitted_developer
from .answers import body_of, order_id_of, order_id_of_query, say
from .drafting import pool_for
from .economics import Economics, require_sum
from .front import Front
from .orders import data_of, fresh_data

SHOWN = (
    "order_id",
    "current_status",
    "related_reward_id",
    "current_reward_pool_detail",
    "estimated_rewards",
    "rewards_model_snapshot",
    "release_rewards_after_paid",
)


class UpdateRewards(OneOrder):
    """``update-rewards``: another model for an order that nobody has begun to pay."""

    rewards_model: RewardsModel


class BindRewardPool(OneOrder):
    """``bind-reward-pool``: the pool by its token."""

    reward_token: Annotated[str, StringConstraints(min_length=1, max_length=250)]


def update(front: Front) -> Response:
    """POST order/update-rewards ``{order_id, rewards_model}`` by the widget. The order object.

    404 for an order of another widget, 400 for ratios that do not come to their sum or an order
    that is not pending any more.
    """
    caller = admitted_developer(front)
    asked = body_of(UpdateRewards)
    order_id = order_id_of(asked.order_id)
    placed = front.database.read(read_placed, order_id, caller.scope)
    app = front.database.read(read_app, placed.app_id)
    require_sum(asked.rewards_model, may_share_all=app.shares_all)
    order = front.cashier.get(order_id)
    economics = _economics(placed, asked.rewards_model)
    shares = economics.shares(order.amount)
    terms = {**placed.terms, "rewards_model_snapshot": economics.snapshot(shares)}
    try:
        front.database.write(share_anew, order_id, caller.scope, shares, terms)
    except Conflict:
        raise RequestError("Order is not pending", code="ORDER_STATE") from None
    return say(fresh_data(front, order_id))


def _economics(placed: Placed, model: RewardsModel) -> Economics:
    """The order's own costs and reallocation with another model."""
    terms = placed.terms
    return Economics(
        tuple(CostsAllocation.read(one).model_dump() for one in terms["costs_allocation"]),
        tuple(
            RevenueReallocation.read(one).model_dump()
            for one in terms["ip_holder_revenue_reallocation"]
        ),
        model,
    )


def release(front: Front) -> Response:
    """POST order/release-rewards ``{order_id}`` by the widget. The order object.

    From then on the order says ``rewards_released`` and nothing of it is refunded; nobody is told
    (6). 400 unless it is completed or partly refunded.
    """
    caller = admitted_developer(front)
    order_id = order_id_of(body_of(OneOrder).order_id)
    front.database.read(read_placed, order_id, caller.scope)
    try:
        front.database.write(release_rewards, order_id, caller.scope)
    except Conflict:
        message = "The rewards of this order can not be released"
        raise RequestError(message, code="ORDER_STATE") from None
    return say(fresh_data(front, order_id))


def bind(front: Front) -> Response:
    """POST order/bind-reward-pool ``{order_id, reward_token}`` by user or widget. The order object.

    403 for a token that is not of the app's IP, 400 when the order has a pool already or its
    rewards were released.
    """
    caller = admitted(front)
    asked = body_of(BindRewardPool)
    order_id = order_id_of(asked.order_id)
    placed = front.database.read(read_placed, order_id, caller.scope)
    pool = pool_for(front, asked.reward_token, front.database.read(read_app, placed.app_id))
    assert pool is not None
    try:
        front.database.write(bind_pool, order_id, caller.scope, pool)
    except Conflict:
        raise RequestError("The order has a reward pool already", code="POOL_BOUND") from None
    return say(fresh_data(front, order_id))


def detail(front: Front) -> Response:
    """GET order/rewards-detail?order_id= by user or widget: what the order object says of rewards,
    and ``rewards_released_at``."""
    caller = admitted(front)
    order_id = order_id_of_query()
    front.database.read(read_placed, order_id, caller.scope)
    front.cashier.get(order_id)
    order, placed = front.database.read(read_both, order_id)
    data = data_of(front, order, placed)
    told: dict[str, Any] = {name: data[name] for name in SHOWN}
    return say(told | {"rewards_released_at": moment(placed.rewards_released_at)})
