"""The invariants of what hooks are told: an event for each change, and none that is invented."""

# ruff: noqa: S608 - put together from constants of ours only
from __future__ import annotations

from ...base.columns import listed
from ...base.invariants import Invariant
from ..order import PAID
from ..w3block_hook import CREATED, STEPS, SUBJECT, WORD_OF_DELIVERY, WORD_OF_STATE

_OF = f"'{SUBJECT}' || w.order_id"


def _case(column: str, words: dict[str, str]) -> str:
    return f"case {column} " + " ".join(f"when '{a}' then '{b}'" for a, b in words.items()) + " end"


_BY_DELIVERY = _case("coalesce(w.delivery, '')", {a or "": b for a, b in WORD_OF_DELIVERY.items()})
_BY_STATE = _case("w.state", WORD_OF_STATE)
_WORD = f"""coalesce(w.word, case when w.state = '{PAID}' then {_BY_DELIVERY}
  else {_BY_STATE} end)"""
_CAN_FOLLOW = " or ".join(
    f"({{status}} = '{word}' and n.kind in {listed(f'order.{one}' for one in following)})"
    for word, following in STEPS.items()
    if following
)
"""That event ``n`` tells of a status that an order can come to after what event ``e`` tells."""

TOLD_INVARIANTS = (
    Invariant(
        "w3block-told",
        "the newest event that hooks are told of an order has the status that the order has",
        f"""select w.order_id, w.told, {_WORD} as status, e.kind, {{status}} as newest
            from till_desk_w3_orders w
            left join till_desk_events e on e.subject = {_OF} and e.seq =
              (select max(l.seq) from till_desk_events l where l.subject = {_OF})
            where w.told is null or w.told <> {_WORD} or e.id is null or {{status}} <> {_WORD}""",
    ),
    Invariant(
        "w3block-told-once",
        "hooks are told of an order's beginning, then of each status that it comes to, once",
        f"""select e.subject, e.seq, e.kind, {{status}} as status from till_desk_events e
            where e.subject like '{SUBJECT}%'
              and e.kind <> case when e.seq = 1 then '{CREATED}' else 'order.' || {{status}} end""",
    ),
    Invariant(
        "w3block-told-each",
        "what hooks are told of an order is a way that an order can go, with no step left out",
        f"""select e.subject, e.seq, {{status}} as status, n.kind as next
            from till_desk_events e join till_desk_events n
              on n.subject = e.subject and n.seq = e.seq + 1
            where e.subject like '{SUBJECT}%' and not ({_CAN_FOLLOW})""",
    ),
)
