"""Where browsers find this desk."""

from __future__ import annotations

from flask import has_request_context, request

from ..web.asked import asked_origin


class Address:
    """From the setting, else from the request, else from the last merchant's request.

    Only a merchant's own request is remembered: anybody may send any ``Host``.
    """

    def __init__(self, public_url: str | None, url_prefix: str) -> None:
        self._public_url = public_url
        self._url_prefix = url_prefix
        self._remembered = ""

    def base(self) -> str:
        """The desk's address without a final slash; empty when nothing is known yet."""
        if self._public_url is not None:
            return self._public_url
        if has_request_context():
            return f"{asked_origin()}{request.root_path}{self._url_prefix}"
        return self._remembered

    def page(self) -> str:
        """The order page, without its query."""
        return f"{self.base()}/order"

    def remember(self) -> None:
        """For threads that serve no request: what this request was sent to."""
        if self._public_url is None:
            self._remembered = self.base()
