"""The desk's invariants: what no crash, race or hostile caller may ever leave behind."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from collections.abc import Iterable

from ...base.database import Work
from ...base.invariants import Breach, Invariant, find_breaches
from ..order import CAPTURED, ENDED_UNPAID
from ..payment import ACTIVE
from .audit_balances import BALANCE_INVARIANTS
from .audit_products import PRODUCT_INVARIANTS
from .audit_transfers import TRANSFER_INVARIANTS
from .audit_wallet import WALLET_INVARIANTS
from .boxo_audit import BOXO_INVARIANTS
from .claim_audit import CLAIM_INVARIANTS, KIGO_INVARIANTS
from .ipos_audit import IPOS_INVARIANTS
from .w3block_audit import W3BLOCK_INVARIANTS
from .w3block_told_audit import TOLD_INVARIANTS
from .web3_audit import WEB3_INVARIANTS
from .web3_chain_audit import CHAIN_INVARIANTS
from .web3_sendings_audit import SENDINGS_INVARIANTS


def _listed(words: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


_captured, _ended = _listed(CAPTURED), _listed(ENDED_UNPAID)
_active = _listed(ACTIVE)

INVARIANTS = (
    Invariant(
        "ledger-balanced",
        "every ledger entry adds up to zero in one currency",
        "select entry, min(currency) as currency, sum(amount) as total from till_desk_ledger"
        " group by entry having sum(amount) <> 0 or count(distinct currency) > 1",
    ),
    Invariant(
        "captured-in-ledger",
        "the gateways hold what paid orders captured, less what was refunded",
        f"""select o.id, o.status, o.amount, o.refunded, coalesce(sum(l.amount), 0) as at_gateways
            from till_desk_orders o left join till_desk_ledger l
              on l.order_id = o.id and l.account like 'gateway:%'
              and l.kind in ('capture', 'refund')
            group by o.id, o.status, o.amount, o.refunded
            having coalesce(sum(l.amount), 0) <>
              case when o.status in {_captured} then o.amount - o.refunded else 0 end""",
    ),
    Invariant(
        "ledger-currency",
        "postings are in their order's currency",
        "select l.entry, l.currency, o.id, o.currency as of_order from till_desk_ledger l"
        " join till_desk_orders o on o.id = l.order_id where l.currency <> o.currency",
    ),
    Invariant(
        "suspense-returned",
        "money that no order may keep is in suspense until its refund succeeded",
        """select o.id, coalesce(s.held, 0) as held, coalesce(r.owed, 0) as owed
           from till_desk_orders o
           left join (select order_id, -sum(amount) as held from till_desk_ledger
                      where account = 'suspense' group by order_id) s on s.order_id = o.id
           left join (select order_id, sum(amount) as owed from till_desk_refunds
                      where cause <> 'asked' and status <> 'succeeded' group by order_id) r
             on r.order_id = o.id
           where coalesce(s.held, 0) <> coalesce(r.owed, 0)""",
    ),
    Invariant(
        "paid-by-evidence",
        "an order is paid if and only if one succeeded payment of just its amount, currency and"
        " mode is kept for it, or none where there is nothing to pay",
        f"""select o.id, o.status, count(p.id) as kept
            from till_desk_orders o left join till_desk_payments p on p.order_id = o.id
              and p.kept = 1 and p.status = 'succeeded' and p.amount = o.amount
              and p.currency = o.currency and p.live = o.live
            group by o.id, o.status, o.amount
            having count(p.id) <>
              case when o.status in {_captured} and o.amount > 0 then 1 else 0 end""",
    ),
    Invariant(
        "kept-belongs",
        "a kept payment fits its order in amount, currency and mode",
        "select p.id, p.order_id from till_desk_payments p join till_desk_orders o"
        " on o.id = p.order_id where p.kept = 1"
        " and (p.amount <> o.amount or p.currency <> o.currency or p.live <> o.live)",
    ),
    Invariant(
        "unkept-returned",
        "a succeeded payment that is not kept is owed back, once and in full",
        """select p.id, p.order_id, count(r.id) as refunds from till_desk_payments p
           left join till_desk_refunds r on r.payment_id = p.id and r.cause <> 'asked'
             and r.amount = p.amount and r.currency = p.currency
           where p.kept = 0 and p.status = 'succeeded'
           group by p.id, p.order_id having count(r.id) <> 1""",
    ),
    Invariant(
        "refunds-within-captured",
        "refunds asked for are never more than the order's amount",
        """select o.id, o.amount, sum(r.amount) as asked from till_desk_orders o
           join till_desk_refunds r on r.order_id = o.id
           where r.cause = 'asked' and r.status <> 'failed'
           group by o.id, o.amount having sum(r.amount) > o.amount""",
    ),
    Invariant(
        "refunded-adds-up",
        "what an order says was refunded is the sum of its succeeded refunds",
        """select o.id, o.refunded, coalesce(sum(r.amount), 0) as succeeded from till_desk_orders o
           left join till_desk_refunds r on r.order_id = o.id and r.cause = 'asked'
             and r.status = 'succeeded'
           group by o.id, o.refunded having coalesce(sum(r.amount), 0) <> o.refunded""",
    ),
    Invariant(
        "status-tells-refunds",
        "paid means nothing refunded, partially_refunded some, refunded all",
        """select id, status, amount, refunded from till_desk_orders where status <> case
             when refunded = 0 then case when status in ('partially_refunded', 'refunded')
               then 'paid' else status end
             when refunded = amount then 'refunded' else 'partially_refunded' end""",
    ),
    Invariant(
        "no-active-payment-after-end",
        "an order that ended unpaid has no payment under way, unless late money is welcome and"
        " somebody will end it",
        f"""select o.id, p.id as payment from till_desk_orders o
            join till_desk_payments p on p.order_id = o.id
            where o.status in {_ended} and p.status in {_active}
              and not (o.late_money = 'accept' and exists (
                select 1 from till_desk_deliveries d where d.subject = 'payment:' || p.id
                  and d.courier = 'late_look' and d.state = 'waiting'))""",
    ),
    Invariant(
        "ended-at",
        "orders that ended unpaid, and only they, have the time of their end",
        f"select id, status, ended_at from till_desk_orders"
        f" where case when status in {_ended} then 1 else 0 end"
        f" <> case when ended_at is not null then 1 else 0 end",
    ),
    Invariant(
        "events-without-gap",
        "events of one subject are numbered 1, 2, 3 and so on",
        "select subject, count(*) as events, min(seq) as first, max(seq) as last"
        " from till_desk_events group by subject having min(seq) <> 1 or max(seq) <> count(*)",
    ),
    Invariant(
        "every-version-told",
        "each version of an order has an event that carries it",
        """select o.id, o.version, count(distinct {version}) as told from till_desk_orders o
           left join till_desk_events e on e.subject = o.id
           group by o.id, o.version
           having count(distinct {version}) <> o.version or max({version}) <> o.version""",
    ),
    Invariant(
        "last-event-is-the-state",
        "the newest event of an order has the order's status",
        """select o.id, o.status, {status} as told from till_desk_orders o
           join till_desk_events e on e.subject = o.id
           where {status} <> o.status and e.seq =
             (select max(seq) from till_desk_events where subject = o.id)""",
    ),
    Invariant(
        "every-event-addressed",
        "each event of an order that its merchant did not get as an answer has a delivery",
        """select e.id, e.subject, e.seq from till_desk_events e
           join till_desk_orders o on o.id = e.subject
           left join till_desk_deliveries d on d.event_id = e.id
             and d.courier = o.dialect and d.address = o.merchant_id
           where d.id is null and e.kind <> 'order.created'""",
    ),
    Invariant(
        "deliveries-settled",
        "a delivery that is done has an attempt that succeeded, and one that waits is not over",
        """select d.id, d.state, d.tries from till_desk_deliveries d
           where (d.state = 'waiting' and d.done_at is not null)
              or (d.state <> 'waiting' and d.done_at is null)
              or (d.state = 'done' and not exists (select 1 from till_desk_attempts a
                    where a.delivery_id = d.id and a.outcome = 'done'))""",
    ),
    Invariant(
        "refunds-carried",
        "a refund that is pending is on its way, or somebody still has to send it",
        """select r.id, r.order_id from till_desk_refunds r
           where r.status = 'pending' and r.provider_ref is null and not exists (
             select 1 from till_desk_deliveries d
             where d.subject = 'refund:' || r.id and d.state <> 'done')""",
    ),
    Invariant(
        "refunds-answered",
        "a refund that a provider has taken and is not done with is still asked about",
        """select r.id, r.order_id from till_desk_refunds r
           where r.status = 'pending' and r.provider_ref is not null and not exists (
             select 1 from till_desk_deliveries d
             where d.subject = 'refund:' || r.id and d.courier = 'refund_look'
               and d.state = 'waiting')""",
    ),
    Invariant(
        "refunds-dated",
        "a refund that is over, and only such a one, has the time of its end",
        "select id, status, done_at from till_desk_refunds"
        " where case when status = 'pending' then 1 else 0 end"
        " <> case when done_at is null then 1 else 0 end",
    ),
    Invariant(
        "evidence-bound",
        "every provider event that was kept names a payment of ours",
        """select v.gateway, v.event_id from till_desk_provider_events v
           left join till_desk_payments p on p.id = v.payment_id and p.gateway = v.gateway
           where p.id is null""",
    ),
    *BALANCE_INVARIANTS,
    *PRODUCT_INVARIANTS,
    *TRANSFER_INVARIANTS,
    *WALLET_INVARIANTS,
    *BOXO_INVARIANTS,
    *IPOS_INVARIANTS,
    *CLAIM_INVARIANTS,
    *KIGO_INVARIANTS,
    *W3BLOCK_INVARIANTS,
    *TOLD_INVARIANTS,
    *WEB3_INVARIANTS,
    *CHAIN_INVARIANTS,
    *SENDINGS_INVARIANTS,
)


def audit_desk(work: Work) -> list[Breach]:
    """What breaks an invariant; empty when all hold. Reads only."""
    return find_breaches(work, INVARIANTS)
