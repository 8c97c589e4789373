"""Serves the stand-in shops, an order desk and the pages that a test makes.

The shop is `http://localhost:<port>`, the desk `http://127.0.0.1:<port>`: two sites to a browser.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR
from typing import Any

from flask import Flask, Response, jsonify, request
from simple_websocket import ConnectionClosed, Server
from werkzeug.serving import WSGIRequestHandler, make_server

from .boxo_stand_in import BoxoStandIn
from .shop_stand_in import PRODUCTS, Refusal, Shop, Shopper
from .wallet_stand_in import WalletRoutes

ASSETS = Path(__file__).parents[2] / "widget_assets"
HASH = "0123456789abcdef"
STRICT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "frame-src {desk}; require-trusted-types-for 'script'"
)
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
DRAWING = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 72 72">
<rect width="72" height="72" fill="{0}"/><path fill="none" stroke="{1}" stroke-width="3.5"
d="M20 24h26v18a10 10 0 0 1-10 10h-6a10 10 0 0 1-10-10zM46 28h4a6 6 0 0 1 0 13h-4"/></svg>"""
COLOURS = {
    "mug.svg": ("#dfe7ff", "#3f4fd8"),
    "book.svg": ("#ffe9d6", "#c2571a"),
    "lamp.svg": ("#dff5e8", "#1d8a55"),
}
PAGE = """<!doctype html><html lang="{lang}"><head><title>Shop</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="/images/mug.svg">{head}</head>
<body><main><h1>Shop</h1>{body}</main></body></html>"""
ORDER_PAGE = """<!doctype html><html lang="en"><title>Order page</title><h1>Order page</h1>
<button id="pay">Pay</button> <button id="lie">Lie</button><p role="status"></p>
<script src="/order.js"></script></html>"""
ORDER_SCRIPT = """
const order = new URLSearchParams(location.search).get('orderId');
const to = window.opener ?? (window.parent != window ? window.parent : null);
const tell = (status) =>
  to?.postMessage({ type: 'till.order_status', order_id: order, status }, SHOP);
document.querySelector('#lie').onclick = () => tell('paid');
document.querySelector('#pay').onclick = async () => {
  await fetch(`/settle/${order}/paid`, { method: 'POST' });
  tell('paid');
  document.querySelector('[role=status]').textContent = 'Paid';
};
"""


class World:
    """The web server with its shops, desk and pages."""

    shop: str
    desk: str
    mini: str
    """A third site, for pages that are shown inside another's."""

    def __init__(self) -> None:
        self.till, self.books = Shop("/till"), Shop("/books/till")
        self.shops = [self.till, self.books]
        self.boxo = BoxoStandIn()
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.requests: list[str] = []
        self.app = Flask(__name__)
        self.app.register_error_handler(Refusal, _refuse)
        self.app.before_request(lambda: self.requests.append(request.path))
        self._serve_pages()
        self._serve_desk()
        self.boxo.settle = self.till.paid_in_host
        self.app.register_blueprint(self.boxo.routes)
        for shop in self.shops:
            ShopRoutes(self, shop)

    def page(
        self,
        body: str,
        *,
        head: str = "",
        lang: str = "en",
        policy: str = STRICT_POLICY,
        site: str = "",
    ) -> str:
        """Serves an HTML page, of the shop or another site, and returns its address."""
        path = f"/pages/{len(self.pages)}"
        allowed = policy.format(desk=self.desk, mini=self.mini)
        headers = {"Content-Security-Policy": allowed} if policy else {}
        self.pages[path] = PAGE.format(lang=lang, head=head, body=body), headers
        return (site or self.shop) + path

    @property
    def script(self) -> str:
        return f'<script type="module" src="/till/assets/{HASH}/till.js"></script>'

    def file(self, name: str, content: str) -> str:
        """Serves a text file, such as a page's own script, and returns its path."""
        path = f"/files/{len(self.pages)}/{name}"
        self.pages[path] = content, {"Content-Type": TYPES[Path(name).suffix]}
        return path

    def _serve_pages(self) -> None:
        @self.app.get("/pages/<int:number>")
        @self.app.get("/files/<int:number>/<name>")
        def page(number: int, name: str = "") -> Response:
            content, headers = self.pages[request.path]
            return Response(
                content, headers={"Content-Type": "text/html; charset=utf-8", **headers}
            )

        @self.app.get("/images/<name>")
        def image(name: str) -> Response:
            drawing = DRAWING.format(*COLOURS.get(name, ("#eee", "#777")))
            return Response(drawing, mimetype="image/svg+xml")

    def _serve_desk(self) -> None:
        @self.app.get("/order")
        def order_page() -> str:
            return ORDER_PAGE

        @self.app.get("/hub")
        def hub() -> str:
            return f"<title>Wallet</title><h1>Wallet {request.args['for']}</h1>"

        @self.app.get("/order.js")
        def order_script() -> Response:
            script = ORDER_SCRIPT.replace("SHOP", json.dumps(self.shop))
            return Response(script, mimetype="text/javascript")

        @self.app.post("/settle/<order_id>/<status>")
        def settle(order_id: str, status: str) -> Response:
            for shop in self.shops:
                if shop.has(order_id):
                    shop.settle(order_id, status)
            return jsonify({})

    def forget(self) -> None:
        """Back to the first state, between two tests."""
        self.requests.clear()
        self.pages.clear()
        self.boxo.forget()
        for shop in self.shops:
            shop.forget()

    @contextmanager
    def served(self) -> Iterator[World]:
        server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=Quiet)
        self.shop = f"http://localhost:{server.port}"
        self.desk = f"http://127.0.0.1:{server.port}"
        self.mini = f"http://mini.localhost:{server.port}"
        for shop in self.shops:
            shop.desk = self.desk
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.forget()
            server.shutdown()
            thread.join()
            server.server_close()


