"""Nobody empties the shop, tests cards or wears it out by asking often."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_till.base.limits import Limits, household
from flask_till.desk import pages
from flask_till.errors import SettingsError
from flask_till.shop.routes.blueprint import MOST as CALLS
from tests.attacks.market import Market, order_query

NewMarket = Callable[..., Market]


def flood(market: Market, many: int, **headers: str) -> Counter[int]:
    """Orders that are never paid, each from a new browser at one address."""
    answers: Counter[int] = Counter()
    for _ in range(many):
        client = market.browser("203.0.113.9")
        market.fill(client)
        answers[client.post("/till/checkout", json={}, headers=headers).status_code] += 1
    return answers


def test_a_hundred_unpaid_orders_from_one_address_are_enough(market: Market) -> None:
    assert flood(market, 103) == {200: 100, 429: 3}


def test_one_address_cannot_take_all_the_stock_and_another_still_buys(
    new_market: NewMarket,
) -> None:
    market = new_market(TILL_MOST_OPEN_ORDERS=3)
    assert flood(market, 5) == {200: 3, 429: 2}
    refused = market.browser("203.0.113.9")
    market.fill(refused)
    answer = market.check_out(refused)
    assert answer.json["error_code"] == "TOO_MANY_ORDERS"
    assert int(answer.headers["Retry-After"]) > 0
    other = market.browser("198.51.100.7")
    market.fill(other)
    assert market.check_out(other).status_code == 200


def test_an_order_that_is_paid_no_longer_counts(new_market: NewMarket) -> None:
    market = new_market(TILL_MOST_OPEN_ORDERS=1)
    _, first = market.opened()
    late = market.browser()
    market.fill(late)
    assert market.check_out(late).status_code == 429
    market.pay(first)
    market.deliver()
    assert market.check_out(late).status_code == 200


def test_checking_out_again_is_no_second_order(new_market: NewMarket) -> None:
    market = new_market(TILL_MOST_OPEN_ORDERS=1)
    client, opened = market.opened()
    assert market.check_out(client).json["order_id"] == opened["order_id"]


def test_headers_do_not_make_another_caller(new_market: NewMarket) -> None:
    market = new_market(TILL_MOST_OPEN_ORDERS=2)
    names = ("X-Forwarded-For", "X-Real-IP", "CF-Connecting-IP", "Forwarded", "True-Client-IP")
    flood(market, 2)
    for number, name in enumerate(names):
        assert flood(market, 1, **{name: f"198.51.100.{number}"}) == {429: 1}


def test_behind_a_proxy_that_is_known_callers_are_told_apart(new_market: NewMarket) -> None:
    market = new_market(TILL_MOST_OPEN_ORDERS=1)
    market.app.wsgi_app = ProxyFix(market.app.wsgi_app)  # type: ignore[method-assign]
    assert flood(market, 1, **{"X-Forwarded-For": "198.51.100.1"}) == {200: 1}
    assert flood(market, 1, **{"X-Forwarded-For": "198.51.100.2"}) == {200: 1}
    assert flood(market, 1, **{"X-Forwarded-For": "198.51.100.2"}) == {429: 1}


def test_the_address_is_not_stored(market: Market) -> None:
    flood(market, 1)
    rows = market.front.database.read(
        lambda work: work.execute(text("select * from till_shop_orders")).all()
    )
    assert "203.0.113.9" not in repr(rows)


def test_one_browser_checks_out_only_so_often(
    new_market: NewMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert CALLS["checkout"] == "120/minute"
    monkeypatch.setitem(CALLS, "checkout", "5/minute")
    market = new_market()
    client, _ = market.opened()
    answers = [market.check_out(client).status_code for _ in range(5)]
    assert answers == [200] * 4 + [429]
    market.fill(other := market.browser())
    assert market.check_out(other).status_code == 200


def test_an_address_that_calls_all_the_time_is_slowed_down(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    market.front.limits = Limits("memory://", {"call": "5/minute", "checkout": "5/minute"})
    client = market.browser()
    paths = ("/till/basket", "/till/iziCanBeBound", "/till/iziGetOrderComplete", "/till/channel")
    assert [client.get(path).status_code for path in (*paths, "/till/basket")].count(429) == 0
    for path in paths:
        refused = client.get(path)
        assert refused.status_code == 429
        assert refused.json["error_code"] == "TOO_MANY_REQUESTS"
        assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert market.browser("198.51.100.7").get("/till/basket").status_code == 200
    caplog.set_level(logging.WARNING)
    client.get("/till/basket", headers={"X-Forwarded-For": "198.51.100.1"})
    assert "ProxyFix" in caplog.text


def test_the_widget_s_files_and_callbacks_are_not_counted(market: Market) -> None:
    market.front.limits = Limits("memory://", {"call": "1/minute"})
    client = market.browser()
    assert [client.get("/till/assets/x/till.js").status_code for _ in range(3)] == [200] * 3
    assert [client.post("/till/callbacks/till").status_code for _ in range(3)] == [401] * 3


def test_a_sixth_attempt_on_one_order_is_too_many(market: Market) -> None:
    _, opened = market.opened()
    page = market.page(opened)
    form = {**order_query(opened), "gateway": "sandbox", "method": "sandbox"}
    answers = [
        page.post("/order/pay", data={**form, "outcome": "declined"}).status_code for _ in range(6)
    ]
    assert answers == [303] * 5 + [429]


def test_cards_are_not_tried_on_order_after_order(
    new_market: NewMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages.MOST["act"] == "60/minute"
    monkeypatch.setitem(pages.MOST, "act", "12/minute")
    market = new_market()
    tries: Counter[int] = Counter()
    for _ in range(3):
        _, opened = market.opened()
        page = market.page(opened, "203.0.113.9")
        form = {**order_query(opened), "gateway": "sandbox", "method": "sandbox"}
        for _ in range(5):
            answer = page.post("/order/pay", data={**form, "outcome": "declined"})
            tries[answer.status_code] += 1
    assert tries == {303: 12, 429: 3}


def test_guessing_at_order_pages_is_slowed_down(
    new_market: NewMarket, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pages.MOST["page"] == "1200/minute"
    monkeypatch.setitem(pages.MOST, "page", "5/minute")
    market = new_market()
    stranger = market.desk_app.test_client()
    _, opened = market.opened()
    guess = {**order_query(opened), "token": "guess"}
    answers = Counter(stranger.get("/order", query_string=guess).status_code for _ in range(8))
    assert answers == {403: 5, 429: 3}


def test_limits_can_be_left_to_a_proxy(new_market: NewMarket) -> None:
    market = new_market(TILL_LIMITS=False, TILL_MOST_OPEN_ORDERS=1)
    assert flood(market, 3) == {200: 3}


def test_a_storage_that_cannot_be_is_said_at_the_start(new_market: NewMarket) -> None:
    for url in ("nosuch://", "async+memory://"):
        with pytest.raises(SettingsError, match="Redis URL"):
            Limits(url, {"call": "1/minute"})


def test_a_storage_that_fails_turns_nobody_away(caplog: pytest.LogCaptureFixture) -> None:
    limits = Limits("redis://127.0.0.1:1/0", {"call": "1/minute"})
    assert [limits.hit("call", "somebody") for _ in range(3)] == [True] * 3
    assert "not counted" in caplog.text


def test_processes_share_a_count_in_redis(redis_url: str) -> None:
    here, there = (Limits(redis_url, {"call": "1/minute"}) for _ in range(2))
    assert here.hit("call", "somebody")
    assert not there.hit("call", "somebody")


@pytest.mark.parametrize(
    ("address", "whose"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("/run/gunicorn.sock", "/run/gunicorn.sock"),
    ],
)
def test_a_household_has_one_count(address: str, whose: str) -> None:
    assert household(address) == whose


def test_a_limit_of_one_name_is_not_spent_by_another(market: Any) -> None:
    limits = Limits("memory://", {"a": "1/minute", "b": "1/minute"})
    assert limits.hit("a", "x")
    assert limits.hit("b", "x")
    assert not limits.hit("a", "x")
