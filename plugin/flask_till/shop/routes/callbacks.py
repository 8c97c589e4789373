"""A desk tells us what became of an order: ``POST /callbacks/<desk>``."""

from __future__ import annotations

from flask import Response, request
from werkzeug.exceptions import HTTPException

from ...base.logs import logger
from ...errors import BadSignature, InvalidRequest, NotFound, RequestError, Unavailable
from ...web.body import raw_body
from ...web.refusals import apology
from ..actions import orders as order_actions
from ..desks import AnswersCallbacks
from ..order import DeskSnapshot
from .blueprint import blueprint
from .body import answer
from .shopfront import Shopfront, shopfront

log = logger(__name__)
LARGEST = 64 * 1024
"""Bytes of a callback, as the desk's protocol has it."""


@blueprint.post("/callbacks/<desk>")
def callback(desk: str) -> Response:
    """Verify the raw bytes, apply the event once, and only then say that it arrived."""
    front = shopfront()
    if desk != front.desk.name:
        raise NotFound("There is no desk of that name.", code="DESK_UNKNOWN")
    if not isinstance(front.desk, AnswersCallbacks):
        return answer({"applied": _hear(front)})
    status, told = front.desk.answer_callback(_failure(front))
    return answer(dict(told), status)


def _hear(front: Shopfront) -> bool:
    """Whether the callback was news."""
    event_id, snapshot = _verified(front, raw_body(LARGEST))
    return front.database.write(
        order_actions.apply_desk_order,
        front.shelf,
        front.desk.name,
        event_id,
        snapshot,
        heard=front.heard,
    )


def _failure(front: Shopfront) -> RequestError | None:
    """Why the callback could not be applied; None when it was, now or before."""
    try:
        _hear(front)
    except RequestError as error:
        return error
    except HTTPException as error:
        return InvalidRequest(error.description or error.name)
    except Exception as error:  # noqa: BLE001  # logged, and answered so that the desk calls again
        return Unavailable(apology(error), code="INTERNAL_ERROR")
    return None


def _verified(front: Shopfront, body: bytes) -> tuple[str, DeskSnapshot]:
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers[":path"] = request.root_path + request.path
    try:
        return front.desk.verify_callback(headers, body, front.database.clock())
    except RequestError:
        raise
    except Exception:
        # Whatever hostile bytes do to a parser, it is not our failure and they are not believed.
        log.exception("a callback could not be verified")
        raise BadSignature("The callback cannot be verified.") from None
