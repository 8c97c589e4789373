"""Creating and previewing orders: the contract's example, its table, and the order of checks."""

from __future__ import annotations

from flask_till.desk.tables import orders, outbox
from flask_till.desk.tables.ipos import ipos_orders
from tests.desk.ipos.the_portal import ORDER_ID, WIDGET, asked, example, refused

DEVELOPERS = {
    "rewards_model": {"revenue_ratio": [], "released_token_ratio": 0},
    "buyback_after_paid": True,
    "costs_allocation": [{"amount": 1, "type": "platform"}],
    "ip_holder_revenue_reallocation": [
        {"email": "a@b.example", "allocate_role": "creator", "percent": 1}
    ],
}

MISFITS = [
    ("amount", 0),
    ("amount", -1),
    ("amount", 12.99),
    ("amount", 12.0),
    ("amount", "1299"),
    ("amount", True),
    ("amount", None),
    ("amount", 100_000_000),
    ("amount", 2**63),
    ("order_id", "not a uuid"),
    ("order_id", 7),
    ("item", "x" * 65),
    ("item", 3),
    ("description", "x" * 2001),
    ("allowed_payment_methods", "wallet"),
    ("allowed_payment_methods", ["bitcoin"]),
    ("allowed_payment_methods", []),
    ("redirect_url", "javascript:alert(1)"),
    ("redirect_url", "https://skins.example.org/" + "x" * 4096),
    ("redirect_url", "https://a:b@skins.example.org/"),
    ("redirect_url", "https://elsewhere.example\\@skins.example.org/"),
    ("callback_url", "ftp://skins.example.org/"),
    ("callback_url", "https://skins.example.org/" + "x" * 1024),
    ("callback_url", "https://10.0.0.1/"),
    ("callback_url", "https://169.254.169.254/latest"),
    ("callback_url", "https://[::ffff:127.0.0.1]/"),
    ("callback_url", "https://2130706433/"),
    ("callback_url", "http://skins.example.org/"),
    ("callback_url", "https://a:b@skins.example.org/"),
    ("metadata", []),
    ("metadata", "x"),
    ("release_rewards_after_paid", "yes"),
    ("allow_free_credit", 1),
]


def test_the_contracts_example_is_answered_as_it_says(portal):
    told = example("create-order")
    body = told["request"]["body"] | {"user_jwt": portal.user_token()}
    caller = portal.developer.by(app_id="app_7f3c")
    answer = caller.post("/order/create", body)
    assert answer.status_code == 200
    assert answer.json == told["response"]["body"]
    assert list(answer.json["data"]) == list(told["response"]["body"]["data"])


def test_a_repeat_of_an_order_id_is_refused_and_changes_nothing(portal, user, desk):
    first = user.create(order_id=ORDER_ID)
    refused(user.post("/order/create", asked(order_id=ORDER_ID)), 400, "Order already exists")
    refused(
        user.post("/order/create", asked(order_id=ORDER_ID.upper(), amount=1)),
        400,
        "Order already exists",
    )
    refused(
        portal.other_user.post("/order/create", asked(order_id=ORDER_ID)),
        400,
        "Order already exists",
    )
    assert user.detail(ORDER_ID) == first
    assert desk.count(orders) == 1


def test_checks_come_in_the_contracts_order(portal, user, developer):
    user.create(order_id=ORDER_ID)
    # A known id is said before the missing buyer, that before the missing app.
    refused(developer.post("/order/create", asked(order_id=ORDER_ID)), 400, "Order already exists")
    refused(developer.post("/order/create", asked()), 400, "user_jwt is required")
    alone = portal.bearer(portal.user_token(widget=None))
    refused(alone.post("/order/create", asked()), 400, "App id is required")
    refused(alone.by(app_id="app_none").post("/order/create", asked()), 400, "App not found")
    portal.enrolled.add_app(portal.merchant.merchant_id, app_id="app_empty", ip_id=None)
    refused(
        alone.by(app_id="app_empty").post("/order/create", asked()),
        400,
        "App is not bound to an IP",
    )


def test_the_app_is_that_of_the_widget_else_that_of_the_header(portal, user):
    portal.enrolled.add_app(portal.merchant.merchant_id, app_id="app_b", ip_id=9)
    assert user.by(app_id="app_b").create()["app_id"] == "app_7f3c"
    alone = portal.bearer(portal.user_token(widget=None), app_id="app_b")
    made = alone.create(item=None)
    assert (made["app_id"], made["ip_id"], made["widget_tag"]) == ("app_b", 9, "")
    assert made["item"] is None


