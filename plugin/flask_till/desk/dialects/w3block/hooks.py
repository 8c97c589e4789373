"""Webhook configurations of a company, and what each of them was told (8)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Response, request

from ....web.body import raw_body
from ....wire.w3block.access import ADMIN_ROUTES
from ....wire.w3block.message import LARGEST_BODY
from ....wire.w3block.paging import Direction, ListQuery, Page, Query
from ....wire.w3block.values import path_id
from ....wire.w3block.webhooks import (
    ChangeWebhook,
    ConfigureWebhook,
    Sent,
    WebhookConfiguration,
    WebhookDelivery,
    WebhookStatus,
    signed_headers,
)
from ...actions import w3block_hooks
from ...w3block_hook import Hook, Part, Sending
from .admission import admitted
from .answers import body_of, nothing_more, say
from .front import Front
from .webhook import event_of

SORTABLE = ("createdAt",)
STATUS: Mapping[str, WebhookStatus] = {
    "waiting": WebhookStatus.SENDING,
    "done": WebhookStatus.CONCLUDED,
    "dead": WebhookStatus.FAILED,
    "disabled": WebhookStatus.FAILED,
}
"""By the outbox's words."""
NO_ANSWER = "It was not sent, or not answered in time."
OF_OURS = "dlv_"
"""Before the digits of an id, in our own ids of what is on its way."""


def create(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    asked = body_of(ConfigureWebhook)
    hook = front.hooks.add(caller.company.id, asked.webhook_url, tries=asked.tries)
    return say(_configuration(front, hook), 201)


def search(front: Front, company_id: str) -> Response:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    asked = _asked()
    hooks, total = front.database.read(w3block_hooks.list_hooks, caller.company.id, _part(asked))
    items = [_configuration(front, hook) for hook in hooks]
    return say(Page.of(items, total, asked, request.base_url))


def detail(front: Front, company_id: str, hook_id: str) -> Response:
    hook = _own(front, company_id, hook_id)
    return say(_configuration(front, hook))


def change(front: Front, company_id: str, hook_id: str) -> Response:
    """What is not given stays; a body that is empty, as clients send it, changes nothing."""
    hook = _own(front, company_id, hook_id)
    asked = ChangeWebhook.read(raw_body(LARGEST_BODY) or b"{}")
    changed = front.hooks.change(
        hook.company_id, hook.id, url=asked.webhook_url, tries=asked.max_retries
    )
    return say(_configuration(front, changed))


def enable(front: Front, company_id: str, hook_id: str) -> Response:
    return _switch(front, company_id, hook_id, is_on=True)


def disable(front: Front, company_id: str, hook_id: str) -> Response:
    return _switch(front, company_id, hook_id, is_on=False)


def deliveries(front: Front, company_id: str, hook_id: str) -> Response:
    hook = _own(front, company_id, hook_id)
    asked = _asked()
    sendings, total = front.database.read(w3block_hooks.list_sendings, hook.id, _part(asked))
    items = [_delivery(front, hook, one) for one in sendings]
    return say(Page.of(items, total, asked, request.base_url))


def delivery(front: Front, company_id: str, hook_id: str, delivery_id: str) -> Response:
    hook = _own(front, company_id, hook_id)
    ours = OF_OURS + uuid.UUID(path_id(delivery_id)).hex
    sending = front.database.read(w3block_hooks.read_sending, hook.id, ours)
    return say(_delivery(front, hook, sending))


# --- whose --------------------------------------------------------------------------------------


def _own(front: Front, company_id: str, hook_id: str) -> Hook:
    caller = admitted(front, company_id, ADMIN_ROUTES)
    return front.database.read(w3block_hooks.read_hook, caller.company.id, path_id(hook_id))


def _switch(front: Front, company_id: str, hook_id: str, *, is_on: bool) -> Response:
    hook = _own(front, company_id, hook_id)
    front.database.write(w3block_hooks.switch_hook, hook.company_id, hook.id, is_on=is_on)
    return nothing_more()


def _asked() -> ListQuery:
    return ListQuery.read(Query(request.args.items(multi=True)), SORTABLE)


def _part(asked: ListQuery) -> Part:
    newest_first = asked.order_by == Direction.DESC
    return Part(asked.offset, asked.limit, newest_first, search=asked.search or "")


# --- words --------------------------------------------------------------------------------------


def _configuration(front: Front, hook: Hook) -> WebhookConfiguration:
    return WebhookConfiguration(
        id=hook.id,
        company_id=hook.company_id,
        webhook_url=hook.url,
        signature_key=front.hooks.key_of(hook),
        max_retries=hook.tries,
        disabled=not hook.is_on,
        created_at=hook.created_at,
        updated_at=hook.updated_at,
    )


def _delivery(front: Front, hook: Hook, sending: Sending) -> WebhookDelivery:
    event = event_of(sending.kind, sending.data, sending.created_at)
    headers = signed_headers(event.to_bytes(), front.hooks.key_of(hook))
    return WebhookDelivery(
        id=str(uuid.UUID(sending.id.removeprefix(OF_OURS))),
        company_id=hook.company_id,
        configuration_id=hook.id,
        status=STATUS[sending.state],
        errors=sending.errors,
        data=Sent(url=hook.url, headers=dict(headers), body=event.to_data()),
        last_result=_last(sending),
        created_at=sending.created_at,
        updated_at=sending.updated_at,
    )


def _last(sending: Sending) -> dict[str, int | str | None] | None:
    """The status that came back. Why there was none is the operator's to know: whoever configures
    an address is not told what is reachable from here."""
    if not sending.tries:
        return None
    last = sending.tries[-1]
    said = NO_ANSWER if last.status is None else f"HTTP {last.status}"
    return {"status": last.status, "message": said}
