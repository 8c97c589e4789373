"""Where a request was sent to."""

from __future__ import annotations

from flask import request


def asked_origin() -> str:
    """As browsers write it. (Werkzeug's ``host_url`` decodes IDN, and fails where it cannot.)"""
    return f"{request.scheme}://{request.host}"
