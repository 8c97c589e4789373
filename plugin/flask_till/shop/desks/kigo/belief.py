"""Whether an answer is about our order, and its link leads to the wallet's own page (4.2, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ....errors import RequestError
from ....wire.kigo.claim_codes import read_claim_code
from ....wire.kigo.links import read_deeplink
from ....wire.kigo.orders import Order, Status
from ...claims import (
    CANCELLED,
    CLAIMED,
    EXPIRED,
    READY,
    WRONG_ANSWER,
    ClaimRefused,
    KeptClaim,
    Made,
)

STATUS: Mapping[Status, str] = {
    Status.UNCLAIMED: READY,
    Status.CLAIMED: CLAIMED,
    Status.EXPIRED: EXPIRED,
    Status.CANCELLED: CANCELLED,
}
"""Kigo's statuses in our words (6)."""


def made_of(order: Order, claim: KeptClaim, hub: str) -> Made:
    """The order as what was made for the claim.

    Raises `ClaimRefused` (WRONG_ANSWER) unless it is ours in every part: a foreign link, or one to
    another place, is shown to nobody.
    """
    pairs = {
        "external_order_id": (order.external_order_id, claim.external_id),
        "product_id": (order.product_id.lower(), claim.maker_product.lower()),
        "order_id": (order.order_id, claim.maker_order or order.order_id),
        "deeplink_url": (place_of(order.deeplink_url), hub),
        "claim_code": _codes(order),
    }
    wrong = [name for name, (theirs, ours) in pairs.items() if theirs != ours]
    if wrong:
        raise ClaimRefused(f"Another order came back: {', '.join(wrong)}.", code=WRONG_ANSWER)
    return Made(
        maker_order=order.order_id,
        status=STATUS[order.status],
        code=read_claim_code(order.claim_code),
        link=order.deeplink_url,
        expires_at=order.expires_at,
    )


def place_of(address: str) -> str:
    """Where an address leads, whatever it carries: scheme, host and path (5, 9.4)."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower() + parts.path.rstrip("/")


def _codes(order: Order) -> tuple[str, str]:
    """The code in the link and the code beside it; two that differ when either is none."""
    try:
        return read_deeplink(order.deeplink_url).claim_code, read_claim_code(order.claim_code)
    except RequestError:
        return "", "unreadable"
