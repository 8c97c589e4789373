"""Rewards: pools that orders are bound to, models that are changed, rewards that are let go."""

from __future__ import annotations

import pytest

from tests.desk.ipos.test_economics import COSTS, MODEL, ratio
from tests.desk.ipos.the_portal import asked, refused

NONE = {
    "base_rewards": 0,
    "bonus_rewards": 0,
    "total_rewards": 0,
    "rewards_after_credit_deduct": 0,
    "limit_offer": None,
}


@pytest.fixture
def pool(portal):
    return portal.enrolled.add_pool(9, token="rwd_skins", ip_id=417, tokens_per_dollar=25)


def released(caller, order_id):
    return caller.post("/order/release-rewards", {"order_id": order_id})


def test_an_order_of_a_pool_says_what_it_gives(portal, user, pool):
    portal.give("free_credit", 299)
    portal.give("credit", 1000)
    quoted = user.post("/order/preview", asked(reward_token="rwd_skins")).json["data"]
    assert quoted["related_reward_id"] == 9
    assert quoted["estimated_rewards"]["total_rewards"] == 324  # 12.99 dollars, 25 for each
    assert user.create()["estimated_rewards"] == NONE
    paid = user.buy_with_credit(reward_token="rwd_skins")
    assert paid["current_reward_pool_detail"]["token"] == "rwd_skins"
    assert paid["estimated_rewards"]["base_rewards"] == 324
    assert paid["estimated_rewards"]["rewards_after_credit_deduct"] == 250


def test_a_reward_token_is_of_the_apps_ip_or_a_child_of_it(portal, user, pool):
    portal.enrolled.add_pool(10, token="rwd_child", ip_id=500, parent_ip_id=417)
    portal.enrolled.add_pool(11, token="rwd_other", ip_id=501, parent_ip_id=502)
    assert user.create(reward_token="rwd_child")["related_reward_id"] == 10
    foreign = user.post("/order/create", asked(reward_token="rwd_other"))
    unknown = user.post("/order/create", asked(reward_token="rwd_none"))
    refused(foreign, 403)
    refused(unknown, 403)
    assert foreign.data == unknown.data


def test_a_pool_is_bound_once_by_user_or_widget(portal, user, developer, pool):
    path = "/order/bind-reward-pool"
    for caller in (user, developer):
        order_id = user.create()["order_id"]
        body = {"order_id": order_id, "reward_token": "rwd_skins"}
        told = caller.post(path, body).json["data"]
        assert told["related_reward_id"] == 9
        assert told["estimated_rewards"]["total_rewards"] == 324
        refused(caller.post(path, body), 400, "The order has a reward pool already")
    refused(portal.other_user.post(path, body), 404, "Order not found")
    refused(user.post(path, body | {"reward_token": "rwd_none"}), 403)
    refused(user.post(path, {"order_id": order_id}), 400)


def test_details_of_rewards_are_what_the_order_says_of_them(portal, user, developer, pool):
    order_id = user.create(reward_token="rwd_skins")["order_id"]
    for caller in (user, developer):
        answer = caller.get("/order/rewards-detail", order_id=order_id)
        assert answer.status_code == 200
        told = answer.json["data"]
        assert told["related_reward_id"] == 9
        assert told["rewards_released_at"] is None
        assert told["rewards_model_snapshot"] is None
    refused(portal.other_user.get("/order/rewards-detail", order_id=order_id), 404)
    refused(user.get("/order/rewards-detail"), 400, "Order id is required")


def test_rewards_that_are_released_end_refunds_and_tell_nobody(portal, user, developer, clock):
    portal.give("credit", 1299)
    order_id = user.buy_with_credit()["order_id"]
    developer.post("/order/refund", {"order_id": order_id, "refund_amount": 1})
    told = released(developer, order_id).json["data"]
    assert told["current_status"] == "rewards_released"
    refused(
        developer.post("/order/refund", {"order_id": order_id}),
        400,
        "This order can not be refunded",
    )
    refused(released(developer, order_id), 400)
    detail = user.get("/order/rewards-detail", order_id=order_id).json["data"]
    assert detail["rewards_released_at"] == "2026-03-02T10:00:00.000Z"


def test_only_rewards_of_paid_orders_of_the_widget_are_released(portal, user, developer):
    portal.give("credit", 1299)
    pending = user.create()["order_id"]
    refused(released(developer, pending), 400)
    paid = user.buy_with_credit()["order_id"]
    refused(released(portal.another_widget(), paid), 404, "Order not found")
    developer.post("/order/refund", {"order_id": paid})
    refused(released(developer, paid), 400)


def test_a_model_is_changed_until_somebody_pays(portal, user, developer, desk):
    portal.give("wallet", 1000)
    body = asked(amount=1000, user_jwt=portal.user_token(), costs_allocation=COSTS)
    order_id = developer.post("/order/create", body).json["data"]["order_id"]
    path = "/order/update-rewards"
    told = developer.post(path, {"order_id": order_id, "rewards_model": MODEL}).json["data"]
    computed = {
        one["receiver"]: one["amount"] for one in told["rewards_model_snapshot"]["computed"]
    }
    assert computed["artist@example.org"] == 101
    assert computed == {share.receiver: share.amount for share in desk.read(order_id).shares}
    wrong = {"revenue_ratio": [ratio("0x", 91)]}
    refused(developer.post(path, {"order_id": order_id, "rewards_model": wrong}), 400)
    stranger = portal.another_widget()
    refused(stranger.post(path, {"order_id": order_id, "rewards_model": MODEL}), 404)
    refused(user.post(path, {"order_id": order_id, "rewards_model": MODEL}), 403)
    refused(developer.post(path, {"order_id": order_id}), 400)
    user.pay(order_id)
    again = developer.post(path, {"order_id": order_id, "rewards_model": MODEL})
    refused(again, 400, "Order is not pending")


def test_a_model_is_not_changed_while_a_card_is_at_it(portal, user, developer):
    order_id = user.create()["order_id"]
    user.post("/order/payWithStripe", {"order_id": order_id})
    body = {"order_id": order_id, "rewards_model": MODEL}
    refused(developer.post("/order/update-rewards", body), 400, "Order is not pending")
