"""Sends what is to be sent on one chain, once each, and follows it until it is final.

A form is stored before it leaves, together with its nonce; what was stored is sent until a block
has it, whoever crashed in between. Any number of processes may do this at the same time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from ...base.database import Database
from ...base.logs import logger
from ...chains import Chain
from ...errors import TillError, Unavailable
from ..actions import web3_sendings as actions
from ..actions.web3_sendings import Form, Posted
from ..onchain import FAILED, FINAL, QUEUED, SENT, Sending
from .following import Strangers, Unclear, failure_of, receipt_of
from .sending_look import Look, Purse
from .sending_port import NONCE_USED, Nodes, Signer, refusal, said
from .signing import Refused, Signing, Waits

log = logger(__name__)

MOST_LEAVING = 16
"""Nodes keep so many waiting transactions of one account."""
FURTHEST = 100
"""A node that says that more than these wait is not believed: what follows them would be stuck."""
AGAIN = 3
"""Block times after which what no block has is handed to the nodes once more."""
STUCK = 10
"""Block times after which it is replaced by a form that pays more."""


class Sender:
    """``after`` hears of each sending that became final or failed; at best once, and not when
    this process dies first: whoever must know reads the sending, too."""

    def __init__(
        self,
        database: Database,
        nodes: Nodes,
        signer: Signer,
        chain: Chain,
        *,
        after: Callable[[Sending], None],
    ) -> None:
        self._database = database
        self._nodes = nodes
        self._signing = Signing(signer, chain)
        self._chain = chain
        self._after = after
        self._strangers = Strangers()

    def step(self) -> bool:
        """Look once at all that is under way and move it on; True when something moved.

        Nodes that do not answer make it wait. Raises `Unavailable` when the database does not.
        """
        posted = self._database.read(actions.open_sendings, self._chain.id)
        if not posted:
            return False
        try:
            return self._move(posted)
        except Unavailable as error:
            if error.code == "STORAGE_UNAVAILABLE":
                raise
            log.warning("sending on %s waits: %s", self._chain.name, error.message)
            return False

    def _move(self, posted: Sequence[Posted]) -> bool:
        look = Look(self._nodes)
        moved = False
        signed = [one for one in posted if one.sending.status == SENT]
        for one in sorted(signed, key=lambda one: one.sending.nonce or 0):
            with self._alone(one):
                moved |= self._follow(look, one)
        self._fill_gaps(look, signed)
        return self._begin(look, posted) or moved

    @contextmanager
    def _alone(self, posted: Posted) -> Iterator[None]:
        """What is wrong with one sending holds up no other."""
        try:
            yield
        except Unavailable:
            raise
        except (Waits, Unclear) as error:
            self._wait(posted, str(error))
        except TillError as error:
            self._wait(posted, error.message)
        except Exception:
            log.exception("sending %s cannot be moved on", posted.sending.id)
            self._wait(posted, "An error in this program holds it up; its log has it.")

    # --- what was signed --------------------------------------------------------------------

    def _follow(self, look: Look, posted: Posted) -> bool:
        assert posted.sender is not None
        assert posted.sending.nonce is not None
        if posted.sending.nonce >= look.mined(posted.sender):
            return self._push(look, posted)
        if posted.block_number is not None and posted.block_number > look.final:
            return False
        receipt = receipt_of(self._nodes, posted)
        if receipt is None:
            return self._miss(look, posted)
        self._strangers.forget(posted)
        if receipt.block_number > look.final:
            if posted.block_number == receipt.block_number:
                return False
            self._write(actions.note_block, posted, receipt.tx_hash, receipt.block_number)
            return True
        failure = failure_of(self._nodes, self._chain, posted, receipt)
        return self._finish(posted, failure, receipt.tx_hash, receipt.block_number)

    def _push(self, look: Look, posted: Posted) -> bool:
        """No block has it: hand it to the nodes again, and replace it when it is stuck."""
        if posted.block_number is not None:
            self._write(actions.note_block, posted, posted.forms[-1].tx_hash, None)
        now, newest = self._database.clock(), posted.forms[-1]
        is_next = posted.sending.nonce == look.mined(str(posted.sender))
        if is_next and now - newest.signed_at >= self._blocks(STUCK):
            form = self._signing.replacement(look, posted, now)
            if form is not None and self._database.write(
                actions.add_form, form, instead_of=newest.tx_hash
            ):
                log.info("sending %s is stuck: it pays more now", posted.sending.id)
                return self._send_any(posted, [*posted.forms, form])
        if newest.sent_at is None or now - newest.sent_at >= self._blocks(AGAIN):
            return self._send_any(posted, posted.forms)
        return False

    def _send_any(self, posted: Posted, forms: Sequence[Form]) -> bool:
        """The newest form that a node takes: a dearer one may be more than there is money for."""
        return any(self._send(posted, form) for form in reversed(forms))

    def _send(self, posted: Posted, form: Form) -> bool:
        try:
            self._nodes.send(form.raw)
        except TillError as error:
            # A used nonce is ours, or somebody else's: the next look tells.
            if refusal(error) != NONCE_USED:
                self._wait(posted, f"The nodes do not take it: {said(error)}")
            return False
        self._database.write(actions.note_sent, form.sending_id, form.tx_hash)
        return True

    def _miss(self, look: Look, posted: Posted) -> bool:
        """Its nonce is used, and no block that all nodes have has one of its forms."""
        assert posted.sending.nonce is not None
        if any(self._nodes.transaction(form.tx_hash) for form in posted.forms):
            self._strangers.forget(posted)
            return False
        words = f"Another transaction of {posted.sender} has used its nonce {posted.sending.nonce}."
        if self._strangers.displaced(look, posted):
            log.warning("sending %s gets another nonce: %s", posted.sending.id, words)
            return self._database.write(
                actions.let_go, posted.sending.id, posted.sending.nonce, words
            )
        self._wait(posted, f"{words} It is sent anew once that is final.")
        return False

    def _finish(
        self, posted: Posted, failure: str | None, tx_hash: str | None, block: int | None
    ) -> bool:
        sending_id = posted.sending.id
        is_first = self._database.write(
            actions.finish, sending_id, tx_hash=tx_hash, block_number=block, failure=failure
        )
        if not is_first:
            return False
        done = self._database.read(actions.read_sending, sending_id)
        assert done is not None
        try:
            self._after(done)
        except Exception:
            log.exception("sending %s is %s, and telling so failed", sending_id, done.status)
        return True

    # --- gaps ---------------------------------------------------------------------------------

    def _fill_gaps(self, look: Look, signed: Sequence[Posted]) -> None:
        """Use up nonces that nothing has and that others of an account wait for.

        They come about when a transaction that somebody else sent with the key was dropped.
        """
        lowest: dict[str, Posted] = {}
        for one in sorted(signed, key=lambda one: -(one.sending.nonce or 0)):
            if (one.sending.nonce or 0) >= look.mined(str(one.sender)):
                lowest[str(one.sender)] = one
        for sender, one in lowest.items():
            nonce = look.mined(sender)
            assert one.sending.nonce is not None
            waited = self._database.clock() - one.forms[0].signed_at >= self._blocks(STUCK)
            if waited and nonce < one.sending.nonce and look.pending(sender) == nonce:
                log.warning("nonce %s of %s is used up: others wait for it", nonce, sender)
                self._database.write(
                    actions.queue_sending,
                    Sending(
                        id=f"gap:{self._chain.id}:{sender}:{nonce}",
                        chain_id=self._chain.id,
                        purpose="gas",
                        path=one.sending.path,
                        recipient=sender,
                        coin_id=self._chain.native.id,
                        units=0,
                    ),
                )

    # --- what was not signed yet ----------------------------------------------------------------

    def _begin(self, look: Look, posted: Sequence[Posted]) -> bool:
        queued = [one for one in posted if one.sending.status == QUEUED]
        firsts = {one.sending.after for one in queued if one.sending.after is not None}
        standings = self._database.read(actions.standings_of, firsts) if firsts else {}
        by_path: dict[str, list[Posted]] = defaultdict(list)
        moved = False
        for one in queued:
            state = FINAL if one.sending.after is None else standings[one.sending.after]
            if state == FAILED:
                words = f"What has to come before it failed: {one.sending.after}."
                moved |= self._finish(one, words, None, None)
            elif state == FINAL:
                by_path[one.sending.path].append(one)
        for path, waiting in by_path.items():
            moved |= self._begin_account(look, path, waiting)
        return moved

    def _begin_account(self, look: Look, path: str, waiting: Sequence[Posted]) -> bool:
        moved = False
        for one in waiting:
            with self._alone(one):
                if self._begin_one(look, path, one):
                    moved = True
        return moved

    def _begin_one(self, look: Look, path: str, posted: Posted) -> bool:
        if self._was_mined(posted):
            return True
        sender = self._signing.address(path)
        first = look.pending(sender)
        if first - look.mined(sender) > FURTHEST:
            raise Waits(f"A node says that {first - look.mined(sender)} more of {sender} wait.")
        # In one snapshot: whoever signs for this account in between takes the nonce from us.
        leaving, nonce = self._database.read(actions.leaving_from, self._chain.id, sender, first)
        purse = Purse(look, sender, self._chain.native, leaving)
        if len(purse.leaving) >= MOST_LEAVING:
            return False
        now = self._database.clock()
        try:
            form = self._signing.first(look, purse, posted, sender=sender, nonce=nonce, now=now)
        except Refused as error:
            return self._finish(posted, str(error), None, None)
        if not self._database.write(actions.claim_nonce, form, sender=sender, first=first):
            return False
        self._send(posted, form)
        return True

    def _was_mined(self, posted: Posted) -> bool:
        """Whether a block has a form of a nonce that was given up: then nothing is sent again."""
        for form in posted.earlier:
            receipt = self._nodes.receipt(form.tx_hash)
            if receipt is not None and receipt.status == 1:
                return self._database.write(actions.take_up, form)
        return False

    def _blocks(self, many: int) -> timedelta:
        return timedelta(seconds=many * self._chain.block_seconds)

    def _wait(self, posted: Posted, words: str) -> None:
        if posted.sending.reason != words[: actions.LONGEST_REASON]:
            self._database.write(actions.note_waiting, posted.sending.id, words)

    def _write(self, action: Callable[..., None], posted: Posted, *given: object) -> None:
        self._database.write(action, posted.sending.id, *given)
