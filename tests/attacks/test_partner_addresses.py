"""Nobody makes the desk call a machine of its own network, by any name or number."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from flask_till.errors import RequestError
from tests.attacks.neighbourhood import IPOS, Neighbourhood

PRIVATE = [
    "http://127.0.0.1/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/",
    "https://0x7f000001/", "https://0177.0.0.1/", "https://0/", "https://0.0.0.0/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1]/",
    "https://[fc00::1]/", "https://169.254.169.254/latest/meta-data/", "https://10.0.0.1/",
    "https://172.16.0.1/", "https://192.168.0.1/", "https://100.64.0.1/", "https://198.18.0.1/",
    "https://localhost/", "https://LOCALHOST/", "https://x.localhost/",
    "https://printer.local/", "https://intranet/", "https://user:word@example.org/",
    "https://example.org@127.0.0.1/", "https://127.0.0.1#@example.org/",
    "https://127.0.0.1\\@example.org/", "https://example.org:22/", "https://example.org:6379/",
    "http://example.org/", "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/",
    "javascript:alert(1)", "//127.0.0.1/", "https://", "https:///", "https://[::1", "data:,x",
    "https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://example.org /",
    "https://example.org/\r\nX-Evil: 1", "https://example.org/\x00", "https://example.org:99999/",
]  # fmt: skip


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: nothing is stored of an address that is refused."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are looked up or called; each leads to this machine."""
    asked: list[str] = []

    def lookup(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        asked.append(str(host))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]

    def connect(*given: Any, **named: Any) -> Any:
        pytest.fail(f"the desk called {given}")

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(socket.socket, "connect", connect)
    return asked


ROOTED = ["https://localhost./", "https://x.localhost./", "https://printer.local./"]


def test_no_caller_names_an_address_of_ours(neighbourhood: Neighbourhood, calls: list[str]) -> None:
    for url in PRIVATE:
        refuse_everywhere(neighbourhood, url)
    assert calls == []


def test_no_caller_names_them_with_a_final_dot(
    neighbourhood: Neighbourhood, calls: list[str]
) -> None:
    """Whoever calls such a name is stopped by its address; it should not come so far."""
    for url in ROOTED:
        refuse_everywhere(neighbourhood, url)
    assert calls == []


def refuse_everywhere(neighbourhood: Neighbourhood, url: str) -> None:
    order_id = neighbourhood.order()
    wanted = {"amount": 100, "callback_url": url}
    for client, path, body in (
        (neighbourhood.user, "/order/create", wanted),
        (neighbourhood.user, "/order/preview", wanted),
        (neighbourhood.user, "/order/pay-with-credit", wanted),
        (neighbourhood.user, "/order/wallet-quick-pay", wanted),
        (neighbourhood.user, "/credit/top-up", wanted),
        (neighbourhood.user, "/order/resend-callback", {"new_callback_url": url}),
        (neighbourhood.developer, "/order/resend-callback", {"new_callback_url": url}),
    ):
        answer = client.post(IPOS + path, json={"order_id": order_id, **body}
                             if "resend" in path else body)  # fmt: skip
        assert answer.status_code == 400, (url, path, answer.text)
    boxo = neighbourhood.desk.boxo
    for change in (
        lambda: boxo.change_miniapp("tea", webhook_url=url),
        lambda: boxo.change_host("tea_host", create_url=url),
        lambda: boxo.change_host("tea_host", status_url=url),
    ):
        with pytest.raises(RequestError):
            change()


def test_a_name_that_leads_home_is_looked_up_and_not_called(
    neighbourhood: Neighbourhood, calls: list[str]
) -> None:
    """A name is public until it is asked for; then its address decides."""
    url = "https://rebinding.example.org/"
    order_id = neighbourhood.order(callback_url=url)
    answer = neighbourhood.user.post(
        f"{IPOS}/order/resend-callback", json={"order_id": order_id, "new_callback_url": url}
    )
    assert answer.status_code == 200
    assert answer.json["data"]["order_id"] == order_id
    neighbourhood.user.post(f"{IPOS}/order/payWithWallet", json={"order_id": order_id})
    neighbourhood.desk.boxo.change_miniapp("tea", webhook_url=url)
    neighbourhood.payment()
    neighbourhood.deliver()
    assert calls
    assert set(calls) == {"rebinding.example.org"}
    assert neighbourhood.heard == []


def test_a_page_leads_to_plain_addresses_only(neighbourhood: Neighbourhood) -> None:
    for url in ("javascript:alert(1)", "data:text/html,x", "//evil.example/", "https:evil.example",
                "https://skins.example.org@evil.example/", "https://evil.example\\@x/",
                "https://evil.example/\r\nX-Evil: 1", "https://evil.example/\x00", "https://",
                "https://ev il/", "https://evil.example/ż", " https://evil.example"):  # fmt: skip
        for path in ("/order/create", "/order/preview", "/credit/top-up"):
            body = {"amount": 100, "redirect_url": url}
            answer = neighbourhood.user.post(IPOS + path, json=body)
            assert answer.status_code == 400, (url, answer.text)
