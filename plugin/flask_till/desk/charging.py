"""What stands between a payment of ours and the gateway that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ..errors import NotFound
from .gateways import Charge, Gateway, Method
from .order import GRACE, Order, Payment


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
            for method in self._possible(order.amount.currency, live=order.live)
            if order.methods is None or method.name in order.methods
            if not method.dialects or order.dialect in method.dialects
        )

    def offered(self, currency: str, *, live: bool) -> tuple[Method, ...]:
        """What anybody could pay with in that currency, with real money or in test mode."""
        return tuple(one for one in self._possible(currency, live=live) if not one.dialects)

    def gateway_for(self, order: Order, method: str) -> str:
        """Which gateway offers that method for the order. Raises `NotFound`."""
        for one in self.methods(order):
            if one.name == method:
                return one.gateway
        raise NotFound("That way to pay is not offered here.", code="METHOD_NOT_OFFERED")

    def _possible(self, currency: str, *, live: bool) -> tuple[Method, ...]:
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
            expires_at=takes_until(order),
            metadata={"order_id": order.id, "external_id": order.external_id},
            provider_ref=payment.provider_ref,
            client=payment.client,
            payer=order.payer,
            status=payment.status,
        )


def takes_until(order: Order) -> datetime:
    """Until when a gateway takes money for it: where late money is welcome, a while longer."""
    return order.expires_at + GRACE if order.late_money == "accept" else order.expires_at


def _described(lines: Sequence[object]) -> str:
    return ", ".join(getattr(line, "name", "") for line in lines)[:250]
