"""Lists: queries as clients write them, pages, and what is refused (2, 7, 8)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import RequestError
from flask_till.wire.w3block.paging import (
    LARGEST_LIMIT,
    Direction,
    ListQuery,
    OrderFilter,
    Page,
    Query,
    list_query,
)
from flask_till.wire.w3block.products import REAL, Currency
from flask_till.wire.w3block.statuses import OrderStatus
from tests.wire.w3block.vectors import BUYER, PRODUCT


def query(text: str) -> Query:
    return Query(parse_qsl(text, keep_blank_values=True))


def test_nothing_asked_is_the_first_ten_newest_first() -> None:
    asked = ListQuery.read(query(""))
    assert asked == ListQuery(page=1, limit=10, search=None, sort_by=(), order_by=Direction.DESC)
    assert asked.offset == 0
    assert ListQuery.read(query("page=&limit=&search=&orderBy=")) == asked


@pytest.mark.parametrize("text", [
    "status[]=pending&status[]=concluded", "status=pending&status=concluded",
    "status%5B%5D=pending&status=concluded&status[]=pending",
    "status[]=&status=pending&status=concluded",
])  # fmt: skip
def test_an_array_comes_with_brackets_or_repeated(text: str) -> None:
    assert OrderFilter.read(query(text)).statuses == ("pending", "concluded")


def test_a_list_is_asked_for_with_everything() -> None:
    text = "page=3&limit=20&search=ada&sortBy[]=createdAt&sortBy[]=status&orderBy=ASC"
    asked = ListQuery.read(query(text), {"createdAt", "status"})
    assert asked == ListQuery(3, 20, "ada", ("createdAt", "status"), Direction.ASC)
    assert asked.offset == 40


def test_a_company_filters_by_more() -> None:
    text = (
        f"status[]=failed&createdAt=2026-03-02&createdFrom=2026-03-01T00:00:00.000Z"
        f"&createdUntil=2026-03-03T00:00:00Z&userId={BUYER.upper()}&currencyId={REAL}"
        f"&paymentMethod=pix&paymentProvider=asaas&utmCampaign=spring&productId={PRODUCT}"
    )
    assert OrderFilter.read_all(query(text)) == OrderFilter(
        (OrderStatus.FAILED,), date(2026, 3, 2), datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 3, tzinfo=UTC), BUYER, REAL, "pix", "asaas", "spring", PRODUCT,
    )  # fmt: skip
    mine = OrderFilter.read(query(text))
    assert mine == OrderFilter((OrderStatus.FAILED,), date(2026, 3, 2))
    assert OrderFilter.read(query("createdAt=2026-03-02T23:59:59.999Z")).created_on == date(
        2026, 3, 2
    )


@pytest.mark.parametrize(
    ("name", "last", "beyond"),
    [("page", "1", "0"), ("page", "1000000", "1000001"), ("limit", "1", "0"),
     ("limit", "1000000", "1000001"), ("search", "s" * 250, "s" * 251)],
)  # fmt: skip
def test_a_limit_is_the_last_that_passes(name: str, last: str, beyond: str, refused: Any) -> None:
    assert ListQuery.read(query(f"{name}={last}"))
    error = refused(ListQuery.read, query(f"{name}={beyond}"))
    assert (error.status, error.code) == (400, "validation-error")
    assert error.message.startswith(name)


def test_a_page_holds_at_most_a_hundred() -> None:
    assert ListQuery.read(query(f"limit={LARGEST_LIMIT}")).limit == 100
    assert ListQuery.read(query("limit=101")).limit == 100


@pytest.mark.parametrize(
    "text",
    ["page=-1", "page=1.0", "page=one", "page=+1", "page=٣", "page=1&page=2", "page=00000001",
     "page=" + "9" * 5000, "limit=NaN", "orderBy=asc", "orderBy=DROP", "sortBy=password",
     "sortBy[]=createdAt;", "search=%00", "search=a&search=b"],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_a_list_cannot_be_asked_is_refused(text: str, refused: Any) -> None:
    assert refused(lambda: ListQuery.read(query(text), {"createdAt"})).code == "validation-error"


@pytest.mark.parametrize(
    "text",
    ["status[]=paid", "status=PENDING", "createdAt=yesterday", "createdAt=20260302",
     "createdAt=2026-02-30", "createdFrom=2026-03-01", "createdUntil=1", "userId=me",
     "currencyId=BRL", "paymentMethod=cash", "paymentProvider=bank", "productId=7",
     "utmCampaign=a&utmCampaign=b", "createdAt=2026-W10-1",
     "&".join(f"status={n}" for n in range(51))],
    ids=lambda text: text[:20],
)  # fmt: skip
def test_what_orders_cannot_be_filtered_by_is_refused(text: str, refused: Any) -> None:
    assert refused(lambda: OrderFilter.read_all(query(text))).code == "validation-error"


def test_what_is_refused_is_not_repeated_at_length(refused: Any) -> None:
    error = refused(lambda: OrderFilter.read(query("status=" + "x" * 5000)))
    assert len(error.message) == 200


def test_fifty_words_pass() -> None:
    assert OrderFilter.read(query("&".join(["status=pending"] * 50))).statuses == ("pending",)


@pytest.mark.parametrize(("text", "flag"), [("", False), ("f=true", True), ("f=false", False)])
def test_a_flag_is_false_unless_it_is_true(text: str, flag: bool) -> None:
    assert query(text).flag("f") is flag


@pytest.mark.parametrize("text", ["1", "True", "yes", "true ", "null"])
def test_any_other_flag_is_refused(text: str, refused: Any) -> None:
    refused(query(f"f={text}").flag, "f")


def test_a_lone_surrogate_is_refused(refused: Any) -> None:
    assert refused(Query, [("search", "\ud800")]).code == "validation-error"


NAMES = ["page", "limit", "search", "sortBy[]", "orderBy", "status[]", "createdAt", "createdFrom",
         "userId", "paymentMethod"]  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.text(max_size=30)), max_size=6))
def test_any_query_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    with suppress(RequestError):
        asked = Query(pairs)
        assert ListQuery.read(asked).offset >= 0
        OrderFilter.read_all(asked)


COIN = Currency(id=REAL, code="BRL", symbol="R$", name="Real", crypto=False, decimals=2)


@pytest.mark.parametrize(
    ("total", "page", "count", "pages", "prev", "next_page", "last"),
    [(0, 1, 0, 0, "", "", ""), (1, 1, 1, 1, "", "", "1"), (10, 1, 10, 1, "", "", "1"),
     (11, 1, 10, 2, "", "2", "2"), (11, 2, 1, 2, "1", "", "2"), (11, 3, 0, 2, "2", "", "2"),
     (11, 9, 0, 2, "", "", "2")],
)  # fmt: skip
def test_a_page_says_where_it_is_and_where_the_others_are(
    total: int, page: int, count: int, pages: int, prev: str, next_page: str, last: str
) -> None:
    made = Page[Currency].of([COIN] * count, total, ListQuery(page=page), "/globals/currencies")
    said = made.to_data()
    assert said["meta"] == {
        "itemCount": count, "totalItems": total, "itemsPerPage": 10, "totalPages": pages,
        "currentPage": page,
    }  # fmt: skip

    def link(number: str) -> str:
        return number and f"/globals/currencies?page={number}&limit=10"

    first = "1" if pages else ""
    assert said["links"] == {
        "first": link(first), "prev": link(prev), "next": link(next_page), "last": link(last),
    }  # fmt: skip
    assert Page[Currency].read(made.to_bytes()) == made


def test_a_page_without_links_and_totals_is_read(refused: Any) -> None:
    meta = {"itemCount": 1, "itemsPerPage": 10, "currentPage": 1}
    data = {"items": [COIN.to_data()], "meta": meta}
    assert Page[Currency].of_data(data).to_data() == data
    for wrong in (data | {"items": [{}]}, data | {"meta": meta | {"itemCount": -1}}, {"items": []}):
        refused(Page[Currency].of_data, wrong)


def test_a_client_asks_as_the_published_one_does() -> None:
    text = list_query(2, 5, [OrderStatus.PENDING, OrderStatus.CONCLUDED], search="a b&c")
    assert text == "page=2&limit=5&status[]=pending&status[]=concluded&search=a+b%26c"
    assert OrderFilter.read(query(text)).statuses == ("pending", "concluded")
    assert ListQuery.read(query(text)).search == "a b&c"
