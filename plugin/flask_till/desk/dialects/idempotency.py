"""``Idempotency-Key``: the same request again gets the same bytes again, and does nothing new."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, request
from pydantic import BaseModel

from ...base.database import Work
from ...errors import InvalidRequest
from ..actions.idempotency import (
    Kept,
    Repeat,
    begin_once,
    find_answer,
    finish_once,
    keep_answer,
)
from ..counter import counter
from ..merchant import Merchant

_KEY = re.compile(r"[\x21-\x7e]{1,255}\Z")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer before it is one: made inside a transaction, where no request is at hand."""

    message: BaseModel
    status: int = 200


def asked(merchant: Merchant) -> Repeat | None:
    """The key of this request with what it counts for; None when there is none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.match(key):
        raise InvalidRequest(
            "Idempotency-Key must be 1 to 255 visible ASCII characters.",
            code="INVALID_IDEMPOTENCY_KEY",
        )
    fingerprint = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    return Repeat(merchant.id, f"{request.method} {request.path}", key, fingerprint)


def once(repeat: Repeat | None, do: Callable[[Work], Said]) -> Response:
    """Work of one transaction: claim, change and answer are committed together or not at all."""
    desk = counter()
    if repeat is None:
        said = desk.database.write(do)
        return _response(said.message.model_dump_json(), said.status)

    def claimed(work: Work) -> tuple[Kept, str | None]:
        kept = begin_once(work, repeat)
        if kept is not None:
            return kept, None
        said = do(work)
        text = said.message.model_dump_json()
        return finish_once(work, repeat, Kept(said.status, desk.seal.close(text))), text

    kept, text = desk.database.write(claimed)
    return _opened(kept) if text is None else _response(text, kept.status)


def earlier(repeat: Repeat | None) -> Response | None:
    """The answer kept for this request, if it was given before."""
    if repeat is None:
        return None
    kept = counter().database.read(find_answer, repeat)
    return None if kept is None else _opened(kept)


def keep(repeat: Repeat | None, said: Said) -> Response:
    """Keep the answer of work that crossed a gateway; whoever was first has the word."""
    text = said.message.model_dump_json()
    if repeat is None:
        return _response(text, said.status)
    mine = Kept(said.status, counter().seal.close(text))
    kept = counter().database.write(keep_answer, repeat, mine)
    return _response(text, said.status) if kept == mine else _opened(kept)


def derived_id(prefix: str, repeat: Repeat) -> str:
    """An id that the same request always gets, so that a crash halfway never does it twice."""
    text = f"{repeat.merchant_id}\n{repeat.endpoint}\n{repeat.key}"
    return f"{prefix}_{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _opened(kept: Kept) -> Response:
    response = _response(counter().seal.open(kept.body), kept.status)
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _response(text: str, status: int) -> Response:
    return Response(text, status, mimetype="application/json")
