"""The three calls behind ``window.izi*``."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tests.shop.conftest import browser, pln
from tests.shop.counting import count_statements


def add(client: FlaskClient, product_id: str = "mug", **more: object):
    return client.post("/till/iziAddToCart", json={"product_id": product_id, **more})


def test_adding_answers_the_count_and_the_basket(client: FlaskClient) -> None:
    answer = add(client, quantity=2)
    assert answer.status_code == 200
    assert answer.json["count"] == 2
    assert answer.json["basket"]["version"] == 1
    assert answer.json["basket"]["lines"] == [
        {
            "product_id": "mug",
            "name": "Blue mug",
            "quantity": 2,
            "max_quantity": 10,
            "unit_price": pln(4999),
            "total": pln(9998),
            "image": None,
            "url": None,
            "available": True,
        }
    ]


def test_one_is_added_when_no_quantity_is_named(client: FlaskClient) -> None:
    assert add(client).json["count"] == 1
    assert add(client).json["count"] == 2


def test_an_unknown_product_is_not_found(client: FlaskClient) -> None:
    answer = add(client, "teapot")
    assert (answer.status_code, answer.json["error_code"]) == (404, "PRODUCT_NOT_FOUND")
    assert "Set-Cookie" not in answer.headers


def test_more_than_there_are_is_out_of_stock(client: FlaskClient) -> None:
    assert add(client, "last").status_code == 200
    answer = add(client, "last")
    assert (answer.status_code, answer.json["error_code"]) == (409, "OUT_OF_STOCK")
    assert client.get("/till/basket").json["count"] == 1


BAD_QUANTITIES = [
    "-1", "0", "1000000000", "1.5", "1.0", "1e0", "true", "null", '"1"', "[1]", "{}", "NaN",
    "Infinity", "1e400", "-1e400", str(2**63), str(-(2**63)), "1" * 5000,
]  # fmt: skip


def test_a_quantity_that_is_none_is_refused(client: FlaskClient) -> None:
    for text in BAD_QUANTITIES:
        answer = client.post(
            "/till/iziAddToCart",
            data=f'{{"product_id": "mug", "quantity": {text}}}',
            content_type="application/json",
        )
        assert answer.status_code in (400, 422), text[:40]
        assert set(answer.json) >= {"error_code", "error_message"}
    assert client.get("/till/basket").json["version"] == 0


ODD_BODIES: list[dict[str, object]] = [
    {}, {"product_id": None}, {"product_id": 7}, {"product_id": ""}, {"product_id": ["mug"]},
    {"product_id": "x" * 129}, {"product_id": "mug", "price": 1},
    {"product_id": "mug", "status": "paid"},
]  # fmt: skip


def test_a_body_with_missing_odd_or_unknown_members_is_refused(client: FlaskClient) -> None:
    for body in ODD_BODIES:
        assert client.post("/till/iziAddToCart", json=body).status_code == 422, body
    assert client.get("/till/basket").json["count"] == 0


HOSTILE = [
    b"", b"{", b"null", b"[]", b'"mug"', b"\xff\xfe", b"[" * 15_000,
    b'{"product_id":"mug","product_id":"card"}',
    b'{"product_id":"\\ud800"}', b'{"product_id":"mug\\u0000"}', b'{"product_id":NaN}',
]  # fmt: skip


def test_hostile_bytes_are_refused_and_change_nothing(client: FlaskClient) -> None:
    for body in HOSTILE:
        answer = client.post("/till/iziAddToCart", data=body, content_type="application/json")
        assert answer.status_code in (400, 422), body[:40]
        assert answer.json["error_code"]
    assert client.get("/till/basket").json["version"] == 0


def test_a_long_body_is_refused_before_it_is_read(client: FlaskClient) -> None:
    answer = client.post("/till/iziAddToCart", data=b" " * 16_385, content_type="application/json")
    assert (answer.status_code, answer.json["error_code"]) == (413, "BODY_TOO_LARGE")


def test_only_json_is_read(client: FlaskClient) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "", "text/json"):
        answer = client.post("/till/iziAddToCart", data=b'{"product_id":"mug"}', content_type=kind)
        assert (answer.status_code, answer.json["error_code"]) == (415, "UNSUPPORTED_CONTENT_TYPE")


def test_get_changes_nothing(client: FlaskClient) -> None:
    assert client.get("/till/iziAddToCart?product_id=mug").status_code == 405
    assert client.get("/till/checkout").status_code == 405


def test_whether_a_product_can_be_bought(client: FlaskClient) -> None:
    assert client.get("/till/iziCanBeBound").json == {
        "can_be_bound": True,
        "reason": None,
        "wallet": False,
        "basket_linked": False,
        "browser_trusted": False,
        "masked_phone_number": None,
        "count": 0,
    }
    asked = "/till/iziCanBeBound?product_id="
    assert client.get(asked + "mug").json["can_be_bound"] is True
    assert client.get(asked + "teapot").json["reason"] == "PRODUCT_NOT_FOUND"
    assert client.get(asked + "x" * 500).json["reason"] == "PRODUCT_NOT_FOUND"
    add(client, "last")
    told = client.get(asked + "last").json
    assert (told["can_be_bound"], told["reason"], told["count"]) == (False, "OUT_OF_STOCK", 1)


def test_what_is_in_the_basket_already_counts(client: FlaskClient) -> None:
    add(client, "mug", quantity=10)
    assert client.get("/till/iziCanBeBound?product_id=mug").json["can_be_bound"] is False


def test_no_order_is_complete_before_one_was_made(client: FlaskClient) -> None:
    assert client.get("/till/iziGetOrderComplete").status_code == 204
    add(client)
    assert client.get("/till/iziGetOrderComplete?wait=0").status_code == 204


def test_an_odd_wait_is_refused(client: FlaskClient) -> None:
    for wait in ("26", "-1", "1.5", "x", "", "1e1", "²", "9" * 400):
        answer = client.get("/till/iziGetOrderComplete", query_string={"wait": wait})
        assert answer.status_code == 422, wait[:40]


def test_the_hot_paths_ask_the_database_little(app: Flask) -> None:
    client = browser(app)
    add(client)
    with count_statements(app) as statements:
        client.get("/till/basket")
    assert len(statements) <= 2, statements
    with count_statements(app) as statements:
        client.get("/till/iziCanBeBound")
    assert len(statements) == 1, statements
    with count_statements(app) as statements:
        client.get("/till/iziCanBeBound?product_id=mug")
    assert len(statements) <= 2, statements
    with count_statements(app) as statements:
        client.get("/till/iziCanBeBound?product_id=card")
    assert len(statements) <= 2, statements
    with count_statements(app) as statements:
        add(client)
    assert statements.transactions == 1
    assert len(statements) <= 4, statements  # PostgreSQL's includes the bell
