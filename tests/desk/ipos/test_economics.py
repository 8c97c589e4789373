"""The economic model: checked as the contract says, computed to the cent, kept in the ledger."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.desk.actions.receivers import set_account
from flask_till.desk.dialects.ipos.economics import Economics
from flask_till.desk.tables import ledger
from flask_till.money import Money
from flask_till.wire.ipos.requests import RewardsModel
from tests.desk.ipos.the_portal import asked, example, refused


def ratio(address, percent, role="customized", **more):
    return {"address": address, "ratio": percent, "role": role, "allocate_type": "usdc"} | more


MODEL = {
    "revenue_ratio": [
        ratio("0xdev", 50),
        ratio("0xholder", 30, "ip-holder", remark="the IP"),
        ratio("0xplatform", 10, "platform"),
    ],
    "released_token_ratio": 50,
}
COSTS = [
    {"amount": 101, "type": "goods_cost", "email": "artist@example.org"},
    {"amount": 50, "type": "developer_cost"},
]
PASSED_ON = [
    {"email": "writer@example.org", "allocate_role": "creator", "percent": 33},
    {"email": "uploader@example.org", "allocate_role": "uploader", "percent": 33},
]


@pytest.fixture
def order(portal, developer):
    """Asks for an order as the developer, for Ada."""

    def ask(path="/order/create", **more):
        return developer.post(path, asked(user_jwt=portal.user_token(), **more))

    return ask


def owed(desk):
    sums = {}
    for row in desk.rows(ledger):
        sums[row.account] = sums.get(row.account, 0) - row.amount
    return sums


def test_shares_come_to_the_cent_and_are_in_the_order_and_the_ledger(portal, order, desk, user):
    portal.give("wallet", 1000)
    answer = order(
        amount=1000,
        rewards_model=MODEL,
        costs_allocation=COSTS,
        ip_holder_revenue_reallocation=PASSED_ON,
    )
    assert answer.status_code == 200, answer.data
    told = answer.json["data"]
    # 849 cents are left: 424.5, 254.7 and 84.9 of it, and 84.9 that nobody is given.
    expected = {
        "artist@example.org": 101,
        "<developer_cost>": 50,
        "0xdev": 424,
        "0xholder": 87,
        "writer@example.org": 84,
        "uploader@example.org": 84,
        "0xplatform": 85,
    }
    snapshot = told["rewards_model_snapshot"]
    assert {one["receiver"]: one["amount"] for one in snapshot["computed"]} == expected
    assert snapshot["released_token_ratio"] == 50
    assert snapshot["revenue_ratio"][1]["remark"] == "the IP"
    assert told["costs_allocation"] == COSTS
    assert told["ip_holder_revenue_reallocation"] == PASSED_ON
    user.pay(told["order_id"])
    kept = owed(desk)
    assert {name: kept[f"receiver:{name}"] for name in expected} == expected
    assert kept[f"merchant:{portal.merchant.merchant_id}"] == 1000 - sum(expected.values())


def test_a_preview_shows_the_same_cents(order):
    body = {"amount": 1000, "rewards_model": MODEL, "costs_allocation": COSTS}
    quoted = order("/order/preview", **body).json["data"]
    made = order(**body).json["data"]
    assert quoted["rewards_model_snapshot"] == made["rewards_model_snapshot"]


def test_without_a_model_the_rest_is_the_merchants_own_to_pass_on(portal, order, desk, user):
    portal.give("wallet", 1000)
    told = order(amount=1000, ip_holder_revenue_reallocation=PASSED_ON).json["data"]
    assert told["rewards_model_snapshot"] is None
    user.pay(told["order_id"])
    kept = owed(desk)
    assert kept["receiver:writer@example.org"] == kept["receiver:uploader@example.org"] == 330
    assert kept[f"merchant:{portal.merchant.merchant_id}"] == 340


def test_costs_above_ninety_percent_are_refused(order):
    [case] = [one for one in example("errors")["cases"] if one["why"].startswith("costs above")]
    refused(order(**case["request"]["body"]), 400)
    at_most = [{"amount": 900, "type": "goods_cost"}]
    assert order(amount=1000, costs_allocation=at_most).status_code == 200


def test_ratios_come_to_ninety_or_with_permission_to_a_hundred(portal, order):
    for percent in (89, 91, 100):
        refused(order(rewards_model={"revenue_ratio": [ratio("0x", percent)]}), 400)
    refused(order(rewards_model={"revenue_ratio": []}), 400)
    portal.desk.desk.ipos.ensure_app(
        portal.merchant.merchant_id,
        app_id="app_7f3c",
        login_secret="a secret of the portal",
        ip_id=417,
        shares_all=True,
    )
    for percent, status in ((89, 400), (90, 200), (100, 200)):
        model = {"revenue_ratio": [ratio("0x", percent)]}
        assert order(rewards_model=model).status_code == status
    too_much = {"revenue_ratio": [ratio("0xa", 60), ratio("0xb", 41)]}
    refused(order(rewards_model=too_much), 400)


MISFITS = [
    {"rewards_model": {"revenue_ratio": [ratio("0x", 90.0)]}},
    {"rewards_model": {"revenue_ratio": [ratio("0x", 0), ratio("0y", 90)]}},
    {"rewards_model": {"revenue_ratio": [ratio("0x", 90, "owner")]}},
    {"rewards_model": {"revenue_ratio": [ratio("0x", 90, allocate_type="eth")]}},
    {"rewards_model": {"revenue_ratio": [ratio("0x", 90)], "released_token_ratio": 201}},
    {"rewards_model": {"revenue_ratio": [ratio("0x", 90)], "released_token_ratio": -1}},
    {"rewards_model": {}},
    {"costs_allocation": [{"amount": 0, "type": "platform"}]},
    {"costs_allocation": [{"amount": 1.5, "type": "platform"}]},
    {"costs_allocation": [{"amount": 1, "type": "salary"}]},
    {"costs_allocation": [{"amount": 1, "type": "platform", "email": "nobody"}]},
    {"costs_allocation": {"amount": 1}},
    {"ip_holder_revenue_reallocation": [PASSED_ON[0] | {"percent": 0}]},
    {"ip_holder_revenue_reallocation": [PASSED_ON[0] | {"percent": 101}]},
    {"ip_holder_revenue_reallocation": [PASSED_ON[0] | {"percent": 51}] * 2},
    {"ip_holder_revenue_reallocation": [PASSED_ON[0] | {"allocate_role": "boss"}]},
]


def test_models_that_do_not_fit_are_refused(order):
    for misfit in MISFITS:
        refused(order(**misfit), 400)


def test_a_receivers_account_goes_with_its_shares(portal, order, desk):
    def register(work):
        set_account(work, portal.merchant.merchant_id, "artist@example.org", "acct_artist")

    desk.database.write(register)
    made = order(amount=1000, costs_allocation=COSTS).json["data"]
    shares = {share.receiver: share.account for share in desk.read(made["order_id"]).shares}
    assert shares == {"artist@example.org": "acct_artist", "<developer_cost>": None}


@given(
    amount=st.integers(1, 99_999_999),
    ratios=st.lists(st.integers(1, 90), min_size=1, max_size=8).filter(lambda r: sum(r) <= 100),
    passed=st.lists(st.integers(1, 100), max_size=4).filter(lambda p: sum(p) <= 100),
    costs=st.integers(0, 90),
)
def test_nothing_is_lost_or_made_whatever_the_model(amount, ratios, passed, costs):
    roles = ["ip-holder", *["customized"] * len(ratios)]
    given_out = [ratio(f"0x{n}", one, roles[n]) for n, one in enumerate(ratios)]
    taken = amount * costs // 100
    economics = Economics(
        costs=({"amount": taken, "type": "platform"},) if taken else (),
        reallocation=tuple(
            {"email": f"{n}@a.example", "percent": one} for n, one in enumerate(passed)
        ),
        model=RewardsModel.read({"revenue_ratio": given_out}),
    )
    shares = economics.shares(Money.of_minor(amount, "USD"))
    total = sum(share.amount for share in shares)
    rest = amount - taken
    assert all(share.amount > 0 for share in shares)
    assert total <= amount
    # Each part is off by less than a cent from its percentage of what the costs leave.
    assert abs((total - taken) * 100 - rest * sum(ratios)) < 100 * (len(ratios) + 1)
