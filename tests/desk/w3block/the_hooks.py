"""Webhook configurations of a company in tests: making them, and what they were told."""

from __future__ import annotations

from typing import Any

from flask_till.desk.w3block_hook import SUBJECT
from tests.desk.w3block.the_company import Storefront

OTHER = "11111111-3d44-4f6b-8a1d-52c0f8e7a901"
"""Another company."""


def hooks(by: Storefront, method: str = "GET", path: str = "", **options: Any) -> Any:
    place = f"/admin/companies/{by.company}/webhooks-configurations{path}"
    return by.call(method, place, **options)


def hook_at(company: Any, url: str, **more: Any) -> dict[str, Any]:
    answer = hooks(company.server, "POST", json={"webhookUrl": url} | more)
    assert answer.status_code == 201, answer.data
    made: dict[str, Any] = answer.json
    return made


def drain(desk: Any) -> Any:
    return desk.desk.relay.drain()


def kinds(desk: Any, order_id: str) -> Any:
    """What hooks were to be told of an order, in its order."""
    return desk.kinds(SUBJECT + order_id)


def paid(desk: Any, made: dict[str, Any]) -> None:
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))


def deliveries(company: Any, hook: dict[str, Any], **query: Any) -> Any:
    return hooks(company.server, path=f"/{hook['id']}/webhooks", query_string=query).json
