"""A small stateful shop and order desk that speak the widget's JSON, for tests of the widget alone.

The shop is `http://localhost:<port>`, the desk `http://127.0.0.1:<port>`: two sites to every browser. What a test
wants to be different is an attribute (`desk_is_down`, `refuses_sockets`, ...); what the browser did is in `calls`.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, jsonify, request
from simple_websocket import ConnectionClosed, Server
from werkzeug.serving import WSGIRequestHandler, make_server

ASSETS = Path(__file__).parents[2] / "widget_assets"
HASH = "0123456789abcdef"
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src {desk}; require-trusted-types-for 'script'"
)
PRODUCTS = {
    "mug": ("Blue mug", 4999, 5),
    "book": ("A field guide to harbours", 6300, 99),
    "lamp": ("Desk lamp", 18900, 1),
    "gone": ("Last year's calendar", 1500, 0),
}
TYPES = {".css": "text/css", ".js": "text/javascript", ".json": "application/json", ".svg": "image/svg+xml"}
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72"><rect width="72" height="72" fill="{0}"/>
<path d="M20 24h26v18a10 10 0 0 1-10 10h-6a10 10 0 0 1-10-10zM46 28h4a6 6 0 0 1 0 13h-4" fill="none" stroke="{1}"
stroke-width="3.5"/></svg>"""


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str = "Refused by the stand-in.") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class Order:
    order_id: str
    number: str
    minor: int
    basket_version: int
    status: str = "pending"
    version: int = 1
    tokens: set[str] = field(default_factory=set)


@dataclass
class Shopper:
    """What the shop knows of one browser."""

    version: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def money(minor: int, lang: str = "en") -> dict[str, Any]:
    text = f"{minor / 100:.2f}".replace(".", ",") + " zł" if lang == "pl" else f"PLN {minor / 100:,.2f}"
    return {"amount": minor, "currency": "PLN", "text": text.replace("PLN -", "-PLN ")}


