"""What pages of host apps call, what servers call, and who may read the answers (2, 6)."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import jwt
import pytest

from flask_till.desk.tables.boxo import boxo_auth_codes
from tests.desk.boxo.the_miniapp import (
    APP,
    COMPLETE,
    CREATE,
    HOST,
    SECRET,
    STATUS,
    an_order,
    code_of,
)

PAGE = "https://super.example"
SETTINGS = f"/api/v1/miniapps/{APP}/settings/?client_id={HOST}"
AUTHORIZE = "/api/v1/authorize/"
LOGIN = "/api/v1/partner/login/"
TRACK = "/api/v1/analytics/track/"
BY_PAGES = [SETTINGS, AUTHORIZE, LOGIN, TRACK]
BY_SERVERS = [CREATE, STATUS, COMPLETE]


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: what a code is good for once is in test_used_once."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


@pytest.fixture
def ask(desk, partners) -> Any:
    """A browser on the host's page: `ask(method, path, json)`."""
    partners.change_host(HOST, origins=[PAGE])

    def call(method, path, body=None, origin=PAGE, **more):
        headers = {"Content-Type": "application/json"} | ({"Origin": origin} if origin else {})
        return desk.browserless.open(
            f"/boxo{path}", method=method, json=body, headers=headers, **more
        )

    return call


def preflight(ask, path, origin=PAGE):
    asked = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "content-type",
    }
    return ask("OPTIONS", path, origin=origin, environ_overrides={
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in asked.items()
    })  # fmt: skip


@pytest.mark.parametrize("path", BY_PAGES)
def test_a_preflight_lets_the_content_type_through(ask, path):
    answer = preflight(ask, path)
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Access-Control-Allow-Headers"].lower() == "content-type"
    assert {"GET", "POST"} <= set(answer.headers["Access-Control-Allow-Methods"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("path", BY_PAGES)
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://super.example.evil"])
def test_a_foreign_page_is_let_nowhere(ask, path, origin):
    for answer in (preflight(ask, path, origin), ask("POST", path, {}, origin=origin)):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_foreign_page_is_refused_itself(ask):
    assert code_of(ask("GET", SETTINGS, origin="https://evil.example")) == "ACCESS_DENIED"


@pytest.mark.parametrize("path", BY_SERVERS)
def test_calls_of_servers_are_not_for_browsers(ask, path):
    first = preflight(ask, path)
    assert code_of(first) == "NOT_IMPLEMENTED"
    for answer in (first, ask("POST", path, {})):
        assert "Access-Control" not in str(answer.headers)


def test_a_host_that_lists_no_pages_may_be_anywhere(partners, ask):
    partners.change_host(HOST, origins=[])
    answer = ask("GET", SETTINGS, origin="https://anywhere.example")
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://anywhere.example"


# --- settings ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [SETTINGS, SETTINGS.replace("/?", "?"), f"{SETTINGS}&is_desktop=true"]
)
def test_settings_say_where_the_miniapp_is(ask, path):
    answer = ask("GET", path)
    assert (answer.status_code, answer.json) == (
        200,
        {"miniapp": {"url": "https://tea.example.org/"}},
    )
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (SETTINGS.replace(APP, "nope"), "MINIAPP_NOT_FOUND"),
        (SETTINGS.replace(APP, "%00"), "MINIAPP_NOT_FOUND"),
        (SETTINGS.replace(APP, "x" * 300), "MINIAPP_NOT_FOUND"),
        (SETTINGS.replace(HOST, "nobody"), "HOSTAPP_NOT_FOUND"),
        (SETTINGS.replace(HOST, "%FF"), "HOSTAPP_NOT_FOUND"),
        (SETTINGS.partition("?")[0], "HOSTAPP_NOT_FOUND"),
        (SETTINGS.replace(HOST, "lonely"), "NO_INTEGRATION"),
    ],
)
def test_settings_of_others_are_refused_and_the_page_may_read_why(partners, ask, path, code):
    partners.add_host(client_id="lonely")
    answer = ask("GET", path)
    assert code_of(answer) == code
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE


def test_a_miniapp_without_an_address_says_so(partners, ask):
    partners.change_miniapp(APP, url=None)
    assert code_of(ask("GET", SETTINGS)) == "MINIAPP_INTEGRATION_NOT_SET"


# --- sign-on ----------------------------------------------------------------------------------


def exchange(ask, code, **more):
    body = {"auth_code": code, "app_id": APP, "client_id": HOST} | more
    return ask("POST", AUTHORIZE, body)


def read_token(token):
    key = sha256(SECRET.encode()).hexdigest()
    options = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, ["HS256"], audience=APP, options=options)


