"""What ``/v1`` refuses, how it says so, and that nothing comes of it."""

from __future__ import annotations

import json
from typing import Any

from flask_till.desk.tables import idempotency, orders, outbox
from tests.desk.the_desk import SHOP, order_body


def nothing_happened(desk: Any) -> bool:
    return not any(desk.count(table) for table in (orders, outbox.events, idempotency))


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    told: dict[str, Any] = answer.json
    assert (told["status"], told["code"]) == (status, code)
    assert told["title"]
    assert told["detail"]
    return told


BODIES = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b"null", 400),
    (b'"x"', 400),
    (b"\xff\xfe", 400),
    (b'{"amount": NaN}', 400),
    (b'{"amount": Infinity}', 400),
    (b'{"amount": 1e400}', 400),
    (b'{"a":1,"a":2}', 400),
    (b"[" * 60_000, 400),
    (b'{"a":' * 12_000, 400),
    (b"1" * 6000, 400),
    (b'{"metadata":{"a":"\\ud800"}}', 422),
    (b'{"description":"a\\u0000b"}', 422),
    (b" " * (64 * 1024 + 1), 413),
    (json.dumps({"a": "x" * 70_000}).encode(), 413),
]


def test_a_body_that_is_no_strict_json_is_refused(desk: Any) -> None:
    for body, status in BODIES:
        answer = desk.post("/v1/orders", data=body, content_type="application/json")
        assert answer.status_code == status, body[:60]
        assert answer.mimetype == "application/problem+json"
    assert nothing_happened(desk)


def test_another_content_type_is_refused(desk: Any) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = desk.post("/v1/orders", data=json.dumps(order_body()), content_type=kind)
        problem(answer, 415, "UNSUPPORTED_CONTENT_TYPE")
    assert nothing_happened(desk)


LINE = {"product_id": "mug", "name": "Mug", "quantity": 1, "unit_amount": 4999}
WRONG = [
    {"amount": -4999},
    {"amount": 0},
    {"amount": True},
    {"amount": "4999"},
    {"amount": 4999.0},
    {"amount": 2**63},
    {"amount": None},
    {"amount": 4998},
    {"currency": "pln"},
    {"currency": "XXX"},
    {"currency": "ZZZ"},
    {"currency": ["PLN"]},
    {"external_id": ""},
    {"external_id": "a b"},
    {"external_id": "x" * 129},
    {"external_id": 7},
    {"external_id": "ż"},
    {"lines": []},
    {"lines": [LINE] * 201, "amount": 4999 * 201},
    {"lines": {}},
    {"lines": [{**LINE, "quantity": 0}]},
    {"lines": [{**LINE, "quantity": -1}]},
    {"lines": [{**LINE, "quantity": True}]},
    {"lines": [{**LINE, "quantity": "1"}]},
    {"lines": [{**LINE, "quantity": 1.5}]},
    {"lines": [{**LINE, "quantity": 10**9}]},
    {"lines": [{**LINE, "price": 1}]},
    {"lines": [{**LINE, "name": ""}]},
    {"lines": [{**LINE, "name": "x" * 251}]},
    {"status": "paid"},
    {"paid_at": "2026-05-04T12:00:00Z"},
    {"merchant_id": "mer_2"},
    {"live": True},
    {"refunded": 1},
    {"expires_in": 59},
    {"expires_in": 7 * 86400 + 1},
    {"expires_in": "1800"},
    {"late_money": "keep"},
    {"locale": "../etc"},
    {"methods": []},
    {"shopper": {"phone": "1"}},
    {"shopper": {"email": "no"}},
    {"metadata": []},
    {"metadata": {str(n): n for n in range(51)}},
    {"shares": [{"receiver": "a", "amount": 5000}]},
    {"shares": [{"receiver": "a", "amount": 0}]},
    {"adjustments": [{"label": "x", "amount": 1}]},
    {"description": "x" * 2001},
    {"redirect_url": "javascript:alert(1)"},
    {"image_url": "x"},
    {"lines": [{**LINE, "image_url": "javascript:alert(1)"}]},
]


