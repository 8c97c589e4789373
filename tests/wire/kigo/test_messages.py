"""What the contract's examples and its limits mean to the messages."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import Conflict, Gone, RequestError, Unauthenticated
from flask_till.wire.kigo.claims import (
    Claim,
    ClaimView,
    Gallery,
    GalleryItem,
    Media,
    Product,
    Token,
    TokenDetail,
)
from flask_till.wire.kigo.error_codes import Refusal
from flask_till.wire.kigo.message import LARGEST_ANSWER, Message, read_object, write
from flask_till.wire.kigo.orders import (
    CLOSED,
    MOVES,
    REPLAYED,
    ListOrders,
    Order,
    OrderKeyOnly,
    OrderList,
    Paging,
    PlaceOrder,
    Status,
    check_cancellable,
    check_claimable,
    may_become,
)
from flask_till.wire.kigo.sessions import (
    AskRefresh,
    AskSession,
    AskSsoSession,
    AskUserSession,
    PartnerToken,
    SsoSession,
    UserTokens,
    read_session_id,
)
from flask_till.wire.kigo.values import check_web_url, read_moment, write_moment

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


# ---- metadata ----


def of_size(size: int) -> dict[str, str]:
    return {"k": "a" * (size - len(b'{"k":""}'))}


@pytest.mark.parametrize(
    ("kind", "rest", "member"), [(PlaceOrder, PLACE, "metadata"), (AskSsoSession, USER,
                                                                  "attributes")]
)  # fmt: skip
def test_metadata_has_four_kibibytes(kind: type[Message], rest: Any, member: str) -> None:
    assert kind.of(rest | {member: of_size(4096)}).to_data()[member] == of_size(4096)
    with pytest.raises(RequestError, match=member):
        kind.of(rest | {member: of_size(4097)})
    with pytest.raises(RequestError, match=member):
        kind.of(rest | {member: {"k": "ż" * 2045}})


def nested(levels: int) -> dict[str, Any]:
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    return dict(value)


def test_metadata_may_be_as_deep_as_every_answer_can_carry() -> None:
    asked = PlaceOrder.read(as_bytes(PLACE | {"metadata": nested(29)}))
    order = Order.of(ORDER | {"metadata": asked.metadata})
    page = OrderList(items=[order], total=1)
    assert OrderList.read(page.to_bytes()) == page
    for levels in (30, 31, 500):
        with pytest.raises(RequestError) as refused:
            PlaceOrder.of(PLACE | {"metadata": nested(levels)})
        assert refused.value.status == 400


@pytest.mark.parametrize("metadata", [[], "x", 1, True, {"a": float("nan")}, {"a": 0.5}, {1: 2},
                                      {"a": Decimal("NaN")}, {"a": Decimal("-Infinity")},
                                      {"a": {"b": object()}}, {"a\x00": 1}, {"\ud800": 1},
                                      {"a": ["\udfff"]}])  # fmt: skip
def test_what_is_no_object_of_json_is_no_metadata(metadata: Any) -> None:
    with pytest.raises(RequestError) as refused:
        PlaceOrder.of(PLACE | {"metadata": metadata})
    assert refused.value.status == 400


@pytest.mark.parametrize(
    "text",
    ['{"a":1.50}', '{"a":1E+300}', '{"a":0E-999999999}', '{"a":null}', '{"a":[-0.0,0,true]}',
     '{"a":123456789012345678901234567890}', '{"a":"ż","b":{"c":[]}}', "{}"],
)  # fmt: skip
def test_metadata_comes_back_digit_for_digit(text: str) -> None:
    body = f'{{"external_order_id":"o","metadata":{text}}}'.encode()
    assert PlaceOrder.read(body).to_bytes() == body


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=3
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abc"), JSON))
def test_any_metadata_is_echoed(metadata: dict[str, Any]) -> None:
    asked = PlaceOrder.of(PLACE | {"metadata": metadata})
    order = Order.of(ORDER | {"metadata": PlaceOrder.read(asked.to_bytes()).metadata})
    assert Order.read(order.to_bytes()).metadata == metadata


def test_no_float_is_ever_written() -> None:
    with pytest.raises(TypeError):
        write({"a": [0.1]})


# ---- moments, ids, addresses ----


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2026-03-02T10:00:00.000Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-02T10:00:00.1234567Z", "2026-03-02T10:00:00.123Z"),
        ("2026-03-02T10:00:00.999999999+00:00", "2026-03-02T10:00:00.999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_moment_is_utc_to_the_millisecond(text: str, written: str) -> None:
    assert write_moment(read_moment(text)) == written
    assert Order.of(ORDER | {"created_at": text}).to_data()["created_at"] == written


@pytest.mark.parametrize(
    "text",
    ["", "2026-03-02", "2026-02-30T10:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T10:00:60Z",
     "2026-03-02T10:00:00", "2026-03-02T10:00:00+01:00", "2026-03-02 10:00:00Z",
     "0000-01-01T00:00:00Z", "2026-03-02T10:00:00.Z", "2026-03-02T10:00:00.0000000001Z",
     "٢٠٢٦-03-02T10:00:00Z", " 2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z\n", 1772445600, None,
     datetime.fromisoformat("2026-03-02")],
)  # fmt: skip
def test_what_is_no_moment_is_refused(text: Any) -> None:
    with pytest.raises(RequestError, match="created_at"):
        Order.of(ORDER | {"created_at": text})


def test_a_moment_of_ours_may_have_any_zone_and_is_sent_as_utc() -> None:
    at = datetime(2026, 3, 2, 11, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    order = Order.of(ORDER | {"expires_at": at})
    assert order.expires_at == datetime(2026, 3, 2, 10, 0, 0, 123000, tzinfo=UTC)
    assert Order.of(ORDER | {"expires_at": None}).to_data()["expires_at"] is None


def test_an_id_is_a_uuid_in_lower_case() -> None:
    shouted = Order.of(ORDER | {"order_id": ORDER["order_id"].upper()})
    assert shouted.order_id == ORDER["order_id"]
    for wrong in ("", "5d0c7f6a6b5e4b7a8f5d0d3f2b1a9c88", ORDER["order_id"] + "0", "x" * 36, 1,
                  "５" + ORDER["order_id"][1:], ORDER["order_id"] + "\n"):  # fmt: skip
        with pytest.raises(RequestError, match="order_id"):
            Order.of(ORDER | {"order_id": wrong})


def test_the_session_of_a_link_is_an_id_or_is_over() -> None:
    session = SSO["response"]["body"]["session_id"]
    assert read_session_id(session.upper()) == session
    for wrong in ("", "x", session[:-1], "\ud800" * 36, session + "\x00"):
        with pytest.raises(Unauthenticated) as refused:
            read_session_id(wrong)
        assert refused.value.code == "unauthorized"


@pytest.mark.parametrize(
    "address",
    ["https://img.example.org/boost.png", "http://127.0.0.1:5001/kigo/hub", "HTTPS://a.example",
     "https://[::1]:8443/x?y=%20&z=(1)#top", "https://a.example/~user/*;v=1"],
)  # fmt: skip
def test_a_web_address_is_kept(address: str) -> None:
    assert check_web_url(address) == address


@pytest.mark.parametrize(
    "address",
    ["", "javascript:alert(1)", "//evil.example", "ftp://a.example", "https://", "https:///x",
     "https://user@a.example", "https://good.example\\@evil.example", "https://a.example/\n",
     "https://a.example/ x", "https://a.example:x", "https://a.example:99999", "https://a.example:0",
     "https://[::1", 'https://a.example/"onload=', "https://a.example/<b>", "https://ż.example",
     " https://a.example", "https://a.example/\x00", "https://a.example/\ud800"],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(RequestError) as refused:
        Order.of(ORDER | {"deeplink_url": address})
    assert refused.value.fields.keys() == {"deeplink_url"}


def test_an_address_has_an_end() -> None:
    link = "https://a.example/"
    longest = link + "a" * (2048 - len(link))
    assert Media(url=longest).url == longest
    with pytest.raises(RequestError, match="deeplink_url"):
        Order.of(ORDER | {"deeplink_url": longest + "a"})


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "ż", "a" * 8193, None])
def test_a_token_that_no_header_can_carry_is_not_taken(token: Any) -> None:
    assert PartnerToken.of(TOKENS[0]["response"]["body"] | {"access_token": "a" * 8192})
    for kind, body in ((PartnerToken, TOKENS[0]["response"]["body"]), (UserTokens, SESSION)):
        with pytest.raises(RequestError, match="access_token"):
            kind.of(body | {"access_token": token})


@pytest.mark.parametrize("seconds", [0, -1, True, "1800", 10**12, None, Decimal(1800)])
def test_a_life_is_told_in_whole_seconds(seconds: Any) -> None:
    with pytest.raises(RequestError, match="expires_in"):
        UserTokens.of(SESSION | {"expires_in": seconds})


# ---- statuses ----


def test_every_status_has_its_moves_and_its_refusal() -> None:
    assert set(MOVES) == set(CLOSED) == set(Status)
    allowed = {(now, then) for now in Status for then in Status if may_become(now, then)}
    assert allowed == {
        (Status.UNCLAIMED, then) for then in (Status.CLAIMED, Status.EXPIRED, Status.CANCELLED)
    }
    assert [status for status in Status if not status.is_final] == ["unclaimed"]


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (Status.CLAIMED, Conflict, "already_claimed"),
        (Status.CANCELLED, Conflict, "order_cancelled"),
        (Status.EXPIRED, Gone, "claim_code_expired"),
    ],
)
def test_only_an_open_code_can_be_claimed_or_withdrawn(
    status: Status, kind: type[RequestError], code: str
) -> None:
    check_claimable(Status.UNCLAIMED)
    check_cancellable(Status.UNCLAIMED)
    with pytest.raises(kind) as refused:
        check_claimable(status)
    assert refused.value.code == code
    with pytest.raises(Conflict) as kept:
        check_cancellable(status)
    assert (kept.value.status, kept.value.code) == (409, code)


def test_a_status_that_nobody_knows_is_refused() -> None:
    for wrong in ("Unclaimed", "open", "", None, 1):
        with pytest.raises(RequestError, match="status"):
            Order.of(ORDER | {"status": wrong})


# ---- lists ----


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (b"", ListOrders()),
        (b"offset=0&limit=20", ListOrders()),
        (b"limit=100&offset=1000000000", ListOrders(offset=10**9, limit=100)),
        (b"limit=1&status=expired&x=%ff", ListOrders(limit=1, status=Status.EXPIRED)),
        (b"external_order_id=a%20+b", ListOrders(external_order_id="a  b")),
    ],
)
def test_a_list_is_asked_for(query: bytes, asked: ListOrders) -> None:
    assert ListOrders.read_query(query) == asked
    assert ListOrders.read_query(asked.to_query().encode()) == asked


@pytest.mark.parametrize(
    "query",
    [b"limit=0", b"limit=101", b"limit=-1", b"limit=", b"limit=1.0", b"limit=x", b"offset=-1",
     b"offset=" + b"9" * 5000, b"offset=1000000001",
     b"offset=99999999999999999999", b"limit=%D9%A1", b"status=", b"status=x",
     b"external_order_id=", b"external_order_id=%00", b"external_order_id=%ff",
     b"external_order_id=+a", b"limit=1&limit=2", b"external_order_id=" + b"a" * 256,
     b"a=" + b"b" * 8192],
)  # fmt: skip
def test_a_list_asked_for_wrongly_is_refused(query: bytes) -> None:
    with pytest.raises(RequestError) as refused:
        ListOrders.read_query(query)
    assert (refused.value.status, refused.value.code) == (400, "invalid_request")


@given(st.binary(max_size=40))
def test_any_query_is_read_or_refused_and_nothing_else(query: bytes) -> None:
    for prefix in (b"", b"limit=", b"external_order_id=", b"status="):
        with suppress(RequestError):
            ListOrders.read_query(prefix + query)
        with suppress(RequestError):
            Paging.read_query(prefix + query)


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1,
            max_size=20).map(str.strip).filter(bool)
)  # fmt: skip
def test_any_order_id_finds_its_order(key: str) -> None:
    asked = ListOrders(external_order_id=key)
    assert ListOrders.read_query(asked.to_query().encode()) == asked


def test_the_fullest_page_fits_an_answer() -> None:
    fat = ORDER | {
        "external_order_id": "\x01" * 255,
        "product_id": "😀" * 255,
        "deeplink_url": "https://a.example/" + "a" * 2030,
        "metadata": of_size(4096),
    }
    page = OrderList.of({"items": [fat] * 100, "total": 100})
    assert len(page.to_bytes()) <= LARGEST_ANSWER
    assert OrderList.read(page.to_bytes()) == page


def test_a_list_counts_all_orders() -> None:
    for wrong in (-1, True, "1", None):
        with pytest.raises(RequestError, match="total"):
            OrderList.of({"items": [], "total": wrong})


# ---- the wallet ----


def test_a_token_may_hold_others_and_is_shown_in_the_gallery() -> None:
    token = Token.of(CLAIMS[1]["response"]["body"])
    bundle = Token.of(token.to_data() | {"child_tokens": [token.to_data()]})
    assert Token.read(bundle.to_bytes()).child_tokens == [token]
    picture = Media(url="https://img.example.org/a.png")
    seen = {"description": "d", "creators": ["c"], "media": [picture.to_data()], "tags": ["t"]}
    detail = TokenDetail.of(bundle.to_data() | seen)
    assert TokenDetail.read(detail.to_bytes()) == detail
    item = GalleryItem.of({"id": token.token_id, "name": token.name} | seen)
    page = Gallery(items=[item], total=1)
    assert Gallery.read(page.to_bytes()) == page
    assert list(item.to_data()) == "id name description creators media tags".split()


@pytest.mark.parametrize("kind", ["offer_bundle", "gift_card", "voucher"])
def test_a_product_is_of_a_known_type(kind: str) -> None:
    product = CLAIMS[0]["response"]["body"]["product"]
    assert Product.of(product | {"type": kind}).to_data()["type"] == kind
    with pytest.raises(RequestError, match="type"):
        Product.of(product | {"type": kind.upper()})


@given(st.text(max_size=8), st.integers(0, 40))
def test_deep_or_odd_children_never_break_the_reader(text: str, levels: int) -> None:
    token = CLAIMS[1]["response"]["body"]
    for _ in range(levels):
        token = token | {"child_tokens": [token], "name": text or "x"}
        if len(str(token)) > 4000:
            break
    with suppress(RequestError):
        Token.read(json.dumps(token).encode())


def test_a_body_is_an_object() -> None:
    assert read_object(b' {"a": 1} ') == {"a": 1}
