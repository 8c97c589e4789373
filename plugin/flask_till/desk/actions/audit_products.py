"""The invariants of what the desk sells itself: each piece once, and no coupon too often."""

from __future__ import annotations

from ...base.columns import listed
from ...base.invariants import Invariant
from ..order import CAPTURED, ENDED_UNPAID

PRODUCT_INVARIANTS = (
    Invariant(
        "pieces-taken",
        "a line has the tokens that it took, until it lets them go; what is on its way to a holder"
        " on a chain is let go when it does not arrive",
        """select s.order_id, s.place, s.state, s.quantity, count(t.id) as tokens
           from till_desk_product_sales s
           left join till_desk_product_tokens t on t.order_id = s.order_id and t.place = s.place
             and (s.state <> 'released' or (t.state <> 'held' and not exists (
               select 1 from till_desk_w3_moves m
               where m.token_id = t.id and m.state = 'under_way')))
           group by s.order_id, s.place, s.state, s.quantity, s.of_stock
           having count(t.id) <> case when s.of_stock = 1 or s.state = 'released' then 0
             else s.quantity end""",
    ),
    Invariant(
        "pieces-of-live-orders",
        "pieces are reserved by open orders, sold by paid ones, and let go by those that ended",
        f"""select s.order_id, s.place, s.state, o.status, w.state as whole
            from till_desk_product_sales s join till_desk_orders o on o.id = s.order_id
            left join till_desk_w3_orders w on w.order_id = o.id
            where (s.state = 'reserved'
                and coalesce(w.state, o.status) in {listed(CAPTURED | ENDED_UNPAID)})
               or (s.state = 'sold'
                and coalesce(w.state, o.status) not in {listed(CAPTURED)})""",  # noqa: S608 - of constants
    ),
    Invariant(
        "pieces-of-products",
        "a token that came of no claim is a piece of a product that the desk sells",
        """select t.id, t.product_id from till_desk_product_tokens t
           left join till_desk_products p on p.id = t.product_id
           where t.claim_id is null and t.parent_id is null and p.id is null""",
    ),
    Invariant(
        "coupon-uses",
        "a coupon counts the live orders that have it",
        """select c.id, c.uses, count(u.order_id) as orders from till_desk_coupons c
           left join till_desk_coupon_uses u on u.coupon_id = c.id and u.state = 'used'
           group by c.id, c.uses having c.uses <> count(u.order_id)""",
    ),
)
