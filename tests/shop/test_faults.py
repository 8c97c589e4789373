"""When something of ours breaks: the caller gets a number, the log gets the rest under it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient

from tests.shop.conftest import OWN

SECRET = "postgresql://till:hunter2@db/shop"
CALLS = [
    ("GET", "/till/basket"),
    ("GET", "/till/channel"),
    ("GET", "/till/iziCanBeBound?product_id=mug"),
    ("POST", "/till/iziAddToCart"),
    ("POST", "/till/checkout"),
]


@pytest.fixture
def broken(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A browser with a basket, at a shop whose database code has a fault."""
    client.post("/till/iziAddToCart", json={"product_id": "mug"}, headers=OWN)

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET)

    front = app.extensions["till"]
    monkeypatch.setattr(front.database, "read", fail)
    monkeypatch.setattr(front.database, "write", fail)
    return client


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_caller_gets_a_number_and_the_log_the_rest(
    broken: FlaskClient, method: str, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = {"product_id": "mug"} if path.endswith("Cart") else {}
    json = body if method == "POST" else None
    answer = broken.open(path, method=method, json=json, headers=OWN)
    assert (answer.status_code, answer.json["error_code"]) == (500, "INTERNAL_ERROR")
    assert answer.headers["Cache-Control"] == "no-store"
    number = answer.json["error_message"].split("err_")[1].rstrip(".")
    assert len(number) == 16
    [record] = [record for record in caplog.records if f"err_{number}" in record.getMessage()]
    assert record.exc_info is not None
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text


def test_whoever_watches_the_application_s_faults_hears_of_it(
    app: Flask, broken: FlaskClient
) -> None:
    heard: list[BaseException] = []

    def listen(sender: Flask, exception: BaseException) -> None:
        heard.append(exception)

    with got_request_exception.connected_to(listen, app):
        broken.get("/till/basket")
    assert [str(error) for error in heard] == [SECRET]
