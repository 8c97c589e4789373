"""The OpenAPI document is true: what is asked by it is answered as it says, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from flask_till.desk.dialects.w3block import document, front, server
from tests.conftest import StillClock
from tests.desk.the_desk import TheDesk
from tests.desk.the_documents import AS_FOUND, EXAMPLES, without_headers
from tests.desk.w3block.right_requests import made_right
from tests.desk.w3block.the_company import (
    COMPANY,
    KEY,
    USER,
    Storefront,
    TheCompany,
)

CONTRACTS_DAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
OPERATIONS = [
    (part["operationId"], part) for item in document.calls().values() for part in item.values()
]
NAMES = [name for name, _ in OPERATIONS]
GUARDED = [(name, part) for name, part in OPERATIONS if part["security"]]
STAFFS = ("listCompanyOrders", "getCompanyOrder", "cancelOrder", "forceDeliver",
          "approvePayment", "createWebhook",
          "listWebhooks", "getWebhook", "changeWebhook", "enableWebhook", "disableWebhook",
          "listDeliveries", "getDelivery")  # fmt: skip
BY_WHOEVER_RUNS_IT = "dispatchEvent"
ASKS_FOR_NOTHING = ("getKeys", "getProduct", "getProductBySlug", "canPurchase", "getReceipt",
                    "getCompanyOrder", "cancelOrder", "forceDeliver", "approvePayment",
                    "getWebhook", "enableWebhook", "disableWebhook", "getDelivery")  # fmt: skip
"""Nothing but a text in a path, and any text may be an id."""
UNKNOWN = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TheCompany]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:  # it tries many wrong keys, and means no harm
        for name in front.MOST:
            patch.setitem(front.MOST, name, "1000000/minute")
        desk = TheDesk(f"sqlite:///{folder}/desk.db", StillClock(CONTRACTS_DAY), folder)
        desk.desk._here.counter.limits.enabled = False
        company = TheCompany(desk)
        company.sell(tokens=(), stock=1_000_000, slug="founder-pass")
        yield company
        desk.audit()
        desk.desk.close()


@pytest.fixture(scope="module")
def api(company: TheCompany) -> Any:
    return schemathesis.openapi.from_wsgi("/w3block/openapi.json", company.desk.app)


@pytest.fixture(scope="module")
def ann(company: TheCompany) -> Storefront:
    return company.signed_in(user_id=USER)


@pytest.fixture(scope="module")
def callers(company: TheCompany, ann: Storefront) -> dict[str, Storefront]:
    """Who may make the calls: a buyer, one of the staff, the company's own server."""
    boss = company.signed_in("boss@example.org", roles=["admin"])
    root = company.signed_in("root@example.org", roles=["superAdmin"])
    return {
        "buyer": ann, "staff": boss, "server": company.server, "root": root, "": company.public,
    }  # fmt: skip


@pytest.fixture(scope="module")
def orders(company: TheCompany, ann: Storefront) -> dict[str, Callable[[], dict[str, Any]]]:
    """Makes an order that stands so."""
    desk = company.desk

    def placed(who: Storefront = ann) -> dict[str, Any]:
        return who.created(acceptSimilarOrderInShortPeriod=True)

    def settled(word: str) -> dict[str, Any]:
        order = placed()
        ref = desk.read(order["id"]).payment.provider_ref  # type: ignore[union-attr]
        desk.cashier.settle(desk.gateway.turn(ref, word))
        return order

    def expired() -> dict[str, Any]:
        order = placed()
        desk.clock.now += timedelta(seconds=541)
        return order

    def cancelled() -> dict[str, Any]:
        order = placed()
        company.server.call("PATCH", f"/admin/companies/{COMPANY}/orders/{order['id']}/cancel")
        return order

    return {
        "pending": placed,
        "confirming": lambda: settled("processing"),
        "paid": lambda: settled("succeeded"),
        "cancelled": cancelled,
        "expired": expired,
        "the server's": lambda: placed(company.server),
        "of nobody": lambda: {"id": UNKNOWN, "deliverId": "AAAAAA", "providerTransactionId": "x"},
    }


@pytest.fixture(scope="module")
def told(company: TheCompany, ann: Storefront) -> dict[str, str]:
    """A configuration that was told of an order: its id, and that of what was sent."""
    hooks = f"/admin/companies/{COMPANY}/webhooks-configurations"
    made = company.server.call("POST", hooks, json={"webhookUrl": "https://shop.example/hook"})
    ann.created(acceptSimilarOrderInShortPeriod=True)
    hook_id: str = made.json["id"]
    [sent] = company.server.call("GET", f"{hooks}/{hook_id}/webhooks").json["items"]
    return {"hook_id": hook_id, "delivery_id": sent["id"]}


def callers_of(name: str, part: dict[str, Any]) -> list[str]:
    if not part["security"]:
        return [""]
    if name == BY_WHOEVER_RUNS_IT:
        return ["root"]
    return ["staff", "server"] if name in STAFFS else ["buyer", "server"]


LONG = ("createOrder", "previewOrder", "payOrder")


def often(name: str) -> hypothesis.settings:
    """Long bodies take long to make up, so there are fewer of them."""
    many = EXAMPLES // (6 if name in LONG else 2)
    return hypothesis.settings(AS_FOUND, max_examples=max(1, many))


# --- right requests ---------------------------------------------------------------------------


USUALLY = {"forceDeliver": "paid"}
"""How an order stands when a call may succeed, where that is not pending."""
OF_AN_ORDER = ("getOrder", "payOrder", "getReceipt", "getCompanyOrder", "cancelOrder",
               "forceDeliver", "approvePayment", "dispatchEvent", "playGateway",
               "createWebhook")  # fmt: skip
