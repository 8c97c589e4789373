"""The OpenAPI document is true: requests made from it are answered as it says, step after step."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from flask_till.desk.dialects import bearer
from flask_till.desk.dialects.till import ROUTES
from flask_till.desk.extension import OrderDesk
from tests.desk.the_desk import SHOP
from tests.desk.the_documents import PROFILE
from tests.stand_ins.paper_gateway import PaperGateway

KEY = "till_key_that_only_tests_know"
OPERATIONS = ["createOrder", "listOrders", "getOrder", "createToken", "cancelOrder", "createRefund",
              "listEvents", "replayEvent"]  # fmt: skip
NEVER_WRONG = ("getOrder", "listEvents")
"""They take nothing but an id, and any text may be one."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with pytest.MonkeyPatch.context() as patch:  # it tries many wrong keys, and means no harm
        patch.setitem(bearer.MOST, "wrong_key", "1000000/minute")
        yield from an_app(tmp_path_factory)


def an_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder: Path = tmp_path_factory.mktemp("desk")
    app = Flask("a_desk", instance_path=str(folder))
    app.testing = True
    desk = OrderDesk(app, gateways=[PaperGateway()], background=False)
    desk.add_merchant(name="Mugs", origins=[SHOP], api_key=KEY)
    yield app
    desk.close()


@pytest.fixture(scope="module")
def api(app: Any) -> Any:
    schema = schemathesis.openapi.from_wsgi("/v1/openapi.json", app)
    schema.config.update(headers={"Authorization": f"Bearer {KEY}"})
    return schema


keys = count()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A schema cannot say that parts add up to a total, or that 1.0 is no whole number to us."""
    right = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    if right and "Idempotency-Key" in (case.headers or {}):
        case.headers["Idempotency-Key"] = f"key-{next(keys)}"  # each means something new
    if not right or not isinstance(case.body, dict):
        return
    case.body = whole(case.body)
    if "lines" in case.body:
        total = {"product_id": "p", "name": "n", "quantity": 1, "unit_amount": case.body["amount"]}
        case.body |= {"lines": [total], "adjustments": []}
    if "lines" in case.body and case.path == "/orders":
        case.body |= {"shares": [], "quote": None}
        case.body |= {"redirect_url": f"{SHOP}/thanks", "opener_origin": SHOP}
        case.body["external_id"] = f"T-{next(keys)}"  # no run depends on what another one made


def whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(part) for name, part in value.items()}
    return [whole(part) for part in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("name", "mode"),
    [(name, GenerationMode.POSITIVE) for name in OPERATIONS]
    + [(name, GenerationMode.NEGATIVE) for name in OPERATIONS if name not in NEVER_WRONG],
)
def test_every_request_is_answered_as_the_document_says(
    api: Any, name: str, mode: GenerationMode
) -> None:
    operation = api.find_operation_by_id(name)

    @PROFILE
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def check(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {KEY}"})

    check()


def test_a_walk_from_answer_to_request_holds_too(api: Any) -> None:
    class Walk(api.as_state_machine()):  # type: ignore[misc]
        def validate_response(self, response: Any, case: Any, **kwargs: Any) -> None:
            # Without its key no step leads anywhere; requests by themselves are tried without.
            case.validate_response(response, excluded_checks=[ignored_auth])

    Walk.run(settings=hypothesis.settings(PROFILE, stateful_step_count=6))


def test_the_document_names_every_route_and_no_other(app: Any) -> None:
    paths = app.test_client().get("/v1/openapi.json").json["paths"]
    told = {(path, method.upper()) for path, item in paths.items() for method in item}
    served = {
        (path.replace("<", "{").replace(">", "}"), method)
        for path, views in ROUTES.items()
        for method in views
        if path != "/openapi.json"
    }
    assert told == served


def test_the_document_needs_no_key_and_says_where_it_is_served(app: Any) -> None:
    answer = app.test_client().get("/v1/openapi.json", base_url="https://pay.example")
    assert answer.json["openapi"].startswith("3.1")
    assert answer.json["servers"] == [{"url": "https://pay.example/v1"}]
