"""Placing orders once for each key, reading and withdrawing them (4)."""

from __future__ import annotations

import json
import re

import pytest

from flask_till.desk.tables.claims import claims
from flask_till.desk.tables.kigo import kigo_accounts, kigo_orders, kigo_products
from tests.desk.kigo.the_partner import (
    BASE,
    FOREIGN,
    LIVE_PRODUCT,
    OTHER,
    PRODUCT,
    SCARCE,
    example,
    refused,
)

CODE = re.compile("[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}")


def sold(desk) -> dict[str, tuple[int | None, int]]:
    return {row.id: (row.stock, row.sold) for row in desk.rows(kigo_products)}


def test_the_contracts_example(server, partner):
    first, repeat, other_product, no_key = example("place-order")["cases"]
    product = f"/products/{PRODUCT}/orders"
    answer = server.post(product, first["request"]["body"])
    assert answer.status_code == 201
    expected = first["response"]["body"]
    assert set(answer.json) == set(expected)
    for name in ("external_order_id", "product_id", "status", "created_at", "expires_at"):
        assert answer.json[name] == expected[name]
    assert answer.json["metadata"] == expected["metadata"]
    code = answer.json["claim_code"]
    assert CODE.fullmatch(code)
    assert answer.json["deeplink_url"] == f"https://pay.example/kigo/hub?claim-code={code}"
    assert "Idempotent-Replay" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    for case in (repeat, other_product):
        again = server.post(
            case["request"]["path"].removeprefix("/api/v1"), case["request"]["body"]
        )
        assert (again.status_code, again.json) == (200, answer.json)
        assert again.headers["Idempotent-Replay"] == "true"
    told = refused(server.post(product, no_key["request"]["body"]), 400, "invalid_request")
    assert [one["field"] for one in told["details"]] == ["external_order_id"]


@pytest.mark.parametrize(
    "body",
    [
        {"quantity": 7, "metadata": 3, "external_user_id": ""},
        {"external_program_id": ["x"]},
    ],
)
def test_a_repeat_is_the_first_order_whatever_else_it_says(server, body):
    first = server.placed("a")
    for product in (PRODUCT, FOREIGN, LIVE_PRODUCT, "no-product"):
        answer = server.place("a", product, **body)
        assert (answer.status_code, answer.json) == (200, first)


def test_keys_are_matched_exactly(server, partner, desk):
    keys = ["Order", "order", "or der", "or  der", "zażółć" * 30, "o" * 255]
    made = {server.placed(key)["order_id"] for key in keys}
    assert len(made) == len(keys)
    for key in (" order", "order ", "\u00a0order", "", "o" * 256):
        refused(server.place(key), 400, "invalid_request")
    theirs = partner.server(OTHER).placed("order", FOREIGN)
    assert theirs["order_id"] not in made
    assert [row.external_order_id for row in desk.rows(kigo_orders)].count("order") == 2


def test_twenty_parallel_calls_make_one_order_and_one_code(server, desk, at_once):
    answers = at_once(lambda n: server.place("same", SCARCE, metadata={"n": n}), 20)
    assert sorted(a.status_code for a in answers) == [200] * 19 + [201]
    assert len({json.dumps(a.json, sort_keys=True) for a in answers}) == 1
    assert desk.count(kigo_orders) == desk.count(claims) == 1
    assert sold(desk)[SCARCE] == (0, 1)
    assert desk.kinds(answers[0].json["order_id"]) == ["order.created"]


def test_parallel_orders_for_a_new_user_make_one_account(server, desk, at_once):
    at_once(lambda n: server.placed(f"k-{n}", external_user_id="new"), 8)
    assert desk.count(kigo_accounts) == 1


def test_the_last_piece_is_sold_once(server, desk, at_once):
    answers = at_once(lambda n: server.place(f"k-{n}", SCARCE), 8)
    assert sorted(a.status_code for a in answers) == [201] + [422] * 7
    refused(server.place("late", SCARCE), 422, "product_unavailable")
    assert desk.count(claims) == desk.count(kigo_orders) == 1
    assert sold(desk)[SCARCE] == (0, 1)


def test_a_failed_first_try_leaves_nothing_behind(server, partner, desk):
    partner.kigo.change_product(PRODUCT, is_on=False)
    refused(server.place("a", external_user_id="u"), 422, "product_unavailable")
    assert desk.count(claims) == desk.count(kigo_orders) == desk.count(kigo_accounts) == 0
    partner.kigo.change_product(PRODUCT, is_on=True)
    assert server.placed("a")["status"] == "unclaimed"


def test_products_of_others(server):
    refused(server.place("a", FOREIGN), 403, "forbidden")
    refused(server.place("a", LIVE_PRODUCT), 404, "product_not_found")
    for nothing in ("00000000-0000-4000-8000-00000000beef", "x", "%2e%2e"):
        refused(server.place("a", nothing), 404, "product_not_found")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"quantity": 2}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"metadata": {"x": "y" * 4096}}, "metadata"),
        ({"metadata": [1]}, "metadata"),
        ({"external_user_id": "u" * 256}, "external_user_id"),
    ],
)
def test_a_wrong_body_is_refused_by_its_field(server, desk, more, field):
    told = refused(server.place("a", **more), 400, "invalid_request")
    assert [one["field"] for one in told["details"]] == [field]
    assert desk.count(kigo_orders) == 0


