"""From a request to an order that may be placed: the checks of 3.2, in the contract's order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ....base.http import check_url
from ....errors import Forbidden, InvalidRequest, RequestError
from ....wire.ipos.requests import CreateOrder
from ...actions.ipos_orders import order_exists
from ...actions.ipos_placing import Placing
from ...actions.ipos_rewards import find_pool
from ...ipos_portal import App, Pool
from ...order import OrderDraft, Share
from ...origins import origin_of
from .admission import Caller
from .buyers import Buyer, buyer_of
from .economics import Economics, require_developer, require_sum
from .front import Front
from .offered import Offered, offered_here
from .terms import draft_of, placed_of, terms_of


def wanted_order(front: Front, caller: Caller, asked: CreateOrder) -> Placing:
    """What `create` places and `preview` shows. Raises `RequestError` as 3.2 says."""
    if asked.order_id is not None and front.database.read(order_exists, asked.order_id):
        raise taken()
    buyer = buyer_of(front, caller, asked.user_jwt)
    if not caller.is_developer:
        require_developer(asked)
    offered = offered_here(front, buyer.merchant)
    words = asked.methods(offered.words)
    if not words:
        raise RequestError("Unsupported payment method", code="UNSUPPORTED_METHOD")
    pool = pool_for(front, asked.reward_token, buyer.app)
    require_sum(asked.rewards_model, may_share_all=buyer.app.shares_all)
    require_addresses(front, asked.redirect_url, asked.callback_url)
    return _placing(buyer, asked, offered, words, pool)


def taken() -> RequestError:
    return RequestError("Order already exists", code="ORDER_EXISTS")


def pool_for(front: Front, token: str | None, app: App) -> Pool | None:
    """The reward pool of that token. Raises `Forbidden`: unknown ones and foreign ones alike."""
    if token is None:
        return None
    pool = front.database.read(find_pool, token)
    if pool is None or app.ip_id is None or not pool.serves(app.ip_id):
        raise Forbidden("The reward token is not of this IP", code="REWARD_TOKEN_FOREIGN")
    return pool


def require_addresses(front: Front, redirect_url: str | None, callback_url: str | None) -> None:
    """Plain addresses only, and nothing private is called. Raises `InvalidRequest`.

    Where the page leads is decided when it does: to the merchant's own origins only.
    """
    if redirect_url is not None and origin_of(redirect_url) is None:
        raise InvalidRequest("redirect_url must be a plain URL address")
    if callback_url is not None:
        check_url(callback_url, allowed_hosts=front.parts.hosts, field="callback_url")


def _placing(
    buyer: Buyer,
    asked: CreateOrder,
    offered: Offered,
    words: Sequence[str],
    pool: Pool | None,
) -> Placing:
    order_id = asked.order_id or str(uuid.uuid4())
    item = asked.item if asked.item is not None else buyer.widget_tag
    draft = draft_of(
        buyer,
        order_id,
        asked.amount,
        name=item or buyer.app.name,
        methods=offered.ours(words, free_credit=asked.allow_free_credit is not False),
        redirect_url=asked.redirect_url,
    )
    economics = Economics.asked(asked)
    shares = economics.shares(draft.amount)
    terms = terms_of(buyer, item, words, asked.redirect_url) | _said(asked, economics, shares)
    placed = placed_of(buyer, order_id, asked.callback_url, terms)
    return Placing(buyer.merchant, _full(draft, asked, shares), replace(placed, pool=pool))


def _full(draft: OrderDraft, asked: CreateOrder, shares: tuple[Share, ...]) -> OrderDraft:
    return replace(
        draft,
        shares=shares,
        description=asked.description,
        metadata=asked.metadata or {},
        final_sale=bool(asked.release_rewards_after_paid),
    )


def _said(asked: CreateOrder, economics: Economics, shares: tuple[Share, ...]) -> dict[str, Any]:
    return {
        "metadata": asked.metadata or {},
        "release_rewards_after_paid": bool(asked.release_rewards_after_paid),
        "buyback_after_paid": bool(asked.buyback_after_paid),
        "costs_allocation": list(economics.costs),
        "ip_holder_revenue_reallocation": list(economics.reallocation),
        "rewards_model_snapshot": economics.snapshot(shares),
    }
