"""What a browser asks for: the parameters of the page, read exactly as the contract has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ...errors import NotFound, Unreadable

Theme = Literal["dark", "light"]
OURS = frozenset({"orderId", "token", "theme", "hideBack", "hideScrollBar"})
_ORDER_ID = re.compile(r"[\x21-\x7e]{1,128}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")


@dataclass(frozen=True, slots=True)
class Parameters:
    """One order and how to show it. Without ``theme`` the page follows the system."""

    order_id: str
    theme: Theme | None = None
    hide_back: bool = False
    hide_scroll_bar: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The same again as parameters; a token is never among them."""
        query = {"orderId": self.order_id}
        if self.theme is not None:
            query["theme"] = self.theme
        if self.hide_back:
            query["hideBack"] = "true"
        if self.hide_scroll_bar:
            query["hideScrollBar"] = "true"
        return query


def read_parameters(given: Mapping[str, str]) -> Parameters:
    """Raises `Unreadable` (400) without an order id, `NotFound` for one that nothing can have."""
    order_id = given.get("orderId", "")
    if not order_id:
        raise Unreadable("The address names no order.", code="ORDER_ID_MISSING")
    if not _ORDER_ID.fullmatch(order_id):
        raise NotFound("There is no such order.", code="ORDER_NOT_FOUND")
    return Parameters(
        order_id=order_id,
        theme=_theme(given),
        hide_back=_on(given, "hideBack"),
        hide_scroll_bar=_on(given, "hideScrollBar"),
    )


def theme_of(parameters: Parameters | None, dialect: str | None) -> Theme | None:
    """What a page is drawn in. IPOS pages are light unless asked otherwise; ours ask the system."""
    asked = None if parameters is None else parameters.theme
    return "light" if asked is None and dialect == "ipos" else asked


def read_token(given: Mapping[str, str]) -> str | None:
    """The token in the address; one with odd characters counts as an unknown one."""
    token = given.get("token")
    if not token:
        return None
    return token if _TOKEN.fullmatch(token) else "?"


def _theme(given: Mapping[str, str]) -> Theme | None:
    if "theme" not in given:
        return None
    return "dark" if given["theme"] == "dark" else "light"


def _on(given: Mapping[str, str], name: str) -> bool:
    return given.get(name, "").lower() == "true"