def test_metadata_comes_back_digit_for_digit(server, desk):
    raw = b'{"external_order_id": "a", "metadata": {"b": 1.50, "a": [1e2, 12345678901234567890]}}'
    for status in (201, 200):
        answer = server.post(
            f"/products/{PRODUCT}/orders", data=raw, json=None, content_type="application/json"
        )
        assert answer.status_code == status
        assert b'"metadata":{"b":1.50,"a":[1E+2,12345678901234567890]}' in answer.data


def test_a_code_holds_as_long_as_its_product_says(server, partner, clock):
    assert server.placed("a", SCARCE)["expires_at"] == "2026-03-02T10:01:00.000Z"
    partner.kigo.change_product(PRODUCT, claim_seconds=None)
    assert server.placed("b")["expires_at"] is None
    clock.advance(days=5000)
    partner_again = partner.server()
    assert partner_again.place("b").json["status"] == "unclaimed"


# --- reading ----------------------------------------------------------------------------------


def test_an_order_is_read_by_its_partner_only(server, partner):
    made = server.placed("a")
    assert server.get(f"/orders/{made['order_id']}").json == made
    assert server.get(f"/orders/{made['order_id'].upper()}").json == made
    refused(partner.server(OTHER).get(f"/orders/{made['order_id']}"), 404, "order_not_found")
    refused(server.get("/orders/nothing"), 404, "order_not_found")
    refused(server.get("/orders/a%00b"), 404, "order_not_found")


def test_lists_are_newest_first_in_pages(server, partner, clock):
    made = []
    for number in range(5):
        made.append(server.placed(f"k-{number}"))
        clock.advance(1)
    found = server.get("/orders", offset=1, limit=2).json
    assert found == {"items": [made[3], made[2]], "total": 5}
    assert server.get("/orders", external_order_id="k-2").json == {"items": [made[2]], "total": 1}
    assert server.get("/orders", external_order_id="K-2").json == {"items": [], "total": 0}
    assert partner.server(OTHER).get("/orders").json == {"items": [], "total": 0}
    for wrong in ({"limit": 101}, {"offset": -1}, {"status": "lost"}, {"limit": "x"}):
        refused(server.get("/orders", **wrong), 400, "invalid_request")


def test_lists_of_one_status_know_what_is_over(server, user, clock):
    open_, claimed, cancelled = (server.placed(key) for key in "abc")
    over = server.placed("d", SCARCE)
    user.claim(claimed["claim_code"])
    server.post(f"/orders/{cancelled['order_id']}/cancel")
    clock.advance(89)
    found = {one["order_id"] for one in server.get("/orders", status="unclaimed").json["items"]}
    assert found == {open_["order_id"], over["order_id"]}
    clock.advance(1)
    for status, order in (
        ("unclaimed", open_), ("claimed", claimed), ("cancelled", cancelled), ("expired", over),
    ):  # fmt: skip
        told = server.get("/orders", status=status).json
        assert [one["order_id"] for one in told["items"]] == [order["order_id"]]
        assert [one["status"] for one in told["items"]] == [status]


def test_reading_changes_nothing(server, user, desk, clock):
    made = server.placed("a", SCARCE)
    clock.advance(minutes=5)
    before = [desk.rows(table) for table in (claims, kigo_orders, kigo_products)]
    assert server.get(f"/orders/{made['order_id']}").json["status"] == "expired"
    server.get("/orders")
    assert user.get(f"/tokens/claim/{made['claim_code']}").json["status"] == "expired"
    assert [desk.rows(table) for table in (claims, kigo_orders, kigo_products)] == before


# --- withdrawing ------------------------------------------------------------------------------


def test_an_unclaimed_order_is_withdrawn_once(server, partner, desk):
    made = server.placed("a", SCARCE)
    path = f"/orders/{made['order_id']}/cancel"
    refused(partner.server(OTHER).post(path), 404, "order_not_found")
    answer = server.post(path)
    assert (answer.status_code, answer.json) == (200, made | {"status": "cancelled"})
    refused(server.post(path), 409, "order_cancelled")
    assert server.place("a").json["status"] == "cancelled"
    assert sold(desk)[SCARCE] == (1, 0)
    assert server.placed("b", SCARCE)["status"] == "unclaimed"


def test_what_is_claimed_or_over_is_not_withdrawn(server, user, clock):
    claimed, over = server.placed("a"), server.placed("b", SCARCE)
    user.claim(claimed["claim_code"])
    refused(server.post(f"/orders/{claimed['order_id']}/cancel"), 409, "already_claimed")
    clock.advance(90)
    refused(server.post(f"/orders/{over['order_id']}/cancel"), 409, "claim_code_expired")


def test_what_is_no_call_is_refused_in_the_same_form(server, desk):
    client = desk.browserless
    assert client.get("/kigo/nothing").json["error"]["code"] == "invalid_request"
    wrong = client.delete(f"{BASE}/orders")
    assert (wrong.status_code, wrong.headers["Allow"]) == (405, "GET")
    assert client.post(f"{BASE}/auth/session", data="x" * 70_000).status_code == 413
    typed = server.post(f"/products/{PRODUCT}/orders", json=None, data="a=b")
    assert typed.status_code == 415
