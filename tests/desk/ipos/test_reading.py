"""Reading one order and listing many: whose they are, pages, statuses."""

from __future__ import annotations

from tests.desk.ipos.the_portal import example, refused

UNKNOWN = "00000000-0000-4000-8000-000000000000"
NO_PAGES = [
    {},
    {"page": "1"},
    {"page_size": "1"},
    {"page": "one", "page_size": "1"},
    {"page": "1.5", "page_size": "1"},
    {"page": "--5", "page_size": "1"},
    {"page": "1", "page_size": "9" * 30},
    {"page": "1", "page_size": "1", "status": "lost"},
    {"page": "1", "page_size": "1", "status": "\x00"},
]


def test_unknown_orders_are_not_found(user):
    for order_id in (UNKNOWN, "no-uuid", "a\x00b", "ż", "x" * 5000):
        refused(user.get("/order/detail", order_id=order_id), 404, "Order not found")


def test_an_order_of_somebody_else_looks_like_none(portal, user):
    [case] = [one for one in example("errors")["cases"] if one["why"] == "order of somebody else"]
    order_id = user.create()["order_id"]
    strangers = (portal.other_user, portal.another_widget())
    for stranger in strangers:
        foreign = stranger.get("/order/detail", order_id=order_id)
        none = stranger.get("/order/detail", order_id=UNKNOWN)
        assert (foreign.status_code, foreign.json) == (404, case["response"]["body"])
        assert foreign.data == none.data
        assert foreign.headers.to_wsgi_list() == none.headers.to_wsgi_list()


def test_a_missing_order_id_is_said(user):
    refused(user.get("/order/detail"), 400, "Order id is required")
    refused(user.get("/order/detail", order_id=""), 400, "Order id is required")


def test_user_and_developer_both_see_an_order_of_the_widget(portal, user, developer):
    made = user.create()
    assert user.detail(made["order_id"]) == developer.detail(made["order_id"]) == made
    assert user.detail(made["order_id"].upper()) == made


def test_an_order_without_a_widget_is_not_the_developers(portal, developer):
    alone = portal.bearer(portal.user_token(widget=None), app_id="app_7f3c")
    order_id = alone.create()["order_id"]
    refused(developer.get("/order/detail", order_id=order_id), 404)


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.data
    return [order["order_id"] for order in answer.json["data"]["orders"]]


def test_a_list_is_newest_first_in_pages_and_total_counts_all(user, clock):
    made = []
    for _ in range(5):
        made.insert(0, user.create()["order_id"])
        clock.advance(seconds=1)
    pages = [user.get("/order/list", page=str(page), page_size="2") for page in (1, 2, 3, 4)]
    assert [ids(page) for page in pages] == [made[:2], made[2:4], made[4:], []]
    assert {page.json["data"]["total"] for page in pages} == {5}
    for page in ("0", "-3"):
        assert ids(user.get("/order/list", page=page, page_size="2")) == made[:2]
    assert ids(user.get("/order/list", page="1", page_size="100000")) == made
    assert ids(user.get("/order/list", page="1", page_size="0")) == made[:1]
    first = user.get("/order/list", page="1", page_size="1").json["data"]["orders"][0]
    assert first == user.detail(made[0])


def test_pages_are_texts_of_digits(user):
    for query in NO_PAGES:
        refused(user.get("/order/list", **query), 400)


def test_a_list_shows_nothing_of_others(portal, user, developer):
    order_id = user.create()["order_id"]
    query = {"page": "1", "page_size": "10"}
    assert ids(portal.other_user.get("/order/list", **query)) == []
    assert ids(portal.another_widget().get("/order/list", **query)) == []
    assert ids(developer.get("/order/list", **query)) == [order_id]


def test_a_user_does_not_see_cancelled_orders_unless_asked_for(user, developer, clock):
    order_id = user.create()["order_id"]
    clock.advance(minutes=15)
    query = {"page": "1", "page_size": "10"}
    answer = user.get("/order/list", **query)
    assert (ids(answer), answer.json["data"]["total"]) == ([], 0)
    assert ids(user.get("/order/list", **query, status="cancelled")) == [order_id]
    assert ids(developer.get("/order/list", **query)) == [order_id]
    assert ids(developer.get("/order/list", **query, status="pending")) == []


def test_each_status_lists_the_orders_that_say_so(portal, user, developer, clock):
    portal.give("wallet", 100_000)
    portal.give("credit", 100_000)
    cancelled = user.create()["order_id"]
    clock.advance(minutes=15)
    pending = user.create()["order_id"]
    completed = user.pay(user.create()["order_id"])["order_id"]
    partial = user.buy_with_credit()["order_id"]
    refunded = user.buy_with_credit()["order_id"]
    released = user.buy_with_credit()["order_id"]
    for body in ({"order_id": partial, "refund_amount": 1}, {"order_id": refunded}):
        assert developer.post("/order/refund", body).status_code == 200
    assert developer.post("/order/release-rewards", {"order_id": released}).status_code == 200
    expected = {
        "pending": pending,
        "completed": completed,
        "cancelled": cancelled,
        "partial_refunded": partial,
        "refunded": refunded,
        "rewards_released": released,
    }
    for caller in (user, developer):
        for status, order_id in expected.items():
            answer = caller.get("/order/list", page="1", page_size="10", status=status)
            assert (ids(answer), answer.json["data"]["total"]) == ([order_id], 1), status
            assert caller.detail(order_id)["current_status"] == status
    assert ids(user.get("/order/list", page="1", page_size="10", status="refunding")) == []


def test_updated_at_grows_with_every_change_even_if_the_clock_stands(portal, user, developer):
    portal.give("credit", 5000)
    made = user.create(allowed_payment_methods=["credit", "wallet"])
    portal.give("wallet", 5000)
    paid = user.pay(made["order_id"])
    back = developer.post("/order/refund", {"order_id": made["order_id"]}).json["data"]
    moments = [one["updated_at"] for one in (made, paid, back)]
    assert moments == sorted(set(moments))
    assert user.detail(made["order_id"]) == back