def test_a_buyer_must_be_in_the_callers_widget(portal, developer):
    portal.enrolled.add_widget("app_7f3c", tag="hat_shop")
    for token in (
        portal.user_token(widget="hat_shop"),
        portal.user_token(widget=None),
        portal.mint(),
        "no token at all",
    ):
        refused(developer.post("/order/create", asked(user_jwt=token)), 400)
    assert developer.create(user_jwt=portal.user_token())["owner"] == "u_ada01"


def test_what_only_developers_may_say_is_refused_to_users(user):
    for member, value in DEVELOPERS.items():
        status = 403 if member in ("costs_allocation", "ip_holder_revenue_reallocation") else 400
        refused(user.post("/order/create", asked(**{member: value})), status)
        refused(user.post("/order/preview", asked(**{member: value})), status)


def test_what_does_not_fit_is_refused(user, desk):
    for member, value in MISFITS:
        refused(user.post("/order/create", asked(**{member: value})), 400)
    assert desk.count(orders) == 0


def test_an_amount_that_is_no_integer_is_refused_in_the_contracts_words(user):
    [case] = [one for one in example("errors")["cases"] if one["why"] == "amount is not an integer"]
    answer = user.post("/order/create", case["request"]["body"])
    assert (answer.status_code, answer.json) == (400, case["response"]["body"])


def test_several_faults_are_joined_with_commas(user):
    answer = user.post("/order/create", {"amount": "1", "item": 5})
    refused(answer, 400, "amount must be an integer number,item must be a string")


def test_amounts_are_whole_cents_up_to_the_end(user):
    for amount in (1, 99_999_999):
        assert user.create(amount=amount)["amount"] == amount


def test_unknown_methods_are_dropped_and_the_choice_of_one_order_is_its_own(user):
    first = user.create(allowed_payment_methods=["paypal", "wallet", "credit-line", "nonsense"])
    assert first["supported_payment_method"] == ["wallet"]
    assert user.create()["supported_payment_method"] == ["stripe", "wallet", "credit"]
    refused(
        user.post("/order/create", asked(allowed_payment_methods=["paypal"])),
        400,
        "Unsupported payment method",
    )


def test_metadata_comes_back_unchanged(user):
    metadata = {"a": [1, 2.5, None, True, {"b": "ż"}], "": {}, "big": 10**30}
    made = user.create(metadata=metadata)
    assert made["metadata"] == metadata
    assert user.detail(made["order_id"])["metadata"] == metadata


def test_without_an_item_the_order_is_called_like_the_widget(user):
    assert user.create(item=None)["item"] == "skin_shop"


def test_an_order_lives_for_fifteen_minutes(user, clock):
    made = user.create()
    assert made["created_at"] == "2026-03-02T10:00:00.000Z"
    assert made["expire_time"] == "2026-03-02T10:15:00.000Z"
    clock.advance(minutes=15)
    over = user.detail(made["order_id"])
    assert over["current_status"] == "cancelled"
    assert over["cancelled_detail"] == {"reason": "Order expired"}
    assert over["cancelled_time"] == "2026-03-02T10:15:00.000Z"


def test_a_preview_is_the_order_without_being_one(user, desk):
    body = asked(redirect_url=f"{WIDGET}/thanks", metadata={"a": 1})
    answer = user.post("/order/preview", body)
    made = user.create(**body)
    assert answer.status_code == 200
    expected = {
        name: value
        for name, value in made.items()
        if name not in ("order_id", "order_url", "current_status")
    }
    assert answer.json["data"] == expected


def test_a_preview_stores_nothing_and_tells_nobody(user, desk):
    before = [desk.count(table) for table in (orders, ipos_orders, outbox.events)]
    assert user.post("/order/preview", asked(order_id=ORDER_ID)).status_code == 200
    after = [desk.count(table) for table in (orders, ipos_orders, outbox.events)]
    assert before == after == [0, 0, 0]


def test_a_preview_is_checked_like_an_order(user, developer):
    user.create(order_id=ORDER_ID)
    refused(user.post("/order/preview", asked(order_id=ORDER_ID)), 400, "Order already exists")
    refused(developer.post("/order/preview", asked()), 400, "user_jwt is required")
    refused(user.post("/order/preview", {"amount": 0}), 400)


def test_the_desks_order_knows_who_pays_and_what_it_may_be_paid_with(user, desk):
    made = user.create(allow_free_credit=False, release_rewards_after_paid=True)
    order = desk.read(made["order_id"])
    assert order.payer == "ipos:usr_ada"
    assert order.final_sale
    assert order.late_money == "accept"
    assert order.amount.currency == "USD"
    assert set(order.methods) == {"card", "slip", "wallet", "paid_credit"}
