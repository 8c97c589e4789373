"""The invariants of claims, of the tokens they gave, and of Kigo orders."""

from __future__ import annotations

from ...base.invariants import Invariant

CLAIM_INVARIANTS = (
    Invariant(
        "claim-redeemed-once",
        "a claim is redeemed if and only if exactly one token came of it, held by who redeemed it",
        """select c.id, c.status, count(t.id) as tokens from till_desk_claims c
           left join till_desk_product_tokens t
             on t.claim_id = c.id and t.holder = c.redeemed_by
           group by c.id, c.status
           having count(t.id) <> case when c.status = 'claimed' then 1 else 0 end""",
    ),
    Invariant(
        "claim-tokens-belong",
        "a token that came of a claim is held by who redeemed it",
        """select t.id, t.claim_id from till_desk_product_tokens t
           join till_desk_claims c on c.id = t.claim_id
           where t.holder is null or c.redeemed_by is null or t.holder <> c.redeemed_by""",
    ),
    Invariant(
        "token-parts-stay",
        "the parts of a token are held by who holds the whole",
        """select t.id, t.parent_id from till_desk_product_tokens t
           join till_desk_product_tokens p on p.id = t.parent_id
           where coalesce(t.holder, '') <> coalesce(p.holder, '')""",
    ),
)
KIGO_INVARIANTS = (
    Invariant(
        "kigo-sold-is-ordered",
        "a product has sold as many pieces as it has orders that are open or claimed",
        """select p.id, p.sold, count(c.id) as ordered from till_desk_kigo_products p
           left join till_desk_kigo_orders o on o.product_id = p.id
           left join till_desk_claims c
             on c.id = o.claim_id and c.status in ('unclaimed', 'claimed')
           group by p.id, p.sold having count(c.id) <> p.sold""",
    ),
    Invariant(
        "kigo-told-once",
        "an order is told first as created, and then once as what it became",
        """select o.id, c.status, count(e.id) as told from till_desk_kigo_orders o
           join till_desk_claims c on c.id = o.claim_id
           left join till_desk_events e on e.subject = o.id and
             (e.seq = 1 and e.kind = 'order.created' or e.seq = 2 and e.kind = 'order.' || c.status)
           group by o.id, c.status
           having count(e.id) <> case when c.status = 'unclaimed' then 1 else 2 end
             or count(e.id) <> (select count(*) from till_desk_events a where a.subject = o.id)""",
    ),
    Invariant(
        "kigo-claims-stay-with-their-partner",
        "a code is bound to, and redeemed by, users of the partner who ordered it",
        """select o.id, o.partner_id, a.partner_id as of_user from till_desk_kigo_orders o
           join till_desk_claims c on c.id = o.claim_id
           join till_desk_kigo_accounts a on a.id in (c.bound_to, c.redeemed_by)
           where a.partner_id <> o.partner_id""",
    ),
    Invariant(
        "kigo-one-live-refresh-token",
        "a user session that goes on has at most one refresh token that was not used",
        """select f.id, count(r.digest) as live from till_desk_kigo_families f
           join till_desk_kigo_refresh_tokens r on r.family = f.id and r.used_at is null
           where f.ended_at is null group by f.id having count(r.digest) > 1""",
    ),
)
