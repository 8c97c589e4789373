"""The invariants of balances: what they say is what the ledger owes, and nothing is spent twice."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from ...base.columns import listed
from ...base.invariants import Invariant
from ..payment import ACTIVE

BALANCE_INVARIANTS = (
    Invariant(
        "balances-in-ledger",
        "the ledger owes each owner what the owner's balances say",
        """select account, currency, sum(amount) as difference from (
             select kind || ':' || owner as account, currency, amount from till_desk_balances
             union all
             select account, currency, amount from till_desk_ledger
             where account like 'wallet:%' or account like 'credit:%'
               or account like 'free_credit:%'
           ) both_sides group by account, currency having sum(amount) <> 0""",
    ),
    Invariant(
        "spent-once",
        "a payment from a balance took just its amount, and one that took nothing is void",
        f"""select s.payment_id, s.status, p.status as payment, p.amount,
                   coalesce(sum(l.amount), 0) as took
            from till_desk_spends s join till_desk_payments p on p.id = s.payment_id
            left join till_desk_ledger l on l.order_id = s.order_id and l.kind = 'spend'
              and l.account = 'gateway:' || p.gateway
            group by s.payment_id, s.status, p.status, p.amount
            having (s.status = 'spent' and p.status not in
                     {listed((*ACTIVE, "succeeded"))})
                or (s.status = 'void' and p.status = 'succeeded')""",
    ),
    Invariant(
        "paid-from-balances",
        "an order that a balance pays has taken it from there",
        """select p.id, p.order_id from till_desk_payments p
           left join till_desk_spends s on s.payment_id = p.id and s.status = 'spent'
           where p.gateway in ('balance', 'test_balance') and p.status = 'succeeded'
             and s.payment_id is null""",
    ),
    Invariant(
        "balances-returned",
        "a refund to a balance that is done has arrived there",
        """select r.id, r.order_id from till_desk_refunds r
           join till_desk_payments p on p.id = r.payment_id
           left join till_desk_spend_returns b on b.refund_id = r.id and b.amount = r.amount
           where p.gateway in ('balance', 'test_balance') and r.status = 'succeeded'
             and b.refund_id is null""",
    ),
)
