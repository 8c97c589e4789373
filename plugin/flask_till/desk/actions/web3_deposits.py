"""Transfers to our addresses: seen in a block, dropped with it, and final when it is.

(chain, transaction, log) counts once, wherever reorgs put it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import delete, select, update

from ...base.database import Work
from ...base.prepared import Upsert
from ...chains import Chain
from ..onchain import DROPPED, FINAL, SEEN, Deposit
from ..tables.web3 import web3_deposits, web3_payments, web3_sendings, web3_transactions
from .web3_accounts import credit_topup
from .web3_addresses import watched_addresses
from .web3_chain import Advance, BlockKey, Head, move_head, move_head_back, raise_final
from .web3_incidents import LOST, TAKEN_BACK, end_incident, open_incident
from .web3_payments import deposit_from

AT_ONCE = 50
"""Deposits that become final in one transaction, those of a block always together."""
MOVES = ("gas", "sweep")
"""Sendings between our own addresses: they bring nothing."""

_KEY = ("chain_id", "tx_hash", "log_index")
_keep_again = Upsert(
    web3_deposits,
    lambda insert: insert.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={
            column: insert.excluded[column]
            for column in Deposit.__dataclass_fields__
            if column not in _KEY
        },
        where=web3_deposits.c.status == DROPPED,
    ).returning(web3_deposits.c.address),
)


@dataclass(frozen=True, slots=True)
class Recipients:
    """Whom to look for in blocks, and what of theirs is known that is not final yet."""

    addresses: Sequence[str]
    waiting: frozenset[tuple[str, int, str]]
    """Transaction, log and block of each deposit that was seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a deposit turned out to be. ``received`` None: it is none. ``kind`` of an incident."""

    deposit: Deposit
    received: int | None
    kind: str | None = None
    words: str = ""


def name_of(deposit: Deposit) -> str:
    """``chain:transaction:log``: what incidents and entries of accounts name it by."""
    return f"{deposit.chain_id}:{deposit.tx_hash}:{deposit.log_index}"


# --- reading ------------------------------------------------------------------------------


def recipients(work: Work, head: Head) -> Recipients:
    """Who may get money in blocks that were mined before now and not read yet.

    Also those whose time ran out since the chain was read last, and those of dropped deposits: a
    transaction may be mined again at any time.
    """
    ended = select(web3_payments.c.address).where(
        web3_payments.c.watched_until.between(head.read_at, work.now)
    )
    open_ones = select(web3_deposits).where(
        web3_deposits.c.chain_id == head.chain_id, web3_deposits.c.status.in_((SEEN, DROPPED))
    )
    known = work.execute(open_ones).all()
    addresses = {*watched_addresses(work, head.chain_id), *(row.address for row in known)}
    if head.read_at < work.now:
        addresses.update(work.execute(ended).scalars())
    waiting = ((row.tx_hash, row.log_index, row.block_hash) for row in known if row.status == SEEN)
    return Recipients(sorted(addresses), frozenset(waiting))


def ripe_deposits(work: Work, chain_id: int, final_number: int) -> list[Deposit]:
    """Those that wait to become final, the oldest first; all of a block, and not too many."""
    ripe = (
        select(web3_deposits)
        .where(
            web3_deposits.c.chain_id == chain_id,
            web3_deposits.c.status == SEEN,
            web3_deposits.c.block_number <= final_number,
        )
        .order_by(web3_deposits.c.block_number, web3_deposits.c.tx_hash, web3_deposits.c.log_index)
    )
    found = work.execute(ripe.limit(AT_ONCE)).all()
    if len(found) == AT_ONCE:
        whole = ripe.where(web3_deposits.c.block_number <= found[-1].block_number)
        found = work.execute(whole).all()
    return [deposit_from(row) for row in found]


def sent_from(work: Work, chain_id: int, address: str) -> list[str]:
    """Every transaction that was signed with an address's key."""
    query = (
        select(web3_transactions.c.tx_hash)
        .join(web3_sendings, web3_sendings.c.id == web3_transactions.c.sending_id)
        .where(web3_sendings.c.chain_id == chain_id, web3_sendings.c.sender == address)
    )
    return list(work.execute(query).scalars())


