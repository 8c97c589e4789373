"""The line between a shop and a partner that the test plays: it may be cut, or lose answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx


class Line(httpx.BaseTransport):
    """Carries requests to a WSGI application. The test turns its knobs.

    ``cut``: nobody answers. ``deaf``: the partner acts, and its answer is lost.
    ``answers_with``: what comes back instead of what the partner says, and it does not act.
    ``before``: functions that run once before a request whose path ends like that is carried out.
    """

    def __init__(self, app: Any) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self.cut = self.deaf = False
        self.answers_with: Callable[[], httpx.Response] | None = None
        self.before: dict[str, Callable[[], Any]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for end in [end for end in self.before if request.url.path.endswith(end)]:
            self.before.pop(end)()
        if self.cut:
            raise httpx.ConnectError("nobody listens", request=request)
        if self.answers_with is not None:
            return self.answers_with()
        answer = self._inner.handle_request(request)
        if self.deaf:
            answer.read()
            raise httpx.ReadTimeout("the answer is lost", request=request)
        return answer

    def says(self, status_code: int, **content: Any) -> None:
        """From now on this comes back; ``says(200, json={...})``, ``says(502, text="...")``."""
        self.answers_with = lambda: httpx.Response(status_code, **content)
