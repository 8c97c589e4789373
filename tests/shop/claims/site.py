"""A whole shop with its pages, a browser on one of them, and Kigo told where to call."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.shop.claims.kigo_desk import KigoDesk
from tests.shop.conftest import browser


class Site:
    """``client`` is the browser that buys."""

    def __init__(self, app: Flask, kigo: KigoDesk) -> None:
        self.app = app
        self.kigo = kigo
        self.client = browser(app)

    @property
    def desk(self) -> Any:
        """Where its orders are paid."""
        return self.app.extensions["till"].desk

    def carry(self) -> None:
        self.app.extensions["till"].background.relay.drain()

    def placed(self, client: FlaskClient | None = None, **quantities: int) -> str:
        """The id of an order that waits for its money."""
        client = client or self.client
        for product_id, quantity in quantities.items():
            body = {"product_id": product_id, "quantity": quantity}
            assert client.post("/till/iziAddToCart", json=body).status_code == 200
        placed = client.post("/till/checkout", json={"mode": "popup"})
        assert placed.status_code == 200, placed.json
        order_id: str = placed.json["order_id"]
        return order_id

    def bought(self, client: FlaskClient | None = None, **quantities: int) -> dict[str, Any]:
        """A paid order whose codes are ready, as its browser sees it."""
        self.tell(self.placed(client, **quantities), "paid")
        self.carry()
        return self.order(client)

    def tell(self, order_id: str, status: str, **changes: Any) -> None:
        """The desk that takes the money says how the order is."""
        self.desk.move(order_id, status, **changes)
        self.app.extensions["till"].checkout.refresh(order_id)

    def order(self, client: FlaskClient | None = None) -> dict[str, Any]:
        """The latest order as the browser sees it."""
        answer = (client or self.client).get("/till/channel")
        (order,) = [one["order"] for one in answer.json["frames"] if one["type"] == "order"]
        found: dict[str, Any] = order
        return found

    def post(self, headers: dict[str, str], body: bytes) -> Any:
        """Kigo calls; only its own headers are taken over."""
        own = {"Content-Type": "application/json"}
        if "kigo-signature" in headers:
            own["Kigo-Signature"] = headers["kigo-signature"]
        return self.app.test_client().post("/till/callbacks/kigo", data=body, headers=own)

    def hear(self) -> list[Any]:
        """All that Kigo tells now; the shop's answers."""
        return [self.post(headers, body) for headers, body in self.kigo.told()]
