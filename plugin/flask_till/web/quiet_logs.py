"""Keeps secrets out of access logs: servers write the whole address of a request there."""

from __future__ import annotations

import logging
import re

from flask import request

_TOKEN = re.compile(
    r"([?&](?:token|session_id|[a-z_]*client_secret|uuid"
    r"|claim(?:-|%2[dD])code|session(?:-|%2[dD])id)="
    r"|/tokens/claim/)[^&\s\"?]+"
)
"""Ours, a partner's, and what providers add when they send a shopper back; claim codes."""
_ADDRESSES = ("RAW_URI", "REQUEST_URI", "QUERY_STRING")


def forget_token() -> None:
    """For servers that log what stands in the environment of the request (gunicorn)."""
    for name in _ADDRESSES:
        if name in request.environ:
            request.environ[name] = _without_token(f"?{request.environ[name]}")[1:]


class _WithoutTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                _without_token(one) if isinstance(one, str) else one for one in record.args
            )
        return True


_FILTER = _WithoutTokens()


def quieten_development_server() -> None:
    """For the server of ``flask run``, which logs the request line; again is harmless."""
    logging.getLogger("werkzeug").addFilter(_FILTER)


def _without_token(text: str) -> str:
    return _TOKEN.sub(r"\1-", text)
