"""A wallet orders a basket, reads the order and tells of it (InPost Pay contract 3.8 to 3.10)."""

from __future__ import annotations

from flask import Response

from ...wire.inpost.error_codes import MerchantCode
from ...wire.inpost.order import OrderCreate
from ...wire.inpost.order_events import WalletOrderEvent
from ..actions.wallet_orders import apply_order_event, read_wallet_order
from .blueprint import blueprint
from .shopfront import Shopfront
from .wallet_door import Asked, answer_wallet, from_wallet

ORDER = "/merchant/v1/izi/order"


@blueprint.post(ORDER)
@from_wallet(MerchantCode.ORDER_NOT_CREATE)
def merchant_order_create(asked: Asked) -> Response:
    """Make the basket's one order: 201 with it, also for a repeat (3.8)."""
    front = asked.front
    create = OrderCreate.read(asked.body)
    order_id = front.wallet_checkout.place(front.words.wanted(create), asked.at)
    return _order(front, order_id, 201)


@blueprint.get(f"{ORDER}/<order_id>")
@from_wallet(MerchantCode.ORDER_NOT_UPDATE)
def merchant_order(asked: Asked, order_id: str) -> Response:
    """The order as it is now (3.9)."""
    return _order(asked.front, order_id, 200)


@blueprint.post(f"{ORDER}/<order_id>/event")
@from_wallet(MerchantCode.ORDER_NOT_UPDATE)
def merchant_order_event(asked: Asked, order_id: str) -> Response:
    """It was paid, or given up before (3.10)."""
    front = asked.front
    told = front.words.told(WalletOrderEvent.read(asked.body))
    front.database.write(apply_order_event, front.shelf, order_id, told, heard=front.heard)
    order, kept = front.database.read(read_wallet_order, order_id)
    return answer_wallet(front.words.reply(order, kept))


def _order(front: Shopfront, order_id: str, status: int) -> Response:
    order, kept = front.database.read(read_wallet_order, order_id)
    return answer_wallet(front.words.order(order, kept), status)
