"""The invariants of the wallet: one order for a basket, one word of its payment to the shop."""

from __future__ import annotations

from ...base.invariants import Invariant

WALLET_INVARIANTS = (
    Invariant(
        "wallet-paid-told-once",
        "each paid wallet order has exactly one event that tells the shop, and no other has one",
        """select w.id, w.status, count(e.id) as told from till_desk_wallet_orders w
           left join till_desk_events e
             on (e.kind = 'order.paid' and e.subject = w.order_id)
             or (e.kind = 'order_paid' and e.subject = w.linked_basket_id and w.order_id is null)
           where w.status not in ('failed', 'placing')
           group by w.id, w.status
           having count(e.id) <> case when w.status = 'paid' then 1 else 0 end""",
    ),
    Invariant(
        "ordered-basket-has-its-order",
        "an ordered basket has exactly one order that the shop made",
        """select b.id, count(w.id) as orders from till_desk_linked_baskets b
           left join till_desk_wallet_orders w on w.linked_basket_id = b.id
             and w.status not in ('failed', 'placing') and w.merchant_order_id is not null
           where b.status = 'ordered' group by b.id having count(w.id) <> 1""",
    ),
    Invariant(
        "made-order-ends-its-basket",
        "the basket of an order that the shop made and the shopper may pay is ordered",
        """select w.id, w.status, b.status as basket from till_desk_wallet_orders w
           join till_desk_linked_baskets b on b.id = w.linked_basket_id
           where w.status in ('processing', 'paid', 'completed') and b.status <> 'ordered'""",
    ),
    Invariant(
        "wallet-order-follows",
        "a wallet order has the status of its desk order, unless the shop ended it",
        """select w.id, w.status, o.status as desk from till_desk_wallet_orders w
           join till_desk_orders o on o.id = w.order_id
           where w.status <> case
               when o.status in ('pending', 'processing') then 'processing'
               when o.status in ('paid', 'partially_refunded', 'refunded') then 'paid'
               else 'rejected' end
             and not (w.status = 'completed' and o.status in ('cancelled', 'expired'))""",
    ),
    Invariant(
        "wallet-order-is-the-desks",
        "a desk order that pays for a wallet order is the same merchant's and named after it",
        """select w.id, o.id as desk from till_desk_wallet_orders w
           join till_desk_orders o on o.id = w.order_id
           where o.merchant_id <> w.merchant_id or o.dialect <> 'inpost'
             or o.external_id <> w.id or o.currency <> 'PLN'""",
    ),
    Invariant(
        "placing-carried",
        "an order that the shop is being asked for is on its way",
        """select w.id from till_desk_wallet_orders w where w.status = 'placing' and not exists (
             select 1 from till_desk_deliveries d join till_desk_events e on e.id = d.event_id
             where e.kind = 'order_place' and d.subject = w.linked_basket_id
               and d.state in ('waiting', 'disabled'))""",
    ),
    Invariant(
        "edits-carried",
        "a change that waits for the shop is on its way",
        """select x.event_id from till_desk_basket_edits x
           where x.status = 'waiting' and not exists (
             select 1 from till_desk_deliveries d where d.event_id = x.event_id
               and d.state in ('waiting', 'disabled'))""",
    ),
)
