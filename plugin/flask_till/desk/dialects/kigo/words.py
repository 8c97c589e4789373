"""Our orders and tokens in the words of the contract (4.1, 6)."""

from __future__ import annotations

from typing import Any

from ....wire.kigo.claims import (
    ClaimView,
    Flags,
    GalleryItem,
    Media,
    Product,
    ProductType,
    Token,
    TokenDetail,
    TokenName,
)
from ....wire.kigo.message import read_object
from ....wire.kigo.orders import Order, Status, ToldOrder
from ...kigo_partner import KigoOrder, KigoProduct
from ...product_token import ProductToken
from .front import Front

REVEAL, SHARE = "reveal", "share"


def order_of(front: Front, order: KigoOrder) -> Order:
    """With its code and link: for its partner only (5)."""
    told = ToldOrder(
        order_id=order.id,
        external_order_id=order.external_order_id,
        product_id=order.product_id,
        status=Status(order.claim.status_at(front.now())),
        created_at=order.created_at,
        expires_at=order.claim.expires_at,
        metadata=read_object(order.metadata.encode()),
    )
    return Order.with_code(told, front.claims.code_of(order), front.hub())


def view_of(front: Front, order: KigoOrder, product: KigoProduct) -> ClaimView:
    """What a code is for, to somebody who has it (6.1)."""
    return ClaimView(
        claim_code=front.claims.code_of(order),
        status=Status(order.claim.status_at(front.now())),
        expires_at=order.claim.expires_at,
        product=Product(
            id=product.id,
            name=product.name,
            description=product.description,
            image_url=product.image_url,
            type=ProductType(product.type),
        ),
        tokens=[TokenName(name=name) for name in product.parts],
    )


def token_of(token: ProductToken) -> Token:
    return Token(**_token(token))


def detail_of(token: ProductToken) -> TokenDetail:
    return TokenDetail(**_token(token), **_shown(token))


def gallery_item(token: ProductToken) -> GalleryItem:
    return GalleryItem(id=token.id, name=token.name, **_shown(token))


def _token(token: ProductToken) -> dict[str, Any]:
    actions = token.terms.get("actions", [])
    return {
        "token_id": token.id,
        "product_id": token.product_id,
        "name": token.name,
        "supported_actions": actions,
        "flags": Flags(is_revealable=REVEAL in actions, is_shareable=SHARE in actions),
        "child_tokens": [token_of(part) for part in token.children],
        "claimed_at": token.held_at,
    }


def _shown(token: ProductToken) -> dict[str, Any]:
    image = token.terms.get("image_url")
    return {
        "description": token.terms.get("description"),
        "creators": token.terms.get("creators", []),
        "media": [] if image is None else [Media(url=image)],
        "tags": token.terms.get("tags", []),
    }
