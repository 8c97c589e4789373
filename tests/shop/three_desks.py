"""The kinds of desk to give to one shop, each with a partner that the test plays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from flask_till import BoxoDesk, IposDesk
from tests.shop.played_desk import PlayedDesk
from tests.shop.w3block.the_platform import Hurried, Platform
from tests.stand_ins import boxo_platform as boxo
from tests.stand_ins import ipos_platform as ipos
from tests.stand_ins.line import Line


def utc_now() -> datetime:
    return datetime.now(UTC)


class AtTill:
    """A desk that speaks our own protocol."""

    name = "till"
    takes_late_money = True

    def __init__(self) -> None:
        self.desk = PlayedDesk()

    def amount(self, order_id: str) -> str:
        return str(self.desk.orders[order_id].amount)

    def pay(self, order_id: str) -> None:
        self.desk.move(order_id, "paid")

    def expire(self, order_id: str) -> None:
        self.desk.move(order_id, "expired")

    def tell(self, client: FlaskClient, order_id: str) -> Any:
        return self.desk.tell(client, order_id)

    def down(self, down: bool = True) -> None:
        self.desk.down = down

    def close(self) -> None:
        pass


class AtIpos:
    """An IPOS platform; whoever buys is its user ada."""

    name = "ipos"
    takes_late_money = True

    def __init__(self) -> None:
        self.platform = ipos.IposPlatform(utc_now)
        self.line = Line(self.platform.app)
        self.desk = IposDesk(
            "https://ipos.example",
            access_key=ipos.ACCESS_KEY,
            secret_key=ipos.SECRET_KEY,
            app_id=ipos.APP_ID,
            callback_url="http://localhost/till/callbacks/ipos",
            user_token=lambda order: self.platform.user_token(),
            live=False,
            transport=self.line,
        )

    def amount(self, order_id: str) -> str:
        cents: int = self.platform.of(order_id)["amount"]
        return f"{cents // 100}.{cents % 100:02d}"

    def pay(self, order_id: str) -> None:
        self.platform.pay(self.platform.of(order_id)["order_id"])

    def expire(self, order_id: str) -> None:
        self.platform.expire(self.platform.of(order_id)["order_id"])

    def tell(self, client: FlaskClient, order_id: str) -> Any:
        raw, headers = self.platform.callback(self.platform.of(order_id)["order_id"])
        return client.post("/till/callbacks/ipos", data=raw, headers=headers)

    def down(self, down: bool = True) -> None:
        self.line.cut = down

    def close(self) -> None:
        self.desk.close()


class AtBoxo:
    """A Boxo platform that lists no address, so that every call is signed, and signs its own."""

    name = "boxo"
    takes_late_money = True

    def __init__(self) -> None:
        self.platform = boxo.BoxoPlatform(utc_now)
        self.platform.wants_signatures = True
        self.line = Line(self.platform.app)
        self.desk = BoxoDesk(
            "https://boxo.example",
            app_id=boxo.APP_ID,
            client_id=boxo.CLIENT_ID,
            secret_key=boxo.SECRET_KEY,
            key=boxo.SIGNING_SECRET,
            require_signature=True,
            live=False,
            transport=self.line,
        )

    def amount(self, order_id: str) -> str:
        amount: str = self.platform.of(order_id)["order"]["amount"]
        return amount

    def pay(self, order_id: str) -> None:
        self.platform.move(self.platform.of(order_id)["order_payment_id"], "paid")

    def expire(self, order_id: str) -> None:
        payment_id = self.platform.of(order_id)["order_payment_id"]
        self.platform.move(payment_id, "cancelled", "expired")

    def tell(self, client: FlaskClient, order_id: str) -> Any:
        raw, headers = self.platform.webhook(self.platform.of(order_id)["order_payment_id"])
        signed = self.platform.signed("/till/callbacks/boxo", raw)
        return client.post("/till/callbacks/boxo", data=raw, headers=headers | signed)

    def down(self, down: bool = True) -> None:
        self.line.cut = down

    def close(self) -> None:
        self.desk.close()


class AtW3block:
    """The real desk as a W3block platform, which adds a network fee of its own."""

    name = "w3block"
    takes_late_money = False

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="till-w3block-")
        folder = Path(self._folder.name)
        self.clock = Hurried()
        self.platform = Platform(f"sqlite:///{folder}/platform.db", self.clock, folder)
        self.line = self.platform.line
        self.desk = self.platform.client()

    def amount(self, order_id: str) -> str:
        amount: str = self.platform.of(order_id)["currencyAmount"]
        return amount

    def pay(self, order_id: str) -> None:
        self.platform.pay(self.platform.of(order_id)["id"])

    def expire(self, order_id: str) -> None:
        self.clock.hurry(minutes=9, seconds=1)

    def tell(self, client: FlaskClient, order_id: str) -> Any:
        raw, headers = self.platform.event(self.platform.of(order_id)["id"])
        return client.post("/till/callbacks/w3block", data=raw, headers=headers)

    def down(self, down: bool = True) -> None:
        self.line.cut = down

    def close(self) -> None:
        self.desk.close()
        self.platform.close()
        self._folder.cleanup()


KINDS: dict[str, Callable[[], Any]] = {
    "till": AtTill,
    "ipos": AtIpos,
    "boxo": AtBoxo,
    "w3block": AtW3block,
}
