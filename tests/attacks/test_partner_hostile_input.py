"""Whatever bytes a partner sends wherever: an answer of its protocol, never a fault of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_till.desk.dialects.boxo import document as boxo_document
from flask_till.desk.dialects.ipos import server as ipos_server
from flask_till.wire.boxo.error_codes import BoxoCode
from tests.attacks.neighbourhood import BOXO, IPOS, MINE, ORDER, Neighbourhood
from tests.attacks.test_hostile_input import ODD_BODIES, ODD_TEXTS, TYPES

IPOS_POSTS = [*ipos_server.POSTS, ipos_server.RESEND]
BOXO_POSTS = [path for path, item in boxo_document._paths().items() if "post" in item]
BY_DEVELOPER = ("/order/create", "/order/refund", "/order/update-rewards")
CREATE = f"{BOXO}/orders/create-order-payment/"
DEEP: Any = []
for _ in range(40):
    DEEP = [DEEP]
ODD_VALUES: list[str] = [
    '"\\ud800"', '"\\udc00\\ud800"', '"a\\u0000b"', '"\\u202e"', '"\\ufeff"', '""', '" "',
    '"' + "x" * 20_000 + '"', "9" * 400, "-1", "0", "1e400", "1e-400", "1e308", "1.5",
    "-0.0", "1E+2", "9223372036854775808", "true", "null", "[]", "{}", "[[]]", '{"a":{"a":[]}}',
    json.dumps(DEEP), '"٣"', '"𝟙"', '"%00"', '"\\r\\nX-Evil: 1"', '{"\\u0000":1}', '{"\\ud800":1}',
    '"NaN"', '"Infinity"', '"1e5"', '"+5"', '"0x10"', '" 5"', '"5_000"', '"--1"', "[null]",
]  # fmt: skip
OURS = ("flask_till", "Traceback", "sqlalchemy", "pydantic", "site-packages", "psycopg", "sqlite")


def fine(answer: Any, what: Any) -> Any:
    """One of the protocol's answers, saying nothing of our insides."""
    assert answer.status_code < 500, (what, answer.text[:300])
    assert answer.mimetype == "application/json", what
    told = answer.json
    if answer.request.path.startswith("/ipos"):
        assert told["code"] == answer.status_code, what
        assert set(told) == {"code", "msg", "data"}, what
        assert told["msg"] != "Internal server error", what
    else:
        assert answer.status_code in (200, 400), what
        if answer.status_code == 400:
            assert told["error_code"] in set(BoxoCode), what
            assert told["error_code"] != "UNKNOWN_ERROR", (what, told)
    if answer.status_code >= 400:
        assert not [word for word in OURS if word in answer.text], (what, answer.text[:300])
    return answer


def raw(body: dict[str, Any], place: tuple[str, ...], value: str) -> bytes:
    """The JSON of the body, with that text as it is at that place."""
    marked = json.loads(json.dumps(body))
    inner = marked
    for name in place[:-1]:
        inner = inner[int(name) if isinstance(inner, list) else name]
    inner[place[-1]] = "@@@"
    return json.dumps(marked).replace('"@@@"', value, 1).encode()


