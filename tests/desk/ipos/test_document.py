"""The OpenAPI document is true: what is asked by it is answered as it says, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from flask_till.desk.dialects.ipos import document, front, server
from tests.conftest import StillClock
from tests.desk.ipos.conftest import CONTRACTS_DAY, EmbeddedGateway
from tests.desk.ipos.the_portal import WIDGET, Portal, asked
from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk
from tests.desk.the_documents import AS_FOUND, EXAMPLES, without_headers

OPERATIONS = [
    (part["operationId"], part)
    for item in document._paths(document._schemas()).values()
    for part in item.values()
]
NAMES = [name for name, _ in OPERATIONS]
NEVER_WRONG = ("getOrder", "getRewards", "getBalance", "hearStripe")
"""They ask for nothing that could be of a wrong kind."""
DEVELOPERS = ("buyback_after_paid", "rewards_model", "costs_allocation",
              "ip_holder_revenue_reallocation")  # fmt: skip
CALLED_BACK = "https://in-process.till/told"
ids = count()


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:  # it tries many wrong keys, and means no harm
        for name in front.MOST:
            patch.setitem(front.MOST, name, "1000000/minute")
        desk = TheDesk(
            f"sqlite:///{folder}/desk.db",
            StillClock(CONTRACTS_DAY),
            folder,
            gateways=[EmbeddedGateway()],
        )
        desk.desk._here.counter.limits.enabled = False
        desk.desk.connect(Receiver().app)
        portal = Portal(desk)
        for kind in ("wallet", "credit"):
            portal.give(kind, 10**13)
        yield portal
        desk.audit()
        desk.desk.close()


@pytest.fixture(scope="module")
def api(portal: Portal) -> Any:
    return schemathesis.openapi.from_wsgi("/ipos/openapi.json", portal.desk.app)


@pytest.fixture(scope="module")
def orders_of(portal: Portal) -> dict[str, Callable[[], str]]:
    """Makes an order in that state, as the callers of `credentials` see it."""
    user, developer = portal.user, portal.developer

    def paid() -> str:
        return str(user.buy_with_credit(callback_url=CALLED_BACK)["order_id"])

    def refunded() -> str:
        order_id = paid()
        developer.post("/order/refund", {"order_id": order_id})
        return order_id

    return {
        "pending": lambda: str(user.create(callback_url=CALLED_BACK)["order_id"]),
        "paid": paid,
        "refunded": refunded,
        "unknown": lambda: "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a",
        "foreign": lambda: str(portal.other_user.create()["order_id"]),
        "of nobody": lambda: "what is no UUID",
    }


def credentials(portal: Portal, part: dict[str, Any]) -> list[dict[str, str]]:
    """The headers of each kind of caller that the operation is for."""
    kinds = {next(iter(one)) for one in part["security"]}
    known = {
        "user": portal.user.headers,
        "widget": portal.developer.headers,
        "key": {"x-api-key": portal.ada.api_key, "app-id": "app_7f3c"},
    }
    return [known[kind] for kind in sorted(kinds)] or [{}]


# --- right requests ---------------------------------------------------------------------------


def made_right(portal: Portal, case: Any, order_id: str, by_widget: bool) -> None:
    """Say what a schema cannot: that orders exist, that parts add up, whose pages are known."""
    if isinstance(case.query, dict) and "order_id" in case.query:
        case.query["order_id"] = order_id
    body = case.body
    if not isinstance(body, dict):
        return
    body = case.body = whole(body)
    if case.operation.definition.raw["operationId"] in CREATING:
        body.pop("order_id", None)
        if next(ids) % 2:
            body["order_id"] = f"00000000-0000-4000-8000-{next(ids):012x}"
        body["allowed_payment_methods"] = ["stripe", "wallet", "credit", "nothing known"]
    elif "order_id" in body:
        body["order_id"] = order_id
    body.pop("reward_token", None)
    body.pop("refund_amount", None)  # of an order that few amounts are within
    known_places(body)
    share_right(body)
    if by_widget and "amount" in body:
        body["user_jwt"] = portal.user_token()
    elif "amount" in body:
        for name in DEVELOPERS:
            body.pop(name, None)


def known_places(body: dict[str, Any]) -> None:
    for name in ("redirect_url", "callback_url", "new_callback_url"):
        if body.get(name) is not None:
            body[name] = f"{WIDGET}/done" if name == "redirect_url" else CALLED_BACK


CREATING = ("createOrder", "previewOrder", "payWithCredit", "walletQuickPay")


def share_right(body: dict[str, Any]) -> None:
    if body.get("rewards_model") is not None:
        one = {"address": "a", "ratio": 90, "role": "platform", "allocate_type": "usdc"}
        body["rewards_model"]["revenue_ratio"] = [one]
    costs = body.get("costs_allocation") or []
    if sum(one["amount"] for one in costs) * 100 > body.get("amount", 0) * 90:
        body.pop("costs_allocation")
    passed_on = body.get("ip_holder_revenue_reallocation") or []
    if sum(one["percent"] for one in passed_on) > 100:
        body.pop("ip_holder_revenue_reallocation")


def whole(value: Any) -> Any:
    """1.0 is no whole number to us, and 1e-320 is out of range."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else 0.5
    if isinstance(value, dict):
        return {name: whole(part) for name, part in value.items()}
    return [whole(part) for part in value] if isinstance(value, list) else value


