"""The invariants of shares: each is passed on once or says why not, and comes back with refunds."""

from __future__ import annotations

from ...base.invariants import Invariant

TRANSFER_INVARIANTS = (
    Invariant(
        "shares-have-transfers",
        "what a capture owes a receiver is the sum of its transfers, done, under way or with a"
        " reason why not",
        """select order_id, account, sum(amount) as missing from (
             select order_id, account, -amount as amount from till_desk_ledger
             where kind = 'capture' and account like 'receiver:%'
             union all
             select order_id, 'receiver:' || receiver, -amount from till_desk_transfers
           ) both_sides group by order_id, account having sum(amount) <> 0""",
    ),
    Invariant(
        "transfers-carried",
        "a transfer that is pending is on its way, or lies where it can be seen",
        """select t.id, t.order_id from till_desk_transfers t
           where t.status = 'pending' and not exists (
             select 1 from till_desk_deliveries d join till_desk_events e on e.id = d.event_id
             where d.subject = 'transfer:' || t.id and e.kind = 'transfer.requested'
               and d.state <> 'done')""",
    ),
    Invariant(
        "transfers-in-ledger",
        "receivers got what their transfers sent, less what came back",
        """select order_id, account, sum(amount) as difference from (
             select order_id, account, amount from till_desk_ledger
             where kind in ('transfer', 'reversal') and account like 'receiver:%'
             union all
             select order_id, 'receiver:' || receiver, -sent from till_desk_transfers
             where status = 'succeeded'
             union all
             select t.order_id, 'receiver:' || t.receiver, r.amount from till_desk_reversals r
             join till_desk_transfers t on t.id = r.transfer_id where r.status = 'succeeded'
           ) both_sides group by order_id, account having sum(amount) <> 0""",
    ),
    Invariant(
        "refunds-taken-back",
        "what a refund charges to a receiver is taken back of its transfers",
        """select order_id, account, sum(amount) as difference from (
             select order_id, account, amount from till_desk_ledger
             where kind = 'refund' and account like 'receiver:%'
             union all
             select t.order_id, 'receiver:' || t.receiver, -r.amount from till_desk_reversals r
             join till_desk_transfers t on t.id = r.transfer_id
           ) both_sides group by order_id, account having sum(amount) <> 0""",
    ),
    Invariant(
        "reversed-within-sent",
        "no more of a transfer came back than was sent, or was claimed than the share",
        """select t.id, t.amount, t.sent, sum(r.amount) as claimed from till_desk_transfers t
           join till_desk_reversals r on r.transfer_id = t.id
           group by t.id, t.amount, t.sent
           having sum(r.amount) > t.amount
             or sum(case when r.status = 'succeeded' then r.amount else 0 end)
                > coalesce(t.sent, 0)""",
    ),
    Invariant(
        "reversals-carried",
        "a reversal that is pending is on its way, or lies where it can be seen",
        """select r.transfer_id, count(*) as pending from till_desk_reversals r
           where r.status = 'pending' group by r.transfer_id
           having count(*) > (
             select count(*) from till_desk_deliveries d
             join till_desk_events e on e.id = d.event_id
             where d.subject = 'transfer:' || r.transfer_id and e.kind = 'transfer.reversal'
               and d.state <> 'done')""",
    ),
)
