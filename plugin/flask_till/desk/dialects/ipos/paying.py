"""Paying an order: from the wallet or a credit at once, or by Stripe in the page (3.6 to 3.8).

The wallet is the user's account on the chains where they are set up; what it does not cover, the
wallet's balance at this desk may.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask import Response

from ....errors import Conflict, GatewayRefused, NotFound, RequestError, Unavailable
from ....wire.ipos.requests import OneOrder, PaymentMethod
from ...actions.balances import read_balances
from ...actions.ipos_orders import claim_paid_call, read_placed
from ...ipos_portal import CURRENCY
from ...order import CAPTURED, OPEN, Order
from ...web3.reach import covers
from .admission import Caller, admitted, admitted_user
from .answers import body_of, order_id_of, say
from .front import Front
from .orders import fresh_data, placed_now
from .words import ACCOUNT, BALANCE_METHODS, method_word

SHORT = ("INSUFFICIENT_BALANCE", "NO_PAYER")
EMBEDDED = {"ui": "embedded"}


def pay_with_wallet(front: Front) -> Response:
    """POST order/payWithWallet (3.6)."""
    caller, _ = admitted_user(front)
    order_id = order_id_of(body_of(OneOrder).order_id)
    return _pay_from_balance(front, caller, order_id, PaymentMethod.WALLET)


def create_and_pay_with_wallet(front: Front) -> Response:
    """POST order/wallet-quick-pay (3.8)."""
    caller = admitted(front)
    order_id = placed_now(front, caller)
    return _pay_from_balance(front, caller, order_id, PaymentMethod.WALLET)


def create_and_pay_with_credit(front: Front) -> Response:
    """POST order/pay-with-credit (3.8): free credit first, where the order allows that."""
    caller = admitted(front)
    order_id = placed_now(front, caller)
    return _pay_from_balance(front, caller, order_id, PaymentMethod.CREDIT)


def _pay_from_balance(front: Front, caller: Caller, order_id: str, word: PaymentMethod) -> Response:
    """The checks of 3.6, in their order. Raises `RequestError` (400), `NotFound`."""
    order = _pending(front, caller, order_id)
    names = [name for name in _offered(front, order) if BALANCE_METHODS.get(name) == word]
    if not names:
        raise _unsupported(word)
    method = _pay_from_one(front, order, _within_reach(front, order, names))
    _require_paid_by_this_call(front, order_id, method)
    return say(fresh_data(front, order_id))


def _offered(front: Front, order: Order) -> list[str]:
    """Our methods that the order may be paid by, accounts on chains first."""
    wanted = order.methods or ()
    if front.parts.web3 is None:
        wanted = tuple(name for name in wanted if name != ACCOUNT)
    return sorted(wanted, key=lambda name: name != ACCOUNT)


def _within_reach(front: Front, order: Order, names: Sequence[str]) -> list[str]:
    """Looked at first: a try that is refused counts as one of the five that an order has.

    Raises `RequestError` when nothing covers the order.
    """
    found = [name for name in names if _covers(front, order, name)]
    if not found:
        raise _too_little()
    return found


def _covers(front: Front, order: Order, method: str) -> bool:
    assert order.payer is not None
    if method == ACCOUNT:
        web3 = front.parts.web3
        return web3 is not None and covers(web3, order.payer, order.amount, live=order.live)
    having = front.database.read(read_balances, order.payer, currency=CURRENCY, live=order.live)
    return having.within_reach(method) >= order.amount


def _pay_from_one(front: Front, order: Order, names: Sequence[str]) -> str:
    """By the first of these that really covers it; which that is. Raises `RequestError` (400)."""
    for name in names:
        try:
            gateway = front.cashier.gateway_for(order, name)
            front.cashier.pay(order.id, gateway=gateway, method=name, inputs={})
            return name
        except GatewayRefused as refusal:
            if refusal.code not in SHORT:
                raise
        except NotFound:
            raise _unsupported(str(BALANCE_METHODS[name])) from None
        except Conflict:
            raise _not_pending() from None
    raise _too_little()


def _pending(front: Front, caller: Caller, order_id: str) -> Order:
    """The caller's order, still to be paid. Raises `NotFound`, `RequestError`."""
    front.database.read(read_placed, order_id, caller.scope)
    order = front.cashier.get(order_id)
    if order.status not in OPEN or order.is_due(front.now()):
        raise _not_pending()
    return order


def _require_paid_by_this_call(front: Front, order_id: str, method: str) -> None:
    """Of several calls at once one pays, and one is told so (3.6)."""
    order = front.cashier.get(order_id)
    paid = order.payment is not None and order.status in CAPTURED
    if not paid or order.payment is None or order.payment.method != method:
        raise _not_pending()
    if not front.database.write(claim_paid_call, order_id, secrets.token_hex(16)):
        raise _not_pending()


def _not_pending() -> RequestError:
    return RequestError("Order is not pending", code="ORDER_STATE")


def _unsupported(word: str) -> RequestError:
    message = f"This order is not supported to pay with {word}"
    return RequestError(message, code="UNSUPPORTED_METHOD")


def _too_little() -> RequestError:
    return RequestError("Insufficient balance", code="INSUFFICIENT_BALANCE")


# --- Stripe -----------------------------------------------------------------------------------


def pay_with_stripe(front: Front) -> Response:
    """POST order/payWithStripe: the secret of an embedded Checkout session (3.7).

    Answers 503 when the provider does not answer; then the call may be repeated.
    """
    caller, _ = admitted_user(front)
    order = _pending(front, caller, order_id_of(body_of(OneOrder).order_id))
    offered = front.cashier.methods(order)
    method = next((one for one in offered if method_word(one.name) == PaymentMethod.STRIPE), None)
    if method is None:
        raise _unsupported(PaymentMethod.STRIPE)
    try:
        begun = front.cashier.pay(
            order.id, gateway=method.gateway, method=method.name, inputs=EMBEDDED
        )
    except GatewayRefused:
        raise
    except Conflict:
        raise _not_pending() from None
    secret = {} if begun.started is None else begun.started.client
    if not isinstance(secret.get("client_secret"), str):
        raise Unavailable("The payment provider gave no session", code="NO_SESSION")
    return say({"clientSecret": secret["client_secret"]})
