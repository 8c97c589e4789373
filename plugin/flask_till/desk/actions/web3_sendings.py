"""What the desk sends on chains: wanted once, signed before it leaves, followed until it is final.

A sending has at most one nonce at a time, and all that was ever signed for it is kept: whichever
of these forms a block has, it is the same sending, paid once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import IntegrityError

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..onchain import FAILED, FINAL, QUEUED, SENT, Sending
from ..tables.web3 import web3_sendings as sendings
from ..tables.web3 import web3_transactions as forms

OPEN = (QUEUED, SENT)
INSTEAD = {
    "refund": "Ask for another refund.",
    "sweep": "Sweep again: `flask till web3 sweep`.",
    "gas": "Sweep again: `flask till web3 sweep`.",
    "mint": "Force the delivery of its order.",
    "transfer": "Force the delivery of its order.",
}
"""What to do when something failed: it is never sent under the same id again."""
LONGEST_REASON = 250


@dataclass(frozen=True, slots=True)
class Form:
    """One signed form of a sending: its bytes, and what they say; fees in wei for each gas.

    ``sent_at`` is when a node took it last, None when nobody knows that one did.
    """

    tx_hash: str
    sending_id: str
    raw: str
    nonce: int
    gas: int
    max_fee: int
    priority_fee: int
    signed_at: datetime
    sent_at: datetime | None = None

    @property
    def cost(self) -> int:
        """The most that its gas costs, in wei."""
        return self.gas * self.max_fee


@dataclass(frozen=True, slots=True)
class Posted:
    """A sending with all that is known of it; ``forms`` are those of its nonce, oldest first.

    ``sender`` is the address that signed it; ``block_number`` the block that has it, if one has.
    """

    sending: Sending
    sender: str | None
    block_number: int | None
    created_at: datetime
    updated_at: datetime
    forms: Sequence[Form] = ()
    earlier: Sequence[Form] = ()
    """Forms of nonces that it had before, which the chain has used for something else."""


# --- wanted -----------------------------------------------------------------------------------


def queue_sending(work: Work, sending: Sending) -> Sending:
    """Have it sent, once: a repeat gives back how it stands.

    Raises `Conflict` (SENDING_DIFFERS) when the id stands for something else.
    """
    row = _content(sending)
    mine = row | {"status": QUEUED, "created_at": work.now, "updated_at": work.now}
    if not work.insert_once(sendings, mine):
        earlier = read_sending(work, sending.id)
        assert earlier is not None
        if _content(earlier) != row:
            raise Conflict(
                f"The sending {sending.id} is another one.",
                code="SENDING_DIFFERS",
                remedy="Give each thing that is sent an id of its own.",
            )
        return earlier
    return sending_from(_row(work, sending.id))


def _content(sending: Sending) -> dict[str, Any]:
    """What its id stands for; never how it stands."""
    return {
        "id": sending.id,
        "chain_id": sending.chain_id,
        "purpose": sending.purpose,
        "path": sending.path,
        "recipient": sending.recipient,
        "coin_id": sending.coin_id,
        "units": sending.units,
        "data": sending.data,
        "after": sending.after,
    }


def read_sending(work: Work, sending_id: str) -> Sending | None:
    """How it stands; None when nothing was ever to be sent under that id."""
    row = work.execute(select(sendings).where(sendings.c.id == sending_id)).first()
    return None if row is None else sending_from(row)


def retry_sending(work: Work, sending_id: str) -> Sending:
    """Hand what is under way to the nodes once more, at the next step; what waits is only told.

    Raises `NotFound` (SENDING_NOT_FOUND), and `Conflict` when it is over: SENDING_FINAL, or
    SENDING_FAILED, because whoever wanted it has heard so and may have asked for another.
    """
    sending = sending_from(_row(work, sending_id, lock=True))
    if sending.status == FINAL:
        raise Conflict(f"The sending {sending_id} is done.", code="SENDING_FINAL")
    if sending.status == FAILED:
        raise Conflict(
            f"The sending {sending_id} is over: {sending.reason}",
            code="SENDING_FAILED",
            remedy=INSTEAD.get(sending.purpose, f"Ask for another {sending.purpose}."),
        )
    mine = forms.c.sending_id == sending_id, forms.c.nonce == sending.nonce
    work.execute(update(forms).where(*mine).values(sent_at=None))
    return sending


# --- read -------------------------------------------------------------------------------------


def list_sendings(
    work: Work, *, status: str | None = None, chain_id: int | None = None, limit: int = 100
) -> list[Posted]:
    """Newest first, without their forms."""
    query = select(sendings)
    if status is not None:
        query = query.where(sendings.c.status == status)
    if chain_id is not None:
        query = query.where(sendings.c.chain_id == chain_id)
    newest = query.order_by(sendings.c.created_at.desc(), sendings.c.id.desc()).limit(limit)
    return [_posted(row, []) for row in work.execute(newest).all()]


def open_sendings(work: Work, chain_id: int) -> list[Posted]:
    """All of a chain that are neither final nor failed, in the order in which they were wanted."""
    return _with_forms(work, sendings.c.status.in_(OPEN), sendings.c.chain_id == chain_id)


def _with_forms(work: Work, *which: ColumnElement[bool]) -> list[Posted]:
    query = select(sendings).where(*which).order_by(sendings.c.created_at, sendings.c.id)
    signed = (
        select(forms)
        .join(sendings, sendings.c.id == forms.c.sending_id)
        .where(*which)
        .order_by(forms.c.signed_at, forms.c.max_fee, forms.c.tx_hash)
    )
    by_sending: dict[str, list[Form]] = {}
    for form in map(_form, work.execute(signed).all()):
        by_sending.setdefault(form.sending_id, []).append(form)
    return [_posted(row, by_sending.get(row.id, [])) for row in work.execute(query).all()]


def read_posted(work: Work, sending_id: str) -> Posted:
    """A sending with its forms. Raises `NotFound` (SENDING_NOT_FOUND)."""
    signed = select(forms).where(forms.c.sending_id == sending_id).order_by(forms.c.signed_at)
    row = _row(work, sending_id)
    return _posted(row, [_form(one) for one in work.execute(signed).all()])


def standings_of(work: Work, ids: Collection[str]) -> dict[str, str]:
    """The states of sendings, by their ids."""
    query = select(sendings.c.id, sendings.c.status).where(sendings.c.id.in_(ids))
    return {row.id: row.status for row in work.execute(query).all()}


# --- signed, sent, done -----------------------------------------------------------------------


def free_nonce(work: Work, chain_id: int, sender: str, first: int) -> int:
    """The lowest nonce from ``first`` on that nothing was ever signed with."""
    query = (
        select(forms.c.nonce)
        .join(sendings, sendings.c.id == forms.c.sending_id)
        .where(sendings.c.chain_id == chain_id, sendings.c.sender == sender, forms.c.nonce >= first)
    )
    taken = set(work.execute(query).scalars())
    return next(nonce for nonce in range(first, first + len(taken) + 1) if nonce not in taken)


def leaving_from(work: Work, chain_id: int, sender: str, first: int) -> tuple[list[Posted], int]:
    """What an account has signed that is not final, and its next nonce: see `free_nonce`."""
    mine = sendings.c.status == SENT, sendings.c.chain_id == chain_id, sendings.c.sender == sender
    return _with_forms(work, *mine), free_nonce(work, chain_id, sender, first)


def claim_nonce(work: Work, form: Form, *, sender: str, first: int) -> bool:
    """Give a queued sending its nonce, together with the first form that was signed with it.

    False when it was signed by somebody else meanwhile, or the nonce is not the next free one
    from ``first`` on: then the form must never leave.
    """
    row = _row(work, form.sending_id, lock=True)
    if row.status != QUEUED or form.nonce != free_nonce(work, row.chain_id, sender, first):
        return False
    try:
        with work.connection.begin_nested():
            _change(work, form.sending_id, (QUEUED,), status=SENT, sender=sender,
                    nonce=form.nonce, tx_hash=form.tx_hash, reason=None)  # fmt: skip
    except IntegrityError:
        return False
    _keep(work, form)
    return True


def add_form(work: Work, form: Form, *, instead_of: str) -> bool:
    """Keep a further form with the same nonce; False when it is not needed any more.

    It is not when the sending is done, has another nonce or another newest form.
    """
    row = _row(work, form.sending_id, lock=True)
    if row.status != SENT or row.nonce != form.nonce or row.tx_hash != instead_of:
        return False
    _keep(work, form)
    _change(work, form.sending_id, (SENT,), tx_hash=form.tx_hash)
    return True


def _keep(work: Work, form: Form) -> None:
    names = ("tx_hash", "sending_id", "raw", "nonce", "gas", "max_fee", "priority_fee",
             "signed_at", "sent_at")  # fmt: skip
    work.execute(forms.insert().values({name: getattr(form, name) for name in names}))


def note_sent(work: Work, sending_id: str, tx_hash: str) -> None:
    """A node has taken this form."""
    work.execute(update(forms).where(forms.c.tx_hash == tx_hash).values(sent_at=work.now))
    _change(work, sending_id, (SENT,), reason=None)


def note_block(work: Work, sending_id: str, tx_hash: str, block_number: int | None) -> None:
    """A block has this form of it; or none has it any more."""
    _change(work, sending_id, (SENT,), tx_hash=tx_hash, block_number=block_number, reason=None)


def note_waiting(work: Work, sending_id: str, reason: str) -> None:
    """Why it does not go on at the moment, for people."""
    _change(work, sending_id, OPEN, reason=reason[:LONGEST_REASON])


def finish(
    work: Work,
    sending_id: str,
    *,
    tx_hash: str | None = None,
    block_number: int | None = None,
    failure: str | None = None,
) -> bool:
    """It is final, or failed for good with the words of ``failure``. True for who says it first.

    What was never signed has no ``tx_hash`` and can only fail; what was signed since does not.
    """
    status = FINAL if failure is None else FAILED
    values: dict[str, Any] = {"status": status, "reason": failure and failure[:LONGEST_REASON]}
    work.ring(f"sending:{sending_id}")
    if tx_hash is None:
        assert failure is not None
        return _change(work, sending_id, (QUEUED,), **values)
    return _change(work, sending_id, (SENT,), tx_hash=tx_hash, block_number=block_number, **values)


def let_go(work: Work, sending_id: str, nonce: int, reason: str) -> bool:
    """Queue it again for another nonce: somebody else's transaction has used this one for good."""
    row = _row(work, sending_id, lock=True)
    if row.nonce != nonce:
        return False
    return _change(work, sending_id, (SENT,), status=QUEUED, nonce=None, tx_hash=None,
                   block_number=None, reason=reason[:LONGEST_REASON])  # fmt: skip