USUALLY = {"refundOrder": "paid", "releaseRewards": "paid"}
"""The state of an order with which a call may succeed, where it is not a pending one."""


@pytest.mark.parametrize(("name", "part"), OPERATIONS, ids=NAMES)
def test_a_right_request_is_answered_as_the_document_says(
    portal: Portal, api: Any, orders_of: Any, name: str, part: dict[str, Any]
) -> None:
    operation, callers = api.find_operation_by_id(name), credentials(portal, part)
    accepted = []

    @AS_FOUND
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        headers=st.sampled_from(callers),
        state=st.sampled_from([*sorted(orders_of), *[USUALLY.get(name, "pending")] * 6]),
    )
    def check(case: Any, headers: dict[str, str], state: str) -> None:
        by_widget = headers == portal.developer.headers
        made_right(portal, case, orders_of[state](), by_widget)
        for header in ("app-id", "x-api-key", "Authorization"):
            (case.headers or {}).pop(header, None)
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        accepted.append(answer.status_code)
        if name in CREATING:
            assert answer.status_code == 200, answer.text

    check()
    if name not in ("logIn", "getAccessToken", "hearStripe", "bindRewardPool"):
        assert 200 in accepted


# --- wrong requests, and nobody's --------------------------------------------------------------


@pytest.mark.parametrize(("name", "part"), OPERATIONS, ids=NAMES)
def test_a_wrong_request_is_refused_as_the_document_says(
    portal: Portal, api: Any, name: str, part: dict[str, Any]
) -> None:
    if name in NEVER_WRONG:
        return
    operation, callers = api.find_operation_by_id(name), credentials(portal, part)

    @AS_FOUND
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        headers=st.sampled_from(callers),
    )
    def check(case: Any, headers: dict[str, str]) -> None:
        without_headers(case)
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    check()


@pytest.mark.parametrize(("name", "part"), OPERATIONS, ids=NAMES)
def test_nobody_is_let_in(portal: Portal, api: Any, name: str, part: dict[str, Any]) -> None:
    if not part["security"]:
        return
    operation = api.find_operation_by_id(name)
    wrong = [{}, *({"Authorization": f"Bearer {token}"} for token in WRONG), {"x-api-key": "x"}]

    @hypothesis.settings(AS_FOUND, max_examples=max(1, EXAMPLES // 8))
    @hypothesis.given(case=operation.as_strategy(), headers=st.sampled_from(wrong))
    def check(case: Any, headers: dict[str, str]) -> None:
        case.headers = {}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        assert answer.status_code == 401

    check()


WRONG = ("x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoidXNyX2FkYSJ9.")


# --- the document itself ----------------------------------------------------------------------


def test_the_document_names_every_call_and_no_other(portal: Portal) -> None:
    paths = portal.nobody.client.get("/ipos/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, item in paths.items() for method in item}
    served = {(path, "POST") for path in [*server.POSTS, server.RESEND]}
    assert told == served | {(path, "GET") for path in server.GETS}


def test_the_document_is_for_everybody_and_says_where_it_is_served(portal: Portal) -> None:
    answer = portal.nobody.client.get("/ipos/openapi.json")
    assert answer.mimetype == "application/json"
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "https://pay.example/ipos/api/v1"}]
    refused = portal.nobody.client.post("/ipos/openapi.json")
    assert (refused.status_code, refused.json["code"]) == (405, 405)


def test_every_member_of_an_order_is_in_the_document(portal: Portal) -> None:
    schemas = portal.nobody.client.get("/ipos/openapi.json").json["components"]["schemas"]
    order = portal.user.create(**asked())
    assert set(order) == set(schemas["Order"]["properties"]) == set(schemas["Order"]["required"])
    preview = portal.user.post("/order/preview", asked()).json["data"]
    assert set(preview) == set(schemas["Quote"]["properties"])
