"""A user's balances, and topping them up by an order. The public documents leave this open."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from flask import Response
from pydantic import StringConstraints

from ....base.http import check_url
from ....errors import RequestError
from ....money import Money
from ....wire.ipos.requests import Cents, PaymentMethod, Request, WebUrl
from ...actions.balances import read_balances
from ...actions.ipos_orders import DIALECT
from ...actions.ipos_placing import Placing
from ...ipos_portal import CURRENCY, ORDER_LIFE, payer_of
from ...order import Line, OrderDraft
from ...origins import origin_of, require_registered
from .admission import Caller, admitted_user
from .answers import body_of, say
from .drafting import Buyer, buyer_in, placed_of, shopper_of, terms_of
from .front import Front
from .offered import offered_here
from .orders import fresh_data, place

ITEM = {"credit": "Credit top-up", "wallet": "Wallet top-up"}


class TopUp(Request):
    """``amount`` in cents; what is paid in can be spent and not be refunded."""

    amount: Cents
    account: Literal["credit", "wallet"] = "credit"
    redirect_url: Annotated[WebUrl, StringConstraints(max_length=4096)] | None = None
    callback_url: Annotated[WebUrl, StringConstraints(max_length=1024)] | None = None


def balance(front: Front) -> Response:
    """GET credit/balance by a user: ``{wallet, credit, free_credit}`` in cents.

    The portal, of the widget or of ``app-id``, says whether that is real money or test money.
    """
    caller, _ = admitted_user(front)
    buyer = _buyer(front, caller)
    owner, live = payer_of(buyer.user.id), buyer.merchant.live
    having = front.database.read(read_balances, owner, currency=CURRENCY, live=live)
    cents = {kind: having.of(kind).minor for kind in ("wallet", "credit", "free_credit")}
    return say(cents)


def top_up(front: Front) -> Response:
    """POST credit/top-up by a user: an order whose payment goes to the user's own balance.

    It is the portal's, so its callbacks carry no widget's proof, and it is paid from outside only.
    """
    caller, _ = admitted_user(front)
    asked = body_of(TopUp)
    front.parts.limits.require("ipos_create_user", caller.name)
    buyer = _buyer(front, caller)
    require_registered(asked.redirect_url, buyer.merchant.origins, field="redirect_url")
    if asked.callback_url is not None:
        check_url(asked.callback_url, allowed_hosts=front.parts.hosts, field="callback_url")
    order_id = place(front, _placing(front, buyer, asked))
    return say(fresh_data(front, order_id))


def _buyer(front: Front, caller: Caller) -> Buyer:
    assert caller.user is not None
    app_id = caller.widget.app_id if caller.widget is not None else None
    here = Caller(caller.user, None, app_id or caller.app_id)
    return buyer_in(front, here, caller.user, None)


def _placing(front: Front, buyer: Buyer, asked: TopUp) -> Placing:
    methods = offered_here(front, buyer.merchant).from_outside
    if not methods:
        raise RequestError("Unsupported payment method", code="UNSUPPORTED_METHOD")
    order_id, item = str(uuid.uuid4()), ITEM[asked.account]
    draft = OrderDraft(
        external_id=order_id,
        id=order_id,
        amount=Money.of_minor(asked.amount, CURRENCY),
        lines=(Line(asked.account, item, 1, asked.amount),),
        redirect_url=asked.redirect_url,
        opener_origin=origin_of(asked.redirect_url) if asked.redirect_url else None,
        methods=methods,
        expires_in=int(ORDER_LIFE.total_seconds()),
        late_money="accept",
        shopper=shopper_of(buyer.user),
        dialect=DIALECT,
        payer=payer_of(buyer.user.id),
        final_sale=True,
    )
    terms = terms_of(buyer, item, [str(PaymentMethod.STRIPE)], asked.redirect_url)
    placed = placed_of(buyer, order_id, asked.callback_url, terms, top_up=asked.account)
    return Placing(buyer.merchant, draft, placed)
