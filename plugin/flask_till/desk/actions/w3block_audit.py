"""The invariants of W3block orders: whose they are, and that what is delivered has its holder."""

from __future__ import annotations

from ...base.invariants import Invariant

W3BLOCK_INVARIANTS = (
    Invariant(
        "w3block-placed",
        "an order of the W3block protocol is there in both tables, and is its buyer's",
        """select o.id, o.payer, w.buyer from till_desk_orders o
           left join till_desk_w3_orders w on w.order_id = o.id
           where o.dialect = 'w3block'
             and (w.order_id is null or o.payer is null or o.payer <> 'w3block:' || w.buyer)""",
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
        "what is on its way, or arrived, was paid and not given back as a whole",
        """select w.order_id, w.delivery, o.status from till_desk_w3_orders w
           join till_desk_orders o on o.id = w.order_id
           where w.delivery in ('moving', 'moved')
             and (o.status not in ('paid', 'partially_refunded') or w.word is not null)""",
    ),
)
