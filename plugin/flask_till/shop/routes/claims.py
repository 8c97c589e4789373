"""A claim is opened in the wallet: ``/claims/<id>/open``; its maker tells what became of it."""

from __future__ import annotations

from flask import Response, request

from ...errors import NotFound
from ...web.body import raw_body
from ...wire.kigo.message import LARGEST_BODY
from ...wire.kigo.webhooks import SIGNATURE
from ..claim_delivery import ClaimDelivery
from .blueprint import blueprint
from .body import answer
from .origin import require_own_page
from .shopfront import shopfront


@blueprint.post("/claims/<claim_id>/open")
def open_claim(claim_id: str) -> Response:
    """Lead the order's own browser to the wallet; the link is made for this one click.

    A script that asks in JSON is told the ``url``.
    """
    _require_own_form()
    front, delivery = shopfront(), _delivery("CLAIM_NOT_FOUND")
    basket_id = front.basket_id()
    front.limits.require("claim", basket_id or "")
    link = delivery.open(basket_id, claim_id)
    if request.mimetype == "application/json":
        return answer({"url": link})
    headers = {"Location": link, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return Response(status=303, headers=headers)


def _require_own_form() -> None:
    """As `require_own_page`; a form of a page that sends no referrer says ``null`` as its origin,
    and no page can forge what the browser says beside it."""
    is_unnamed = request.headers.get("Origin") == "null"
    if is_unnamed and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return
    require_own_page()


@blueprint.post("/callbacks/kigo")
def claim_callback() -> Response:
    """Verify the raw bytes, apply the event once, and only then say that it arrived."""
    delivery, body = _delivery("DESK_UNKNOWN"), raw_body(LARGEST_BODY)
    return answer({"applied": delivery.hear(request.headers.get(SIGNATURE), body)})


def _delivery(code: str) -> ClaimDelivery:
    """Raises `NotFound` in a shop without claims."""
    delivery = shopfront().claims
    if delivery is None:
        raise NotFound("This shop hands over no claims.", code=code)
    return delivery
