"""What the contract's examples and its limits mean to the messages."""

from __future__ import annotations

import json
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import RequestError
from flask_till.wire.kigo.claims import (
    Claim,
    ClaimView,
    Gallery,
    Token,
)
from flask_till.wire.kigo.error_codes import Refusal
from flask_till.wire.kigo.message import Message
from flask_till.wire.kigo.orders import (
    REPLAYED,
    Order,
    OrderKeyOnly,
    OrderList,
    PlaceOrder,
)
from flask_till.wire.kigo.sessions import (
    AskRefresh,
    AskSession,
    AskSsoSession,
    AskUserSession,
    PartnerToken,
    SsoSession,
    UserTokens,
)

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def as_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


TOKENS, PLACED, CLAIMS = (
    example(name)["cases"] for name in ("partner-token", "place-order", "claim")
)
SSO = example("sso-and-deeplink")
ORDER = PLACED[0]["response"]["body"]
SESSION = {"access_token": "opaque", "expires_in": 3600, "refresh_token": "again"} | {
    "refresh_expires_in": 31536000,
    "account_id": ORDER["order_id"],
}
MESSAGES: list[tuple[type[Message], Any]] = [
    (AskSession, TOKENS[0]["request"]["body"]),
    (PartnerToken, TOKENS[0]["response"]["body"] | {"access_token": "opaque"}),
    (AskUserSession, {"external_user_id": "member-4471", "email": "member@example.org"}),
    (UserTokens, SESSION),
    (AskRefresh, {"refresh_token": "again"}),
    *[(PlaceOrder, PLACED[at]["request"]["body"]) for at in range(3)],
    *[(Order, PLACED[at]["response"]["body"]) for at in range(3)],
    (OrderList, {"items": [ORDER], "total": 1}),
    (AskSsoSession, SSO["request"]["body"]),
    (SsoSession, SSO["response"]["body"]),
    (ClaimView, CLAIMS[0]["response"]["body"]),
    (Claim, CLAIMS[1]["request"]["body"]),
    (Token, CLAIMS[1]["response"]["body"]),
]


@pytest.mark.parametrize(("kind", "body"), MESSAGES, ids=lambda one: getattr(one, "__name__", ""))
def test_each_example_is_read_and_written_to_the_byte(kind: type[Message], body: Any) -> None:
    message = kind.read(as_bytes(body))
    assert message.to_data() == body
    assert message.to_bytes() == as_bytes(body)
    assert kind.read(message.to_bytes()) == message


@pytest.mark.parametrize(
    "case", [case for case in TOKENS + PLACED + CLAIMS if case["response"]["status"] >= 400]
)
def test_each_example_of_a_refusal_is_read_and_written(case: dict[str, Any]) -> None:
    told = case["response"]
    refused = Refusal.read(told["status"], as_bytes(told["body"]))
    assert refused.to_data() == told["body"]
    assert refused.to_error().status == told["status"]


def test_an_order_without_its_key_is_refused_as_in_the_example() -> None:
    with pytest.raises(RequestError) as refused:
        PlaceOrder.read(as_bytes(PLACED[3]["request"]["body"]))
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")
    assert list(refused.value.fields) == ["external_order_id"]


def test_a_repeat_says_so_in_its_header() -> None:
    assert PLACED[1]["response"]["headers"] == REPLAYED


def test_what_decides_a_repeat_is_read_before_the_rest() -> None:
    body = as_bytes({"external_order_id": "o-1", "quantity": 7, "metadata": None})
    assert OrderKeyOnly.read(body).external_order_id == "o-1"
    with pytest.raises(RequestError, match="quantity"):
        PlaceOrder.read(body)


PLACE = {"external_order_id": "o-1"}
USER = {"external_user_id": "u-1"}


@pytest.mark.parametrize(
    ("kind", "rest", "member", "most"),
    [
        (PlaceOrder, {}, "external_order_id", 255),
        (PlaceOrder, PLACE, "external_user_id", 255),
        (PlaceOrder, PLACE, "external_program_id", 255),
        (OrderKeyOnly, {}, "external_order_id", 255),
        (AskSession, {}, "partner_id", 255),
        (AskUserSession, {}, "external_user_id", 255),
        (AskUserSession, USER, "email", 254),
        (AskSsoSession, {}, "external_user_id", 255),
        (AskSsoSession, USER, "external_program_id", 255),
        (AskSsoSession, USER, "email", 254),
        (AskRefresh, {}, "refresh_token", 8192),
        (Claim, {}, "claim_code", 10_000),
    ],
)
def test_a_text_is_counted_in_characters(
    kind: type[Message], rest: dict[str, Any], member: str, most: int
) -> None:
    asked = rest | {member: "😀" * most}
    assert kind.of(asked).to_data()[member] == asked[member]
    for wrong in ("😀" * (most + 1), "a\x00", "\ud800", 1, True, ["a"], {}):
        with pytest.raises(RequestError) as refused:
            kind.of(rest | {member: wrong})
        assert refused.value.status == 400
        assert list(refused.value.fields) == [member]
        Refusal(400, "invalid_request", refused.value.message, refused.value.fields).to_bytes()


@pytest.mark.parametrize(
    ("kind", "rest", "member"),
    [
        (PlaceOrder, {}, "external_order_id"),
        (PlaceOrder, PLACE, "external_user_id"),
        (AskSession, {}, "partner_id"),
        (AskUserSession, {}, "external_user_id"),
        (AskSsoSession, {}, "external_user_id"),
        (AskRefresh, {}, "refresh_token"),
    ],
)
def test_a_text_that_matters_is_not_empty(kind: type[Message], rest: Any, member: str) -> None:
    with pytest.raises(RequestError, match=member):
        kind.of(rest | {member: ""})


