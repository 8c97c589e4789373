"""Whatever stands in an order is text on its page."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import product

import pytest

from flask_till.desk.order import Adjustment, Line
from flask_till.money import Money
from tests.desk.pages.conftest import Desk

BASES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "javascript:alert(1)",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<math><mi xlink:href='javascript:alert(1)'>",
    "<a href=javascript:alert(1)>x</a>",
    "<input autofocus onfocus=alert(1)>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example>",
    "<base href=//evil.example>",
    "<style>*{background:url(//evil.example)}</style>",
    "{{ 7 * 7 }}{% raw %}",
    "${alert(1)}",
    "%(amount)s %s %",
    "<object data=//evil.example>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form action=//evil.example><button>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u2028alert(1)\u2029",
    "\u202egnp.exe",
)
WRAPS = ("{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "--><!--{}", "]]>{}", "</script>{}")
CORPUS = [wrap.replace("{}", base) for base, wrap in product(BASES, WRAPS)]


class Tags(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))


def page(desk: Desk, text: str) -> str:
    merchant = desk.add_merchant(text or "Plain", "https://shop.example")
    order = desk.order(
        merchant,
        external_id=text,
        amount=Money("10.00", "PLN"),
        lines=(Line(text, text, 1, 1100, text),),
        adjustments=(Adjustment(text, -100),),
        description=text,
        redirect_url=text,
        opener_origin=text,
        shopper={"name": text},
        metadata={"note": text},
    )
    answer = desk.enter(order).get("/order", query_string={"orderId": order.id, "theme": "light"})
    assert answer.status_code == 200
    return answer.text


def test_the_corpus_is_large() -> None:
    assert len(set(CORPUS)) >= 200


@pytest.fixture
def database_url(tmp_path: object) -> str:
    """What matters here is the page; one database will do."""
    return f"sqlite:///{tmp_path}/hostile.db"


def test_no_text_of_an_order_becomes_markup(desk: Desk) -> None:
    plain = Tags(page(desk, "plain")).found
    for text in CORPUS:
        html = page(desk, text)
        assert Tags(html).found == plain, text


def test_no_address_of_an_order_becomes_a_link(desk: Desk) -> None:
    for text in ("javascript:alert(1)", "//evil.example", "https://shop.example@evil.example/",
                 "https://evil.example\\@shop.example", "data:text/html,x"):  # fmt: skip
        html = page(desk, text)
        links = {part.split('"')[0] for part in html.split('href="')[1:]}
        assert {link for link in links if not link.startswith("/order/static/")} == {
            "https://shop.example/"
        }
        assert "<img" not in html
        assert "data-opener" not in html
