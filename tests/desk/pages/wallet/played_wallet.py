"""A wallet in memory that does at once what the real one asks of shops: only for its pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask_till.desk.linked_basket import (
    BasketEdit,
    LinkedBasket,
    Prompt,
    Shopper,
    TrustedBrowser,
    WalletOrder,
    topic_of,
)
from flask_till.desk.wallet_port import OrderWanted, SentCode
from flask_till.errors import InvalidRequest, NotFound, Unauthenticated
from flask_till.wire.inpost.basket import Basket
from flask_till.wire.inpost.message import write
from flask_till.wire.inpost.order import Order

EXAMPLES = Path(__file__).parents[3] / "wire/inpost/examples"
CODE = "246810"


def stored(kind: Any, name: str) -> dict[str, Any]:
    """A message of the contract as the desk keeps it."""
    message = kind.read((EXAMPLES / f"{name}.json").read_bytes())
    kept: dict[str, Any] = json.loads(write(message.to_data()), parse_float=str)
    return kept


class PlayedWallet:
    """One shopper, one shop. ``moved`` is called after each change."""

    def __init__(self, merchant_id: str, moved: Callable[[], object] = lambda: None) -> None:
        self.now = datetime.now(UTC)
        self.moved = moved
        self.merchant_id = merchant_id
        self.calls: list[tuple[Any, ...]] = []
        self.owner = Shopper(
            "shp_1", "+48", "501234567", "Ada", "Byron", "ada@example.org",
            {"address": {"street": "Harbour", "building": "12", "postal_code": "30-001",
                         "city": "Kraków"}}, 1, self.now,
        )  # fmt: skip
        self.content = stored(Basket, "basket_put")
        self.linked = LinkedBasket(
            "ib_1", merchant_id, "b-1", "shp_1", "bound", 3, self.content,
            None, None, self.now, self.now, self.now,
        )  # fmt: skip
        self.is_linked = True
        self.open_prompts: list[Prompt] = []
        self.told_edits: list[BasketEdit] = []
        self.placed: list[WalletOrder] = []
        self.known_browsers: list[TrustedBrowser] = []
        self.refuses: Exception | None = None

    # --- what tests say -------------------------------------------------------------------

    def ask(self, seconds: int = 300) -> Prompt:
        prompt = Prompt(
            f"pro_{len(self.open_prompts)}", "ib_1", self.merchant_id, "b-1", "shp_1", "+48",
            "501234567", "PHONE", "PRODUCT_CARD", {"description": "Firefox on Linux"}, None,
            "open", self.now, datetime.now(UTC) + timedelta(seconds=seconds), None,
        )  # fmt: skip
        self.open_prompts.append(prompt)
        self._move()
        return prompt

    def change(self, product_id: str, **facts: Any) -> None:
        """The shop sends another basket."""
        content = json.loads(json.dumps(self.content))
        for product in content["products"]:
            if product["product_id"] == product_id:
                product["quantity"] |= {k: v for k, v in facts.items() if k == "quantity"}
                product |= {k: v for k, v in facts.items() if k != "quantity"}
        self.put(content)

    def put(self, content: dict[str, Any]) -> None:
        self.content = content
        self.linked = replace(self.linked, content=content, version=self.linked.version + 1)
        self._move()

    def order_is(self, status: str, **facts: Any) -> WalletOrder:
        """An order in that state."""
        content = stored(Order, "order_response") if status != "placing" else None
        order = WalletOrder(
            f"wor_{len(self.placed) + 1}", "ib_1", "ord_1" if content else None, self.merchant_id,
            "1001", "SHOP/1001" if content else None, "shp_1",
            {"total": 14797, "currency": "PLN"}, content, status, "UNPAID",
            "Przyjęte" if content else None, (), None, 1, self.now, self.now,
        )  # fmt: skip
        self.placed.insert(0, replace(order, **facts))
        self._move()
        return self.placed[0]

    def _move(self) -> None:
        self.owner = replace(self.owner, version=self.owner.version + 1)
        self.moved()

    def _do(self, *call: Any) -> None:
        self.calls.append(call)
        if self.refuses is not None:
            raise self.refuses

    # --- what the pages call --------------------------------------------------------------

    def send_code(self, country_prefix: str, phone: str, *, address: str = "") -> SentCode:
        if not phone.isdigit():
            raise InvalidRequest("No number.", code="PHONE_INVALID", fields={"phone": "digits"})
        self._do("send_code", country_prefix, phone)
        return SentCode(self.now, CODE)

    def sign_in(self, country_prefix: str, phone: str, code: str, *, address: str = "") -> str:
        if code != CODE:
            raise Unauthenticated("No.", code="CODE_WRONG")
        return "session-1"

    def shopper_of(self, session: str) -> Shopper | None:
        return self.owner if session == "session-1" else None

    def sign_out(self, session: str) -> None:
        self._do("sign_out", session)

    def save_profile(self, shopper_id: str, profile: Mapping[str, Any]) -> Shopper:
        self._do("save_profile", profile)
        return self.owner

    def prompts(self, shopper_id: str) -> Sequence[Prompt]:
        return [one for one in self.open_prompts if one.status in ("open", "accepted")]

    def open_link(self, code: str, shopper_id: str) -> Prompt:
        if code != "abc":
            raise NotFound("No.", code="PROMPT_NOT_FOUND")
        return self.ask()

    def accept(self, prompt_id: str, shopper_id: str, trust: bool) -> None:
        self._do("accept", prompt_id, trust)
        self.open_prompts = [one for one in self.open_prompts if one.id != prompt_id]
        self._move()

    def refuse(self, prompt_id: str, shopper_id: str) -> None:
        self._do("refuse", prompt_id)
        self.open_prompts = [one for one in self.open_prompts if one.id != prompt_id]
        self._move()

    def baskets(self, shopper_id: str) -> Sequence[LinkedBasket]:
        return [self.linked] if self.is_linked else []

    def basket(self, basket_id: str, shopper_id: str) -> LinkedBasket:
        if basket_id != self.linked.id:
            raise NotFound("No.", code="BASKET_NOT_FOUND")
        return self.linked

    def edits(self, basket_id: str, shopper_id: str) -> Sequence[BasketEdit]:
        return self.told_edits

    def set_quantity(self, basket_id: str, shopper_id: str, product_id: str, quantity: Decimal):  # type: ignore[no-untyped-def]
        self._do("set_quantity", product_id, quantity)
        self.change(product_id, quantity=int(quantity))

    def set_codes(self, basket_id: str, shopper_id: str, codes: Sequence[str]):  # type: ignore[no-untyped-def]
        self._do("set_codes", list(codes))
        promo = [{"name": code, "promo_code_value": code} for code in codes]
        self.put(self.content | {"promo_codes": promo})

    def add_related(self, basket_id: str, shopper_id: str, product_id: str, quantity: Any = None):  # type: ignore[no-untyped-def]
        self._do("add_related", product_id)
        self._move()

    def unlink(self, basket_id: str, shopper_id: str) -> None:
        self._do("unlink", basket_id)
        self.is_linked = False
        self._move()

    def place(self, basket_id: str, shopper_id: str, wanted: OrderWanted) -> WalletOrder:
        self._do("place", wanted)
        return self.order_is("placing")

    def orders(self, shopper_id: str) -> Sequence[WalletOrder]:
        return self.placed

    def order(self, order_id: str, shopper_id: str) -> WalletOrder:
        for order in self.placed:
            if order.id == order_id:
                return order
        raise NotFound("No.", code="ORDER_NOT_FOUND")

    def pay_url(self, order_id: str, shopper_id: str) -> str:
        self._do("pay_url", order_id)
        return "/paying"

    def reject(self, order_id: str, shopper_id: str) -> WalletOrder:
        self._do("reject", order_id)
        self.placed = [replace(one, status="rejected") for one in self.placed]
        self._move()
        return self.placed[0]

    def browsers(self, shopper_id: str) -> Sequence[TrustedBrowser]:
        return self.known_browsers

    def revoke_browser(self, browser_id: str, shopper_id: str) -> None:
        self._do("revoke_browser", browser_id)
        self.known_browsers = []

    def topic(self, shopper_id: str) -> str:
        return topic_of(shopper_id)

    def version(self, shopper_id: str) -> int:
        return self.owner.version
