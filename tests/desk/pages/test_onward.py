"""Where the page leads, and whom it tells: only the merchant."""

from __future__ import annotations

import re

import pytest

from tests.desk.pages.conftest import SHOP, Desk


def paid_page(desk: Desk, **words: object) -> str:
    order = desk.order(**words)
    client = desk.enter(order)
    client.post("/order/pay", data={"orderId": order.id, "gateway": "sandbox", "method": "sandbox"})
    return client.get("/order", query_string={"orderId": order.id}).text.replace(order.id, "ORDER")


def attribute(html: str, name: str) -> str | None:
    found = re.search(rf'{name}="([^"]*)"', html)
    return found and found[1].replace("&amp;", "&")


@pytest.mark.parametrize(
    ("given", "onward"),
    [
        (f"{SHOP}/thanks", f"{SHOP}/thanks?orderId=ORDER&status=paid"),
        (f"{SHOP}/t?a=%26&b=#top", f"{SHOP}/t?a=%26&b=&orderId=ORDER&status=paid#top"),
        (f"{SHOP}/t?status=x&orderId=y", f"{SHOP}/t?orderId=ORDER&status=paid"),
        ("https://SHOP.example:443/x", "https://SHOP.example:443/x?orderId=ORDER&status=paid"),
        ("https://evil.example/", None),
        ("http://shop.example/", None),
        ("https://shop.example:444/", None),
        ("https://evil.example\\@shop.example/", None),
        ("https://shop.example@evil.example/", None),
        ("//shop.example/", None),
        ("javascript:alert(1)//https://shop.example", None),
        (None, None),
    ],
)
def test_a_paid_page_leads_to_the_merchant_only(
    desk: Desk, given: str | None, onward: str | None
) -> None:
    html = paid_page(desk, redirect_url=given)
    assert attribute(html, "data-onward") == onward
    assert ("data-goes-on" in html) is (onward is not None)
    assert "Return to Blue Mug" in html
    assert "evil" not in html


def test_an_order_of_the_wallet_leads_back_to_it_and_shows_the_shops_number(desk: Desk) -> None:
    wallet = "https://pay.example/wallet/orders/wor_1"
    html = paid_page(desk, redirect_url=wallet, dialect="inpost", external_id="wor_1",
                     description="T-000007")  # fmt: skip
    assert attribute(html, "data-onward") == wallet
    assert "Back to your wallet" in html
    assert "T-000007" in html
    assert ">wor_1<" not in html


def test_an_open_page_leads_nowhere_yet(desk: Desk) -> None:
    order = desk.order(redirect_url=f"{SHOP}/thanks")
    html = desk.enter(order).get("/order", query_string={"orderId": order.id}).text
    assert "data-onward" not in html


@pytest.mark.parametrize(
    ("origin", "told"), [(SHOP, SHOP), ("https://evil.example", None), ("*", None), (None, None)]
)
def test_only_an_opener_of_the_merchant_is_told(
    desk: Desk, origin: str | None, told: str | None
) -> None:
    html = paid_page(desk, opener_origin=origin)
    assert attribute(html, "data-opener") == told


def test_a_partner_hears_its_own_words(desk: Desk) -> None:
    html = paid_page(desk, dialect="ipos", redirect_url=f"{SHOP}/thanks")
    assert attribute(html, "data-status") == "completed"
    assert attribute(html, "data-dialect") == "ipos"
    assert attribute(html, "data-onward") == f"{SHOP}/thanks?orderId=ORDER&status=completed"


def test_pictures_come_from_the_merchant_only(desk: Desk) -> None:
    from flask_till.desk.order import Line
    from flask_till.money import Money

    lines = tuple(
        Line(str(n), f"line {n}", 1, 100, url)
        for n, url in enumerate(
            (f"{SHOP}/a.svg", "https://evil.example/a.svg", "data:image/svg+xml,", None)
        )
    )
    order = desk.order(lines=lines, adjustments=(), amount=Money("4.00", "PLN"))
    html = desk.enter(order).get("/order", query_string={"orderId": order.id}).text
    assert re.findall(r'<img src="([^"]+)"', html) == [f"{SHOP}/a.svg"]