class ShopRoutes:
    """What the widget calls, for one shop."""

    def __init__(self, world: World, shop: Shop) -> None:
        self.world, self.shop, self.prefix = world, shop, shop.prefix
        self.wallet = WalletRoutes(shop, self.shopper)
        self.cookie = "basket" + shop.prefix.replace("/", "_")
        for path, view in {
            "GET /basket": self.known,
            "POST /iziAddToCart": self.add,
            "PATCH /basket/lines/<product>": self.patch,
            "DELETE /basket/lines/<product>": self.delete,
            "PUT /basket/promotions": self.promotions,
            "GET /iziCanBeBound": self.can_be_bound,
            "GET /iziGetOrderComplete": self.order_complete,
            "POST /checkout": self.checkout,
            "GET /channel": self.poll,
            "POST /claims/<claim>/open": self.open_claim,
            **self.wallet.views,
        }.items():
            method, rule = path.split()
            endpoint, counted = f"{self.prefix} {path}", self._counted(method, view)
            world.app.add_url_rule(self.prefix + rule, endpoint, counted, methods=[method])
        world.app.add_url_rule(
            f"{self.prefix}/assets/{HASH}/<path:file>", f"{self.prefix} assets", asset
        )
        world.app.add_url_rule(
            f"{self.prefix}/assets/{HASH[::-1]}/<path:file>", f"{self.prefix} again", asset
        )
        world.app.add_url_rule(
            f"{self.prefix}/channel", f"{self.prefix} socket", self.channel, websocket=True
        )

    def _counted(self, method: str, view: Callable[..., Any]) -> Callable[..., Any]:
        def counted(**values: str) -> Any:
            path = request.full_path.removeprefix(self.prefix).rstrip("?")
            self.shop.calls.append(f"{method} {path}")
            time.sleep(self.shop.delay)
            return view(**values)

        return counted

    def shopper(self) -> Shopper:
        return self.shop.shoppers.get(request.cookies.get(self.cookie, "")) or Shopper()

    def known(self) -> Any:
        return self.shop.known(self.shopper(), lang())

    def basket(self) -> Any:
        return self.shop.basket(self.shopper(), lang())

    def add(self) -> Any:
        shopper, wanted = self.shopper(), self._json()
        product = wanted["product_id"]
        quantity = shopper.lines.get(product, 0) + wanted.get("quantity", 1)
        self.shop.change(shopper, product, quantity)
        basket = self.shop.basket(shopper, lang())
        response = jsonify({"count": basket["count"], "basket": basket})
        if shopper not in self.shop.shoppers.values():
            key = secrets.token_hex(8)
            self.shop.shoppers[key] = shopper
            self._keep(response, key)
        return response

    def _keep(self, response: Response, key: str) -> None:
        if self.shop.is_embedded:  # a frame on another site gets no other cookie
            response.set_cookie(
                self.cookie, key, httponly=True, samesite="None", secure=True, partitioned=True
            )
        else:
            response.set_cookie(self.cookie, key, httponly=True, samesite="Lax")

    def patch(self, product: str) -> Any:
        self.shop.change(self.shopper(), product, self._json()["quantity"])
        return self.basket()

    def delete(self, product: str) -> Any:
        self.shop.change(self.shopper(), product, 0)
        return self.basket()

    def promotions(self) -> Any:
        self.shop.set_codes(self.shopper(), self._json()["codes"])
        return self.basket()

    def can_be_bound(self) -> Any:
        product = request.args.get("product_id")
        known = product is None or PRODUCTS.get(product, ("", 0, 0))[2] > 0
        reason = None if known else "OUT_OF_STOCK"
        return {"can_be_bound": known, "reason": reason, "count": 0, **self.wallet.known()}

    def order_complete(self) -> Any:
        shopper = self.shopper()

        def paid() -> bool:
            return bool(shopper.orders) and shopper.orders[-1].status == "paid"

        with self.shop.changed:
            self.shop.changed.wait_for(paid, float(request.args.get("wait", 0)))
        if not paid():
            return Response(status=204)
        return {"action": "redirect", "redirect": self.shop.redirects_to or "/thanks"}

    def open_claim(self, claim: str) -> Any:
        assert request.headers["Origin"] == self.world.shop
        assert self.shopper().orders
        url = f"{self.world.desk}/hub?for={claim}"
        return {"url": url} if request.is_json else Response(status=303, headers={"Location": url})

    def checkout(self) -> Any:
        assert self._json()["mode"] in ("popup", "redirect", "frame")
        order = self.shop.place(self.shopper())
        url = f"{self.shop.desk}/order?orderId={order.order_id}"
        opened = {"order_id": order.order_id, "order_url": url, "token": max(order.tokens)}
        return {**opened, **self.shop.host_payment(order)}

    def poll(self) -> Any:
        shopper = self.shopper()
        seen = int(request.args.get("basket", 0)), int(request.args.get("order", 0))

        def frames() -> list[dict[str, Any]]:
            return self.shop.frames(shopper, *seen, lang())

        with self.shop.changed:
            self.shop.changed.wait_for(frames, float(request.args.get("wait", 0)))
        return {"frames": frames()} if frames() else Response(status=204)

    def channel(self) -> Response:
        shop = self.shop
        shop.calls.append(f"SOCKET /channel?{request.query_string.decode()}")
        if shop.refuses_sockets:
            raise Refusal(*shop.socket_refusal)
        socket = Server(request.environ, ping_interval=None)
        shop.sockets.append(socket)
        try:
            with suppress(ConnectionClosed):
                self._talk(socket, self.shopper())
        finally:
            shop.sockets.remove(socket)
        socket.thread.join(1)
        with suppress(OSError):
            socket.sock.shutdown(SHUT_RDWR)  # or the browser waits two seconds for it
        return Switched()

    def _talk(self, socket: Server, shopper: Shopper) -> None:
        seen = {"basket": -1, "order": -1}
        if self.shop.socket_code or not shopper.version:
            socket.close(self.shop.socket_code or 4404, "")
        while socket.connected:
            with self.shop.changed:
                frames = self.shop.frames(shopper, seen["basket"], seen["order"], lang())
                if not frames:
                    self.shop.changed.wait(0.2)
            for frame in frames:
                seen[frame["type"]] = frame["version"]
                socket.send(json.dumps(frame))

    def _json(self) -> dict[str, Any]:
        assert request.is_json
        assert request.headers["Origin"] == self.world.shop
        return dict(request.get_json())


def asset(file: str) -> Response:
    path = ASSETS / file
    return Response(
        path.read_bytes(),
        mimetype=TYPES[path.suffix],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def lang() -> str:
    asked = request.args.get("lang") or request.headers.get("Accept-Language", "en")
    return "pl" if asked.startswith("pl") else "en"


def _refuse(refusal: Refusal) -> tuple[Response, int]:
    words = {"error_code": refusal.code, "error_message": refusal.message}
    return jsonify(words), refusal.status


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """The calls are kept in a list instead."""


class Switched(Response):
    """The socket was the answer: nothing more may be written to the connection."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        raise ConnectionError
