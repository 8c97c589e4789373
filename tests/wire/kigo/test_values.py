"""Metadata, moments, ids, addresses: what is kept, and what is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import RequestError, Unauthenticated
from flask_till.wire.kigo.claims import (
    Media,
)
from flask_till.wire.kigo.message import Message, write
from flask_till.wire.kigo.orders import (
    Order,
    OrderList,
    PlaceOrder,
)
from flask_till.wire.kigo.sessions import (
    AskSsoSession,
    PartnerToken,
    UserTokens,
    read_session_id,
)
from flask_till.wire.kigo.values import check_web_url, read_moment, write_moment

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


ORDER = example("place-order")["cases"][0]["response"]["body"]
SSO, TOKENS = example("sso-and-deeplink"), example("partner-token")["cases"]
SESSION = {"access_token": "opaque", "expires_in": 3600, "refresh_token": "again"} | {
    "refresh_expires_in": 31536000,
    "account_id": ORDER["order_id"],
}
PLACE = {"external_order_id": "o-1"}
USER = {"external_user_id": "u-1"}


def as_bytes(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


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
    ['{"a":1.50}', '{"a":1E+300}', '{"a":0E-300}', '{"a":null}', '{"a":[-0.0,0,true]}',
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
