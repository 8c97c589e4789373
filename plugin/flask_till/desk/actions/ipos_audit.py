"""The invariants of IPOS orders: who pays them, what they top up, and what was let go for good."""

from __future__ import annotations

from ...base.columns import listed
from ...base.invariants import Invariant
from ..order import CAPTURED, PAID, PARTIALLY_REFUNDED

IPOS_INVARIANTS = (
    Invariant(
        "ipos-payer",
        "an IPOS order is one of its dialect, and is paid from the balances of who ordered it",
        """select i.order_id, i.user_id, o.payer from till_desk_ipos_orders i
           join till_desk_orders o on o.id = i.order_id
           where o.dialect <> 'ipos' or o.payer is null or o.payer <> 'ipos:' || i.user_id""",
    ),
    Invariant(
        "topped-up-once",
        "what a top-up order was paid with is in a balance once, and nothing of others is",
        f"""select i.order_id, o.status, count(distinct l.entry) as times
            from till_desk_ipos_orders i
            join till_desk_orders o on o.id = i.order_id
            left join till_desk_ledger l on l.order_id = i.order_id and l.kind = 'top_up'
            group by i.order_id, i.top_up, i.topped_up_at, o.status
            having count(distinct l.entry) <> case
                     when i.top_up is not null and o.status in {listed(CAPTURED)} then 1
                     else 0 end
                or count(distinct l.entry)
                     <> case when i.topped_up_at is null then 0 else 1 end""",  # noqa: S608 - of constants
    ),
    Invariant(
        "released-for-good",
        "rewards are released of paid orders only, and nothing of those goes back",
        f"""select i.order_id, o.status, o.final_sale from till_desk_ipos_orders i
            join till_desk_orders o on o.id = i.order_id
            where i.rewards_released_at is not null
              and (o.final_sale = 0
                   or o.status not in {listed((PAID, PARTIALLY_REFUNDED))})""",  # noqa: S608 - of constants
    ),
)
