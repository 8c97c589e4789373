"""The wallet that a stand-in shop may have: it links a basket with a phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Response, jsonify, request

if TYPE_CHECKING:
    from .shop_stand_in import Shop, Shopper

# A QR code of "https://wallet.example/b/7Q": squares of one module.
SQUARES = "M0 0h7v7h-7zM1 1v5h5v-5zM2 2h3v3h-3zM14 0h7v7h-7zM15 1v5h5v-5zM16 2h3v3h-3z"


@dataclass
class Link:
    """How far the basket of one browser is on its way to a phone."""

    status: str = "unbound"
    phone: str | None = None

    def binding(self) -> dict[str, Any]:
        linked = self.status == "linked"
        return {
            "status": self.status if self.status in ("pending", "linked") else "unbound",
            "masked_phone_number": "50*****67" if linked else None,
            "name": "Jan" if linked else None,
        }


@dataclass
class Wallet:
    """What a test wants to be different of it; what it was asked is in ``asked``."""

    there: bool = False
    trusts_the_browser: bool = False
    is_down: bool = False
    refuses: str | None = None
    life: int | None = None
    qr: tuple[str, int] = (SQUARES, 21)
    link: str = "https://wallet.example/b/7Q"
    asked: list[dict[str, Any]] = field(default_factory=list)


class WalletRoutes:
    """What the widget calls to link a basket, by path."""

    def __init__(self, shop: Shop, shopper: Callable[[], Shopper]) -> None:
        self.shop, self.shopper = shop, shopper
        self.views: dict[str, Callable[..., Any]] = {
            "POST /iziGetPayData": self.pay_data,
            "GET /iziGetIsBound": self.is_bound,
            "POST /iziBindingDelete": self.delete,
            "POST /iziBrowserDelete": self.forget_browser,
            "GET /iziMobileLink": self.mobile_link,
            "POST /iziBindingKey": self.key,
        }

    def known(self) -> dict[str, Any]:
        """What iziCanBeBound says of the wallet."""
        wallet, link = self.shop.wallet, self.shopper().link
        return {
            "wallet": wallet.there,
            "basket_linked": link.status == "linked",
            "browser_trusted": wallet.trusts_the_browser,
            "masked_phone_number": link.binding()["masked_phone_number"],
        }

    def pay_data(self) -> Any:
        wallet, shopper = self.shop.wallet, self.shopper()
        wallet.asked.append(request.get_json())
        phone = wallet.asked[-1]["phone"]
        if wallet.is_down:
            return _error("WALLET_UNAVAILABLE"), 502
        if wallet.refuses:
            return _error(wallet.refuses)
        if shopper.link.status == "linked":
            return jsonify({})
        if wallet.trusts_the_browser and not phone:
            self.shop.link(shopper, "linked")
            return jsonify({})
        shopper.link.phone = phone
        self.shop.link(shopper, "pending")
        if phone:
            return jsonify({"expires_in": wallet.life} if wallet.life else {})
        path, size = wallet.qr
        links = dict.fromkeys(("deep_link", "deep_link_hms"), wallet.link)
        return jsonify({"qr_code": "aGVsbG8=", **links, "qr_svg_path": path, "qr_size": size})

    def is_bound(self) -> Any:
        link = self.shopper().link

        with self.shop.changed:
            self.shop.changed.wait_for(
                lambda: link.status != "pending", float(request.args.get("wait", 0))
            )
        if link.status in ("pending", "unbound"):
            return Response(status=204)
        if link.status != "linked":
            code = "REJECTED" if link.status == "refused" else "EXPIRED"
            return {"status": "REJECT", "message": "Refused in the app.", "error_code": code}
        response = jsonify(
            {
                "status": "SUCCESS",
                "inpost_basket_id": "ib-1",
                "phone_number": None,
                "masked_phone_number": "50*****67",
                "name": "Jan",
                "surname": "Nowak",
                "browser": {"browser_trusted": True, "browser_id": "browser-1"},
            }
        )
        response.set_cookie("BrowserId", "browser-1")
        return response

    def delete(self) -> Response:
        self.shop.link(self.shopper(), "unbound")
        return Response(status=204)

    def forget_browser(self) -> Response:
        response = Response(status=204)
        response.delete_cookie("BrowserId")
        return response

    def mobile_link(self) -> dict[str, str]:
        return {"link": self.shop.wallet.link}

    def key(self) -> dict[str, str]:
        return {"basket_binding_api_key": f"key-{self.shopper().version}"}


def _error(code: str) -> Response:
    return jsonify({"error_code": code, "error_message": "Refused by the stand-in."})
