"""Where companies of the W3block protocol are told, and how what they were told fares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, or_, select, update

from ...base.columns import MILLISECOND
from ...base.database import Work
from ...base.relay import DONE
from ...errors import Conflict, InvalidRequest, NotFound
from ..tables import outbox
from ..tables.w3block import w3_companies, w3_hooks
from ..w3block_company import DIALECT
from ..w3block_hook import MOST_HOOKS, Hook, Part, Sending, Try


def add_hook(
    work: Work, hook_id: str, company_id: str, *, url: str, sealed_key: str, tries: int
) -> Hook:
    """Raises `NotFound` (COMPANY_NOT_FOUND), `InvalidRequest` (TOO_MANY_HOOKS), and for its id
    `Conflict` (HOOK_EXISTS)."""
    company = select(w3_companies.c.id).where(w3_companies.c.id == company_id)
    if work.execute(company.with_for_update()).first() is None:  # two count one after the other
        raise NotFound("There is no such company.", code="COMPANY_NOT_FOUND")
    if _count(work, w3_hooks.c.company_id == company_id) >= MOST_HOOKS:
        raise InvalidRequest(
            f"A company has at most {MOST_HOOKS} configurations.", code="TOO_MANY_HOOKS"
        )
    row = {
        "id": hook_id,
        "company_id": company_id,
        "url": url,
        "sealed_key": sealed_key,
        "tries": tries,
        "disabled_at": None,
        "created_at": work.now,
        "updated_at": work.now,
    }
    if not work.insert_once(w3_hooks, row):
        raise Conflict(f"There is a configuration {hook_id} already.", code="HOOK_EXISTS")
    return read_hook(work, company_id, hook_id)


def change_hook(
    work: Work, company_id: str, hook_id: str, *, url: str | None = None, tries: int | None = None
) -> Hook:
    """What is None stays; the key stays in any case. Raises `NotFound`."""
    given = {"url": url, "tries": tries}
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        return read_hook(work, company_id, hook_id)
    return _change(work, company_id, hook_id, values)


def switch_hook(work: Work, company_id: str, hook_id: str, *, is_on: bool) -> Hook:
    """Nothing goes to one that is off. A repeat changes nothing. Raises `NotFound`."""
    hook = read_hook(work, company_id, hook_id)
    if hook.is_on == is_on:
        return hook
    return _change(work, company_id, hook_id, {"disabled_at": None if is_on else work.now})


def find_hook(work: Work, hook_id: str) -> Hook | None:
    row = work.execute(select(w3_hooks).where(w3_hooks.c.id == hook_id)).first()
    return None if row is None else _hook(row)


def read_hook(work: Work, company_id: str, hook_id: str) -> Hook:
    """Raises `NotFound` (HOOK_NOT_FOUND), also for another company's."""
    hook = find_hook(work, hook_id)
    if hook is None or hook.company_id != company_id:
        raise NotFound("Not Found", code="HOOK_NOT_FOUND")
    return hook


def list_hooks(work: Work, company_id: str, part: Part) -> tuple[list[Hook], int]:
    """A part of a company's, and how many there are in all."""
    wanted = [w3_hooks.c.company_id == company_id]
    if part.search:
        wanted.append(w3_hooks.c.url.icontains(part.search, autoescape=True))
    query = _part(select(w3_hooks).where(*wanted), part, (w3_hooks.c.created_at, w3_hooks.c.id))
    return [_hook(row) for row in work.execute(query).all()], _count(work, *wanted)


# --- what they were told ----------------------------------------------------------------------


def list_sendings(work: Work, hook_id: str, part: Part) -> tuple[list[Sending], int]:
    """A part of what is and was on its way to a hook, and how much that is in all."""
    events, rows = outbox.events, outbox.deliveries
    query = _sendings(hook_id)
    if part.search:
        named = (
            one.icontains(part.search, autoescape=True) for one in (events.c.kind, events.c.subject)
        )
        query = query.where(or_(*named))
    total = select(func.count()).select_from(query.subquery())
    sendings = _part(query, part, (events.c.created_at, rows.c.seq, rows.c.id))
    return _read(work, sendings), int(work.execute(total).scalar_one())


def read_sending(work: Work, hook_id: str, sending_id: str) -> Sending:
    """Raises `NotFound`, also for what went to another hook."""
    found = _read(work, _sendings(hook_id).where(outbox.deliveries.c.id == sending_id))
    if not found:
        raise NotFound("Not Found", code="SENDING_NOT_FOUND")
    return found[0]


def _to(hook_id: str) -> tuple[Any, ...]:
    """In words that the index of these rows is found by."""
    rows = outbox.deliveries
    return rows.c.courier == literal(DIALECT, literal_execute=True), rows.c.address == hook_id


def _sendings(hook_id: str) -> Select[Any]:
    events, rows = outbox.events, outbox.deliveries
    query = select(rows.c.id, rows.c.state, events.c.kind, events.c.data, events.c.created_at)
    return query.join(events, events.c.id == rows.c.event_id).where(*_to(hook_id))


def _read(work: Work, query: Select[Any]) -> list[Sending]:
    rows = work.execute(query).all()
    tries = _tries(work, [row.id for row in rows])
    return [
        Sending(row.id, row.kind, row.data, row.state, row.created_at, tuple(tries[row.id]))
        for row in rows
    ]


def _tries(work: Work, ids: list[str]) -> dict[str, list[Try]]:
    made = outbox.attempts
    query = select(made).where(made.c.delivery_id.in_(ids)).order_by(made.c.at, made.c.id)
    found: dict[str, list[Try]] = defaultdict(list)
    for row in work.execute(query).all():
        found[row.delivery_id].append(Try(row.at, row.outcome == DONE.kind, row.status))
    return found


# --- rows -------------------------------------------------------------------------------------


def _change(work: Work, company_id: str, hook_id: str, values: dict[str, Any]) -> Hook:
    former = read_hook(work, company_id, hook_id)
    changed = update(w3_hooks).where(w3_hooks.c.id == hook_id)
    work.execute(changed.values(updated_at=_later(work, former.updated_at), **values))
    return read_hook(work, company_id, hook_id)


def _later(work: Work, moment: datetime) -> datetime:
    return max(work.now, moment + MILLISECOND)


def _count(work: Work, *wanted: Any) -> int:
    query = select(func.count()).select_from(w3_hooks).where(*wanted)
    return int(work.execute(query).scalar_one())


def _part(query: Select[Any], part: Part, columns: Iterable[Any]) -> Select[Any]:
    ordered = [one.desc() if part.newest_first else one.asc() for one in columns]
    return query.order_by(*ordered).offset(part.offset).limit(part.limit)


def _hook(row: Any) -> Hook:
    return Hook(
        id=row.id,
        company_id=row.company_id,
        url=row.url,
        sealed_key=row.sealed_key,
        tries=row.tries,
        is_on=row.disabled_at is None,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
