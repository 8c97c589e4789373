"""Product tokens: handing them out for a claim, who holds them, and what a holder has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select, update

from ...base.database import Work
from ...errors import NotFound
from ..product_token import HELD, ProductToken, TokenDraft
from ..tables.claims import holders, product_tokens
from .shoppers import touch

_root = product_tokens.c.parent_id.is_(None)


def add_holder(work: Work, *, shopper_id: str | None = None) -> str:
    """Somebody who can hold tokens; returns the id."""
    holder = str(uuid4())
    row = {"id": holder, "shopper_id": shopper_id, "created_at": work.now}
    work.execute(insert(holders).values(**row))
    return holder


def ensure_holder(work: Work, holder: str) -> None:
    """Somebody whom a protocol names itself, such as by the address of a wallet."""
    work.insert_once(holders, {"id": holder, "created_at": work.now})


def tell_holder(work: Work, holder: str) -> None:
    """What they hold changed: their wallet shows it, if they have one."""
    shopper = select(holders.c.shopper_id).where(holders.c.id == holder)
    touch(work, work.execute(shopper).scalar())


def give_to_shopper(work: Work, holder: str, shopper_id: str) -> bool:
    """Show what the holder has in that shopper's wallet; False when it is another's already."""
    work.execute(
        update(holders)
        .where(holders.c.id == holder, holders.c.shopper_id.is_(None))
        .values(shopper_id=shopper_id)
    )
    found = work.execute(select(holders.c.shopper_id).where(holders.c.id == holder)).scalar()
    if found != shopper_id:
        return False
    touch(work, shopper_id)
    return True


def hand_out(work: Work, draft: TokenDraft, holder: str, claim_id: str) -> ProductToken:
    """Give the holder a token with all that is in it. The claim's own constraint makes it one."""
    _insert(work, draft, holder, claim_id=claim_id)
    tell_holder(work, holder)
    return token_of_claim(work, claim_id)


def token_of_claim(work: Work, claim_id: str) -> ProductToken:
    """Raises `NotFound` (TOKEN_NOT_FOUND)."""
    return _only(work, product_tokens.c.claim_id == claim_id)


def read_token(work: Work, token_id: str, holder: str) -> ProductToken:
    """One that this holder has. Raises `NotFound` (TOKEN_NOT_FOUND), also for another's."""
    return _only(work, product_tokens.c.id == token_id, product_tokens.c.holder == holder)


def list_tokens(
    work: Work, holder: str, *, offset: int = 0, limit: int = 20
) -> tuple[list[ProductToken], int]:
    """A page of what the holder has, newest first, and how many there are; parts not counted."""
    own = (product_tokens.c.holder == holder, _root)
    total = work.execute(select(func.count()).select_from(product_tokens).where(*own)).scalar()
    query = select(product_tokens).where(*own).order_by(*_newest).offset(offset).limit(limit)
    return _with_parts(work, work.execute(query).all()), int(total or 0)


def tokens_of_shopper(work: Work, shopper_id: str, *, limit: int = 100) -> list[ProductToken]:
    """What all accounts of a shopper hold, newest first."""
    query = (
        select(product_tokens)
        .join(holders, holders.c.id == product_tokens.c.holder)
        .where(holders.c.shopper_id == shopper_id, _root)
        .order_by(*_newest)
        .limit(limit)
    )
    return _with_parts(work, work.execute(query).all())


_newest = (product_tokens.c.held_at.desc(), product_tokens.c.id)


def _insert(
    work: Work,
    draft: TokenDraft,
    holder: str,
    *,
    claim_id: str | None = None,
    parent_id: str | None = None,
    position: int = 0,
) -> None:
    token_id = str(uuid4())
    row = {
        "id": token_id,
        "product_id": draft.product_id,
        "parent_id": parent_id,
        "position": position,
        "state": HELD,
        "claim_id": claim_id,
        "holder": holder,
        "name": draft.name,
        "terms": dict(draft.terms),
        "held_at": work.now,
    }
    work.execute(insert(product_tokens).values(**row))
    for place, part in enumerate(draft.children):
        _insert(work, part, holder, parent_id=token_id, position=place)


def _only(work: Work, *where: Any) -> ProductToken:
    row = work.execute(select(product_tokens).where(*where)).first()
    if row is None:
        raise NotFound("There is no such token.", code="TOKEN_NOT_FOUND")
    return _with_parts(work, [row])[0]


def _with_parts(work: Work, rows: Sequence[Any]) -> list[ProductToken]:
    parts = _parts(work, [row.id for row in rows])
    return [_token(row, tuple(parts[row.id])) for row in rows]


def _parts(work: Work, parents: Collection[str]) -> dict[str, list[ProductToken]]:
    found: dict[str, list[ProductToken]] = defaultdict(list)
    if not parents:
        return found
    query = (
        select(product_tokens)
        .where(product_tokens.c.parent_id.in_(parents))
        .order_by(product_tokens.c.position)
    )
    rows = work.execute(query).all()
    below = _parts(work, [row.id for row in rows])
    for row in rows:
        found[row.parent_id].append(_token(row, tuple(below[row.id])))
    return found


def _token(row: Any, children: tuple[ProductToken, ...]) -> ProductToken:
    return ProductToken(
        row.id, row.product_id, row.name, row.terms, row.holder, row.held_at, children
    )
