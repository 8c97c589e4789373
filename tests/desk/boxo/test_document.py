"""The OpenAPI document is true: what is asked by it is answered as it says, whoever asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from flask_till.desk.dialects.boxo import document, server
from flask_till.desk.gateways.sandbox import SandboxGateway
from tests.conftest import StillClock
from tests.desk.boxo.the_miniapp import APP, ELSEWHERE, HOST, LISTED, NOW, TheMiniapp, an_order
from tests.desk.the_desk import TheDesk
from tests.desk.the_documents import AS_FOUND, without_headers

CALLER = "HTTP_X_TEST_CALLER"
"""Where a request says to come from; `Neighbourhood` believes it."""
OPERATIONS = [part["operationId"] for item in document._paths().values() for part in item.values()]
BY_SERVERS = ("createOrderPayment", "getPaymentStatus", "completeOrder")
NEVER_WRONG = ("getSettings",)
"""It asks for nothing but texts, and any text may be one."""
ids = count()


class Neighbourhood:
    """The desk's application, for callers of several addresses."""

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        environ["REMOTE_ADDR"] = environ.pop(CALLER, ELSEWHERE)
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TheDesk]:
    folder: Path = tmp_path_factory.mktemp("desk")
    clock = StillClock(datetime.fromtimestamp(NOW, UTC))
    gateway = SandboxGateway(in_development=True, clock=clock)
    desk = TheDesk(f"sqlite:///{folder}/desk.db", clock, folder, gateways=[gateway])
    desk.desk._here.counter.limits.enabled = False
    boxo = desk.desk.boxo
    boxo.add_miniapp(desk.merchant.id, app_id=APP, url="https://tea.example/", addresses=[LISTED])
    boxo.add_host(client_id=HOST, addresses=[LISTED])
    boxo.add_partnership(APP, HOST)
    yield desk
    desk.audit()
    desk.desk.close()


@pytest.fixture(scope="module")
def api(desk: TheDesk) -> Any:
    return schemathesis.openapi.from_wsgi("/boxo/openapi.json", Neighbourhood(desk.app))


@pytest.fixture(scope="module")
def payments(desk: TheDesk) -> dict[str, Callable[[], str]]:
    """Makes a payment in that state."""
    server = TheMiniapp(desk)

    def ended(status: str) -> str:
        payment_id = server.created(an_order(None))
        server.complete(payment_id, status)
        return payment_id

    return {
        "in_process": lambda: server.created(an_order(None)),
        "paid": lambda: ended("paid"),
        "failed": lambda: ended("failed"),
        "unknown": lambda: "op_unknown",
    }


def from_(address: str) -> dict[str, str]:
    return {CALLER.removeprefix("HTTP_").replace("_", "-"): address}


# --- right requests ---------------------------------------------------------------------------


def made_right(desk: TheDesk, case: Any, payment_id: str) -> None:
    """Say what a schema cannot: who is partners, which payments and codes there are."""
    body = case.body
    if not isinstance(body, dict):
        case.path_parameters = {"app_id": APP}
        case.query = {"client_id": HOST}
        return
    body = case.body = exact(body) | {"app_id": APP, "client_id": HOST}
    if "order_payment_id" in body:
        body["order_payment_id"] = payment_id
    for name in ("auth_code", "payload"):
        if name in body:
            body[name] = desk.desk.boxo.issue_auth_code(HOST, "user-77")
            body.pop("user_reference", None)
    if "order" in body:
        body["order"]["currency"] = "USD"  # others have fewer places
        body["order"]["miniapp_order_id"] = f"TEA-{next(ids)}"  # each is an order of its own
        body["order"].pop("hostapp_user_id", None)


def exact(value: Any) -> Any:
    """Hundredths as binary fractions have them are not what somebody wrote."""
    if isinstance(value, float):
        value = round(value, 2) if 1e-3 < abs(value) < 1e13 else 0.5
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    return [exact(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_right_request_is_answered_as_the_document_says(
    desk: TheDesk, api: Any, payments: Any, name: str
) -> None:
    operation = api.find_operation_by_id(name)
    accepted = set()

    @AS_FOUND
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        state=st.sampled_from(sorted(payments)),
    )
    def check(case: Any, state: str) -> None:
        made_right(desk, case, payments[state]())
        answer = case.call_and_validate(
            headers=from_(LISTED), excluded_checks=[positive_data_acceptance]
        )
        accepted.add(answer.status_code)
        if name not in ("getPaymentStatus", "completeOrder"):
            assert answer.status_code == 200, (case.body, answer.text)

    check()
    assert 200 in accepted


# --- wrong requests, and nobody's --------------------------------------------------------------


@pytest.mark.parametrize("name", [one for one in OPERATIONS if one not in NEVER_WRONG])
def test_a_wrong_request_is_refused_as_the_document_says(api: Any, name: str) -> None:
    operation = api.find_operation_by_id(name)

    @AS_FOUND
    @hypothesis.given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def check(case: Any) -> None:
        without_headers(case)
        if isinstance(case.body, dict):  # whoever is nobody hears of nothing else
            for member, known in (("app_id", APP), ("client_id", HOST)):
                told = case.body.get(member)
                if isinstance(told, str) and re.fullmatch(document.ID["pattern"], told):
                    case.body[member] = known
        case.call_and_validate(headers=from_(LISTED), excluded_checks=[positive_data_acceptance])

    check()


@pytest.mark.parametrize("name", BY_SERVERS)
def test_nobody_is_let_in(desk: TheDesk, api: Any, payments: Any, name: str) -> None:
    operation = api.find_operation_by_id(name)
    payment_id = payments["in_process"]()

    @AS_FOUND
    @hypothesis.given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def check(case: Any) -> None:
        made_right(desk, case, payment_id)
        answer = case.call_and_validate(
            headers=from_(ELSEWHERE),
            excluded_checks=[positive_data_acceptance],
        )
        assert answer.status_code == 400
        assert answer.json()["error_code"] in (
            "NOT_A_WHITELISTED_IP",
            "MISSING_REQUEST_SIGNATURE_SETTINGS",
        )

    check()
    assert desk.read(payment_id).status == "pending"


# --- the document itself ----------------------------------------------------------------------


def test_the_document_names_every_call_and_no_other(desk: TheDesk) -> None:
    paths = desk.browserless.get("/boxo/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, item in paths.items() for method in item}
    served = {
        (one.path.removeprefix("/api/v1").replace("<", "{").replace(">", "}"), one.method)
        for one in server.CALLS
        if one.name != "document"
    }
    assert told == served


def test_the_document_is_for_everybody_and_says_where_it_is_served(desk: TheDesk) -> None:
    answer = desk.browserless.get("/boxo/openapi.json", environ_overrides={"REMOTE_ADDR": "::1"})
    assert answer.mimetype == "application/json"
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "https://pay.example/boxo/api/v1"}]