"""Where it depends on the order what is answered."""
NEVER = ("forceDeliver", "approvePayment")
"""They need a delivery that failed, and a transfer: see test_delivery and test_parts."""


@pytest.mark.parametrize(("name", "part"), OPERATIONS, ids=NAMES)
def test_a_right_request_is_answered_as_the_document_says(
    company: TheCompany,
    api: Any,
    callers: dict[str, Storefront],
    orders: Any,
    told: dict[str, str],
    name: str,
    part: dict[str, Any],
) -> None:
    operation, accepted = api.find_operation_by_id(name), set()

    @often(name)
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        who=st.sampled_from(callers_of(name, part)),
        state=st.sampled_from([*sorted(orders), *[USUALLY.get(name, "pending")] * 6]),
    )
    def check(case: Any, who: str, state: str) -> None:
        order = orders[state if name in OF_AN_ORDER else "of nobody"]()
        made_right(company, callers[who], case, order, told)
        case.headers = {}
        answer = case.call_and_validate(
            headers=callers[who].headers, excluded_checks=[positive_data_acceptance]
        )
        accepted.add(answer.status_code < 300)
        if name not in OF_AN_ORDER:
            assert answer.status_code < 300, answer.text

    check()
    assert True in accepted or name in NEVER


# --- wrong requests, and nobody's --------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "part"), [one for one in OPERATIONS if one[0] not in ASKS_FOR_NOTHING]
)
def test_a_wrong_request_is_refused_as_the_document_says(
    api: Any, callers: dict[str, Storefront], name: str, part: dict[str, Any]
) -> None:
    operation = api.find_operation_by_id(name)

    @often(name)
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
        who=st.sampled_from(callers_of(name, part)),
    )
    def check(case: Any, who: str) -> None:
        without_headers(case)
        if "company_id" in (case.path_parameters or {}):
            case.path_parameters["company_id"] = COMPANY
        answer = case.call(headers=callers[who].headers)
        # Whatever else stands behind the ? of a list is ignored, and an empty text is none.
        is_lenient = name.startswith(("list", "getOrder")) or answer.status_code == 413
        more = [negative_data_rejection] if is_lenient else []
        case.validate_response(
            answer, excluded_checks=[positive_data_acceptance, ignored_auth, *more]
        )

    check()


WRONG: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer x"},
    {"Authorization": "Bearer a.b.c"},
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbiJdfQ."},
    {"x-w3block-id": COMPANY, "x-w3block-api-key": KEY, "x-w3block-secret": "wrong"},
    {"x-w3block-id": COMPANY, "x-w3block-api-key": KEY},
]


@pytest.mark.parametrize(("name", "part"), GUARDED, ids=[name for name, _ in GUARDED])
def test_nobody_is_let_in(api: Any, name: str, part: dict[str, Any]) -> None:
    operation = api.find_operation_by_id(name)

    @hypothesis.settings(AS_FOUND, max_examples=max(1, EXAMPLES // 8))
    @hypothesis.given(case=operation.as_strategy(), headers=st.sampled_from(WRONG))
    def check(case: Any, headers: dict[str, str]) -> None:
        case.headers = {}
        if "company_id" in (case.path_parameters or {}):
            case.path_parameters["company_id"] = COMPANY
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        assert answer.status_code == 401

    check()


@pytest.mark.parametrize("name", STAFFS)
def test_a_buyer_is_not_of_the_staff(api: Any, callers: dict[str, Storefront], name: str) -> None:
    operation = api.find_operation_by_id(name)

    @hypothesis.settings(AS_FOUND, max_examples=max(1, EXAMPLES // 8))
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        case.headers = {}
        case.path_parameters["company_id"] = COMPANY
        answer = case.call_and_validate(
            headers=callers["buyer"].headers, excluded_checks=[positive_data_acceptance]
        )
        assert answer.status_code == 401

    check()


# --- the document itself ----------------------------------------------------------------------


def test_the_document_names_every_call_and_no_other(company: TheCompany) -> None:
    paths = company.public.call("GET", "/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, item in paths.items() for method in item}
    served = {
        (path.replace("<", "{").replace(">", "}"), method)
        for path, methods in server.ROUTES.items()
        for method in methods
        if path != server.DOCUMENT
    }
    assert told == served


def test_the_document_is_for_everybody_and_says_where_it_is_served(company: TheCompany) -> None:
    answer = company.public.call("GET", "/openapi.json")
    assert answer.mimetype == "application/json"
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "https://pay.example/w3block"}]
    assert company.public.call("POST", "/openapi.json").status_code == 405


def test_every_member_that_is_told_is_in_the_document(
    company: TheCompany, ann: Storefront, told: dict[str, str]
) -> None:
    schemas = company.public.call("GET", "/openapi.json").json["components"]["schemas"]
    order = ann.created(acceptSimilarOrderInShortPeriod=True)
    shown = ann.previewed()
    receipt = company.public.get(f"/orders/get-by-deliver-id/{order['deliverId']}").json
    hook = f"/admin/companies/{COMPANY}/webhooks-configurations/{told['hook_id']}"
    made, sent = (company.server.call("GET", path).json for path in (hook, f"{hook}/webhooks"))
    for model, answer in (
        ("WebhookConfiguration", made), ("WebhookDelivery", sent["items"][0]),
        ("Order", order), ("OrderPayment", order["payments"][0]), ("Preview", shown),
        ("OrderedProduct", order["products"][0]), ("PaymentPreview", shown["payments"][0]),
        ("Product", shown["products"][0]), ("Receipt", receipt),
        ("SignedIn", company.sign_in().json),
    ):  # fmt: skip
        assert set(answer) <= set(schemas[model]["properties"])
        assert set(schemas[model].get("required", ())) <= set(answer)