def test_an_order_with_one_wrong_member_is_refused_and_the_member_named(desk: Any) -> None:
    for change in WRONG:
        answer = desk.post("/v1/orders", json=order_body() | change, key="k")
        assert answer.status_code == 422, change
        assert answer.json["fields"], change
    assert nothing_happened(desk)


def test_an_order_without_a_needed_member_is_refused(desk: Any) -> None:
    for name in ("external_id", "amount", "currency", "lines"):
        body = {key: value for key, value in order_body().items() if key != name}
        assert name in problem(desk.post("/v1/orders", json=body), 422, "INVALID_REQUEST")["fields"]


def test_a_fraction_in_metadata_is_refused_not_stumbled_over(desk: Any) -> None:
    for value in (0.5, [1.5], {"a": {"b": 2.0}}):
        answer = desk.post("/v1/orders", json=order_body(metadata={"weight": value}))
        assert "metadata" in str(problem(answer, 422, "INVALID_REQUEST")["fields"])


ODD = ["'; drop table", "<script>alert(1)</script>", "a\r\nb\x1b[31m", "\u202ex", "😀" * 20]


def test_odd_text_comes_back_as_it_was(desk: Any) -> None:
    for number, text in enumerate(ODD):
        body = order_body(f"T-{number}", description=text, metadata={"x": text})
        told = desk.post("/v1/orders", json=body).json
        assert (told["description"], told["metadata"]) == (text, {"x": text})


FOREIGN = [
    "https://evil.example/",
    "https://evil.example\\@shop.example/",
    "https://shop.example@evil.example/",
    "https://shop.example:443@evil.example/",
    "https://shop.example.evil.example/",
    "//evil.example/",
    "https:/shop.example/",
    "https:shop.example/",
    "https:///shop.example/",
    "http://shop.example/",
    "https://shop.example:8443/",
    "https://shop.example\t.evil.example/",
    "https://shop.example\\.evil.example",
    "https://shop.example%2eevil.example/",
    "https://shop.example。evil.example/",
    "https://ѕhop.example/",
    "javascript:alert(1)//https://shop.example/",
    "data:text/html,x",
    "https://shop.example?@evil.example\\",
    " https://shop.example/",
    "https://shop.example /",
    "https://user:pass@shop.example/",
    "https://[::1]/",
    "https://shop.example:0/",
    "https://shop.example:99999/",
    "https://shop.example:/x",
    "",
]


def test_a_redirect_that_is_not_registered_is_refused(desk: Any) -> None:
    for field in ("redirect_url", "opener_origin"):
        for url in FOREIGN:
            answer = desk.post("/v1/orders", json=order_body(**{field: url}))
            assert answer.status_code == 422, url
            assert answer.json["code"] in ("REDIRECT_NOT_REGISTERED", "INVALID_REQUEST")
            assert field in answer.json["fields"], url
    assert nothing_happened(desk)


OWN = [
    SHOP,
    f"{SHOP}/",
    f"{SHOP}/a?b=c#d",
    "https://SHOP.example/x",
    "https://shop.example:443/x",
    f"{SHOP}/?next=https://evil.example/@x",
]


def test_a_redirect_to_a_registered_origin_is_taken(desk: Any) -> None:
    for number, url in enumerate(OWN):
        answer = desk.post("/v1/orders", json=order_body(f"T-{number}", redirect_url=url))
        assert answer.status_code == 201, url


KEYS = [
    None,
    "",
    "Bearer",
    "Bearer ",
    "Basic dGlsbDp4",
    "Bearer wrong",
    "bearer " + "x" * 300,
    "Bearer \xff\xfe",
    "till_key_x",
]
GUARDED = [
    ("POST", "/v1/orders"),
    ("GET", "/v1/orders"),
    ("GET", "/v1/orders/ord_1"),
    ("POST", "/v1/orders/ord_1/refunds"),
    ("POST", "/v1/events/evt_1/replay"),
]


