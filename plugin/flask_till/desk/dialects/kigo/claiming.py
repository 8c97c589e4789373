"""Looking at a code, claiming it, and the tokens of a user's wallet (6)."""

from __future__ import annotations

from flask import Response, request

from ....web.callers import caller
from ....wire.kigo import paths
from ....wire.kigo.claims import Claim, Gallery
from ....wire.kigo.orders import Paging
from ...actions import product_tokens
from ...kigo_partner import Account, KigoOrder
from . import admission
from .answers import json_body, say
from .front import Front
from .words import detail_of, gallery_item, token_of, view_of


def look(front: Front, claim_code: str) -> Response:
    """What a code is for; changes nothing (6.1)."""
    account = admission.user(front)
    order = _find(front, claim_code, account)
    return say(view_of(front, order, front.claims.product_of(order)))


def claim(front: Front) -> Response:
    """The token, and the same one again for who has it (6.2)."""
    account = admission.user(front)
    order = _find(front, Claim.of(json_body()).claim_code, account)
    return say(token_of(front.claims.claim(order, account)))


def gallery(front: Front) -> Response:
    account = admission.user(front)
    asked = Paging.read_query(request.query_string)
    found, total = front.database.read(
        product_tokens.list_tokens, account.id, offset=asked.offset, limit=asked.limit
    )
    return say(Gallery(items=[gallery_item(token) for token in found], total=total))


def detail(front: Front, token_id: str) -> Response:
    account = admission.user(front)
    token_id = paths.check_token_id(token_id)
    return say(detail_of(front.database.read(product_tokens.read_token, token_id, account.id)))


def _find(front: Front, code: str, account: Account) -> KigoOrder:
    """Raises `NotFound`, `TooMany` for who guesses (5)."""
    return front.claims.find(code, address=caller(), account=account)
