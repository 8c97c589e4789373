"""The shop: a catalog, a few pages and a till."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import httpx
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response
from werkzeug.exceptions import BadHost, HTTPException, SecurityError

from flask_till import Money, Product, SqlCatalog, Till

from . import Site
from .catalog import CATEGORIES, Goods, consents, goes_with
from .chain import settings_of
from .fronts import Front

FEATURED = ("teapot", "cards", "wrap")
FOLDERS = {"till": "shop", "ipos": "ipos_shop", "boxo": "boxo_shop", "w3block": "w3block_shop"}
"""What each front keeps its database in."""

pages = Blueprint("pages", __name__)
till = Till(order_complete="pages.order")


def create_app(site: Site, front: Front) -> Flask:
    app = Flask(__name__, instance_path=str(site.folder / FOLDERS[front.name]))
    app.config.update(TILL_ENV="development", TILL_URL_PREFIX=front.prefix)
    app.config.update(DESK=site.desk_url, FRAMER=front.framer)
    catalog = app.extensions["catalog"] = SqlCatalog()
    goods = Goods(front.currency, claims="claims" in front.settings)
    promotions = [one for one in goods.promotions if one.percent or not front.percent_only]
    till.init_app(
        app,
        catalog=catalog,
        currency=front.currency,
        public_url=front.url,
        promotions=promotions,
        deliveries=goods.deliveries,
        consents=consents(front.url),
        related=goes_with,
        **front.settings,
    )
    fill(catalog, goods)
    app.register_blueprint(pages)
    app.register_error_handler(HTTPException, show_error)
    app.jinja_env.globals.update(
        promotions=promotions,
        categories=CATEGORIES,
        has_wallet="inpost_client_id" in front.settings,
        chain_wallet=f"{site.desk_url}/chain" if settings_of(site) else None,
    )
    return app


def fill(catalog: SqlCatalog, goods: Goods) -> None:
    """Puts our products into the database; what is left of each one we sold before stays."""
    for product in goods.products:
        known = catalog.get(product.id)
        if known is None:
            catalog.add(product)
        else:
            catalog.update(replace(product, stock=known.stock))


# ---- pages to look at ----


@pages.get("/")
def home() -> str:
    category, words = request.args.get("category", ""), request.args.get("q", "").strip()
    if category and category not in CATEGORIES:
        abort(404)
    everything = products()
    return render_template(
        "home.html",
        category=category,
        heading=category or (f"“{words}”" if words else ""),
        note=CATEGORIES.get(category),
        featured=[p for p in everything if p.id in FEATURED and p.stock != 0][:2],
        products=[p for p in everything if category in ("", p.category) and matches(p, words)],
    )


@pages.get("/products/<product_id>")
def product(product_id: str) -> str:
    everything = {p.id: p for p in products()}
    shown = everything.pop(product_id, None) or abort(404)
    others = sorted(everything.values(), key=lambda p: (p.category == shown.category, p.stock == 0))
    return render_template("product.html", product=shown, others=others[:4])


@pages.get("/basket")
def basket() -> ResponseReturnValue:
    if "orderId" in request.args and (ours := till.orders()):  # back from the order page
        return redirect(url_for("pages.order", order_id=ours[0].id))
    return render_template("basket.html", basket=till.basket())


@pages.get("/orders")
def orders() -> str:
    return render_template("orders.html", orders=till.orders())


@pages.get("/orders/<order_id>")
def order(order_id: str) -> str:
    """Says thank you; the till brings shoppers here as soon as their order is paid."""
    return render_template("order.html", order=till.order(order_id) or abort(404))


@pages.get("/about")
def about() -> str:
    return render_template("about.html")


def show_error(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error, BadHost | SecurityError):  # no address to link to
        return error.description or "", 400
    return render_template("error.html", error=error), error.code or 500


# ---- the same by plain forms, for browsers that run no scripts ----


@pages.post("/basket/<product_id>")
def add(product_id: str) -> ResponseReturnValue:
    return changed(ask_till("POST", "iziAddToCart", product_id=product_id))


@pages.post("/basket/<product_id>/quantity")
def change(product_id: str) -> ResponseReturnValue:
    quantity = request.form.get("quantity", 0, int)
    if quantity < 1 or "remove" in request.form:
        return changed(ask_till("DELETE", f"basket/lines/{product_id}"))
    return changed(ask_till("PATCH", f"basket/lines/{product_id}", quantity=quantity))


@pages.post("/basket/promotions")
def use_code() -> ResponseReturnValue:
    return changed(ask_till("PUT", "basket/promotions", codes=request.form["code"].split()))


@pages.post("/checkout")
def check_out() -> ResponseReturnValue:
    answer = ask_till("POST", "checkout", mode="redirect")
    if answer.is_error:
        return changed(answer)
    opened = answer.json()
    address = httpx.URL(opened["order_url"]).copy_set_param("token", opened["token"])
    return redirect(str(address), 303)


def ask_till(method: str, path: str, **body: Any) -> httpx.Response:
    """Does what the widget would do: calls the till, in the name of the browser that asks us."""
    passed_on = ("Origin", "Referer", "Cookie", "Accept-Language")
    headers = {name: request.headers[name] for name in passed_on if name in request.headers}
    transport = httpx.WSGITransport(current_app)
    with httpx.Client(transport=transport, base_url=request.host_url) as client:
        address = f"{current_app.config['TILL_URL_PREFIX']}/{path}"
        return client.request(method, address, json=body or None, headers=headers)


def changed(answer: httpx.Response) -> ResponseReturnValue:
    """Back to the basket with the till's cookie, or the basket and why the till refused."""
    if answer.is_error:
        refused = {"basket": till.basket(), "notice": answer.json()["error_message"]}
        return render_template("basket.html", **refused), answer.status_code
    response = redirect(url_for("pages.basket"), 303)
    for cookie in answer.headers.get_list("Set-Cookie"):
        response.headers.add("Set-Cookie", cookie)
    return response


# ---- what pages share ----


def products() -> list[Product]:
    return cast(SqlCatalog, current_app.extensions["catalog"]).all()


def matches(product: Product, words: str) -> bool:
    text = f"{product.name} {product.category} {product.description}".lower()
    return all(word in text for word in words.lower().split())


@pages.app_template_filter()
def money(amount: Money) -> str:
    return amount.format("en")


@pages.app_template_filter()
def stock_hint(product: Product) -> str:
    match product.stock:
        case 0:
            return "Sold out"
        case 1:
            return "The last one"
        case int(left) if left < 5:
            return f"Only {left} left"
        case _:
            return ""


@pages.after_app_request
def protect(response: Response) -> Response:
    """Nothing but this site's own files and, for the order page, the desk's; shown by nobody
    else, except a miniapp by its host."""
    desk, framer = current_app.config["DESK"], current_app.config["FRAMER"] or "'none'"
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self'; frame-src {desk}; form-action 'self' {desk}; "
        f"base-uri 'none'; frame-ancestors {framer}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


# ---- what happens once the money is there ----


@till.on_order_paid
def pack(_: Flask, order: Any) -> None:
    """Here a real shop would tell its warehouse. Called once, after the order is safely stored."""
    things = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines)
    wallet = till.orders.details(order.id)
    way = f" ({wallet.carriage.type}, {wallet.account['mail']})" if wallet else ""
    print(f"  {order.number} is paid, {money(order.charged)}: {things}{way}", flush=True)
