"""Placing an order once for each key, reading orders, withdrawing one (4)."""

from __future__ import annotations

from flask import Response, request

from ....wire.kigo import paths
from ....wire.kigo.message import write
from ....wire.kigo.orders import REPLAYED, ListOrders, OrderKeyOnly, OrderList, PlaceOrder
from ...actions import kigo_orders
from ...kigo_partner import KigoOrder, Partner, Wanted
from . import admission
from .answers import NO_HEADERS, json_body, say
from .front import Front
from .words import order_of


def place(front: Front, product_id: str) -> Response:
    """A repeat is answered with the first order, whatever else it says, product included (4.2)."""
    partner = admission.partner(front)
    body = json_body()
    key = OrderKeyOnly.of(body).external_order_id
    earlier = front.database.read(kigo_orders.find_by_key, partner.id, key)
    if earlier is not None:
        return _placed(front, earlier, is_new=False)
    wanted = _wanted(partner, product_id, PlaceOrder.of(body))
    placed, is_new = front.database.write(kigo_orders.place, wanted, front.claims.new_secret)
    return _placed(front, placed, is_new=is_new)


def one(front: Front, order_id: str) -> Response:
    partner = admission.partner(front)
    order_id = paths.check_order_id(order_id)
    return say(order_of(front, front.database.read(kigo_orders.read_order, order_id, partner.id)))


def search(front: Front) -> Response:
    """All, of one status, or that of one key; newest first (4.3)."""
    partner = admission.partner(front)
    asked = ListOrders.read_query(request.query_string)
    found, total = front.database.read(
        kigo_orders.list_orders,
        partner.id,
        external_order_id=asked.external_order_id,
        status=None if asked.status is None else str(asked.status),
        offset=asked.offset,
        limit=asked.limit,
    )
    return say(OrderList(items=[order_of(front, order) for order in found], total=total))


def cancel(front: Front, order_id: str) -> Response:
    """Only while it is unclaimed; whatever else it is, 409 (4.3)."""
    partner = admission.partner(front)
    order_id = paths.check_order_id(order_id)
    order = front.database.write(kigo_orders.withdraw_order, order_id, partner.id)
    return say(order_of(front, order))


def _wanted(partner: Partner, product_id: str, asked: PlaceOrder) -> Wanted:
    return Wanted(
        partner=partner,
        product_id=paths.check_product_id(product_id).lower(),
        external_order_id=asked.external_order_id,
        external_user_id=asked.external_user_id,
        external_program_id=asked.external_program_id,
        metadata=write(asked.metadata or {}).decode(),
    )


def _placed(front: Front, order: KigoOrder, *, is_new: bool) -> Response:
    status, headers = (201, NO_HEADERS) if is_new else (200, REPLAYED)
    return say(order_of(front, order), status, headers)