def test_a_code_is_good_for_tokens_once(partners, ask):
    code = partners.issue_auth_code(HOST, "user-77")
    answer = exchange(ask, code, user_reference="user-77")
    assert answer.status_code == 200
    assert set(answer.json) == {"auth_token", "refresh_token"}
    claims = read_token(answer.json["auth_token"])
    assert (claims["sub"], claims["client_id"], claims["use"]) == ("user-77", HOST, "auth")
    assert read_token(answer.json["refresh_token"])["use"] == "refresh"
    assert code_of(exchange(ask, code)) == "INVALID_AUTH_CODE"


def test_a_code_holds_five_minutes(clock, partners, ask):
    code = partners.issue_auth_code(HOST, "user-77")
    clock.advance(299)
    assert exchange(ask, code).status_code == 200
    late = partners.issue_auth_code(HOST, "user-77")
    clock.advance(300)
    assert code_of(exchange(ask, late)) == "EXPIRED_AUTH_CODE"


@pytest.mark.parametrize("code", ["wrong", "", None, 5, ["x"], "x" * 300])
def test_what_is_no_code_is_refused(ask, code):
    assert code_of(exchange(ask, code)) == "INVALID_AUTH_CODE"


def test_a_code_of_another_user_or_host_is_refused_and_stays_good(partners, ask):
    code = partners.issue_auth_code(HOST, "user-77")
    partners.add_host(client_id="host-2", origins=[PAGE])
    partners.add_partnership(APP, "host-2")
    assert code_of(exchange(ask, code, user_reference="user-78")) == "INVALID_AUTH_CODE"
    assert code_of(exchange(ask, code, client_id="host-2")) == "INVALID_AUTH_CODE"
    assert code_of(exchange(ask, code, user_reference=5)) == "INVALID_USER_DATA"
    assert exchange(ask, code).status_code == 200


def test_a_code_is_stored_as_a_digest(desk, partners):
    code = partners.issue_auth_code(HOST, "user-77")
    [row] = desk.rows(boxo_auth_codes)
    assert code not in str(row)


def test_guessing_is_slowed_down(ask):
    answers = [exchange(ask, f"guess-{number}") for number in range(70)]
    assert answers[0].json["error_code"] == "INVALID_AUTH_CODE"
    assert code_of(answers[-1]) == "UNKNOWN_ERROR"
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_the_older_sdk_signs_on_and_tracks(partners, ask):
    code = partners.issue_auth_code(HOST, "user-77")
    body = {"app_id": APP, "client_id": HOST}
    answer = ask("POST", LOGIN, body | {"payload": code})
    assert list(answer.json) == ["token"]
    assert read_token(answer.json["token"])["sub"] == "user-77"
    assert code_of(ask("POST", LOGIN, body | {"payload": {"a": 1}})) == "INVALID_AUTH_CODE"
    answer = ask("POST", TRACK, body | {"type": "open", "payload": {"any": "thing"}})
    assert answer.status_code == 200
    assert set(answer.json) == {"message", "status"}
    assert code_of(ask("POST", TRACK, {"app_id": "nope"})) == "MINIAPP_NOT_FOUND"


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [CREATE, STATUS, COMPLETE, AUTHORIZE, LOGIN, TRACK])
def test_every_path_is_answered_without_its_slash_too(ask, path):
    with_slash, without = ask("POST", path, {}), ask("POST", path.rstrip("/"), {})
    assert code_of(with_slash) == code_of(without) == "MINIAPP_NOT_FOUND"


def test_a_payment_is_made_without_the_slash(miniapp):
    body = {"app_id": APP, "client_id": HOST, "order": an_order()}
    assert miniapp.post(CREATE.rstrip("/"), body).status_code == 200


METHODS = ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "BREW"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", BY_SERVERS)
def test_another_method_is_answered_in_json(ask, method, path):
    answer = ask(method, path)
    assert answer.status_code == 400
    assert answer.mimetype == "application/json"
    if method != "HEAD":
        assert code_of(answer) == "NOT_IMPLEMENTED"


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "BREW"])
@pytest.mark.parametrize(
    "path",
    ["", "/", "/api/v1/", "/api/v2/orders/create-order-payment/", "/api//v1/orders/", "/x/%00/ż",
     f"{CREATE}x", "/api/v1/miniapps//settings/"],
)  # fmt: skip
def test_what_is_not_there_is_answered_in_json(ask, method, path):
    assert code_of(ask(method, path)) == "NOT_IMPLEMENTED"


@pytest.mark.parametrize("path", [CREATE, AUTHORIZE])
def test_a_fault_of_ours_is_a_400_with_a_number(ask, path, monkeypatch, caplog):
    from flask_till.desk.dialects.boxo import pairs

    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(pairs, "_miniapp", broken)
    answer = ask("POST", path, {})
    assert code_of(answer) == "UNKNOWN_ERROR"
    assert "secret detail" not in answer.text
    assert "err_" in answer.text
    assert "secret detail" in caplog.text


def test_nobody_keeps_an_answer(ask):
    answer = ask("GET", SETTINGS)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
