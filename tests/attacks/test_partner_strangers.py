"""What belongs to another widget, user, miniapp or host looks like what is not there, to the byte
and to the work that it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.attacks.neighbourhood import BOXO, CALLED_BACK, IPOS, MINE, RIVAL, UNKNOWN, Neighbourhood
from tests.attacks.test_oracles import watched

BY_ORDER: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/order/detail", {}),
    ("GET", "/order/rewards-detail", {}),
    ("POST", "/order/payWithWallet", {}),
    ("POST", "/order/payWithStripe", {}),
    ("POST", "/order/resend-callback", {}),
    ("POST", "/order/resend-callback", {"new_callback_url": CALLED_BACK}),
    ("POST", "/order/bind-reward-pool", {"reward_token": "x"}),
]
BY_DEVELOPER: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/order/refund", {}),
    ("POST", "/order/refund", {"refund_amount": 1}),
    ("POST", "/order/release-rewards", {}),
    ("POST", "/order/update-rewards", {"rewards_model": {"revenue_ratio": [
        {"address": "a", "ratio": 90, "role": "platform", "allocate_type": "usdc"}]}}),
    *((method, path, more) for method, path, more in BY_ORDER if "payWith" not in path),
]  # fmt: skip
ORDER_ID = "order_id"


def ask(client: FlaskClient, call: tuple[str, str, dict[str, Any]], order_id: str) -> Any:
    method, path, more = call
    if method == "GET":
        return client.get(IPOS + path, query_string={ORDER_ID: order_id})
    return client.post(IPOS + path, json={ORDER_ID: order_id, **more})


def same(seen: Any, unseen: Any, *ids: str) -> None:
    bodies = [one.data for one in (seen, unseen)]
    for one in ids:
        bodies = [body.replace(one.encode(), b"") for body in bodies]
    assert (seen.status_code, bodies[0]) == (unseen.status_code, bodies[1])
    assert dict(seen.headers) == dict(unseen.headers)


@pytest.mark.parametrize("paid", [False, True])
def test_an_ipos_order_of_others_looks_like_none(neighbourhood: Neighbourhood, paid: bool) -> None:
    theirs = neighbourhood.order("/order/wallet-quick-pay" if paid else "/order/create")
    neighbourhood.heard.clear()
    for client, calls in ((neighbourhood.stranger, BY_ORDER), (neighbourhood.rival, BY_DEVELOPER)):
        for call in calls:
            seen, unseen = ask(client, call, theirs), ask(client, call, UNKNOWN)
            assert seen.status_code == (403 if "resend" in call[1] else 404), call
            same(seen, unseen, theirs, UNKNOWN)
        listed = client.get(f"{IPOS}/order/list?page=1&page_size=100").json["data"]
        assert listed == {"orders": [], "total": 0}
    assert neighbourhood.heard == []
    now = neighbourhood.user.get(f"{IPOS}/order/detail?order_id={theirs}").json["data"]
    assert now["current_status"] == ("completed" if paid else "pending")


def test_an_ipos_order_of_others_costs_the_work_of_none(neighbourhood: Neighbourhood) -> None:
    theirs = neighbourhood.order()
    for client, calls in ((neighbourhood.stranger, BY_ORDER), (neighbourhood.rival, BY_DEVELOPER)):
        for call in calls:
            found = []
            for order_id in (theirs, UNKNOWN):
                ask(client, call, order_id)  # what is read once and kept is kept now
                with watched(neighbourhood) as work:  # type: ignore[arg-type]  # has a desk, too
                    ask(client, call, order_id)
                found.append(work)
            assert found[0].statements, call
            assert found[0].statements == found[1].statements, call


def test_an_order_id_may_be_taken_by_whoever_is_first_and_tells_no_more(
    neighbourhood: Neighbourhood,
) -> None:
    """That an id is taken must be told; whose it is, what for and how it stands is not."""
    theirs = neighbourhood.order()
    answers = {
        neighbourhood.stranger.post(
            f"{IPOS}/order/{call}", json={"amount": 1, "order_id": theirs}
        ).data
        for call in ("create", "preview", "pay-with-credit", "wallet-quick-pay")
    }
    assert answers == {b'{"code":400,"msg":"Order already exists","data":null}'}


def test_a_user_of_another_widget_buys_nothing_here(neighbourhood: Neighbourhood) -> None:
    """Neither with the token of one widget at another, nor with one that is of none."""
    neighbourhood.desk.ipos.add_widget("app_canary", tag="third")
    for token in (
        neighbourhood.user_token("usr_ada", "third"),
        neighbourhood.user_token("usr_ada", None),
        neighbourhood.mint(),
        "x",
    ):
        body = {"amount": 1, "user_jwt": token}
        for call in ("create", "pay-with-credit", "wallet-quick-pay"):
            answer = neighbourhood.developer.post(f"{IPOS}/order/{call}", json=body)
            assert answer.status_code == 400, answer.text
            assert token not in answer.text


# --- Boxo -------------------------------------------------------------------------------------


def status_of(client: FlaskClient, app: str, host: str, payment_id: str) -> Any:
    body = {"app_id": app, "client_id": host, "order_payment_id": payment_id}
    return client.post(f"{BOXO}/orders/get-payment-status/", json=body)


def complete(client: FlaskClient, app: str, host: str, payment_id: str, word: str = "paid") -> Any:
    body = {"app_id": app, "client_id": host, "order_payment_id": payment_id}
    return client.post(f"{BOXO}/orders/complete-order/", json=body | {"payment_status": word})


CALLS: list[tuple[Callable[..., Any], str, str]] = [
    (status_of, "rival", "tea_host"),
    (status_of, "rival", "rival_host"),
    (complete, "rival", "rival_host"),
    (complete, "tea", "rival_host"),
]


def test_a_boxo_payment_of_others_looks_like_none(neighbourhood: Neighbourhood) -> None:
    theirs, rival = neighbourhood.payment(), neighbourhood.client(RIVAL)
    for call, app, host in CALLS:
        seen, unseen = (call(rival, app, host, one) for one in (theirs, "op_" + "0" * 26))
        assert (seen.status_code, seen.json["error_code"]) == (400, "ORDER_NOT_FOUND")
        same(seen, unseen, theirs, "op_" + "0" * 26)
    mine = status_of(neighbourhood.client(MINE), "tea", "tea_host", theirs)
    assert mine.json["payment_status"] == "in_process"


def test_a_boxo_payment_of_others_costs_the_work_of_none(neighbourhood: Neighbourhood) -> None:
    theirs, rival = neighbourhood.payment(), neighbourhood.client(RIVAL)
    for call, app, host in CALLS:
        found = []
        for payment_id in (theirs, "op_" + "0" * 26):
            call(rival, app, host, payment_id)
            with watched(neighbourhood) as work:  # type: ignore[arg-type]  # has a desk, too
                call(rival, app, host, payment_id)
            found.append(work)
        assert found[0].statements
        assert found[0] == found[1]


def test_nobody_speaks_for_another_miniapp_or_host(neighbourhood: Neighbourhood) -> None:
    theirs = neighbourhood.payment()
    for address in (RIVAL, "127.0.0.1", "::1", "::ffff:10.2.2.2", "10.1.1.10", ""):
        client = neighbourhood.client(address, x_forwarded_for=MINE, x_real_ip=MINE, forwarded=MINE)
        for call in (status_of, complete):
            answer = call(client, "tea", "tea_host", theirs)
            assert (answer.status_code, answer.json["error_code"]) == (400, "NOT_A_WHITELISTED_IP")
    body = {"app_id": "tea", "client_id": "tea_host", "order": {"currency": "USD", "amount": "1"}}
    for name in ("X-Signature", "X-Timestamp", "X-Nonce"):
        answer = neighbourhood.client(RIVAL).post(
            f"{BOXO}/orders/create-order-payment/", json=body, headers={name: "1"}
        )
        assert answer.status_code == 400
        assert answer.json["error_code"] in ("MISSING_HEADER", "INVALID_SIGNATURE")
    assert complete(neighbourhood.client(MINE), "tea", "tea_host", theirs).status_code == 200


def test_a_miniapp_cannot_decide_its_own_payment(neighbourhood: Neighbourhood) -> None:
    """A miniapp at another address than its host: what it may ask, it may not say."""
    neighbourhood.desk.boxo.change_host("tea_host", addresses=["10.9.9.9"])
    theirs = neighbourhood.payment()
    answer = complete(neighbourhood.client(MINE), "tea", "tea_host", theirs)
    assert answer.json["error_code"] == "NOT_A_WHITELISTED_IP"
    assert complete(neighbourhood.client("10.9.9.9"), "tea", "tea_host", theirs).status_code == 200


def test_a_code_is_its_own_hosts_and_users(neighbourhood: Neighbourhood) -> None:
    code = neighbourhood.desk.boxo.issue_auth_code("tea_host", "user-77")
    client = neighbourhood.client()
    for more in ({"client_id": "rival_host"}, {"user_reference": "user-78"}, {"auth_code": "x"}):
        body = {"auth_code": code, "app_id": "tea", "client_id": "tea_host", **more}
        answer = client.post(f"{BOXO}/authorize/", json=body)
        assert (answer.status_code, answer.json["error_code"]) == (400, "INVALID_AUTH_CODE"), more
        assert code not in answer.text
