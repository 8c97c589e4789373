"""The parameters behind a ``?``: only those that are asked for, each once, in UTF-8 (2, 5)."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import unquote_to_bytes

from .error_codes import KigoCode, refusal
from .values import is_storable

LONGEST_QUERY = 8192


def read_query(query: bytes, names: Collection[str]) -> dict[str, str]:
    """The parameters of these names, in any order; what else stands there is ignored (5).

    Raises `RequestError` (400 ``invalid_request``) for one that is given twice with different
    values, or that is no UTF-8, or holds a NUL.
    """
    if len(query) > LONGEST_QUERY:
        raise refusal(KigoCode.INVALID_REQUEST, "The query is too long.")
    found: dict[str, str] = {}
    for pair in query.split(b"&"):
        raw, _, value = pair.partition(b"=")
        name = _plain(raw).decode("utf-8", "replace")
        if name in names:
            text = _text(name, value)
            if found.setdefault(name, text) != text:
                raise _wrong(name, "is given twice")
    return found


def _plain(raw: bytes) -> bytes:
    return unquote_to_bytes(raw.replace(b"+", b" "))


def _text(name: str, raw: bytes) -> str:
    try:
        text = _plain(raw).decode()
    except UnicodeDecodeError:
        raise _wrong(name, "is not UTF-8") from None
    if not is_storable(text):
        raise _wrong(name, "must not hold a NUL")
    return text


def _wrong(name: str, why: str) -> Exception:
    return refusal(KigoCode.INVALID_REQUEST, f"{name} {why}.", fields={name: why})
