"""A wallet reads and changes a linked basket (InPost Pay contract 3.3 to 3.7)."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request

from ...errors import Conflict, NotFound
from ...signals import basket_changed
from ...wire.inpost.basket_events import (
    AddProduct,
    BasketEvent,
    PromoEvent,
    QuantityChange,
    QuantityEvent,
    RelatedAddition,
    read_basket_event,
)
from ...wire.inpost.binding import BindingConfirmed, BindingRejected, read_confirmation
from ...wire.inpost.error_codes import MerchantCode
from ...wire.inpost.promoted import ProductQuery
from ..actions import wallet_events
from ..actions.binding import note_told
from ..actions.catalogs import list_products
from ..actions.telling import read_told
from ..actions.wallet_events import Additions, BasketTold, Codes, Quantities
from ..binding import ORDERED, UNBOUND, LinkFacts, mask_phone
from .blueprint import blueprint
from .shopfront import Shopfront
from .wallet_door import Asked, answer_wallet, from_wallet, nothing_more, phone_of

BASKET = "/merchant/v1/izi/basket/<basket_id>"
PAGE_SIZE = 20
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@blueprint.get(BASKET)
@from_wallet()
def merchant_basket(asked: Asked, basket_id: str) -> Response:
    """The basket as it is now (3.3)."""
    return _basket(asked.front, basket_id, is_kept=False)


@blueprint.post(f"{BASKET}/confirmation")
@from_wallet()
def merchant_confirmation(asked: Asked, basket_id: str) -> Response:
    """The shopper answered on the phone (3.4). Yes is answered with the basket, else no link."""
    front, said = asked.front, read_confirmation(asked.body)
    if isinstance(said, BindingRejected):
        front.database.write(wallet_events.reject_link, basket_id, asked.mark)
        return answer_wallet(BindingRejected())
    _can_be_told(front, basket_id)
    front.database.write(wallet_events.confirm_link, basket_id, asked.mark, _facts(said))
    return _basket(front, basket_id)


@blueprint.post(f"{BASKET}/event")
@from_wallet()
def merchant_basket_event(asked: Asked, basket_id: str) -> Response:
    """The shopper changed the basket in the wallet (3.5): 200 with what became of it."""
    front, event = asked.front, read_basket_event(asked.body)
    told = BasketTold(event.event_id, _change(event), phone_of(event.phone_number))
    front.database.write(
        wallet_events.apply_basket_event,
        front.shelf,
        basket_id,
        told,
        locale=front.terms.locale,
        announce=basket_changed.has_receivers_for(front.app),
    )
    return _basket(front, basket_id)


@blueprint.delete(f"{BASKET}/binding")
@blueprint.post(f"{BASKET}/binding/delete", endpoint="merchant_binding_delete_by_post")
@from_wallet()
def merchant_binding_delete(asked: Asked, basket_id: str) -> Response:
    """The shopper deleted the basket in the wallet (3.6): 200, also for one we do not know."""
    try:
        asked.front.database.write(wallet_events.delete_link, basket_id, asked.mark)
    except NotFound:
        return nothing_more()
    return nothing_more()


@blueprint.post("/merchant/v1/izi/basket/product/<product_id>")
@from_wallet(MerchantCode.PRODUCT_NOT_ADDED)
def merchant_add_product(asked: Asked, product_id: str) -> Response:
    """One more of a product, in the basket or in a new one (3.7)."""
    front = asked.front
    said = AddProduct.read(asked.body or b"{}")
    binding_id = front.database.write(
        wallet_events.add_product,
        front.shelf,
        product_id,
        request=asked.mark,
        binding_id=said.basket_id,
        phone=phone_of(said.phone_number),
        announce=basket_changed.has_receivers_for(front.app),
    )
    return _basket(front, binding_id)


@blueprint.get("/merchant/v1/izi/products")
@from_wallet()
def merchant_products(asked: Asked) -> Response:
    """What is sold here, by pages; the first is 0 (3.7)."""
    front, query = asked.front, ProductQuery.read(request.args)
    index, size = query.page_index or 0, query.page_size or PAGE_SIZE
    products, total = front.database.read(
        list_products, front.shelf.catalog, query.product_ids, index * size, size
    )
    return answer_wallet(front.words.page(products, index, size, total))


@blueprint.route("/merchant/", defaults={"rest": "-"}, methods=METHODS)
@blueprint.route("/merchant/<path:rest>", methods=METHODS)
@from_wallet()
def merchant_elsewhere(asked: Asked, rest: str) -> Response:  # noqa: ARG001 - any path
    raise NotFound("There is no such call.")


def _basket(front: Shopfront, binding_id: str, *, is_kept: bool = True) -> Response:
    """The whole basket; a stored notice goes with it once. ``is_kept``: the wallet keeps it."""
    told = front.database.read(read_told, front.shelf, front.terms, binding_id)
    binding, version = told.binding, told.basket.version if is_kept else None
    if binding.status == ORDERED:
        raise Conflict("The basket is an order already.", code=MerchantCode.ORDER_EXISTS)
    if not is_kept and binding.status == UNBOUND and binding.sent_version:
        # It was linked, and the wallet that asks has missed the end of it.
        raise NotFound("The basket is not linked.", code=MerchantCode.BASKET_NOT_FOUND)
    message = front.words.basket(told)
    if binding.notice is not None or (version is not None and version > binding.sent_version):
        first = front.database.write(note_told, binding_id, binding.notice, version)
        if not first:
            message = front.words.basket(replace(told, notice=None))
    return answer_wallet(message)


def _can_be_told(front: Shopfront, binding_id: str) -> None:
    """Raises before anything is linked that the wallet could not be told of."""
    front.words.basket(front.database.read(read_told, front.shelf, front.terms, binding_id))


def _facts(said: BindingConfirmed) -> LinkFacts:
    phone, browser = said.phone_number, said.trusted_browser_id
    return LinkFacts(
        inpost_basket_id=said.inpost_basket_id,
        country_prefix=phone.country_prefix,
        phone=phone.phone,
        masked_phone_number=said.masked_phone_number or mask_phone(phone.phone),
        name=said.name,
        surname=said.surname,
        browser_id=browser,
        browser_trusted=browser is not None,
    )


def _change(event: BasketEvent) -> Quantities | Codes | Additions:
    if isinstance(event, QuantityEvent):
        return Quantities(tuple(map(_pieces, event.quantity_event_data)))
    if isinstance(event, PromoEvent):
        return Codes(tuple(one.promo_code_value for one in event.promo_codes_event_data))
    return Additions(tuple(map(_pieces, event.related_products_event_data)))


def _pieces(one: QuantityChange | RelatedAddition) -> tuple[str, int | None]:
    return one.product_id, one.quantity.pieces
