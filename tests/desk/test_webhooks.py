"""``/gateways/<name>/webhook``: providers are verified first, and thanked after the commit."""

from __future__ import annotations

import json
from typing import Any

from flask_till.cli import till
from flask_till.desk.tables import provider_events


def tell(desk: Any, *, sign: str = "good", name: str = "paper", **told: Any) -> Any:
    return desk.browserless.post(
        f"/gateways/{name}/webhook", data=json.dumps(told), headers={"X-Signature": sign}
    )


def test_a_signed_event_pays_the_order_before_it_is_thanked_for(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    for _ in range(3):
        answer = tell(desk, id="evt_1", ref=ref, status="succeeded")
        assert (answer.status_code, answer.json) == (200, {"received": True})
        assert desk.read(order.id).status == "paid"
    assert desk.kinds(order.id) == ["order.created", "order.paid"]


def test_a_wrong_signature_is_400_and_asks_the_database_nothing(
    desk: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(desk.database, "read", None)
    monkeypatch.setattr(desk.database, "write", None)
    for sign in ("", "bad", "\xff"):
        answer = tell(desk, sign=sign, id="evt_1", ref="x", status="succeeded")
        assert (answer.status_code, answer.json["code"]) == (400, "INVALID_SIGNATURE")
    monkeypatch.undo()


def test_an_event_of_a_payment_that_is_not_here_yet_is_404_so_that_it_comes_again(
    desk: Any,
) -> None:
    assert tell(desk, id="evt_1", ref="paper_none", status="succeeded").status_code == 404
    assert tell(desk, id="evt_1", ref="x", status="succeeded", name="nobody").status_code == 404
    assert tell(desk, id="evt_1", refund="ref_none", status="succeeded").status_code == 404


def test_an_event_that_does_not_fit_is_thanked_for_and_set_aside(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    answer = tell(desk, id="evt_1", ref=ref, status="succeeded", amount=[1, "PLN"])
    assert answer.status_code == 200
    assert desk.read(order.id).status == "pending"
    (kept,) = desk.rows(provider_events)
    assert (kept.verdict, kept.event_id) == ("quarantined", "evt_1")
    assert "0.01" in kept.why
    shown = desk.app.test_cli_runner().invoke(till, ["evidence", "list"]).output
    assert "evt_1" in shown
    assert order.id in shown
    assert "0.01" in shown


def test_when_the_commit_fails_the_provider_is_not_thanked(desk: Any, monkeypatch: Any) -> None:
    order = desk.order()
    ref = desk.start(order)

    def fail(*_: Any, **__: Any) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(desk.database, "write", fail)
        assert tell(desk, id="evt_1", ref=ref, status="succeeded").status_code == 500
    assert desk.read(order.id).status == "pending"
    assert tell(desk, id="evt_1", ref=ref, status="succeeded").status_code == 200
    assert desk.read(order.id).status == "paid"


def test_too_long_a_body_and_a_wrong_method_are_refused(desk: Any) -> None:
    answer = desk.browserless.post("/gateways/paper/webhook", data=b"x" * (256 * 1024 + 1))
    assert answer.status_code == 413
    assert desk.browserless.get("/gateways/paper/webhook").status_code in (404, 405)
    assert (
        desk.browserless.post(
            "/gateways/paper/webhook", data=b"{", headers={"X-Signature": "good"}
        ).status_code
        == 400
    )
