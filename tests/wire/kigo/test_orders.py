"""Where an order may go, how orders are listed, and what a wallet shows of them."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import Conflict, Gone, RequestError
from flask_till.wire.kigo.claims import (
    Gallery,
    GalleryItem,
    Media,
    Product,
    Token,
    TokenDetail,
)
from flask_till.wire.kigo.message import LARGEST_ANSWER, read_object
from flask_till.wire.kigo.orders import (
    CLOSED,
    MOVES,
    ListOrders,
    Order,
    OrderList,
    Paging,
    Status,
    check_cancellable,
    check_claimable,
    may_become,
)

EXAMPLES = Path(__file__).parent / "examples"


def example(name: str) -> Any:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


ORDER = example("place-order")["cases"][0]["response"]["body"]
CLAIMS = example("claim")["cases"]


def of_size(size: int) -> dict[str, str]:
    return {"k": "a" * (size - len(b'{"k":""}'))}


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
