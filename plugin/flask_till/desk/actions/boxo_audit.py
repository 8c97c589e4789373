"""The invariants of Boxo payments: each goes with one desk order, and only one is told."""

from __future__ import annotations

from ...base.invariants import Invariant

BOXO_INVARIANTS = (
    Invariant(
        "boxo-order-has-its-payment",
        "a Boxo payment has an order of the same amount, payable by nobody else",
        """select o.id, o.amount, o.currency, p.amount as wanted from till_desk_boxo_payments p
           join till_desk_orders o on o.id = p.order_id
           where (p.amount <> o.amount or p.currency <> o.currency
             or coalesce(o.payer, '') <>
               coalesce('boxo:' || p.client_id || ':' || p.hostapp_user_id, ''))""",
    ),
    Invariant(
        "boxo-payment-of-its-own-merchant",
        "a Boxo payment is paid to the merchant that its miniapp is",
        """select p.id, o.merchant_id, o.dialect, m.merchant_id as miniapp
           from till_desk_boxo_payments p
           join till_desk_boxo_miniapps m on m.app_id = p.app_id
           join till_desk_orders o on o.id = p.order_id
           where o.merchant_id <> m.merchant_id or o.dialect <> 'boxo'""",
    ),
    Invariant(
        "boxo-payment-follows",
        "a Boxo payment is open exactly while its order may be paid or is",
        """select p.id, p.is_open, o.status from till_desk_boxo_payments p
           join till_desk_orders o on o.id = p.order_id
           where p.is_open <> case when o.status in ('cancelled', 'expired') then 0 else 1 end""",
    ),
    Invariant(
        "boxo-told-once",
        "a Boxo payment has one final status, and exactly one event that tells of it",
        """select o.id, o.status, count(e.id) as told from till_desk_orders o
           left join till_desk_events e on e.subject = o.id
             and e.kind in ('order.paid', 'order.cancelled', 'order.expired')
           where o.dialect = 'boxo' group by o.id, o.status
           having count(e.id) <>
             case when o.status in ('pending', 'processing') then 0 else 1 end""",
    ),
    Invariant(
        "boxo-built-in-id",
        "a payment at a host app of this desk has one id on both sides",
        """select p.id, p.order_payment_id from till_desk_boxo_payments p
           join till_desk_boxo_hosts h on h.client_id = p.client_id
           where h.kind = 'built_in'
             and (p.order_payment_id is null or p.order_payment_id <> p.id)""",
    ),
)
