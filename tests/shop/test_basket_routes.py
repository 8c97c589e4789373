"""The basket over HTTP, its cookie, and whose pages may touch it."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import Signer

from tests.shop.conftest import browser, pln
from tests.shop.test_izi import add


def cookie_of(answer) -> dict[str, str]:
    """The attributes of the cookie that an answer sets, by lower-case name."""
    jar = SimpleCookie(answer.headers["Set-Cookie"])
    morsel = jar["till_basket"]
    return {"value": morsel.value, **{name: value for name, value in morsel.items() if value}}


def test_a_browser_without_a_basket_sees_an_empty_one(client: FlaskClient) -> None:
    answer = client.get("/till/basket")
    assert answer.json == {
        "version": 0,
        "count": 0,
        "currency": "PLN",
        "lines": [],
        "promotions": [],
        "subtotal": pln(0),
        "discount": pln(0),
        "total": pln(0),
        "binding": None,
    }
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_quantity_is_changed_and_a_line_is_removed(client: FlaskClient) -> None:
    add(client)
    changed = client.patch("/till/basket/lines/mug", json={"quantity": 3})
    assert (changed.json["count"], changed.json["version"]) == (3, 2)
    assert client.delete("/till/basket/lines/mug").json["count"] == 0
    assert client.get("/till/basket").json["version"] == 3


def test_an_odd_change_is_refused(client: FlaskClient) -> None:
    add(client)
    odd = [
        {},
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": True},
        {"quantity": 11},
        {"amount": 1},
    ]
    for body in odd:
        assert client.patch("/till/basket/lines/mug", json=body).status_code == 422, body
    assert client.get("/till/basket").json["version"] == 1


def test_a_line_that_never_was_can_be_removed(client: FlaskClient) -> None:
    assert client.delete("/till/basket/lines/teapot").status_code == 200
    assert client.delete("/till/basket/lines/%00").status_code == 200
    assert client.patch("/till/basket/lines/teapot", json={"quantity": 1}).status_code == 404


def test_promotions_are_set_and_refused(client: FlaskClient) -> None:
    add(client, quantity=2)
    basket = client.put("/till/basket/promotions", json={"codes": ["ten"]}).json
    assert basket["promotions"] == [
        {
            "code": "TEN",
            "label": "TEN",
            "amount": pln(-1000),
            "applied": True,
            "reason": None,
        }
    ]
    assert basket["total"]["amount"] == 8998
    refused = client.put("/till/basket/promotions", json={"codes": ["TEN", "RICH"]})
    assert (refused.status_code, refused.json["error_code"]) == (422, "PROMOTION_REFUSED")
    assert refused.json["fields"] == {"RICH": "PROMOTION_MINIMUM"}
    assert client.get("/till/basket").json["total"]["amount"] == 8998
    assert client.put("/till/basket/promotions", json={"codes": []}).json["promotions"] == []


def test_codes_that_are_none_are_refused(client: FlaskClient) -> None:
    add(client)
    for codes in (None, "TEN", [1], [None], [""], ["X" * 65], ["A"] * 11, {"TEN": 1}):
        answer = client.put("/till/basket/promotions", json={"codes": codes})
        assert answer.status_code == 422, codes


def test_money_speaks_the_language_of_the_page(client: FlaskClient) -> None:
    add(client)
    for asked, browsers, locale in (
        ("?lang=pl", "", "pl"),
        ("?lang=pl-PL", "", "pl"),
        ("", "pl-PL,pl;q=0.9,en;q=0.1", "pl"),
        ("?lang=en", "pl", "en"),
        ("?lang=xx", "de", "en"),
    ):
        headers = {"Accept-Language": browsers}
        assert client.get(f"/till/basket{asked}", headers=headers).json["total"] == pln(
            4999, locale
        )


# ---- the cookie ----


def test_the_cookie_is_given_with_the_first_product_and_not_again(client: FlaskClient) -> None:
    cookie = cookie_of(add(client))
    assert cookie.pop("value").startswith("bsk_")
    assert cookie.pop("expires")
    assert cookie == {"path": "/", "max-age": "15552000", "httponly": True, "samesite": "Lax"}
    assert "Set-Cookie" not in add(client).headers


def test_only_on_this_machine_the_cookie_needs_no_https(app: Flask) -> None:
    for host, needs in (
        ("localhost:5000", False),
        ("127.0.0.1:5000", False),
        ("[::1]:5000", False),
        ("shop.example", True),
        ("localhost.evil.example", True),
        ("127.0.0.1.nip.io", True),
        ("10.0.0.1", True),
    ):
        answer = app.test_client().post(
            "/till/iziAddToCart", json={"product_id": "mug"}, headers={"Host": host, "X-Till": "1"}
        )
        assert ("secure" in cookie_of(answer)) is needs, host


def test_in_another_sites_frame_the_cookie_is_sent_and_kept_apart(
    new_shop: Callable[..., Flask],
) -> None:
    given = add(browser(new_shop(in_frames=True))).headers["Set-Cookie"]
    assert {"Secure", "HttpOnly", "SameSite=None", "Partitioned"} <= set(given.split("; "))


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = browser(app)
    client.set_cookie("till_basket", value)
    return client


SPOILED: list[Callable[[str], str]] = [
    lambda value: "", lambda value: "bsk_1", lambda value: value[:-1], lambda value: "x" + value,
    lambda value: value.partition(".")[0], lambda value: "\xff.\xfe", lambda value: "." * 4000,
    lambda value: Signer("another key", salt="till.basket").sign(value.partition(".")[0]).decode(),
]  # fmt: skip


def test_a_cookie_that_is_not_ours_is_ignored(app: Flask) -> None:
    value = cookie_of(add(browser(app)))["value"]
    assert with_cookie(app, value).get("/till/basket").json["count"] == 1
    for spoil in SPOILED:
        stranger = with_cookie(app, spoil(value))
        assert stranger.get("/till/basket").json["count"] == 0, spoil(value)[:40]
        assert cookie_of(add(stranger))["value"] != value


def test_older_keys_still_verify_and_the_newest_signs(new_shop: Callable[..., Flask]) -> None:
    old, new = "o" * 32, "n" * 32
    value = cookie_of(add(browser(new_shop(TILL_SECRET_KEYS=old))))["value"]
    rotated = new_shop(TILL_SECRET_KEYS=[new, old])
    assert with_cookie(rotated, value).get("/till/basket").json["count"] == 1
    fresh = cookie_of(add(browser(rotated)))["value"]
    assert with_cookie(new_shop(TILL_SECRET_KEYS=new), fresh).get("/till/basket").json["count"] == 1
    assert with_cookie(new_shop(TILL_SECRET_KEYS=new), value).get("/till/basket").json["count"] == 0


def test_a_basket_that_the_database_lost_is_filled_anew(
    new_shop: Callable[..., Flask], tmp_path
) -> None:
    value = cookie_of(add(browser(new_shop())))["value"]
    elsewhere = new_shop(TILL_DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere.db")
    client = with_cookie(elsewhere, value)
    assert client.get("/till/basket").json["version"] == 0
    assert add(client).json["count"] == 1
    assert client.get("/till/basket").json["count"] == 1


# ---- whose pages may call ----

CHANGES = [
    ("POST", "/till/iziAddToCart"),
    ("PATCH", "/till/basket/lines/mug"),
    ("DELETE", "/till/basket/lines/mug"),
    ("PUT", "/till/basket/promotions"),
    ("POST", "/till/checkout"),
]
FOREIGN = [
    {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {},
    {"Origin": "http://localhost.evil.example"}, {"Origin": "http://localhost:81"},
    {"Origin": "http://localhost@evil.example"}, {"Origin": "null", "X-Till": "1"},
    {"Origin": "https://evil.example", "X-Till": "1"}, {"X-Till": "0"}, {"Origin": "file://"},
]  # fmt: skip


def test_another_sites_page_changes_nothing(app: Flask) -> None:
    for method, path in CHANGES:
        for headers in FOREIGN:
            answer = app.test_client().open(
                path, method=method, json={"product_id": "mug"}, headers=headers
            )
            refusal = (answer.status_code, answer.json["error_code"])
            assert refusal == (403, "FOREIGN_ORIGIN"), (path, headers)
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_cross_site_form_changes_nothing(app: Flask) -> None:
    answer = app.test_client().post(
        "/till/iziAddToCart", data={"product_id": "mug"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_a_caller_that_is_no_browser_says_so_with_a_header(app: Flask) -> None:
    answer = app.test_client().post(
        "/till/iziAddToCart", json={"product_id": "mug"}, headers={"X-Till": "1"}
    )
    assert answer.status_code == 200


def test_a_proxy_may_end_the_encryption_but_not_the_page(app: Flask) -> None:
    for scheme, origin, status in (
        ("http", "http://shop.example", 200),
        ("http", "https://shop.example", 200),
        ("https", "https://shop.example", 200),
        ("https", "https://SHOP.example", 200),
        ("https", "http://shop.example", 403),
    ):
        answer = app.test_client().post(
            "/till/iziAddToCart",
            json={"product_id": "mug"},
            base_url=f"{scheme}://shop.example",
            headers={"Origin": origin},
        )
        assert answer.status_code == status, (scheme, origin)


def test_trusted_origins_may_call_and_read(new_shop: Callable[..., Flask]) -> None:
    trusted = "https://www.shop.example"
    app = new_shop(TILL_TRUSTED_ORIGINS=trusted)
    client = app.test_client()
    asked = client.options("/till/iziAddToCart", headers={"Origin": trusted})
    assert asked.headers["Access-Control-Allow-Origin"] == trusted
    assert asked.headers["Access-Control-Allow-Headers"] == "Content-Type, X-Till"
    added = client.post(
        "/till/iziAddToCart", json={"product_id": "mug"}, headers={"Origin": trusted}
    )
    assert added.status_code == 200
    assert added.headers["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in added.headers["Vary"]
    foreign = client.get("/till/basket", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in foreign.headers
    assert "Origin" in foreign.headers["Vary"]
