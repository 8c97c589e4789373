"""From a request to an order that may be placed: the checks of 3.2, in the contract's order."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ....base.http import check_url
from ....errors import Forbidden, RequestError, Unauthenticated
from ....money import Money
from ....wire.ipos.requests import CreateOrder
from ...actions.ipos_apps import find_app
from ...actions.ipos_orders import DIALECT, order_exists
from ...actions.ipos_placing import Placing
from ...actions.ipos_rewards import find_pool
from ...actions.merchants import read_merchant
from ...actions.receivers import accounts_of
from ...ipos_portal import CURRENCY, ORDER_LIFE, App, Placed, Pool, User, Widget, payer_of
from ...merchant import Merchant
from ...order import Line, OrderDraft
from ...origins import origin_of, require_registered
from .admission import Caller, checked_app_id, read_user_token
from .economics import Economics, require_developer, require_sum
from .front import Front
from .offered import Offered, offered_here


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys, in which portal and widget, from whom."""

    user: User
    widget: Widget | None
    app: App
    merchant: Merchant

    @property
    def widget_tag(self) -> str | None:
        return None if self.widget is None else self.widget.tag


def wanted_order(front: Front, caller: Caller, asked: CreateOrder) -> Placing:
    """What `create` places and `preview` shows. Raises `RequestError` as 3.2 says."""
    if asked.order_id is not None and front.database.read(order_exists, asked.order_id):
        raise taken()
    buyer = _buyer(front, caller, asked.user_jwt)
    if not caller.is_developer:
        require_developer(asked)
    offered = offered_here(front, buyer.merchant)
    methods = asked.methods(offered.words)
    if not methods:
        raise RequestError("Unsupported payment method", code="UNSUPPORTED_METHOD")
    pool = pool_for(front, asked.reward_token, buyer.app)
    require_sum(asked.rewards_model, may_share_all=buyer.app.shares_all)
    require_registered(asked.redirect_url, buyer.merchant.origins, field="redirect_url")
    if asked.callback_url is not None:
        check_url(asked.callback_url, allowed_hosts=front.parts.hosts, field="callback_url")
    return _placing(front, buyer, asked, offered, methods, pool)


def taken() -> RequestError:
    return RequestError("Order already exists", code="ORDER_EXISTS")


# --- who buys ---------------------------------------------------------------------------------


def _buyer(front: Front, caller: Caller, user_jwt: str | None) -> Buyer:
    user, widget = caller.user, caller.widget
    if user is None:
        user = _vouched(front, widget, user_jwt)
    return buyer_in(front, caller, user, widget)


def buyer_in(front: Front, caller: Caller, user: User, widget: Widget | None) -> Buyer:
    """The user in the portal of the widget, else in that of the header. Raises `RequestError`."""
    app_id = widget.app_id if widget is not None and widget.app_id else caller.app_id
    app = front.database.read(find_app, checked_app_id(app_id))
    if app is None:
        raise RequestError("App not found", code="APP_NOT_FOUND")
    if app.ip_id is None:
        raise RequestError("App is not bound to an IP", code="APP_WITHOUT_IP")
    owner = app.merchant_id if widget is None else widget.merchant_id
    return Buyer(user, widget, app, front.database.read(read_merchant, owner))


def _vouched(front: Front, widget: Widget | None, user_jwt: str | None) -> User:
    """The buyer that a developer names: one who is in that very widget, or whom the widget's
    portal itself vouches for."""
    if not user_jwt:
        raise RequestError("user_jwt is required", code="USER_JWT_REQUIRED")
    try:
        user, theirs = read_user_token(front, user_jwt)
    except Unauthenticated:
        raise RequestError("user_jwt is not valid", code="USER_JWT_INVALID") from None
    if widget is None or not _belongs(user, theirs, widget):
        raise RequestError("user_jwt is of another widget", code="USER_JWT_INVALID")
    return user


def _belongs(user: User, theirs: Widget | None, widget: Widget) -> bool:
    """Whether a user's token counts in a widget: one that is bound to it does.

    So does one that is bound to none and that the widget's own portal got by vouching for its
    user (9): a portal's backend has no other.
    """
    if theirs is not None:
        return theirs.tag == widget.tag
    return user.app_id is not None and user.app_id == widget.app_id


def pool_for(front: Front, token: str | None, app: App) -> Pool | None:
    """The reward pool of that token. Raises `Forbidden`: unknown ones and foreign ones alike."""
    if token is None:
        return None
    pool = front.database.read(find_pool, token)
    if pool is None or app.ip_id is None or not pool.serves(app.ip_id):
        raise Forbidden("The reward token is not of this IP", code="REWARD_TOKEN_FOREIGN")
    return pool


# --- the order --------------------------------------------------------------------------------


def _placing(
    front: Front,
    buyer: Buyer,
    asked: CreateOrder,
    offered: Offered,
    methods: Sequence[str],
    pool: Pool | None,
) -> Placing:
    order_id = asked.order_id or str(uuid.uuid4())
    amount = Money.of_minor(asked.amount, CURRENCY)
    economics = Economics.asked(asked)
    accounts = front.database.read(accounts_of, buyer.merchant.id, economics.receivers)
    shares = economics.shares(amount, accounts)
    item = asked.item if asked.item is not None else buyer.widget_tag
    draft = OrderDraft(
        external_id=order_id,
        id=order_id,
        amount=amount,
        lines=(_line(item or buyer.app.name, asked.amount),),
        shares=shares,
        description=asked.description,
        redirect_url=asked.redirect_url,
        opener_origin=origin_of(asked.redirect_url) if asked.redirect_url else None,
        methods=offered.ours(methods, free_credit=asked.allow_free_credit is not False),
        expires_in=int(ORDER_LIFE.total_seconds()),
        late_money="accept",
        shopper=shopper_of(buyer.user),
        metadata=asked.metadata or {},
        dialect=DIALECT,
        payer=payer_of(buyer.user.id),
        final_sale=bool(asked.release_rewards_after_paid),
    )
    terms = terms_of(buyer, item, methods, asked.redirect_url) | {
        "metadata": asked.metadata or {},
        "release_rewards_after_paid": bool(asked.release_rewards_after_paid),
        "buyback_after_paid": bool(asked.buyback_after_paid),
        "costs_allocation": list(economics.costs),
        "ip_holder_revenue_reallocation": list(economics.reallocation),
        "rewards_model_snapshot": economics.snapshot(shares),
    }
    placed = placed_of(buyer, order_id, asked.callback_url, terms, pool)
    return Placing(buyer.merchant, draft, placed)


def placed_of(
    buyer: Buyer,
    order_id: str,
    callback_url: str | None,
    terms: dict[str, Any],
    pool: Pool | None = None,
    top_up: str | None = None,
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
        top_up=top_up,
        pool=pool,
    )


def terms_of(
    buyer: Buyer, item: str | None, methods: Sequence[str], redirect_url: str | None
) -> dict[str, Any]:
    """What the order object echoes, with nothing said about who gets what."""
    return {
        "owner": buyer.user.short_name,
        "item": item,
        "metadata": {},
        "methods": list(methods),
        "redirect_url": redirect_url,
        "release_rewards_after_paid": False,
        "buyback_after_paid": False,
        "costs_allocation": [],
        "ip_holder_revenue_reallocation": [],
        "rewards_model_snapshot": None,
    }


def shopper_of(user: User) -> dict[str, str]:
    told = {"reference": user.id, "name": user.username}
    return told | ({"email": user.email} if user.email else {})


def _line(name: str, cents: int) -> Line:
    return Line("item", name, 1, cents)
