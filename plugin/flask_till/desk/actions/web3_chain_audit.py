"""The invariants of what was read from chains: each deposit is in a block that is there, once."""

from __future__ import annotations

from ...base.invariants import Invariant
from .web3_incidents import TAKEN_BACK

CHAIN_INVARIANTS = (
    Invariant(
        "web3-head-kept",
        "the block that a chain was read up to is remembered, and none above it",
        """select h.chain_id, h.number from till_desk_web3_heads h
           left join till_desk_web3_blocks b
             on b.chain_id = h.chain_id and b.number = h.number and b.hash = h.hash
           where b.hash is null
           union all
           select b.chain_id, b.number from till_desk_web3_blocks b
           left join till_desk_web3_heads h on h.chain_id = b.chain_id
           where h.number is null or b.number > h.number""",
    ),
    Invariant(
        "web3-blocks-whole",
        "no block is left out between those that are remembered",
        """select chain_id, count(*) as blocks, max(number) - min(number) + 1 as span
           from till_desk_web3_blocks group by chain_id
           having count(*) <> max(number) - min(number) + 1""",
    ),
    Invariant(
        "web3-deposits-there",
        "a deposit that was not taken back is in a block that was read",
        """select d.chain_id, d.tx_hash, d.log_index from till_desk_web3_deposits d
           left join till_desk_web3_heads h on h.chain_id = d.chain_id
           left join till_desk_web3_blocks b
             on b.chain_id = d.chain_id and b.number = d.block_number
           where d.status = 'seen'
             and (h.number is null or d.block_number > h.number or b.hash <> d.block_hash)""",
    ),
    Invariant(
        "web3-final-when-final",
        "no deposit counts before its block is final, unless a chain took back what was",
        f"""select d.chain_id, d.tx_hash, d.log_index from till_desk_web3_deposits d
            left join till_desk_web3_heads h on h.chain_id = d.chain_id
            where d.status = 'final' and (h.number is null or d.block_number > h.final_number)
              and not exists (select 1 from till_desk_web3_incidents i
                where i.chain_id = d.chain_id and i.kind = '{TAKEN_BACK}')""",  # noqa: S608
    ),
    Invariant(
        "web3-received-within",
        "no more of a deposit counts than its transfer moved",
        """select chain_id, tx_hash, log_index from till_desk_web3_deposits
           where received > units""",
    ),
    Invariant(
        "web3-own-moves",
        "what we move between our own addresses is no deposit",
        """select d.chain_id, d.tx_hash from till_desk_web3_deposits d
           join till_desk_web3_transactions t on t.tx_hash = d.tx_hash
           join till_desk_web3_sendings s on s.id = t.sending_id
           where s.purpose in ('gas', 'sweep')""",
    ),
    Invariant(
        "web3-shrunk-told",
        "where less counts than was moved, somebody was told",
        """select d.chain_id, d.tx_hash, d.log_index from till_desk_web3_deposits d
           left join till_desk_web3_incidents i on i.kind = 'shrunk'
             and i.subject = d.chain_id || ':' || d.tx_hash || ':' || d.log_index
           where d.status = 'final' and d.received < d.units and i.id is null""",
    ),
)
