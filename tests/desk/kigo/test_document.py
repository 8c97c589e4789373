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
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from flask_till.desk.dialects.kigo import document, front, server
from tests.conftest import StillClock
from tests.desk.kigo.conftest import CONTRACTS_DAY
from tests.desk.kigo.the_partner import FOREIGN, OTHER, PARTNER, PRODUCT, USER, Caller, Partner
from tests.desk.the_desk import TheDesk
from tests.desk.the_documents import AS_FOUND, EXAMPLES, without_headers

OPERATIONS = [
    (part["operationId"], part) for item in document.calls().values() for part in item.values()
]
NAMES = [name for name, _ in OPERATIONS]
GUARDED = [(name, part) for name, part in OPERATIONS if part["security"]]
NEVER_WRONG = ("getOrder", "cancelOrder", "lookAtCode", "getToken")
"""They ask for nothing but a text, and any text may be an id."""
UNKNOWN = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"
ids = count()


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    folder: Path = tmp_path_factory.mktemp("desk")
    with pytest.MonkeyPatch.context() as patch:  # it tries many wrong keys, and means no harm
        for name in front.MOST:
            patch.setitem(front.MOST, name, "1000000/minute")
        desk = TheDesk(f"sqlite:///{folder}/desk.db", StillClock(CONTRACTS_DAY), folder)
        desk.desk._here.counter.limits.enabled = False
        yield Partner(desk)
        desk.audit()
        desk.desk.close()


@pytest.fixture(scope="module")
def api(partner: Partner) -> Any:
    return schemathesis.openapi.from_wsgi("/kigo/openapi.json", partner.desk.app)


@pytest.fixture(scope="module")
def callers(partner: Partner) -> dict[str, dict[str, str]]:
    """The headers of each kind of caller."""
    return {
        "partner": partner.server().headers,
        "user": partner.user().headers,
        "key": {"x-api-key": partner.keys[PARTNER]},
        "": {},
    }


@pytest.fixture(scope="module")
def orders(partner: Partner) -> dict[str, Callable[[], dict[str, Any]]]:
    """Makes an order that stands so, as the callers see it."""
    server, user, other = partner.server(), partner.user(), partner.server(OTHER)

    def placed(who: Caller = server, product: str = PRODUCT, **more: Any) -> dict[str, Any]:
        return who.placed(f"made-{next(ids)}", product, **more)

    def claimed(by: Caller) -> dict[str, Any]:
        order = placed()
        token = by.claim(order["claim_code"]).json
        return order | {"token_id": token["token_id"]}

    def cancelled() -> dict[str, Any]:
        order = placed()
        server.post(f"/orders/{order['order_id']}/cancel")
        return order

    return {
        "open": placed,
        "claimed": lambda: claimed(user),
        "taken": lambda: claimed(partner.user("another")),
        "cancelled": cancelled,
        "bound": lambda: placed(external_user_id="another"),
        "foreign": lambda: placed(other, FOREIGN),
        "of nobody": lambda: {"order_id": UNKNOWN, "claim_code": "2222-2222-2222"},
    }


def headers_of(callers: dict[str, dict[str, str]], part: dict[str, Any]) -> dict[str, str]:
    [kind] = [next(iter(one)) for one in part["security"]] or [""]
    return callers[kind]


# --- right requests ---------------------------------------------------------------------------


def made_right(partner: Partner, case: Any, order: dict[str, Any]) -> None:
    """Say what a schema cannot: which ids, codes and keys there are, how long metadata may be."""
    known = {"token_id": UNKNOWN, "product_id": PRODUCT} | order
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    if not isinstance(case.body, dict):
        return
    body = case.body = exact(case.body)
    for name, value in (("partner_id", PARTNER), ("claim_code", order["claim_code"])):
        if name in body:
            body[name] = value
    if "refresh_token" in body:
        body["refresh_token"] = partner.user_session()["refresh_token"]
    for name in ("metadata", "attributes"):
        if len(str(body.get(name))) > 1000:
            body[name] = {"long": "ą" * 1000}


