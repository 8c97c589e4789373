"""What stands between a payment of ours and the gateway that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ..errors import NotFound
from .gateways import Charge, Gateway, Method
from .order import Order, Payment


class Charging:
    """The gateways of a desk by their names, and our payments as they see them."""

    def __init__(self, gateways: Mapping[str, Gateway], page_url: Callable[[str], str]) -> None:
        self.gateways = gateways
        self._page_url = page_url

    def gateway(self, name: str) -> Gateway:
        """Raises `NotFound` (GATEWAY_NOT_FOUND)."""
        try:
            return self.gateways[name]
        except KeyError:
            raise NotFound(
                f"There is no gateway {name!r} here.", code="GATEWAY_NOT_FOUND"
            ) from None

    def methods(self, order: Order) -> tuple[Method, ...]:
        """What the page offers for this order's currency, mode and merchant's choice."""
        return tuple(
            method
            for method in self.offered(order.amount.currency, live=order.live)
            if order.methods is None or method.name in order.methods
        )

    def offered(self, currency: str, *, live: bool) -> tuple[Method, ...]:
        """What could be paid with in that currency, with real money or in test mode."""
        return tuple(
            method
            for gateway in self.gateways.values()
            if gateway.livemode == live
            for method in gateway.methods(currency)
        )

    def charge(self, order: Order, payment: Payment) -> Charge:
        return Charge(
            payment_id=payment.id,
            order_id=order.id,
            amount=payment.amount,
            method=payment.method,
            description=order.description or _described(order.lines),
            locale=order.locale,
            return_url=self._page_url(order.id),
            expires_at=order.expires_at,
            metadata={"order_id": order.id, "external_id": order.external_id},
            provider_ref=payment.provider_ref,
            client=payment.client,
        )


def _described(lines: Sequence[object]) -> str:
    return ", ".join(getattr(line, "name", "") for line in lines)[:250]
