"""What every page does about requests that go wrong, and before each of them."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import HTTPException

from ...base.limits import Limits
from ...errors import RequestError, Unreadable
from ...web.callers import limit_caller
from ...web.quiet_logs import forget_token
from ...web.refusals import number_of

LARGEST_FORM = 64 * 1024


def begin(limits: Limits) -> None:
    """Before each request to a page: how large it may be, and how often an address may ask."""
    request.max_content_length = LARGEST_FORM
    forget_token()  # whatever becomes of the request, the server logs its address
    if not str(request.endpoint).endswith(".static_file"):
        limit_caller(limits, "act" if request.method == "POST" else "page")


def as_ours(error: HTTPException) -> RequestError:
    """An error of the framework as one of ours."""
    ours = Unreadable(error.name, code="UNREADABLE")
    ours.status = error.code or 400  # type: ignore[misc]  # of this one error only
    return ours


def fault(error: Exception) -> RequestError:
    """Something of ours broke: the log says what, the page only a number to find it by."""
    ours = Unreadable(f"Fault {number_of(error)}.", code="FAULT")
    ours.status = 500  # type: ignore[misc]  # of this one error only
    return ours
