"""The invariants of W3block orders: whose they are, what their parts come to, and that what is
delivered has its holder."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from ...base.invariants import Invariant

_OPEN, _ENDED = "('pending', 'processing')", "('cancelled', 'expired')"
_CAPTURED = "('paid', 'partially_refunded', 'refunded')"
_REAL = "double precision"
_TOTAL = f"cast(p.total as {_REAL})"
_WHOLE = " + ".join(f"cast(p.{name} as {_REAL})" for name in ("basket", "service_fee", "gas"))
_SCALE = f"case c.decimals {' '.join(f'when {n} then {10**n}' for n in range(9))} end"

W3BLOCK_INVARIANTS = (
    Invariant(
        "w3block-placed",
        "an order of the W3block protocol is a leg of one that is there, and its buyer's",
        """select o.id, o.payer, w.buyer from till_desk_orders o
           left join till_desk_w3_parts p on p.leg_id = o.id
           left join till_desk_w3_orders w on w.order_id = p.order_id
           where o.dialect = 'w3block'
             and (w.order_id is null or o.payer is null or o.payer <> 'w3block:' || w.buyer)""",
    ),
    Invariant(
        "w3block-charged",
        "a leg charges what its part of the order pays, in its currency",
        f"""select p.order_id, p.leg_id, p.total, o.amount, o.currency from till_desk_w3_parts p
            join till_desk_orders o on o.id = p.leg_id
            join till_desk_w3_currencies c on c.id = p.currency_id
            where o.currency <> c.code or abs(o.amount - {_TOTAL} * {_SCALE}) >= 0.5""",
    ),
    Invariant(
        "w3block-covered",
        "the parts of an order are its whole price with the signed gas, and between two currencies"
        " no more than a minor unit of each above it",
        f"""select p.order_id, count(*) as parts, sum({_TOTAL}) as total from till_desk_w3_parts p
            join till_desk_w3_currencies c on c.id = p.currency_id
            where {_WHOLE} > 0 or {_TOTAL} > 0
            group by p.order_id
            having min({_WHOLE}) = 0
              or sum({_TOTAL} / nullif({_WHOLE}, 0)) < 1 - 1e-12
              or sum({_TOTAL} / nullif({_WHOLE}, 0)) > 1 + 1e-12 + case
                when count(distinct p.currency_id) = 1 then 0
                else sum(1e0 / {_SCALE} / nullif({_WHOLE}, 0)) end""",
    ),
    Invariant(
        "w3block-state",
        "the state of an order is what its legs come to together",
        f"""select w.order_id, w.state, l.* from till_desk_w3_orders w
            join (select p.order_id as whole, count(*) as legs,
                    sum(case when o.status = 'pending' then 1 else 0 end) as waiting,
                    sum(case when o.status in {_CAPTURED} then 1 else 0 end) as captured,
                    sum(case when o.status = 'paid' then 1 else 0 end) as paid,
                    sum(case when o.status = 'refunded' then 1 else 0 end) as refunded,
                    sum(case when o.status in {_ENDED} then 1 else 0 end) as ended
                  from till_desk_w3_parts p join till_desk_orders o on o.id = p.leg_id
                  where o.amount > 0 or not exists (
                    select 1 from till_desk_w3_parts q join till_desk_orders r on r.id = q.leg_id
                    where q.order_id = p.order_id and r.amount > 0)
                  group by p.order_id) l on l.whole = w.order_id
            where (w.state in {_OPEN} and (l.captured = l.legs or l.ended > 0
                    or (w.state = 'pending') <> (l.waiting > 0)))
               or (w.state in {_CAPTURED} and (l.captured <> l.legs
                    or (w.state = 'paid') <> (l.paid = l.legs)
                    or (w.state = 'refunded') <> (l.refunded = l.legs)))
               or (w.state in {_ENDED} and l.ended + l.captured - l.paid = 0)""",
    ),
    Invariant(
        "w3block-wound-up",
        "of an order that ended or was called off each leg is over, and what one took is going"
        " back, or somebody still has to see to it",
        f"""select w.order_id, w.state, o.id as leg, o.status from till_desk_w3_orders w
            join till_desk_w3_parts p on p.order_id = w.order_id
            join till_desk_orders o on o.id = p.leg_id
            where (w.state in {_ENDED} or w.word = 'cancelling') and w.unsettled = 0
              and (o.status in {_OPEN} or (o.status in ('paid', 'partially_refunded')
                and o.amount > 0 and not exists (select 1 from till_desk_refunds r
                  where r.order_id = o.id and r.cause = 'asked')))""",
    ),
    Invariant(
        "w3block-delivered",
        "an order is delivered if and only if each of its tokens is with its holder",
        """select w.order_id, w.delivery, t.id, t.state from till_desk_w3_orders w
           join till_desk_product_tokens t on t.order_id = w.order_id
           where (w.delivery = 'moved' and t.state <> 'held')
              or (t.state = 'held' and (w.delivery is null or w.delivery = 'waiting'))""",
    ),
    Invariant(
        "w3block-delivery-paid",
        "what is on its way, or arrived, was paid; and given back, if it was, by hand",
        f"""select order_id, delivery, state, word from till_desk_w3_orders
            where delivery in ('moving', 'moved')
              and (state not in {_CAPTURED} or word is not null)""",
    ),
    Invariant(
        "w3block-on-chain",
        "a token is with its holder on a chain if and only if what was sent for it is final, or it"
        " was there before; and on its way only while it is its order's",
        """select m.token_id, m.attempt, m.state, s.status, t.state as token, t.holder
           from till_desk_w3_moves m
           join till_desk_product_tokens t on t.id = m.token_id
           left join till_desk_web3_sendings s on s.id = m.sending_id
           where (m.state = 'arrived' and (coalesce(s.status, 'final') <> 'final'
                   or t.state <> 'held' or t.holder <> m.recipient or t.order_id <> m.order_id))
              or (m.state = 'under_way' and (t.state <> 'sold' or t.order_id <> m.order_id))
              or (m.state in ('failed', 'given_up') and s.status <> 'failed')""",
    ),
    Invariant(
        "w3block-nothing-under-way",
        "no delivery is over while something of it is on its way, unless its money went back",
        """select w.order_id, w.delivery, w.state, m.token_id from till_desk_w3_orders w
           join till_desk_w3_moves m on m.order_id = w.order_id and m.state = 'under_way'
           where w.delivery <> 'moving' or w.state not in
             ('paid', 'partially_refunded', 'refunded')""",
    ),
    Invariant(
        "w3block-sent-for-one",
        "what is sent from the operator's account as a token's is one token's",
        """select s.id, s.purpose from till_desk_web3_sendings s
           left join till_desk_w3_moves m on m.sending_id = s.id
           where s.purpose in ('mint', 'transfer')
             and (m.token_id is null or m.chain_id <> s.chain_id)""",
    ),
)