def received_at(work: Work, chain_id: int, address: str, coin_id: str) -> int:
    """What has counted of a coin at an address; sums beyond 64 bits are no query's."""
    query = select(web3_deposits.c.received).where(
        web3_deposits.c.address == address,
        web3_deposits.c.chain_id == chain_id,
        web3_deposits.c.coin_id == coin_id,
        web3_deposits.c.status == FINAL,
    )
    return sum(work.execute(query).scalars())


# --- what happens -------------------------------------------------------------------------


def read_on(work: Work, head: Head, done: Advance, found: Sequence[Deposit]) -> set[str] | None:
    """Note blocks and what they brought; gives the addresses that something new came to.

    None, and nothing is noted, when somebody else moved the head before.
    """
    if not move_head(work, head, done):
        return None
    return _keep(work, head.chain_id, found) if found else set()


def take_back(work: Work, chain: Chain, head: Head, common: BlockKey) -> set[str] | None:
    """The chain forked off above a block: what was seen there is dropped, the head goes back.

    What had become final is not: that is an incident, and nothing new becomes final before a
    person closed it. Gives the addresses that lost something; None as `read_on`.
    """
    if not move_head_back(work, head, common):
        return None
    above = (web3_deposits.c.chain_id == chain.id, web3_deposits.c.block_number > common[0])
    dropped = work.execute(
        update(web3_deposits)
        .where(*above, web3_deposits.c.status == SEEN)
        .values(status=DROPPED)
        .returning(web3_deposits.c.address)
    )
    changed = set(dropped.scalars())
    final = work.execute(select(web3_deposits).where(*above, web3_deposits.c.status == FINAL)).all()
    lost = [deposit_from(row) for row in final]
    for deposit in lost:
        open_incident(work, chain.id, LOST, name_of(deposit), _loss(chain, deposit))
    if lost or common[0] < head.final_number:
        subject = f"{chain.id}:{head.number}:{head.hash}"
        open_incident(work, chain.id, TAKEN_BACK, subject, _taken_back(chain, head, common, lost))
    return changed | {deposit.address for deposit in lost}


def finish(work: Work, chain_id: int, final_number: int, verdicts: Sequence[Verdict]) -> set[str]:
    """Let deposits count, each once, and credit the accounts that they came to.

    Those that were dropped or settled by somebody else meanwhile are left alone. Gives the
    addresses of the others.
    """
    if not raise_final(work, chain_id, final_number):
        return set()
    return {one.deposit.address for one in verdicts if _finish(work, one)}


def _finish(work: Work, verdict: Verdict) -> bool:
    deposit, received = verdict.deposit, verdict.received
    settled = {"status": DROPPED} if received is None else {
        "status": FINAL, "received": received, "final_at": work.now,
    }  # fmt: skip
    unchanged = (
        *_is(deposit),
        web3_deposits.c.status == SEEN,
        web3_deposits.c.block_hash == deposit.block_hash,
    )
    if not work.execute(update(web3_deposits).where(*unchanged).values(settled)).rowcount:
        return False
    if received is not None:
        credit_topup(work, replace(deposit, status=FINAL, received=received))
    if verdict.kind is not None:
        open_incident(work, deposit.chain_id, verdict.kind, name_of(deposit), verdict.words)
    return True


# --- keeping what was found ---------------------------------------------------------------