def test_without_the_right_key_nothing_is_answered(desk: Any) -> None:
    for header in KEYS:
        headers = {} if header is None else {"Authorization": header}
        for method, path in GUARDED:
            answer = desk.browserless.open(path, method=method, headers=headers, json=order_body())
            problem(answer, 401, "INVALID_API_KEY")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert nothing_happened(desk)


def test_wrong_keys_again_and_again_are_slowed_down_but_the_right_one_works(desk: Any) -> None:
    headers = {"Authorization": "Bearer wrong"}
    statuses = [desk.browserless.get("/v1/orders", headers=headers).status_code for _ in range(52)]
    assert statuses == [401] * 50 + [429] * 2
    assert desk.browserless.get("/v1/orders", headers=headers).headers["Retry-After"] == "60"
    assert desk.get("/v1/orders").status_code == 200


def test_another_merchants_order_looks_like_none(desk: Any) -> None:
    order, other = desk.paid(), desk.desk.add_merchant(name="Bowls")
    event = desk.get(f"/v1/orders/{order.id}/events").json["events"][0]["id"]
    for method, path, body in (
        ("GET", "/v1/orders/{}", None),
        ("POST", "/v1/orders/{}/token", None),
        ("POST", "/v1/orders/{}/cancel", None),
        ("POST", "/v1/orders/{}/refunds", {"amount": 1}),
        ("GET", "/v1/orders/{}/events", None),
    ):
        theirs = desk.call(method, path.format(order.id), by=other, json=body)
        unknown = desk.call(method, path.format("ord_" + "0" * 32), by=other, json=body)
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.data == unknown.data
        assert dict(theirs.headers) == dict(unknown.headers)
    theirs = desk.post(f"/v1/events/{event}/replay", by=other)
    unknown = desk.post("/v1/events/evt_0/replay", by=other)
    assert theirs.status_code == unknown.status_code == 404
    assert theirs.data == unknown.data
    assert desk.get("/v1/orders", by=other).json == {"orders": [], "next": None}


WRONG_METHODS = [
    ("PUT", "/v1/orders", "GET, HEAD, OPTIONS, POST"),
    ("DELETE", "/v1/orders/ord_1", "GET, HEAD, OPTIONS"),
    ("GET", "/v1/orders/ord_1/cancel", "OPTIONS, POST"),
    ("PATCH", "/v1/openapi.json", "GET, HEAD, OPTIONS"),
]


def test_a_wrong_method_is_refused_with_those_that_are_right(desk: Any) -> None:
    for method, path, allow in WRONG_METHODS:
        answer = desk.call(method, path)
        problem(answer, 405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == allow


NOWHERE = ["/v1/", "/v1/nothing", "/v1/orders/a/b/c", "/v1/orders/ord%00x", "/v1/orders/%ff/events"]


def test_an_unknown_address_is_a_problem_too(desk: Any) -> None:
    for path in NOWHERE:
        answer = desk.get(path)
        assert problem(answer, 404, answer.json["code"])["code"].endswith("NOT_FOUND")


def test_requests_that_take_no_members_refuse_some(desk: Any) -> None:
    order = desk.order()
    for path in (f"/v1/orders/{order.id}/cancel", f"/v1/orders/{order.id}/token"):
        problem(desk.post(path, json={"amount": 1}), 422, "INVALID_REQUEST")
        problem(desk.post(path, data="x"), 415, "UNSUPPORTED_CONTENT_TYPE")


def test_a_fault_of_ours_tells_a_number_and_no_more(
    desk: Any, monkeypatch: Any, caplog: Any
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(desk.cashier, "get", fail)
    told = problem(desk.get(f"/v1/orders/{desk.order().id}"), 500, "INTERNAL_ERROR")
    assert "a secret" not in str(told)
    assert told["detail"].split("err_")[1][:16] in caplog.text