def take_up(work: Work, form: Form) -> bool:
    """Follow a form of an earlier nonce: a block has it after all."""
    return _change(work, form.sending_id, (QUEUED,), status=SENT, nonce=form.nonce,
                   tx_hash=form.tx_hash)  # fmt: skip


def _change(work: Work, sending_id: str, states: Sequence[str], **values: Any) -> bool:
    changed = work.execute(
        update(sendings)
        .where(sendings.c.id == sending_id, sendings.c.status.in_(states))
        .values(updated_at=work.now, **values)
    )
    return bool(changed.rowcount)


def _row(work: Work, sending_id: str, *, lock: bool = False) -> Any:
    query = select(sendings).where(sendings.c.id == sending_id)
    row = work.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound(
            f"There is no sending {sending_id}.",
            code="SENDING_NOT_FOUND",
            remedy="`flask till web3 sendings` lists them.",
        )
    return row


def sending_from(row: Any) -> Sending:
    """The value of a row of sendings."""
    return Sending(
        row.id,
        row.chain_id,
        row.purpose,
        row.path,
        row.recipient,
        row.coin_id,
        row.units,
        data=row.data,
        after=row.after,
        status=row.status,
        nonce=row.nonce,
        tx_hash=row.tx_hash,
        reason=row.reason,
    )


def _posted(row: Any, signed: Sequence[Form]) -> Posted:
    return Posted(
        sending_from(row),
        row.sender,
        row.block_number,
        row.created_at,
        row.updated_at,
        [form for form in signed if form.nonce == row.nonce],
        [form for form in signed if form.nonce != row.nonce],
    )


def _form(row: Any) -> Form:
    return Form(
        row.tx_hash,
        row.sending_id,
        row.raw,
        row.nonce,
        row.gas,
        row.max_fee,
        row.priority_fee,
        row.signed_at,
        row.sent_at,
    )