def _keep(work: Work, chain_id: int, found: Sequence[Deposit]) -> set[str]:
    hashes = sorted({one.tx_hash for one in found})
    own = _own_moves(work, hashes)
    known: dict[str, list[Deposit]] = defaultdict(list)
    these = (web3_deposits.c.chain_id == chain_id, web3_deposits.c.tx_hash.in_(hashes))
    for row in work.execute(select(web3_deposits).where(*these)).all():
        known[row.tx_hash].append(deposit_from(row))
    changed: set[str] = set()
    for tx_hash in hashes:
        if tx_hash not in own:
            moved = [one for one in found if one.tx_hash == tx_hash]
            changed |= _keep_transaction(work, moved, known[tx_hash])
    return changed


def _keep_transaction(work: Work, found: list[Deposit], known: Sequence[Deposit]) -> set[str]:
    """All transfers of one transaction that is in a block now; it may have been in another."""
    counted = [one for one in known if one.status == FINAL]
    changed = set()
    if counted:
        found = _recount(work, counted, found)
    for deposit in found:
        values = {name: getattr(deposit, name) for name in Deposit.__dataclass_fields__}
        kept = work.execute(_keep_again, {**values, "seen_at": work.now, "final_at": None})
        if kept.first() is not None:
            changed.add(deposit.address)
    places = {one.log_index for one in found}
    moved_on = [one for one in known if one.status == DROPPED and one.log_index not in places]
    for deposit in moved_on if found else ():
        work.execute(delete(web3_deposits).where(*_is(deposit)))
    return changed


def _recount(work: Work, counted: list[Deposit], found: list[Deposit]) -> list[Deposit]:
    """What of a transaction has not counted yet.

    It may have been final and taken back, and be in a block again: what is the same as before has
    counted, wherever its log is now. Where it is not the same, it is left to the person who looks
    at the incident.
    """
    left, gone = list(found), list(counted)
    for old in counted:
        again = min(
            (one for one in left if _what(one) == _what(old)),
            key=lambda one: one.log_index != old.log_index,
            default=None,
        )
        if again is None:
            continue
        left.remove(again)
        gone.remove(old)
        if again.block_hash != old.block_hash:
            where = {"block_number": again.block_number, "block_hash": again.block_hash}
            work.execute(update(web3_deposits).where(*_is(old)).values(where))
            end_incident(work, LOST, name_of(old))
    places = {one.log_index for one in counted}
    block_hash = found[0].block_hash
    whose = {(one.address, one.coin_id) for one in gone if one.block_hash != block_hash}
    return [
        one
        for one in left
        if one.log_index not in places and (one.address, one.coin_id) not in whose
    ]


def _what(deposit: Deposit) -> tuple[str, str, int]:
    return deposit.address, deposit.coin_id, deposit.units


def _own_moves(work: Work, hashes: Iterable[str]) -> set[str]:
    query = (
        select(web3_transactions.c.tx_hash)
        .join(web3_sendings, web3_sendings.c.id == web3_transactions.c.sending_id)
        .where(web3_transactions.c.tx_hash.in_(hashes), web3_sendings.c.purpose.in_(MOVES))
    )
    return set(work.execute(query).scalars())


def _is(deposit: Deposit) -> tuple[Any, ...]:
    return tuple(web3_deposits.c[column] == getattr(deposit, column) for column in _KEY)


# --- words --------------------------------------------------------------------------------


def _loss(chain: Chain, deposit: Deposit) -> str:
    coin = chain.coin(deposit.coin_id)
    units = deposit.received or 0
    amount = f"{units} units of {deposit.coin_id}" if coin is None else coin.show(units)
    return (
        f"{amount} for {deposit.address} had counted as final in block {deposit.block_number}, and"
        f" {chain.name} took that block back. See whether transaction {deposit.tx_hash} is in"
        " another one before more is delivered for it."
    )


def _taken_back(chain: Chain, head: Head, common: BlockKey, lost: Sequence[Deposit]) -> str:
    return (
        f"{chain.name} took back final blocks: it was final up to {head.final_number}, and forked"
        f" off above {common[0]} or deeper. {len(lost)} deposits had counted there. Nothing new"
        " becomes final on this chain until somebody closes this incident."
    )
