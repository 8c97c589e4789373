"""How baskets and orders look in JSON, in the language that the page asked for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ...money import Money
from ..basket import Basket, BasketLine
from ..binding import LINKED, UNBOUND, Binding
from ..claims import Claim
from ..order import Order
from ..promotion import AppliedPromotion
from .body import argument
from .shopfront import Shopfront

LANGUAGES = ("en", "pl")


def locale_asked_for(front: Shopfront) -> str:
    """``?lang=``, else the browser's favourite among what we speak, else the shop's."""
    named = (argument("lang") or "")[:2].lower()
    if named in LANGUAGES:
        return named
    return _favourite(request.headers.get("Accept-Language", "")) or front.settings.locale


@lru_cache(maxsize=512)
def _favourite(accepted: str) -> str | None:
    """Which of our languages a browser's header likes best; None for none of them."""
    return parse_accept_header(accepted, LanguageAccept).best_match(LANGUAGES)


def money_json(money: Money, locale: str) -> dict[str, Any]:
    text = _text(money.minor, money.currency, locale)
    return {"amount": money.minor, "currency": money.currency, "text": text}


@lru_cache(maxsize=4096)
def _text(minor: int, currency: str, locale: str) -> str:
    return Money.of_minor(minor, currency).format(locale)


def basket_json(basket: Basket, locale: str, front: Shopfront) -> dict[str, Any]:
    """``quotes`` is there, and true, where the desk adds fees that its page asks for."""
    quotes = {} if front.checkout.quoting is None else {"quotes": True}
    return quotes | {
        "version": basket.version,
        "count": basket.count,
        "currency": basket.currency,
        "lines": [_line_json(line, locale) for line in basket.lines],
        "promotions": [_promotion_json(promotion, locale) for promotion in basket.promotions],
        "subtotal": money_json(basket.subtotal, locale),
        "discount": money_json(basket.discount, locale),
        "total": money_json(basket.total, locale),
    }


def _line_json(line: BasketLine, locale: str) -> dict[str, Any]:
    return {
        "product_id": line.product_id,
        "name": line.name,
        "quantity": line.quantity,
        "max_quantity": line.max_quantity,
        "unit_price": money_json(line.unit_price, locale),
        "total": money_json(line.total, locale),
        "image": line.image,
        "url": line.url,
        "available": line.available,
    }


def _promotion_json(promotion: AppliedPromotion, locale: str) -> dict[str, Any]:
    return {
        "code": promotion.code,
        "label": promotion.label,
        "amount": money_json(promotion.amount, locale),
        "applied": promotion.applied,
        "reason": promotion.reason,
    }


def binding_json(found: Binding | None) -> dict[str, Any]:
    """How a basket is linked with a wallet, as far as its page is told."""
    if found is None:
        return {"status": UNBOUND} | dict.fromkeys(("masked_phone_number", "name", "refusal"))
    linked = found.status == LINKED
    return {
        "status": found.status,
        "masked_phone_number": found.masked_phone_number if linked else None,
        "name": found.name if linked else None,
        "refusal": found.refusal,
    }


def order_json(order: Order, locale: str, front: Shopfront) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "number": order.number,
        "status": order.status,
        "version": order_version(order),
        "total": money_json(order.charged, locale),
        "order_url": order.order_url if order.is_open else None,
        "complete": complete_json(order, front),
        **({} if front.claims is None else {"claims": [_claim_json(one) for one in order.claims]}),
    }


def _claim_json(claim: Claim) -> dict[str, str | None]:
    return {
        "id": claim.id,
        "product_id": claim.product_id,
        "name": claim.name,
        "status": claim.status,
        "code": claim.code,
        "open_url": claim.open_url,
    }


def order_version(order: Order) -> int:
    """Grows from change to change, and from an order to the next one of the same basket.

    A page remembers one number for whichever order is the latest.
    """
    return version_of_order(int(order.number.rpartition("-")[2]), order.version)


def version_of_order(seq: int, version: int) -> int:
    """`order_version` of the shop's ``seq``-th order; 0 for none."""
    return (seq << 16) + version


def complete_json(order: Order | None, front: Shopfront) -> dict[str, str] | None:
    """What the page should do about an order that is paid, or placed in a wallet; else None."""
    if order is None or not order.is_done_here:
        return None
    thanks = front.thanks(order)
    if thanks is None:
        return {"action": "refresh"}
    return {"action": "redirect", "redirect": thanks}
