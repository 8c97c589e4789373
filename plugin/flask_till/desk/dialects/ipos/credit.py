"""A user's balances, and topping them up by an order. The public documents leave this open."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Annotated, Literal

from flask import Response
from pydantic import StringConstraints

from ....errors import RequestError
from ....wire.ipos.requests import Cents, Request, WebUrl
from ...actions.balances import read_balances
from ...actions.ipos_placing import Placing
from ...ipos_portal import CURRENCY, payer_of
from ...web3.reach import most
from .admission import Caller, admitted_user
from .answers import body_of, say
from .buyers import Buyer, buyer_in
from .drafting import require_addresses
from .front import Front
from .offered import offered_here
from .orders import fresh_data, place
from .terms import draft_of, placed_of, terms_of
from .words import method_word

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
    Where chains are set up ``wallet`` is the most that one payment from the wallet can take:
    of the ``wallet_balance`` here, or of the user's ``account`` on the chains.
    """
    caller, _ = admitted_user(front)
    buyer = _buyer(front, caller)
    owner, live = payer_of(buyer.user.id), buyer.merchant.live
    having = front.database.read(read_balances, owner, currency=CURRENCY, live=live)
    cents = {kind: having.of(kind).minor for kind in ("wallet", "credit", "free_credit")}
    if front.parts.web3 is not None:
        reach = most(front.parts.web3, owner, CURRENCY, live=live).minor
        kept = cents["wallet"]
        cents |= {"wallet": max(kept, reach), "wallet_balance": kept, "account": reach}
    return say(cents)


def top_up(front: Front) -> Response:
    """POST credit/top-up by a user: an order whose payment goes to the user's own balance.

    The portal sells it, also inside a widget, and it is paid from outside only.
    """
    caller, _ = admitted_user(front)
    asked = body_of(TopUp)
    front.parts.limits.require("ipos_create_user", caller.name)
    buyer = _buyer(front, caller)
    require_addresses(front, asked.redirect_url, asked.callback_url)
    order_id = place(front, _placing(front, buyer, asked))
    return say(fresh_data(front, order_id))


def _buyer(front: Front, caller: Caller) -> Buyer:
    """The caller, who buys from the portal itself, whatever widget that happens in."""
    assert caller.user is not None
    app_id = caller.widget.app_id if caller.widget is not None else None
    here = Caller(caller.user, None, app_id or caller.app_id)
    return replace(buyer_in(front, here, caller.user, None), widget=caller.widget)


def _placing(front: Front, buyer: Buyer, asked: TopUp) -> Placing:
    methods = offered_here(front, buyer.merchant).from_outside
    if not methods:
        raise RequestError("Unsupported payment method", code="UNSUPPORTED_METHOD")
    order_id, item = str(uuid.uuid4()), ITEM[asked.account]
    draft = draft_of(
        buyer,
        order_id,
        asked.amount,
        name=item,
        methods=methods,
        redirect_url=asked.redirect_url,
    )
    words = list(dict.fromkeys(str(method_word(name)) for name in methods))
    terms = terms_of(buyer, item, words, asked.redirect_url)
    placed = placed_of(buyer, order_id, asked.callback_url, terms)
    return Placing(
        buyer.merchant, replace(draft, final_sale=True), replace(placed, top_up=asked.account)
    )
