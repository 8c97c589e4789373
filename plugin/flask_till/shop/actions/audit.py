"""The shop's invariants: stock, promotion uses, orders and what was told of them."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from collections.abc import Iterable

from ...base.database import Work
from ...base.invariants import Breach, Invariant, find_breaches
from ..claims import OPEN as OPEN_CLAIMS
from ..order import (
    CANCELLED,
    CAPTURED,
    ENDED_UNPAID,
    EXPIRED,
    MONEY_MAY_COME,
    NO_MONEY_CAME,
    REFUNDED,
)


def _listed(words: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


_captured, _ended = _listed(CAPTURED), _listed(ENDED_UNPAID)
_open_claims = _listed(OPEN_CLAIMS)
_late_money = _listed({MONEY_MAY_COME, NO_MONEY_CAME})

INVARIANTS = (
    Invariant(
        "stock-reserved",
        "what is reserved of a product is what orders hold of it, and never more than there is",
        """select s.product_id, s.on_hand, s.reserved, coalesce(sum(r.quantity), 0) as held
           from till_shop_stock s left join till_shop_reservations r
             on r.product_id = s.product_id and r.state = 'held'
           group by s.product_id, s.on_hand, s.reserved
           having s.reserved <> coalesce(sum(r.quantity), 0) or s.reserved > s.on_hand""",
    ),
    Invariant(
        "ended-holds-nothing",
        "an order that ended unpaid holds no stock and no promotion use",
        f"""select o.id, o.status, r.product_id as holds from till_shop_orders o
            join till_shop_reservations r on r.order_id = o.id and r.state = 'held'
            where o.status in {_ended}
            union all
            select o.id, o.status, u.code from till_shop_orders o
            join till_shop_promotion_uses u on u.order_id = o.id and u.state = 'held'
            where o.status in {_ended}""",
    ),
    Invariant(
        "watched-ended-unpaid",
        "late money is waited for only where an order ended unpaid, and may have ended elsewhere",
        f"""select id, status, reason, expires_at from till_shop_orders
            where reason in {_late_money}
              and (status not in ('{CANCELLED}', '{EXPIRED}') or expires_at is null)""",
    ),
    Invariant(
        "promotion-uses",
        "the uses counted of a promotion are the orders that hold one",
        """select c.code, c.uses, count(u.order_id) as held from till_shop_promotion_counts c
           left join till_shop_promotion_uses u on u.code = c.code and u.state = 'held'
             and (c.shopper = '' or u.shopper = c.shopper)
           group by c.code, c.shopper, c.uses having c.uses <> count(u.order_id)""",
    ),
    Invariant(
        "basket-points-at-its-link",
        "a basket names a binding exactly while that is linked, and it is its own",
        """select b.id, b.binding_id, l.id as linked from till_shop_baskets b
           left join till_shop_bindings l on l.basket_id = b.id and l.status = 'linked'
           where coalesce(b.binding_id, '') <> coalesce(l.id, '')
           union all
           select l.basket_id, l.id, l.status from till_shop_bindings l
           left join till_shop_baskets b on b.id = l.basket_id where b.id is null""",
    ),
    Invariant(
        "one-order-per-link",
        "an ordered binding has the one order that it names, and every order of a wallet a binding",
        """select l.id, l.order_id, w.order_id as kept from till_shop_bindings l
           left join till_shop_wallet_orders w on w.binding_id = l.id
           where coalesce(l.order_id, '') <> coalesce(w.order_id, '')
           union all
           select o.id, o.desk, w.order_id from till_shop_orders o
           left join till_shop_wallet_orders w on w.order_id = o.id
           where (o.desk = 'inpost') <> (w.order_id is not null)""",
    ),
    Invariant(
        "unlinked-knows-nobody",
        "a basket that is not linked, asked for or ordered keeps no phone and no browser",
        """select id, status from till_shop_bindings where status = 'unbound'
           and (phone is not null or name is not null or browser_id is not null)""",
    ),
    Invariant(
        "lines-add-up",
        "the lines of an order add up to its subtotal",
        """select o.id, o.subtotal, sum(l.quantity * l.unit_price) as lines
           from till_shop_orders o join till_shop_order_lines l on l.order_id = o.id
           group by o.id, o.subtotal having sum(l.quantity * l.unit_price) <> o.subtotal""",
    ),
    Invariant(
        "paid-told-once",
        "that an order is paid was told once, and of paid orders only; of one that was refunded"
        " when it was first heard of, never",
        f"""select o.id, o.status, count(e.id) as told from till_shop_orders o
            left join till_shop_events e on e.subject = o.id and e.kind = 'order_paid'
            group by o.id, o.status
            having count(e.id) > case when o.status in {_captured} then 1 else 0 end
              or (o.status in ('paid', 'partially_refunded') and count(e.id) = 0)""",
    ),
    Invariant(
        "claims-are-paid-for",
        "a claim is one piece of what a paid order has, and each piece has one or none has",
        f"""select c.order_id, c.product_id, o.status, count(c.id) as claims, l.quantity as pieces
            from till_shop_claims c join till_shop_orders o on o.id = c.order_id
            left join till_shop_order_lines l
              on l.order_id = c.order_id and l.product_id = c.product_id
            group by c.order_id, c.product_id, o.status, l.quantity
            having o.status not in {_captured} or coalesce(l.quantity, 0) <> count(c.id)
              or max(c.number) <> count(c.id)""",
    ),
    Invariant(
        "refunded-keeps-no-claim",
        "of an order whose money went back every claim is over, or is being taken back",
        f"""select c.id, c.status, o.status as of_order from till_shop_claims c
            join till_shop_orders o on o.id = c.order_id
            where o.status = '{REFUNDED}' and c.status in {_open_claims}
              and c.unwanted_at is null""",
    ),
    Invariant(
        "events-without-gap",
        "events of one subject are numbered 1, 2, 3 and so on",
        "select subject, count(*) as events, min(seq) as first, max(seq) as last"
        " from till_shop_events group by subject having min(seq) <> 1 or max(seq) <> count(*)",
    ),
    Invariant(
        "deliveries-settled",
        "a delivery that is done has an attempt that succeeded, and one that waits is not over",
        """select d.id, d.state, d.tries from till_shop_deliveries d
           where (d.state = 'waiting' and d.done_at is not null)
              or (d.state <> 'waiting' and d.done_at is null)
              or (d.state = 'done' and not exists (select 1 from till_shop_attempts a
                    where a.delivery_id = d.id and a.outcome = 'done'))""",
    ),
)


def audit_shop(work: Work) -> list[Breach]:
    """What breaks an invariant; empty when all hold. Reads only."""
    return find_breaches(work, INVARIANTS)