def exact(value: Any) -> Any:
    """1.0 is no whole number to us, and 1e-320 is out of range."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else 0.5
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    return [exact(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("name", "part"), OPERATIONS, ids=NAMES)
def test_a_right_request_is_answered_as_the_document_says(
    partner: Partner, api: Any, callers: Any, orders: Any, name: str, part: dict[str, Any]
) -> None:
    operation, headers = api.find_operation_by_id(name), headers_of(callers, part)
    statuses = set()

    @AS_FOUND
    @hypothesis.given(
        case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        state=st.sampled_from([*sorted(orders), *[USUALLY.get(name, "open")] * 6]),
    )
    def check(case: Any, state: str) -> None:
        made_right(partner, case, orders[state]())
        for header in ("Authorization", "x-api-key"):
            (case.headers or {}).pop(header, None)
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        statuses.add(answer.status_code)
        if name not in OF_AN_ORDER:
            assert answer.status_code < 300, answer.text

    check()
    assert statuses & {200, 201}


USUALLY = {"getToken": "claimed"}
"""How an order stands when a call may succeed, where that is not open."""
OF_AN_ORDER = (*NEVER_WRONG, "claim", "placeOrder")
"""Where it depends on the order, or the product, what is answered."""


# --- wrong requests, and nobody's --------------------------------------------------------------


@pytest.mark.parametrize(("name", "part"), [one for one in OPERATIONS if one[0] not in NEVER_WRONG])
def test_a_wrong_request_is_refused_as_the_document_says(
    api: Any, callers: Any, name: str, part: dict[str, Any]
) -> None:
    operation, headers = api.find_operation_by_id(name), headers_of(callers, part)

    @AS_FOUND
    @hypothesis.given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def check(case: Any) -> None:
        without_headers(case)
        if "product_id" in (case.path_parameters or {}):
            case.path_parameters["product_id"] = PRODUCT
        # Whatever else stands behind the ? of a list is ignored.
        more = [negative_data_rejection] if name.startswith("list") else []
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance, *more])

    check()


@pytest.mark.parametrize(("name", "part"), GUARDED, ids=[name for name, _ in GUARDED])
def test_nobody_is_let_in(partner: Partner, api: Any, name: str, part: dict[str, Any]) -> None:
    operation = api.find_operation_by_id(name)
    wrong = [{}, *({"Authorization": f"Bearer {token}"} for token in WRONG), {"x-api-key": "x"}]

    @hypothesis.settings(AS_FOUND, max_examples=max(1, EXAMPLES // 8))
    @hypothesis.given(case=operation.as_strategy(), headers=st.sampled_from(wrong))
    def check(case: Any, headers: dict[str, str]) -> None:
        case.headers = {}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        assert answer.status_code == 401

    check()


WRONG = ("x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJsdmwiOiJwYXJ0bmVyIn0.")


@pytest.mark.parametrize(("name", "part"), GUARDED, ids=[name for name, _ in GUARDED])
def test_a_token_of_the_other_level_is_forbidden(
    api: Any, callers: Any, name: str, part: dict[str, Any]
) -> None:
    [kind] = [next(iter(one)) for one in part["security"]]
    if kind == "key":
        return
    operation = api.find_operation_by_id(name)
    headers = callers["user" if kind == "partner" else "partner"]

    @hypothesis.settings(AS_FOUND, max_examples=max(1, EXAMPLES // 8))
    @hypothesis.given(case=operation.as_strategy())
    def check(case: Any) -> None:
        case.headers = {}
        answer = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
        assert answer.status_code == 403

    check()


# --- the document itself ----------------------------------------------------------------------


def test_the_document_names_every_call_and_no_other(partner: Partner) -> None:
    paths = Caller(partner.desk.app).app.test_client().get("/kigo/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, item in paths.items() for method in item}
    served = {
        (path.removeprefix("/api/v1").replace("<", "{").replace(">", "}"), method)
        for path, methods in server.CALLS.items()
        for method in methods
        if path != server.DOCUMENT
    }
    assert told == served


def test_the_document_is_for_everybody_and_says_where_it_is_served(partner: Partner) -> None:
    client = partner.desk.app.test_client()
    answer = client.get("/kigo/openapi.json")
    assert answer.mimetype == "application/json"
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "https://pay.example/kigo/api/v1"}]
    assert client.post("/kigo/openapi.json").status_code == 405


def test_every_member_that_is_told_is_in_the_document(partner: Partner) -> None:
    client = partner.desk.app.test_client()
    schemas = client.get("/kigo/openapi.json").json["components"]["schemas"]
    order, user = partner.server().placed("shown"), partner.user(USER)
    view = user.get(f"/tokens/claim/{order['claim_code']}").json
    token = user.claim(order["claim_code"]).json
    detail = user.get(f"/tokens/{token['token_id']}").json
    for model, told in (
        ("Order", order), ("ClaimView", view), ("Token", token), ("TokenDetail", detail),
        ("PartnerToken", partner.session()), ("UserTokens", partner.user_session()),
    ):  # fmt: skip
        assert set(told) == set(schemas[model]["properties"]) == set(schemas[model]["required"])