class Shop:
    """One Till under one prefix, with its state."""

    def __init__(self, prefix: str = "/till") -> None:
        self.prefix = prefix
        self.desk = ""
        self.origin = ""
        self.shoppers: dict[str, Shopper] = {}
        self.changed = threading.Condition()
        self.calls: list[str] = []
        self.sockets: list[Server] = []
        self.forget()

    def forget(self) -> None:
        """Back to the first state, between two tests."""
        for socket in list(self.sockets):
            try:
                socket.close()
            except (OSError, ConnectionClosed):
                pass
        with self.changed:
            self.shoppers.clear()
            self.calls.clear()
            self.refuses_sockets = False
            self.socket_code: int | None = None
            self.desk_is_down = False
            self.delay = 0.0
            self.redirects_to: str | None = None
            self.changed.notify_all()

    # -- what is true ------------------------------------------------------------------------------------------

    def basket(self, shopper: Shopper, lang: str = "en") -> dict[str, Any]:
        lines = []
        for product, quantity in shopper.lines.items():
            name, price, stock = PRODUCTS[product]
            lines.append(
                {
                    "product_id": product,
                    "name": name,
                    "quantity": quantity,
                    "max_quantity": stock,
                    "unit_price": money(price, lang),
                    "total": money(price * quantity, lang),
                    "image": f"/images/{product}.svg",
                    "url": f"/products/{product}" if product != "book" else None,
                    "available": stock > 0,
                }
            )
        subtotal = sum(PRODUCTS[product][1] * quantity for product, quantity in shopper.lines.items())
        discount = min(subtotal, 1000) if "TEN" in shopper.codes else 0
        promotions = [
            {
                "code": code,
                "label": "10 zł off" if code == "TEN" else code,
                "amount": money(-discount if code == "TEN" else 0, lang),
                "applied": code == "TEN",
                "reason": None if code == "TEN" else "Only for baskets over PLN 500.00.",
            }
            for code in shopper.codes
        ]
        return {
            "version": shopper.version,
            "count": sum(shopper.lines.values()),
            "currency": "PLN",
            "lines": lines,
            "promotions": promotions,
            "subtotal": money(subtotal, lang),
            "discount": money(-discount, lang),
            "total": money(subtotal - discount, lang),
        }

    def order(self, order: Order, lang: str = "en") -> dict[str, Any]:
        complete = None
        if order.status == "paid" and self.redirects_to:
            complete = {"action": "redirect", "redirect": self.redirects_to}
        return {
            "order_id": order.order_id,
            "number": order.number,
            "status": order.status,
            "version": order.version,
            "total": money(order.minor, lang),
            "order_url": f"{self.desk}/order?orderId={order.order_id}",
            "complete": complete,
        }

    def frames(self, shopper: Shopper, basket: int, order: int, lang: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if shopper.version != basket:
            found.append({"type": "basket", "version": shopper.version, "basket": self.basket(shopper, lang)})
        newest = shopper.orders[-1] if shopper.orders else None
        if newest and newest.version != order:
            found.append({"type": "order", "version": newest.version, "order": self.order(newest, lang)})
        return found

    # -- what happens ------------------------------------------------------------------------------------------

    def change(self, shopper: Shopper, product: str, quantity: int) -> None:
        if product not in PRODUCTS:
            raise Refusal(404, "PRODUCT_NOT_FOUND")
        if quantity > PRODUCTS[product][2]:
            raise Refusal(409, "OUT_OF_STOCK")
        with self.changed:
            shopper.lines[product] = quantity
            if quantity <= 0:
                del shopper.lines[product]
            shopper.version += 1
            self.changed.notify_all()

    def set_codes(self, shopper: Shopper, codes: list[str]) -> None:
        for code in codes:
            if code.upper() not in ("TEN", "BIG"):
                raise Refusal(422, "PROMOTION_REFUSED", f"“{code}” is not a code of this shop.")
        with self.changed:
            shopper.codes = [code.upper() for code in codes]
            shopper.version += 1
            self.changed.notify_all()

    def place(self, shopper: Shopper) -> Order:
        if self.desk_is_down:
            raise Refusal(503, "DESK_UNAVAILABLE")
        with self.changed:
            if not shopper.lines:
                raise Refusal(409, "BASKET_EMPTY")
            newest = shopper.orders[-1] if shopper.orders else None
            if not newest or newest.status != "pending" or newest.basket_version != shopper.version:
                number = f"T-{41 + len(shopper.orders) + 1:06}"
                total = self.basket(shopper)["total"]["amount"]
                newest = Order(f"ord_{secrets.token_hex(8)}", number, total, shopper.version)
                newest.version = 1 + (shopper.orders[-1].version if shopper.orders else 0)
                shopper.orders.append(newest)
            newest.tokens.add(secrets.token_urlsafe(8))
            self.changed.notify_all()
            return newest

    def settle(self, order_id: str, status: str = "paid") -> None:
        """The desk tells the shop what became of an order."""
        with self.changed:
            shopper, order = next(
                (one, order) for one in self.shoppers.values() for order in one.orders if order.order_id == order_id
            )
            order.status, order.version = status, order.version + 1
            if status == "paid":
                shopper.lines.clear()
                shopper.codes.clear()
                shopper.version += 1
            self.changed.notify_all()

    def newest_order(self) -> Order:
        return next(one.orders[-1] for one in self.shoppers.values() if one.orders)

    def count_of(self, call: str) -> int:
        return sum(one.startswith(call) for one in self.calls)


class World:
    """The web server with its shops, desk and pages."""

    def __init__(self) -> None:
        self.till = Shop("/till")
        self.books = Shop("/books/till")
        self.shops = [self.till, self.books]
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.requests: list[str] = []
        self.app = Flask(__name__)
        self._routes()

    def page(self, body: str, *, head: str = "", lang: str = "en", policy: str | None = STRICT_POLICY) -> str:
        """Serves an HTML page and returns its address."""
        path = f"/pages/{len(self.pages)}"
        headers = {"Content-Security-Policy": policy.format(desk=self.desk)} if policy else {}
        self.pages[path] = (
            f'<!doctype html><html lang="{lang}"><head><title>Shop</title><meta name="viewport" '
            f'content="width=device-width,initial-scale=1"><link rel="icon" href="/images/mug.svg">{head}'
            f'</head><body><main><h1>Shop</h1>{body}</main></body></html>',
            headers,
        )
        return self.shop + path

    @property
    def script(self) -> str:
        return f'<script type="module" src="/till/assets/{HASH}/till.js"></script>'

    def file(self, name: str, content: str) -> str:
        """Serves a text file, such as a page's own script, and returns its path."""
        path = f"/files/{len(self.pages)}/{name}"
        self.pages[path] = (content, {"Content-Type": TYPES[Path(name).suffix]})
        return path

    def _routes(self) -> None:
        app = self.app
        app.register_error_handler(Refusal, self._refuse)
        app.before_request(lambda: self.requests.append(request.path))

        @app.get("/pages/<int:number>")
        @app.get("/files/<int:number>/<name>")
        def page(number: int, name: str = "") -> Response:
            content, headers = self.pages[request.path]
            return Response(content, headers={"Content-Type": "text/html; charset=utf-8", **headers})

        @app.get("/images/<name>")
        def image(name: str) -> Response:
            hues = {"mug.svg": ("#dfe7ff", "#3f4fd8"), "book.svg": ("#ffe9d6", "#c2571a"), "lamp.svg": ("#dff5e8", "#1d8a55")}
            return Response(DRAWING.format(*hues.get(name, ("#eee", "#777"))), mimetype="image/svg+xml")

        @app.get("/order")
        def order_page() -> str:
            return ORDER_PAGE

        @app.get("/order.js")
        def order_script() -> Response:
            return Response(ORDER_SCRIPT.replace("SHOP", json.dumps(self.shop)), mimetype="text/javascript")

        @app.post("/settle/<order_id>/<status>")
        def settle(order_id: str, status: str) -> Response:
            for shop in self.shops:
                if any(order.order_id == order_id for one in shop.shoppers.values() for order in one.orders):
                    shop.settle(order_id, status)
            return jsonify({})

        for shop in self.shops:
            self._shop_routes(shop)

    def _shop_routes(self, shop: Shop) -> None:
        app, prefix, name = self.app, shop.prefix, shop.prefix.replace("/", "_")

        def route(path: str, method: str):  # type: ignore[no-untyped-def]
            def add(view):  # type: ignore[no-untyped-def]
                def counted(**values: str) -> Any:
                    g.shop = shop
                    shop.calls.append(f"{method} {request.full_path.removeprefix(prefix).rstrip('?')}")
                    time.sleep(shop.delay)
                    return view(**values)

                app.add_url_rule(prefix + path, f"{name} {method} {path}", counted, methods=[method])
                return view

            return add

        @app.get(f"{prefix}/assets/<digest>/<path:file>", endpoint=f"{name} assets")
        def assets(digest: str, file: str) -> Response:
            path = ASSETS / file
            return Response(
                path.read_bytes(),
                mimetype=TYPES[path.suffix],
                headers={"Cache-Control": "public, max-age=31536000, immutable"},
            )

        @route("/basket", "GET")
        def basket() -> Any:
            return shop.basket(self._shopper(shop), self._lang())

        @route("/iziAddToCart", "POST")
        def add() -> Any:
            shopper, wanted = self._shopper(shop, create=True), self._json()
            product = wanted["product_id"]
            shop.change(shopper, product, shopper.lines.get(product, 0) + wanted.get("quantity", 1))
            answer = shop.basket(shopper, self._lang())
            return self._remember(shop, shopper, {"count": answer["count"], "basket": answer})

        @route("/basket/lines/<product>", "PATCH")
        def patch(product: str) -> Any:
            shop.change(self._shopper(shop), product, self._json()["quantity"])
            return shop.basket(self._shopper(shop), self._lang())

        @route("/basket/lines/<product>", "DELETE")
        def delete(product: str) -> Any:
            shop.change(self._shopper(shop), product, 0)
            return shop.basket(self._shopper(shop), self._lang())

        @route("/basket/promotions", "PUT")
        def promotions() -> Any:
            shop.set_codes(self._shopper(shop), self._json()["codes"])
            return shop.basket(self._shopper(shop), self._lang())

        @route("/iziCanBeBound", "GET")
        def can_be_bound() -> Any:
            product = request.args.get("product_id")
            known = product is None or PRODUCTS.get(product, ("", 0, 0))[2] > 0
            return {"can_be_bound": known, "reason": None if known else "OUT_OF_STOCK", "count": 0}

        @route("/iziGetOrderComplete", "GET")
        def complete() -> Any:
            shopper = self._shopper(shop)
            with shop.changed:
                shop.changed.wait_for(
                    lambda: bool(shopper.orders) and shopper.orders[-1].status == "paid",
                    float(request.args.get("wait", 0)),
                )
            if not shopper.orders or shopper.orders[-1].status != "paid":
                return Response(status=204)
            return {"action": "redirect", "redirect": shop.redirects_to or "/thanks"}

        @route("/checkout", "POST")
        def checkout() -> Any:
            assert self._json()["mode"] in ("popup", "redirect", "frame")
            order = shop.place(self._shopper(shop))
            url = f"{shop.desk}/order?orderId={order.order_id}"
            return {"order_id": order.order_id, "order_url": url, "token": sorted(order.tokens)[-1]}

        @app.route(f"{prefix}/channel", endpoint=f"{name} socket", websocket=True)
        def socket() -> Any:
            shop.calls.append(f"SOCKET /channel?{request.query_string.decode()}")
            return self._socket(shop)

        @route("/channel", "GET")
        def channel() -> Any:
            shopper, lang = self._shopper(shop), self._lang()
            seen = int(request.args.get("basket", 0)), int(request.args.get("order", 0))
            with shop.changed:
                shop.changed.wait_for(lambda: shop.frames(shopper, *seen, lang), float(request.args.get("wait", 0)))
            frames = shop.frames(shopper, *seen, lang)
            return {"frames": frames} if frames else Response(status=204)

    def _socket(self, shop: Shop) -> Response:
        if shop.refuses_sockets:
            raise Refusal(403, "ORIGIN_REFUSED")
        socket = Server(request.environ, ping_interval=None)
        shopper, lang = self._shopper(shop), request.args.get("lang", "en")
        shop.sockets.append(socket)
        basket = order = -1
        try:
            if shop.socket_code or not shopper.version:
                socket.close(shop.socket_code or 4404, "")
            while socket.connected:
                with shop.changed:
                    frames = shop.frames(shopper, basket, order, lang)
                    if not frames:
                        shop.changed.wait(0.2)
                for frame in frames:
                    if frame["type"] == "basket":
                        basket = frame["version"]
                    else:
                        order = frame["version"]
                    socket.send(json.dumps(frame))
        except ConnectionClosed:
            pass
        finally:
            shop.sockets.remove(socket)
        return Switched()

    def _shopper(self, shop: Shop, create: bool = False) -> Shopper:
        key = request.cookies.get("basket" + shop.prefix.replace("/", "_"), "")
        return shop.shoppers.get(key) or Shopper()

    def _remember(self, shop: Shop, shopper: Shopper, answer: dict[str, Any]) -> Response:
        response = jsonify(answer)
        if shopper not in shop.shoppers.values():
            key = secrets.token_hex(8)
            shop.shoppers[key] = shopper
            response.set_cookie("basket" + shop.prefix.replace("/", "_"), key, httponly=True, samesite="Lax")
        return response

    def _lang(self) -> str:
        asked = request.args.get("lang") or request.headers.get("Accept-Language", "en")
        return "pl" if asked.startswith("pl") else "en"

    def _json(self) -> dict[str, Any]:
        assert request.is_json
        assert request.headers["Origin"] == self.shop
        return dict(request.get_json())

    def _refuse(self, refusal: Refusal) -> tuple[Response, int]:
        return jsonify({"error_code": refusal.code, "error_message": refusal.message}), refusal.status

    def forget(self) -> None:
        self.requests.clear()
        self.pages.clear()
        for shop in self.shops:
            shop.forget()

    @contextmanager
    def served(self) -> Iterator[World]:
        server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=Quiet)
        self.shop, self.desk = f"http://localhost:{server.port}", f"http://127.0.0.1:{server.port}"
        for shop in self.shops:
            shop.desk, shop.origin = self.desk, self.shop
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield self
        finally:
            self.forget()
            server.shutdown()


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """The calls are kept in a list instead."""


class Switched(Response):
    """The socket was the answer: nothing more may be written to the connection."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        raise ConnectionError


ORDER_PAGE = """<!doctype html><html lang="en"><title>Order page</title><h1>Order page</h1>
<button id="pay">Pay</button> <button id="lie">Lie</button><p role="status"></p>
<script src="/order.js"></script></html>"""

ORDER_SCRIPT = """
const order = new URLSearchParams(location.search).get('orderId');
const to = window.opener ?? (window.parent != window ? window.parent : null);
const tell = (status) => to?.postMessage({ type: 'till.order_status', order_id: order, status }, SHOP);
document.querySelector('#lie').onclick = () => tell('paid');
document.querySelector('#pay').onclick = async () => {
  await fetch(`/settle/${order}/paid`, { method: 'POST' });
  tell('paid');
  document.querySelector('[role=status]').textContent = 'Paid';
};
"""