@pytest.mark.parametrize("key", [" o", "o ", "\to", "o\n", "\u00a0o", "o\u3000", " ", "\x1fo"])
def test_blanks_around_the_order_id_are_refused(key: str) -> None:
    for kind in (PlaceOrder, OrderKeyOnly):
        with pytest.raises(RequestError, match="blank"):
            kind.of({"external_order_id": key})


def test_inner_blanks_and_case_of_the_order_id_stay() -> None:
    assert PlaceOrder.of({"external_order_id": "A  b"}).external_order_id == "A  b"


@pytest.mark.parametrize("quantity", [0, 2, -1, True, "1", None, 10**30, Decimal("1.0"), [1]])
def test_one_order_is_one_code(quantity: Any) -> None:
    assert PlaceOrder.of(PLACE | {"quantity": 1}).quantity == 1
    with pytest.raises(RequestError) as refused:
        PlaceOrder.of(PLACE | {"quantity": quantity})
    assert list(refused.value.fields) == ["quantity"]


@pytest.mark.parametrize("text", [b"1.0", b"1e0", b"NaN", b"1e999", b"9" * 5000])
def test_a_quantity_is_a_whole_number_on_the_wire(text: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        PlaceOrder.read(b'{"external_order_id":"o","quantity":%s}' % text)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("kind", "rest", "member", "is_taken"),
    [
        (PlaceOrder, PLACE, "external_program_id", True),
        (PlaceOrder, PLACE, "external_user_id", False),
        (PlaceOrder, PLACE, "metadata", False),
        (AskUserSession, USER, "email", True),
        (AskSsoSession, USER, "external_program_id", True),
        (AskSsoSession, USER, "is_single_use", True),
        (AskSsoSession, USER, "email", True),
        (AskSsoSession, USER, "attributes", False),
    ],
)
def test_null_is_taken_where_the_contract_has_it(
    kind: type[Message], rest: Any, member: str, is_taken: bool
) -> None:
    if is_taken:
        assert kind.of(rest | {member: None}).to_data() == rest
    else:
        with pytest.raises(RequestError, match=member):
            kind.of(rest | {member: None})


@pytest.mark.parametrize(
    ("told", "single"), [({}, False), ({"is_single_use": None}, False),
                         ({"is_single_use": False}, False), ({"is_single_use": True}, True)]
)  # fmt: skip
def test_a_session_is_for_many_loads_unless_asked(told: dict[str, Any], single: bool) -> None:
    assert AskSsoSession.of(USER | told).single_use is single


@pytest.mark.parametrize("wrong", ["true", 1, 0])
def test_a_boolean_is_no_word_and_no_number(wrong: Any) -> None:
    with pytest.raises(RequestError, match="is_single_use"):
        AskSsoSession.of(USER | {"is_single_use": wrong})


# ---- bodies ----


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b"\xff",
        b"[" * 100_000,
        b'{"external_order_id":"a","external_order_id":"b"}',
        b'{"external_order_id":"a","metadata":{"a":NaN}}',
        b'{"external_order_id":"a\\u0000"}',
        b'{"external_order_id":"\\udc00"}',
        b'\xef\xbb\xbf{"external_order_id":"a"}',
    ],
)
def test_hostile_bytes_are_an_invalid_request(body: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        PlaceOrder.read(body)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@given(st.binary(max_size=60) | st.text(max_size=30).map(str.encode))
def test_any_bytes_are_read_or_refused_and_nothing_else(body: bytes) -> None:
    for kind in (PlaceOrder, Order, UserTokens, ClaimView, Gallery):
        with suppress(RequestError):
            kind.read(body)


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
MEMBERS = [(kind, body, name) for kind, body in MESSAGES for name in body]


@given(st.sampled_from(MEMBERS), ANYTHING)
def test_any_value_of_any_member_is_read_or_refused_and_nothing_else(
    one: tuple[type[Message], dict[str, Any], str], value: Any
) -> None:
    kind, body, name = one
    message = None
    with suppress(RequestError):
        message = kind.of(body | {name: value})
    if message is not None:
        assert kind.read(message.to_bytes()) == message


def test_unknown_members_are_ignored() -> None:
    asked = PlaceOrder.of(PLACE | {"status": "claimed", "claim_code": "x", "deep": {"er": []}})
    assert asked.to_data() == PLACE


def test_a_great_many_faults_are_told_in_few_words() -> None:
    many = {"items": [{"order_id": 1}] * 500, "total": 0}
    with pytest.raises(RequestError) as refused:
        OrderList.of(many)
    assert len(refused.value.fields) <= 20
    assert len(refused.value.message) < 500


def test_a_secret_is_not_in_a_repr() -> None:
    shown = repr([kind.of(body) for kind, body in MESSAGES])
    for secret in ("KG7Q", "opaque", "again", "member@example.org", SSO["response"]["body"][
        "session_id"
    ]):  # fmt: skip
        assert secret not in shown


def test_what_is_wrong_is_named_without_what_was_sent() -> None:
    with pytest.raises(RequestError) as refused:
        AskRefresh.of({"refresh_token": "tell-nobody" * 1000})
    assert "tell-nobody" not in str(refused.value) + str(refused.value.fields)