def places(body: Any, so_far: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every member of it, and of what is in it."""
    parts = enumerate(body) if isinstance(body, list) else body.items()
    found = []
    for name, part in parts:
        here = (*so_far, str(name))
        if not isinstance(body, list):
            found.append(here)
        if isinstance(part, dict | list):
            found += places(part, here)
    return found


def test_odd_bodies_are_answered_in_their_protocol(neighbourhood: Neighbourhood) -> None:
    mine = neighbourhood.client(MINE)
    callers = [(neighbourhood.user, IPOS, path) for path in IPOS_POSTS]
    callers += [(neighbourhood.developer, IPOS, path) for path in BY_DEVELOPER]
    callers += [(mine, BOXO, path) for path in BOXO_POSTS]
    for client, base, path in callers:
        for body in ODD_BODIES:
            answer = client.post(base + path, data=body, content_type="application/json")
            fine(answer, (path, body[:60]))
            assert answer.status_code != 200, (path, body[:60])
        for kind in TYPES:
            answer = client.post(base + path, data=b'{"x": 1}', headers={"Content-Type": kind})
            fine(answer, (path, kind))
            assert answer.status_code != 200, (path, kind)


def test_bodies_that_are_too_long_are_not_read(neighbourhood: Neighbourhood) -> None:
    large = b'{"x":"' + b"x" * (1024 * 1024) + b'"}'
    for path in IPOS_POSTS:
        answer = neighbourhood.user.post(IPOS + path, data=large, content_type="application/json")
        assert fine(answer, path).status_code in (400, 401, 403, 413), path
    for path in BOXO_POSTS:
        answer = neighbourhood.client(MINE).post(
            BOXO + path, data=large, content_type="application/json"
        )
        assert fine(answer, path).status_code == 400


SHARE = {"address": "a", "ratio": 90, "role": "platform", "allocate_type": "usdc", "remark": "r"}
WANTED: dict[str, Any] = {
    "amount": 1000, "order_id": None, "item": "i", "description": "d",
    "allowed_payment_methods": ["wallet", "stripe"], "redirect_url": None, "callback_url": None,
    "metadata": {"a": {"b": [1]}}, "release_rewards_after_paid": False,
    "buyback_after_paid": False, "allow_free_credit": True, "reward_token": None,
    "rewards_model": {"revenue_ratio": [SHARE], "released_token_ratio": 50},
    "costs_allocation": [{"amount": 5, "type": "platform", "email": "a@b.example"}],
    "ip_holder_revenue_reallocation": [
        {"email": "a@b.example", "allocate_role": "creator", "percent": 50}
    ],
}  # fmt: skip


def try_each(client: FlaskClient, path: str, body: dict[str, Any], extra: str = "") -> None:
    for number, place in enumerate(places(body)):
        for value in ODD_VALUES[number % 2 :: 2]:
            sent = raw(body, place, value)
            answer = client.post(path, data=sent, content_type="application/json")
            fine(answer, (path, place, value[:60], extra))


def test_no_member_of_an_ipos_order_is_odd_enough(neighbourhood: Neighbourhood) -> None:
    developer = neighbourhood.developer
    token = neighbourhood.user_token()
    try_each(developer, f"{IPOS}/order/preview", WANTED | {"user_jwt": token})
    # What is let through has to be stored and read again, too.
    for place in places(WANTED):
        for value in ODD_VALUES[::3]:
            sent = raw(WANTED | {"user_jwt": token}, place, value)
            answer = developer.post(
                f"{IPOS}/order/pay-with-credit", data=sent, content_type="application/json"
            )
            fine(answer, (place, value[:60]))
    listed = developer.get(f"{IPOS}/order/list?page=1&page_size=100")
    assert fine(listed, "list").status_code == 200
    neighbourhood.deliver()


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/order/payWithWallet", {}),
        ("/order/payWithStripe", {}),
        ("/order/refund", {"refund_amount": 5}),
        ("/order/resend-callback", {"new_callback_url": "https://in-process.till/told"}),
        ("/order/bind-reward-pool", {"reward_token": "x"}),
        ("/order/release-rewards", {}),
        ("/order/update-rewards", {"rewards_model": WANTED["rewards_model"]}),
        ("/credit/top-up", {"amount": 5, "account": "credit", "redirect_url": None,
                            "callback_url": None}),
        ("/app/auth/login", {"email": "a@b.example", "timestamp": 1, "app_id": "app_canary",
                             "sign": "0" * 32}),
        ("/developer/widgets/get-access-token", {"access_key": "a", "secret_key": "b"}),
    ],
)  # fmt: skip
def test_no_member_of_another_ipos_call_is_odd_enough(
    neighbourhood: Neighbourhood, path: str, more: dict[str, Any]
) -> None:
    body = {**more} if path.startswith(("/credit", "/app", "/dev")) else {"order_id": "x", **more}
    for client in (neighbourhood.user, neighbourhood.developer):
        client.environ_base["HTTP_ORIGIN"] = "https://portal.example.org"
        try_each(client, IPOS + path, body)


def test_odd_queries_and_headers_are_answered(neighbourhood: Neighbourhood) -> None:
    user = neighbourhood.user
    for value in ODD_TEXTS:
        for path, names in (
            ("/order/detail", ["order_id"]),
            ("/order/rewards-detail", ["order_id"]),
            ("/order/list", ["page", "page_size", "status"]),
        ):
            right = {"page": "1", "page_size": "1"}
            for name in names:
                fine(user.get(IPOS + path, query_string=right | {name: value}), (path, value))
        settings = f"{BOXO}/miniapps/tea/settings/"
        asked = neighbourhood.client(MINE).get(settings, query_string={"client_id": value})
        fine(asked, value)
    for value in ("", "\xff\xfe", "é", "a" * 9000, "Bearer ", "Bearer \xff", "Bearer a.b.c", "null",
                  "\x7f", "Bearer " + "." * 8000, "bearer\t"):  # fmt: skip
        for name in ("Authorization", "x-api-key", "app-id", "Origin", "X-Signature", "X-Timestamp",
                     "X-Nonce", "X-Client-Id", "X-Identity", "Stripe-Signature"):  # fmt: skip
            for client, path in ((user, f"{IPOS}/order/create"),
                                 (user, f"{IPOS}/order/stripe/webhook"),
                                 (neighbourhood.client(MINE), CREATE),
                                 (neighbourhood.client(MINE), f"{BOXO}/authorize/")):  # fmt: skip
                both = {"app_id": "tea", "client_id": "tea_host", "order": ORDER, "amount": 5}
                fine(client.post(path, json=both, headers={name: value}), (path, name, value))


ITEM = {"product_name": "n", "product_variant_name": "v", "product_sku": "s", "quantity": 1,
        "product_image_url": "u", "price": "12.99", "discount": 0}  # fmt: skip
PLACE = {"address1": "a", "first_name": "f", "region_code": "r", "latitude": "1.5",
         "longitude": 0, "postal_code": "p"}  # fmt: skip
DETAILS: dict[str, Any] = ORDER | {
    "subtotal_amount": 1, "shipping_amount": 1, "discount_amount": 1, "tax_amount": 1,
    "tax_title": "t", "taxes_included": False, "note": "n", "hostapp_user_id": "u",
    "items": [ITEM], "shipping_address": PLACE, "custom_attributes": {"a": [1.5]},
}  # fmt: skip


def test_no_member_of_a_boxo_order_is_odd_enough(neighbourhood: Neighbourhood) -> None:
    mine = neighbourhood.client(MINE)
    body = {"app_id": "tea", "client_id": "tea_host", "order": DETAILS}
    made = set()
    for number, place in enumerate(places(body)):
        for value in ODD_VALUES[number % 2 :: 2]:
            sent = raw(body, place, value)
            answer = mine.post(CREATE, data=sent, content_type="application/json")
            fine(answer, (place, value[:60]))
            if answer.status_code == 200:
                made.add(answer.json["order_payment_id"])
    assert made
    for number, payment_id in enumerate(sorted(made)):
        one = {"app_id": "tea", "client_id": "tea_host", "order_payment_id": payment_id}
        answer = mine.post(f"{BOXO}/orders/get-payment-status/", json=one)
        assert fine(answer, payment_id).status_code == 200
        if number % 10 == 0:  # what is told of it is readable, too
            done = one | {"payment_status": "paid"}
            assert mine.post(f"{BOXO}/orders/complete-order/", json=done).status_code == 200
            assert mine.get(f"/boxo/hostapp/pay/{payment_id}").status_code < 500
    neighbourhood.deliver()
    assert all(json.loads(body) for body in neighbourhood.heard)


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/orders/get-payment-status/", {"order_payment_id": "x"}),
        ("/orders/complete-order/", {"order_payment_id": "x", "payment_status": "paid",
                                     "payment_fail_reason": "r", "custom_attributes": {}}),
        ("/authorize/", {"auth_code": "x", "user_reference": "u"}),
        ("/partner/login/", {"payload": "x"}),
        ("/analytics/track/", {"type": "t", "payload": {}}),
    ],
)  # fmt: skip
def test_no_member_of_another_boxo_call_is_odd_enough(
    neighbourhood: Neighbourhood, path: str, more: dict[str, Any]
) -> None:
    body = {"app_id": "tea", "client_id": "tea_host", **more}
    try_each(neighbourhood.client(MINE), BOXO + path, body)
