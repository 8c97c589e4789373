"""Money on a chain that pays for nothing goes back to where it came from, or where we are told.

What pays for an order goes back by a refund of the order, never by this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from ...base.database import Work
from ...errors import Conflict
from ..onchain import FAILED, FINAL, OPERATOR, RETURNED, Sending, Standing
from ..tables.web3 import web3_payments, web3_sendings
from .web3_payments import decide, standing_of
from .web3_sendings import queue_sending, sending_from


def return_money(work: Work, payment_id: str, *, to: str | None = None) -> list[Sending]:
    """Send all back that came for good for a payment which is not covered, once.

    It is decided thereby: whatever comes later pays for nothing either, and asking again sends
    that back, too. To each sender his own, or all ``to`` one address. Raises `NotFound`, and
    `Conflict`: PAYMENT_COVERED, NOTHING_TO_RETURN, or DECIDED when it was settled.
    """
    _lock(work, payment_id)
    standing = standing_of(work, payment_id)
    if standing.covering is not None or standing.paid_with is not None:
        raise Conflict(
            f"The payment {payment_id} is covered, or what covers it is on its way.",
            code="PAYMENT_COVERED",
            remedy="Refund its order; what came beyond the price goes back with --excess.",
        )
    if not any(standing.final(coin) for coin in standing.dues):
        raise _nothing(payment_id)
    standing = decide(work, payment_id, RETURNED)
    came = {coin: standing.final(coin) for coin in standing.dues}
    return _send(work, standing, came, to)


def return_excess(work: Work, payment_id: str, *, to: str | None = None) -> list[Sending]:
    """Send back what came for good beyond the price of a payment that is covered, once.

    To whoever sent the most of that coin, or ``to`` an address. Raises `NotFound`, and `Conflict`
    (NOTHING_TO_RETURN).
    """
    _lock(work, payment_id)
    standing = standing_of(work, payment_id)
    if standing.paid_with is None:
        raise _nothing(payment_id)
    return _send(work, standing, dict(standing.excess), to, to_one=True)


def _lock(work: Work, payment_id: str) -> None:
    """Two who ask at once go one after the other."""
    this = web3_payments.c.payment_id == payment_id
    work.execute(select(web3_payments.c.version).where(this).with_for_update()).first()


def _nothing(payment_id: str) -> Conflict:
    return Conflict(
        f"Nothing of the payment {payment_id} can go back.",
        code="NOTHING_TO_RETURN",
        remedy="What has come shows in `flask till web3 payments`; it has to be final.",
    )


def _send(
    work: Work,
    standing: Standing,
    owed: dict[str, int],
    to: str | None,
    *,
    to_one: bool = False,
) -> list[Sending]:
    before = returns_of(work, standing.payment_id)
    number = len(before)
    sent = [one for one in before if one.status != FAILED]
    queued = []
    for coin_id, units in owed.items():
        back = [one for one in sent if one.coin_id == coin_id]
        left = units - sum(one.units for one in back)
        for recipient, part in _parts(standing, coin_id, left, back, to, to_one=to_one):
            number += 1
            sending = Sending(
                f"back:{standing.payment_id}:{number}",
                int(coin_id.partition(":")[0]),
                "refund",
                OPERATOR,
                recipient,
                coin_id,
                part,
            )
            queued.append(queue_sending(work, sending))
    if not queued:
        raise _nothing(standing.payment_id)
    return queued


def _parts(
    standing: Standing,
    coin_id: str,
    left: int,
    back: list[Sending],
    to: str | None,
    *,
    to_one: bool,
) -> Iterator[tuple[str, int]]:
    """Who gets how much of what is left of a coin to go back."""
    shares: dict[str, int] = defaultdict(int)
    for one in standing.deposits:
        if one.coin_id == coin_id and one.status == FINAL:
            shares[one.sender] += one.received or 0
    if left <= 0:
        return
    if to is not None or to_one:
        yield to or max(shares, key=lambda sender: shares[sender]), left
        return
    for sender, units in shares.items():
        returned = sum(one.units for one in back if one.recipient.lower() == sender.lower())
        part = min(left, units - returned)
        if part > 0:
            left -= part
            yield sender, part


def returns_of(work: Work, payment_id: str) -> list[Sending]:
    """What was sent back of a payment without an order's refund, failed or not."""
    beginning = f"back:{payment_id}:"
    query = select(web3_sendings).where(web3_sendings.c.id.startswith(beginning, autoescape=True))
    return [sending_from(row) for row in work.execute(query).all()]
