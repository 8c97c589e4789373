"""The audit is silent while all is well, and notices each thing that it is there to notice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from flask_till.desk.actions.audit import INVARIANTS, audit_desk
from flask_till.desk.actions.balances import grant
from flask_till.desk.tables import (
    ledger,
    orders,
    outbox,
    payments,
    provider_events,
    refunds,
    reversals,
    transfers,
)
from flask_till.desk.tables.balances import balances, spend_returns, spends
from flask_till.money import Money
from tests.desk.boxo.test_audit import SPOILS as BOXO_SPOILS
from tests.desk.ipos.test_audit import SPOILS as IPOS_SPOILS
from tests.desk.kigo.spoils import KIGO_SPOILS
from tests.desk.w3block.spoils import W3BLOCK_SPOILS
from tests.desk.wallet.spoils import WALLET_SPOILS
from tests.desk.web3.spoils import SENDINGS_SPOILS, WEB3_SPOILS
from tests.desk.web3.test_w3block_audit import ARRIVED, MOVING
from tests.desk.web3.test_watch_audit import SPOILS as CHAIN_SPOILS

Spoil = Callable[[Any], Any]


def rows_of_ledger(work: Any, **values: Any) -> None:
    order_id = work.execute(text("select min(id) from till_desk_orders")).scalar_one()
    row = {"entry": "ent_x", "account": "x", "order_id": order_id, "kind": "capture", "amount": 1,
           "currency": "PLN", "at": work.now}  # fmt: skip
    work.execute(insert(ledger).values(**row | values))


def balanced(kind: str, account: str, currency: str = "PLN") -> Spoil:
    def spoil(work: Any) -> None:
        rows_of_ledger(work, entry="ent_y", account=account, kind=kind, currency=currency)
        rows_of_ledger(work, entry="ent_y", account="z", kind=kind, amount=-1, currency=currency)

    return spoil


SPOILS: dict[str, Spoil] = {
    "ledger-balanced": lambda work: rows_of_ledger(work, kind="other"),
    "captured-in-ledger": balanced("capture", "gateway:paper"),
    "ledger-currency": balanced("other", "x", "EUR"),
    "suspense-returned": balanced("suspend", "suspense"),
    "paid-by-evidence": lambda work: work.execute(update(payments).values(kept=False)),
    "kept-belongs": lambda work: work.execute(update(payments).values(amount=1)),
    "unkept-returned": lambda work: work.execute(update(payments).values(kept=False)),
    "refunds-within-captured": lambda work: work.execute(update(refunds).values(amount=9999)),
    "refunded-adds-up": lambda work: work.execute(update(refunds).values(amount=7)),
    "status-tells-refunds": lambda work: work.execute(
        update(orders).where(orders.c.status == "partially_refunded").values(status="refunded")
    ),
    "no-active-payment-after-end": lambda work: work.execute(
        text(
            "update till_desk_payments set status = 'processing' where order_id in"
            " (select id from till_desk_orders where status = 'cancelled')"
        )
    ),
    "ended-at": lambda work: work.execute(update(orders).values(ended_at=None)),
    "events-without-gap": lambda work: work.execute(
        update(outbox.events).where(outbox.events.c.seq == 2).values(seq=9)
    ),
    "every-version-told": lambda work: work.execute(update(orders).values(version=9)),
    "last-event-is-the-state": lambda work: work.execute(
        update(orders).where(orders.c.status == "cancelled").values(status="expired")
    ),
    "every-event-addressed": lambda work: (
        work.execute(delete(outbox.attempts)),
        work.execute(delete(outbox.deliveries)),
    ),
    "deliveries-settled": lambda work: work.execute(delete(outbox.attempts)),
    "refunds-carried": lambda work: work.execute(
        update(refunds).values(status="pending", provider_ref=None, done_at=None)
    ),
    "refunds-answered": lambda work: work.execute(
        update(refunds).values(status="pending", provider_ref="re_1", done_at=None)
    ),
    "refunds-dated": lambda work: work.execute(update(refunds).values(done_at=None)),
    "shares-have-transfers": lambda work: work.execute(
        update(transfers).where(transfers.c.place == 1).values(amount=1)
    ),
    "transfers-carried": lambda work: work.execute(
        update(transfers)
        .where(transfers.c.place == 0)
        .values(status="pending", provider_ref=None, done_at=None)
    ),
    "transfers-in-ledger": lambda work: work.execute(
        update(transfers).where(transfers.c.place == 0).values(sent=1)
    ),
    "refunds-taken-back": lambda work: work.execute(delete(reversals)),
    "reversed-within-sent": lambda work: work.execute(update(reversals).values(amount=9999)),
    "reversals-carried": lambda work: work.execute(
        update(reversals).values(status="pending", provider_ref=None, done_at=None)
    ),
    "balances-in-ledger": lambda work: work.execute(update(balances).values(amount=7)),
    "spent-once": lambda work: work.execute(update(spends).values(status="void")),
    "paid-from-balances": lambda work: work.execute(delete(spends)),
    "balances-returned": lambda work: work.execute(delete(spend_returns)),
    "evidence-bound": lambda work: work.execute(update(provider_events).values(payment_id="none")),
}


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.fixture
def busy_desk(desk: Any) -> Any:
    """A desk on which a bit of everything happened."""
    from flask_till.desk.order import Share

    shares = (Share("potter", 1000, "acct_potter"), Share("painter", 500))
    paid = desk.paid("T-1", 5000, shares=shares)
    desk.desk.relay.drain()
    desk.cashier.refund(paid.id, Money.of_minor(2000, "PLN"))
    late = desk.order("T-2")
    ref = desk.start(late)
    desk.clock.advance(minutes=31)
    desk.cashier.get(late.id)
    body = f'{{"id":"evt_1","ref":"{ref}","status":"succeeded"}}'.encode()
    desk.gateway.turn(ref, "succeeded")
    desk.cashier.receive("paper", body, {"X-Signature": "good"})
    cancelled = desk.order("T-3")
    desk.start(cancelled)
    desk.cashier.cancel(cancelled.id)
    desk.order("T-4")
    desk.database.write(grant, "ipos:ada", "wallet", Money("90", "PLN"), live=False)
    saved = desk.order("T-5", dialect="ipos", payer="ipos:ada")
    desk.cashier.pay(saved.id, gateway="test_balance", method="wallet", inputs={})
    desk.cashier.refund(saved.id, Money("20", "PLN"))
    desk.clock.advance(60)
    desk.desk.relay.drain()
    return desk


def test_all_holds_where_all_kinds_of_things_happened(busy_desk: Any) -> None:
    assert busy_desk.database.read(audit_desk) == []


def test_every_invariant_is_tried() -> None:
    elsewhere = {
        *WALLET_SPOILS,
        *BOXO_SPOILS,
        *IPOS_SPOILS.values(),
        *KIGO_SPOILS,
        *W3BLOCK_SPOILS,
        *WEB3_SPOILS,
        *SENDINGS_SPOILS,
        *CHAIN_SPOILS,
        *(name for name, _ in (*ARRIVED, *MOVING)),
    }
    assert set(SPOILS) | elsewhere == {invariant.name for invariant in INVARIANTS}


def test_each_thing_that_must_not_be_is_noticed_by_its_name(busy_desk: Any) -> None:
    for name, spoil in SPOILS.items():

        def act(work: Any, spoil: Spoil = spoil) -> None:
            spoil(work)
            raise Seen(audit_desk(work))

        with pytest.raises(Seen) as seen:
            busy_desk.database.write(act)
        found = {breach.invariant.name for breach in seen.value.args[0]}
        assert name in found, f"{name} was not noticed; {found}"
    assert busy_desk.database.read(audit_desk) == []


def test_the_audit_reads_only(busy_desk: Any) -> None:
    for invariant in INVARIANTS:
        if not isinstance(invariant.query, str):
            continue
        assert invariant.query.split()[0] == "select"
        assert not {"update", "delete", "insert"} & set(invariant.query.split())
