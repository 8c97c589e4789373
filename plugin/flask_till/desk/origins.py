"""Which web addresses belong to a merchant. Read as a browser reads them, or refused. No I/O."""

from __future__ import annotations

import re
from collections.abc import Collection

from ..errors import InvalidRequest

# Python and browsers disagree about backslashes, control characters, "@" and odd hosts; an address
# in which they could disagree is not accepted at all.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[/?#][\x21-\x5b\x5d-\x7e]*)?",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": "80", "https": "443"}


def origin_of(url: str) -> str | None:
    """``scheme://host[:port]`` as browsers write it; None for anything but a plain http(s) URL."""
    found = _ADDRESS.fullmatch(url)
    if found is None:
        return None
    scheme, host = found["scheme"].lower(), found["host"].lower()
    if found["port"] is None or found["port"].lstrip("0") == _DEFAULT_PORT[scheme]:
        return f"{scheme}://{host}"
    port = int(found["port"])
    return f"{scheme}://{host}:{port}" if 0 < port < 65536 else None


def as_origin(text: str) -> str:
    """A merchant's origin, normalised. Raises `InvalidRequest` (INVALID_ORIGIN) otherwise."""
    origin = origin_of(text)
    found = _ADDRESS.fullmatch(text)
    if origin is None or found is None or found["rest"] not in (None, "/"):
        raise InvalidRequest(
            f"{text!r} is not an origin.",
            code="INVALID_ORIGIN",
            remedy="An origin is scheme, host and port only, such as https://shop.example.",
            fields={"origins": "scheme, host and port only"},
        )
    return origin


def require_registered(url: str | None, origins: Collection[str], *, field: str) -> None:
    """Refuse an address outside of the merchant's origins: `InvalidRequest`, 422."""
    if url is None or origin_of(url) in origins:
        return
    raise InvalidRequest(
        f"{field} is not at one of the merchant's registered origins.",
        code="REDIRECT_NOT_REGISTERED",
        remedy="Register the origin with `flask till merchants add --origin`, and write the URL"
        " plainly: no backslash, no credentials, host in ASCII.",
        fields={field: "not at a registered origin"},
    )
