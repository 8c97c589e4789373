"""Tokens of W3block orders on their way to wallets on a chain: begun, followed, ended.

What is sent for a token is another one only after the one before failed for good, and somebody
said so: whatever is asked twice, or at once, or again after a crash, is sent once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, insert, select, update

from ...base.database import Work
from ...errors import Conflict
from .. import onchain
from ..onchain import Sending
from ..order import ENDED_UNPAID, REFUNDED
from ..tables.claims import product_tokens
from ..tables.w3block import w3_moves, w3_orders
from ..tables.web3 import web3_sendings, web3_transactions
from ..w3block_company import MOVING
from ..w3block_token import ARRIVED, FAILED, GIVEN_UP, LIVE, UNDER_WAY, Contract, Move, number_of
from . import product_sales
from .w3block_contracts import find_contract
from .web3_sendings import finish, queue_sending

PATIENCE = timedelta(minutes=10)
"""How long something may wait to be signed, for gas to pay it with, say, until it has failed."""
OPEN = (onchain.QUEUED, onchain.SENT)
_JOINED = w3_moves.outerjoin(web3_sendings, web3_sendings.c.id == w3_moves.c.sending_id)
_MOVES = select(
    w3_moves,
    web3_sendings.c.status.label("sending_status"),
    web3_sendings.c.tx_hash,
    web3_sendings.c.reason,
).select_from(_JOINED)
MoveSending = Callable[[str], Sending]
"""What to send, by the id that it is to have."""


def contract_of_order(work: Work, order_id: str) -> Contract | None:
    """That of its company."""
    of_order = select(w3_orders.c.company_id).where(w3_orders.c.order_id == order_id)
    company_id = work.execute(of_order).scalar_one_or_none()
    return None if company_id is None else find_contract(work, company_id)


def token_number(work: Work, token_id: str) -> int:
    """Its number in whatever contract its company has."""
    query = select(product_tokens.c.terms).where(product_tokens.c.id == token_id)
    return number_of(token_id, work.execute(query).scalar_one())


def find_move(work: Work, token_id: str) -> Move | None:
    """The attempt that counts, if there is one."""
    query = _MOVES.where(w3_moves.c.token_id == token_id, w3_moves.c.state.in_(LIVE))
    row = work.execute(query).first()
    return None if row is None else _move(row)


def moves_of(work: Work, order_id: str) -> list[Move]:
    """Those of an order that count."""
    query = _MOVES.where(w3_moves.c.order_id == order_id, w3_moves.c.state.in_(LIVE))
    return [_move(row) for row in work.execute(query.order_by(w3_moves.c.token_id)).all()]


def begin_move(
    work: Work,
    order_id: str,
    token_id: str,
    *,
    contract: Contract,
    number: int,
    recipient: str,
    wanted: MoveSending | None,
) -> Move:
    """Have a token sent, or note that it is there already (without ``wanted``); once.

    What was begun before is what there is. Raises `Conflict` (ORDER_STATE) when the order is not
    being delivered any more.
    """
    _require_moving(work, order_id, token_id)
    before = find_move(work, token_id)
    if before is not None:
        return before
    counted = select(func.coalesce(func.max(w3_moves.c.attempt), 0))
    attempt = work.execute(counted.where(w3_moves.c.token_id == token_id)).scalar_one() + 1
    sending = None if wanted is None else queue_sending(work, wanted(f"tok_{token_id}.{attempt}"))
    work.execute(
        insert(w3_moves).values(
            token_id=token_id,
            attempt=attempt,
            order_id=order_id,
            chain_id=contract.chain_id,
            contract=contract.address,
            number=number,
            recipient=recipient,
            sending_id=None if sending is None else sending.id,
            state=UNDER_WAY if sending is not None else ARRIVED,
            created_at=work.now,
            updated_at=work.now,
        )
    )
    if sending is None:
        _hand_over(work, order_id, token_id, recipient)
    begun = find_move(work, token_id)
    assert begun is not None
    return begun


def _require_moving(work: Work, order_id: str, token_id: str) -> None:
    """Nobody else begins or ends anything of that order before this transaction ends."""
    this = select(w3_orders.c.delivery).where(w3_orders.c.order_id == order_id).with_for_update()
    delivery = work.execute(this).scalar()
    held = select(product_tokens.c.state).where(
        product_tokens.c.id == token_id, product_tokens.c.order_id == order_id
    )
    if delivery != MOVING or work.execute(held).scalar() is None:
        raise Conflict("The order is not being delivered.", code="ORDER_STATE")


def orders_that_moved(work: Work, *, order_id: str | None = None, limit: int = 50) -> list[str]:
    """Those that had something sent which is final or failed now, or waited too long."""
    over = web3_sendings.c.status.not_in(OPEN) | _waited_too_long(work)
    query = select(w3_moves.c.order_id).select_from(_JOINED)
    query = query.where(w3_moves.c.state == UNDER_WAY, over).distinct().limit(limit)
    if order_id is not None:
        query = query.where(w3_moves.c.order_id == order_id)
    return list(work.execute(query).scalars())


def _waited_too_long(work: Work) -> Any:
    """In SQL: nothing was ever signed for it, and the sender says why."""
    return (
        (web3_sendings.c.status == onchain.QUEUED)
        & web3_sendings.c.reason.is_not(None)
        & (web3_sendings.c.created_at <= work.now - PATIENCE)
        & ~exists().where(web3_transactions.c.sending_id == web3_sendings.c.id)
    )


def settle_moves(work: Work, order_id: str) -> None:
    """Tokens whose sending is final are with their holders; those whose sending failed are not.

    Of an order that was given back meanwhile, the latter are for sale again.
    """
    this = select(w3_orders.c.state).where(w3_orders.c.order_id == order_id).with_for_update()
    state = work.execute(this).scalar()
    _stop_waiting(work, order_id)
    for move in moves_of(work, order_id):
        if move.state != UNDER_WAY or move.sending_status in OPEN:
            continue
        if move.sending_status == onchain.FINAL:
            _hand_over(work, order_id, move.token_id, move.recipient)
        _turn(work, move, ARRIVED if move.sending_status == onchain.FINAL else FAILED)
    if state == REFUNDED or state in ENDED_UNPAID:
        let_go(work, order_id)


def _stop_waiting(work: Work, order_id: str) -> None:
    mine = w3_moves.c.order_id == order_id, w3_moves.c.state == UNDER_WAY
    query = select(web3_sendings.c.id, web3_sendings.c.reason).select_from(_JOINED)
    for row in work.execute(query.where(*mine, _waited_too_long(work))).all():
        finish(work, row.id, failure=row.reason)


def _hand_over(work: Work, order_id: str, token_id: str, recipient: str) -> None:
    if not product_sales.move(work, order_id, token_id, recipient):
        raise Conflict("The token has another holder.", code="TOKEN_ELSEWHERE")


def is_waiting(order_id: Any) -> Any:
    """In SQL: something is sent for that order, and it is neither final nor failed yet."""
    return exists().where(
        w3_moves.c.order_id == order_id,
        w3_moves.c.state == UNDER_WAY,
        web3_sendings.c.id == w3_moves.c.sending_id,
        web3_sendings.c.status.in_(OPEN),
    )


def waits_for_chain(work: Work, order_id: str) -> bool:
    """Whether there is nothing to do for its tokens until their sendings end."""
    return bool(work.execute(select(is_waiting(order_id))).scalar())


def is_open(work: Work, sending_id: str) -> bool:
    """Whether something that was to be sent is neither final nor failed yet."""
    query = select(web3_sendings.c.status).where(web3_sendings.c.id == sending_id)
    return work.execute(query).scalar() in OPEN


def in_flight(work: Work, order_id: str) -> Collection[str]:
    """Ids of its tokens that may still come to their holders, whatever becomes of the order."""
    query = select(w3_moves.c.token_id).where(
        w3_moves.c.order_id == order_id, w3_moves.c.state == UNDER_WAY
    )
    return list(work.execute(query).scalars())


def give_up(work: Work, order_id: str) -> None:
    """What failed may be tried anew, or sold to somebody else."""
    failed = w3_moves.c.order_id == order_id, w3_moves.c.state == FAILED
    values = {"state": GIVEN_UP, "updated_at": work.now}
    work.execute(update(w3_moves).where(*failed).values(**values))


def let_go(work: Work, order_id: str) -> None:
    """The order ended badly: what it took is for sale again, but for what is on its way."""
    give_up(work, order_id)
    product_sales.release(work, order_id, keep=in_flight(work, order_id))


def _turn(work: Work, move: Move, state: str) -> None:
    this = w3_moves.c.token_id == move.token_id, w3_moves.c.attempt == move.attempt
    work.execute(update(w3_moves).where(*this).values(state=state, updated_at=work.now))


def _move(row: Any) -> Move:
    return Move(**{name: getattr(row, name) for name in Move.__dataclass_fields__})
