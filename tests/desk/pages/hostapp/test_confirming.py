"""A user of a host app says yes or no to a miniapp's payment, by plain forms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.conftest import StillClock
from tests.desk.pages.hostapp.conftest import HOST, PLACE, USER, Host


def see(client: FlaskClient, host: Host, payment_id: str, status: int = 200) -> str:
    answer = client.get(host.address(payment_id))
    assert answer.status_code == status
    return answer.text


def press(client: FlaskClient, payment_id: str, action: str = "pay", **more: Any) -> Any:
    data = {"order_payment_id": payment_id, "action": action, **more}
    return client.post(f"{PLACE}/pay", data=data)


def test_it_shows_what_is_bought_for_whom_and_in_which_app(host: Host) -> None:
    html = see(host.browser(USER), host, host.payment())
    for words in ("SuperApp", "Mugs &amp; More", '<p class="amount">$24.50</p>', "30 minutes"):
        assert words in html
    for words in ("Tea pot", "green", "2 × $3.50", "$7.00", "3 items"):
        assert words in html
    sums = re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", html.split('class="sums"')[1])
    assert sums[:5] == [
        ("Subtotal", "$22.00"),
        ("Discount", "-$2.20"),
        ("Shipping", "$4.00"),
        ("Sales tax", "$0.70"),
        ("Total", "$24.50"),
    ]
    assert "Ada Smith<br>1 Harbour Road<br>10115 Berlin<br>Germany" in html


@pytest.mark.parametrize(
    "details",
    [
        {"items": None, "shipping_address": None, "note": "A gift"},
        {"items": [{}], "shipping_address": {}, "tax_amount": "0.333"},
        {"items": [{"quantity": -2, "price": "0"}, {"product_sku": "X"}], "taxes_included": True},
        {"items": [{"product_name": "<b>x</b>"}] * 300, "tax_title": "<script>"},
    ],
)
def test_whatever_a_miniapp_says_is_shown_as_words(host: Host, details: dict[str, Any]) -> None:
    html = see(host.browser(), host, host.payment(**details))
    assert "$24.50" in html
    assert "<b>x</b>" not in html
    assert "<script>" not in html


def test_paying_takes_it_from_the_balance(host: Host) -> None:
    host.give("30.00")
    payment = host.payment()
    client = host.browser(USER)
    html = see(client, host, payment)
    assert "<dd>$30.00</dd>" in html
    assert "<dd>$5.50</dd>" in html
    answer = press(client, payment)
    assert (answer.status_code, answer.location) == (303, f"{PLACE}/pay/{payment}")
    html = see(client, host, payment)
    assert "Mugs &amp; More received your payment of $24.50." in html
    assert host.status(payment) == "success"
    assert press(client, payment).status_code == 303  # a second press charges nothing
    assert press(client, payment, "cancel").status_code == 303
    assert host.status(payment) == "success"


def test_saying_no_ends_it(host: Host) -> None:
    payment, client = host.payment(), host.browser(USER)
    assert press(client, payment, "cancel").status_code == 303
    assert "The payment was cancelled" in see(client, host, payment)
    assert host.status(payment) == "cancelled"
    assert press(client, payment).status_code == 303
    assert host.status(payment) == "cancelled"


def test_too_little_is_said_beforehand_and_fails_when_it_is_tried(host: Host) -> None:
    host.give("3.00")
    payment, client = host.payment(), host.browser(USER)
    html = see(client, host, payment)
    assert "$21.50 too little for this order." in html
    assert re.search(r'value="pay" disabled aria-describedby="why-not"', html)
    press(client, payment)
    html = see(client, host, payment)
    assert "The payment failed" in html
    assert "There was not enough in your balance." in html
    assert host.status(payment) == "failed"


@pytest.mark.parametrize(
    ("outcome", "status"), [("paid", "success"), ("declined", "failed"), ("slow", None)]
)
def test_in_development_the_sandbox_pays_for_whoever_is_there(
    host: Host, outcome: str, status: str | None
) -> None:
    payment, client = host.payment(), host.browser()
    assert f'name="outcome" value="{outcome}"' in see(client, host, payment)
    assert press(client, payment, outcome=outcome).status_code == 303
    assert host.status(payment) == status


def test_the_sandbox_never_pays_for_who_is_signed_in(host: Host) -> None:
    assert 'name="outcome"' not in see(host.browser(USER), host, host.payment())


@pytest.mark.parametrize(
    ("user", "words"),
    [(None, "Sign in to SuperApp to pay"), ("user-8", "for another user of SuperApp")],
)
def test_in_production_one_signs_in_to_the_host_app(
    open_host: Callable[..., Host], user: str | None, words: str
) -> None:
    host = open_host(live=True)
    payment, client = host.payment(), host.browser(user)
    html = see(client, host, payment)
    assert words in html
    assert re.search(r'value="pay" disabled aria-describedby="why-not"', html)
    answer = press(client, payment)
    assert answer.status_code == 403
    assert "Nobody is signed in who could pay this" in answer.text
    assert host.status(payment) is None
    press(client, payment, "cancel")
    assert host.status(payment) == "cancelled"


def test_time_runs_out(open_host: Callable[..., Host], clock: StillClock) -> None:
    host = open_host(clock=clock)
    payment, client = host.payment(), host.browser()
    clock.advance(1801)
    html = see(client, host, payment)
    assert "The time to pay is over" in html
    assert "data-parents" in html
    assert host.status(payment) == "cancelled"


def test_a_refund_shows(host: Host) -> None:
    payment, client = host.payment(), host.browser()
    press(client, payment)
    host.desk.cashier.refund(payment)
    assert "Mugs &amp; More gave $24.50 back." in see(client, host, payment)


@pytest.mark.parametrize("payment_id", ["op_UNKNOWN", "x" * 300, "ł", "a%2Fb", "a%00b"])
def test_an_unknown_payment_is_not_found(host: Host, payment_id: str) -> None:
    answer = host.browser().get(f"{PLACE}/pay/{payment_id}")
    assert answer.status_code == 404
    assert "There is no such p" in answer.text


def test_an_odd_action_is_refused(host: Host) -> None:
    payment = host.payment()
    assert press(host.browser(), payment, "steal").status_code == 400
    assert host.status(payment) is None


def test_the_theme_goes_along(host: Host) -> None:
    payment, client = host.payment(), host.browser()
    html = client.get(f"{host.address(payment)}?theme=dark").text
    assert 'data-theme="dark"' in html
    assert press(client, payment, theme="dark").location.endswith("?theme=dark")


def test_news_is_told_at_once(host: Host) -> None:
    payment, client = host.payment(), host.browser()
    before = client.get(f"{host.address(payment)}/status").json
    assert (before["status"], before["view"], before["final"]) == (None, "confirm", False)
    press(client, payment)
    after = client.get(f"{host.address(payment)}/status?version=1&key=x&wait=20").json
    assert after["order_payment_id"] == after["hostappOrderId"] == payment
    assert (after["status"], after["view"], after["final"]) == ("success", "paid", True)
    assert after["transactionId"].startswith("pay_")


def test_only_the_hosts_pages_may_frame_it(host: Host) -> None:
    payment = host.payment()
    answer = host.browser().get(host.address(payment))
    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-ancestors http://localhost {HOST};" in policy
    assert "img-src 'self' https://pictures.example;" in policy
    assert re.search(r"script-src 'nonce-[\w-]{22}';", policy)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    lost = host.browser().get(f"{PLACE}/pay/op_UNKNOWN")
    assert "frame-ancestors http://localhost;" in lost.headers["Content-Security-Policy"]


def test_it_speaks_polish(host: Host) -> None:
    headers = {"Accept-Language": "pl"}
    html = host.browser().get(host.address(host.payment()), headers=headers).text
    assert '<html lang="pl"' in html
    assert "Zapłacić: Mugs &amp; More?" in html
