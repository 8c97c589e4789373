"""Balances: paid in, given, spent and given back. Each posting is in the ledger as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update

from ...base.database import Work
from ...base.prepared import Upsert
from ...errors import GatewayRefused
from ...money import Money
from ..balance import (
    KINDS,
    SPENT,
    VOID,
    Balances,
    Spend,
    account_of,
    split_return,
    split_spend,
)
from ..ledger import Posting
from ..order import Order
from ..tables import payments
from ..tables.balances import balances, spend_returns, spends
from .posting import post

GRANTS = "grants"
"""The ledger's account of what operators gave away."""
_ADD = Upsert(
    balances,
    lambda row: row.on_conflict_do_update(
        index_elements=["owner", "kind", "currency", "live"],
        set_={"amount": balances.c.amount + row.excluded.amount},
    ),
)


def read_balances(work: Work, owner: str, *, currency: str, live: bool) -> Balances:
    """What that owner has; nothing of what was never paid in."""
    query = select(balances.c.kind, balances.c.amount).where(
        balances.c.owner == owner, balances.c.currency == currency, balances.c.live == live
    )
    found = {row.kind: row.amount for row in work.execute(query).all()}
    return Balances(**{kind: Money.of_minor(found.get(kind, 0), currency) for kind in KINDS})


# --- in ---------------------------------------------------------------------------------------


def grant(
    work: Work, owner: str, kind: str, amount: Money, *, live: bool, reason: str = "grant"
) -> None:
    """An operator gives money to a balance; ``reason`` is the kind of its posting."""
    _add(work, owner, kind, amount, live=live)
    posting = {GRANTS: amount.minor, account_of(kind, owner): -amount.minor}
    post(work, order_id=None, kind=reason, currency=amount.currency, posting=posting)


def top_up(work: Work, order: Order, kind: str) -> None:
    """What an order's payer paid goes to that balance, in the transaction that pays the order.

    The merchant keeps nothing of it, so such an order has no shares and is a final sale.
    """
    assert order.payer is not None
    assert order.final_sale
    assert not order.shares
    _add(work, order.payer, kind, order.amount, live=order.live)
    posting = {
        f"merchant:{order.merchant_id}": order.amount.minor,
        account_of(kind, order.payer): -order.amount.minor,
    }
    _post(work, order.id, "top_up", order.amount.currency, posting)


def _add(work: Work, owner: str, kind: str, amount: Money, *, live: bool) -> None:
    row = {"owner": owner, "kind": kind, "currency": amount.currency, "live": live}
    work.execute(_ADD, row | {"amount": amount.minor})


# --- out, and back ----------------------------------------------------------------------------


def spend(
    work: Work,
    payment_id: str,
    *,
    order_id: str,
    owner: str,
    method: str,
    amount: Money,
    live: bool,
) -> Spend:
    """Take a payment's money, once: a repeat gives back what was taken, or that it is void.

    Raises `GatewayRefused` (INSUFFICIENT_BALANCE); then nothing was taken.
    """
    earlier = _claim(work, payment_id, order_id, owner, SPENT)
    if earlier is not None:
        return earlier
    having = read_balances(work, owner, currency=amount.currency, live=live)
    parts = split_spend(method, having, amount)
    for kind, minor in parts.items():
        _take(work, owner, kind, Money.of_minor(minor, amount.currency), live=live)
    work.execute(update(spends).where(spends.c.payment_id == payment_id).values(parts=parts))
    posting = {account_of(kind, owner): minor for kind, minor in parts.items()}
    posting[f"gateway:{_gateway(work, payment_id)}"] = -amount.minor
    _post(work, order_id, "spend", amount.currency, posting)
    return Spend(payment_id, owner, SPENT, parts)


def void(work: Work, payment_id: str, *, order_id: str, owner: str) -> Spend:
    """See to it that a payment takes nothing from now on; what it took already is given back
    as it is, not undone."""
    earlier = _claim(work, payment_id, order_id, owner, VOID)
    return earlier or Spend(payment_id, owner, VOID, {})


def spend_of(work: Work, payment_id: str) -> Spend | None:
    """What a payment took; None when it neither took anything nor is void."""
    row = work.execute(select(spends).where(spends.c.payment_id == payment_id)).first()
    return None if row is None else _spend(row)


def spent_on(work: Work, order_id: str) -> Mapping[str, int]:
    """What the payment that pays an order took of each kind; empty when no balance did."""
    query = (
        select(spends)
        .join(payments, payments.c.id == spends.c.payment_id)
        .where(spends.c.order_id == order_id, payments.c.kept == True)  # noqa: E712 - SQL
    )
    row = work.execute(query).first()
    return {} if row is None else dict(row.parts)


def give_back(work: Work, refund_id: str, payment_id: str, amount: Money, *, live: bool) -> None:
    """A refund goes to the balances that it came from, once."""
    paid = work.execute(
        select(spends).where(spends.c.payment_id == payment_id).with_for_update()
    ).one()
    before = _returned(work, payment_id)
    row = {"refund_id": refund_id, "payment_id": payment_id, "amount": amount.minor, "at": work.now}
    if not work.insert_once(spend_returns, row):
        return
    back = split_return(paid.parts, before, amount.minor)
    for kind, minor in back.items():
        _add(work, paid.owner, kind, Money.of_minor(minor, amount.currency), live=live)
    posting = {account_of(kind, paid.owner): -minor for kind, minor in back.items()}
    posting[f"gateway:{_gateway(work, payment_id)}"] = amount.minor
    _post(work, paid.order_id, "unspend", amount.currency, posting)


def _claim(work: Work, payment_id: str, order_id: str, owner: str, status: str) -> Spend | None:
    """Decide what becomes of a payment, if nobody did before; else what was decided."""
    row = {"payment_id": payment_id, "order_id": order_id, "owner": owner, "status": status,
           "parts": {}, "at": work.now}  # fmt: skip
    if work.insert_once(spends, row):
        return None
    return spend_of(work, payment_id)


def _take(work: Work, owner: str, kind: str, amount: Money, *, live: bool) -> None:
    """Conditional, so that of two at once only one takes the last money."""
    taken = work.execute(
        update(balances)
        .where(
            balances.c.owner == owner,
            balances.c.kind == kind,
            balances.c.currency == amount.currency,
            balances.c.live == live,
            balances.c.amount >= amount.minor,
        )
        .values(amount=balances.c.amount - amount.minor)
    )
    if not taken.rowcount:
        raise GatewayRefused("The balance does not cover it.", code="INSUFFICIENT_BALANCE")


def _returned(work: Work, payment_id: str) -> int:
    query = select(func.coalesce(func.sum(spend_returns.c.amount), 0)).where(
        spend_returns.c.payment_id == payment_id
    )
    return int(work.execute(query).scalar_one())


def _gateway(work: Work, payment_id: str) -> str:
    query = select(payments.c.gateway).where(payments.c.id == payment_id)
    found: str = work.execute(query).scalar_one()
    return found


def _post(work: Work, order_id: str, kind: str, currency: str, posting: Posting) -> None:
    post(work, order_id=order_id, kind=kind, currency=currency, posting=posting)


def _spend(row: Any) -> Spend:
    return Spend(row.payment_id, row.owner, row.status, row.parts)
