"""Whatever is sent, it is refused in the contract's form and never breaks anything."""

from __future__ import annotations

import pytest

from tests.desk.kigo.the_partner import PRODUCT

BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[1]",
    "deep": b"[" * 30_000,
    "NaN": b'{"external_order_id": NaN}',
    "twice": b'{"external_order_id": "a", "external_order_id": "b"}',
    "half a pair": b'{"external_order_id": "\\ud800", "claim_code": "\\ud800"}',
    "NUL": b'{"external_order_id": "a\\u0000b", "partner_id": "a\\u0000b"}',
    "bytes": b'{"external_order_id": "\xff"}',
    "types": b'{"external_order_id": 1, "claim_code": [], "refresh_token": {}, "partner_id": 1.5}',
}
BY_SERVER = ("/auth/user-session", "/accounts/sso-sessions", f"/products/{PRODUCT}/orders")
QUERIES = ("offset=%ff", "limit=1&limit=2", "limit=1e1", "offset=99999999999", "status=%00")


@pytest.mark.parametrize("name", BODIES)
def test_bodies(name, server, user, partner):
    stranger = partner.with_key("x" * 300)
    calls = [(server, path) for path in BY_SERVER]
    calls += [(user, "/tokens/claim"), (stranger, "/auth/refresh"), (stranger, "/auth/session")]
    for caller, path in calls:
        answer = caller.post(path, json=None, data=BODIES[name], content_type="application/json")
        assert answer.status_code == 400, (path, answer.data)
        assert answer.json["error"]["code"] == "invalid_request"


@pytest.mark.parametrize("query", QUERIES)
def test_queries(query, server, user, desk):
    for caller, path in ((server, "/orders"), (user, "/tokens")):
        if path == "/tokens" and query.startswith("status"):
            continue  # it is no word of that call
        answer = desk.browserless.get(f"/kigo/api/v1{path}?{query}", headers=caller.headers)
        assert answer.status_code == 400, answer.data


@pytest.mark.parametrize("part", ["%00", "%ff", "..%2f..", "x" * 3000, "%F0%9F%9A%A2"])
def test_paths(part, server, user, desk):
    for caller, path in (
        (server, f"/orders/{part}"),
        (user, f"/tokens/{part}"),
        (user, f"/tokens/claim/{part}"),
    ):
        answer = desk.browserless.get(f"/kigo/api/v1{path}", headers=caller.headers)
        assert answer.status_code == 404, answer.data


@pytest.mark.parametrize(
    "query", ["claim-code=%ff", "claim-code=a&claim-code=b", "session-id=%00", "claim-code=%00x"]
)
def test_the_hub(query, desk):
    answer = desk.browserless.get(f"/kigo/hub?{query}")
    assert answer.status_code in (400, 401, 404)
    assert answer.mimetype == "text/html"
