"""A gateway on paper: it implements the port, keeps its own books and does what the test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from flask_till.desk.gateways import (
    Charge,
    Evidence,
    Method,
    Notice,
    PagePart,
    RefundNotice,
    RefundResult,
    Share,
    Started,
)
from flask_till.errors import BadSignature, GatewayRefused, GatewayUnavailable, Unreadable
from flask_till.money import Money


class PaperGateway:
    """``taken`` and ``given_back`` are its ledger; ``is_away`` makes every call fail."""

    livemode = False
    late_look = timedelta(seconds=3)

    def __init__(self, name: str = "paper") -> None:
        self.name = name
        self.account = f"acct_{name}"
        self.status: dict[str, str] = {}
        self.charges: dict[str, Charge] = {}
        self.given_back: dict[str, Money] = {}
        self.refunds: dict[str, str] = {}
        self.passed_on: dict[str, Share] = {}
        self.taken_back: dict[str, tuple[str, Money]] = {}
        self.refuses_shares = False
        self.lose_answers = 0
        """So many transfers and reversals are done, and the answer never arrives."""
        self.is_away = False
        self.refund_status = "succeeded"
        self.before_cancel: Callable[[], None] | None = None
        self.before_refund: Callable[[], None] | None = None
        self.calls: list[str] = []
        self._lock = threading.Lock()

    # --- what a test does ----------------------------------------------------------------

    def turn(self, ref: str, status: str) -> Evidence:
        """The payment has a new status at the provider; the evidence that it would send."""
        self.status[ref] = status
        return self.evidence(ref)

    def evidence(self, ref: str, **changed: object) -> Evidence:
        charge = self.charges[ref]
        told = Evidence(
            gateway=self.name,
            account=self.account,
            provider_ref=ref,
            status=self.status[ref],
            amount=charge.amount,
            livemode=self.livemode,
        )
        return replace(told, **changed)  # type: ignore[arg-type]  # fields of Evidence

    @property
    def taken(self) -> int:
        """Minor units that it holds: what succeeded, less what it gave back."""
        got = sum(
            self.charges[ref].amount.minor
            for ref, word in self.status.items()
            if word == "succeeded"
        )
        return got - sum(money.minor for money in self.given_back.values())

    # --- the port ------------------------------------------------------------------------

    def methods(self, currency: str) -> Sequence[Method]:
        return (Method(self.name, "card", "Card"), Method(self.name, "slip", "Slip"))

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        self._called("start")
        if inputs.get("refuse"):
            raise GatewayRefused("No such shopper.")
        ref = f"paper_{charge.payment_id}"
        self.charges.setdefault(ref, charge)
        self.status.setdefault(ref, inputs.get("status", "requires_action"))
        return Started(ref, self.status[ref], evidence=self.evidence(ref))

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        self._called("act")
        return self.turn(_ref(charge), inputs["status"])

    def play(self, charge: Charge, status: str) -> Evidence:
        self._called("play")
        return self.turn(_ref(charge), status)

    def look(self, charge: Charge) -> Evidence:
        self._called("look")
        return self.evidence(_ref(charge))

    def cancel(self, charge: Charge) -> Evidence:
        self._called("cancel")
        if self.before_cancel is not None:
            self.before_cancel()
        with self._lock:
            ref = charge.provider_ref or f"paper_{charge.payment_id}"
            self.charges.setdefault(ref, charge)
            if self.status.get(ref) != "succeeded":
                self.status[ref] = "cancelled"
            return self.evidence(ref)

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        self._called("refund")
        if self.before_refund is not None:
            self.before_refund()
        with self._lock:
            if self.refund_status == "refused":
                raise GatewayRefused("Too late.")
            self.refunds[refund_id] = self.refund_status
            return self._refunded(refund_id, amount)

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        self._called("look_refund")
        assert provider_ref == f"re_{refund_id}"
        with self._lock:
            return self._refunded(refund_id, amount)

    def _refunded(self, refund_id: str, amount: Money) -> RefundResult:
        status = self.refunds[refund_id]
        if status == "succeeded":
            assert self.given_back.setdefault(refund_id, amount) == amount
        why = "The account is closed." if status == "failed" else None
        return RefundResult(f"re_{refund_id}", status, why)

    def transfer(self, share: Share, charge: Charge) -> str:
        self._called("transfer")
        self._may_share()
        assert self.status[_ref(charge)] == "succeeded"
        with self._lock:
            assert self.passed_on.setdefault(share.share_id, share) == share
        self._lose_answer()
        return f"tr_{share.share_id}"

    def reverse_transfer(self, reversal_id: str, transfer_ref: str, amount: Money) -> str:
        self._called("reverse_transfer")
        self._may_share()
        with self._lock:
            told = (transfer_ref.removeprefix("tr_"), amount)
            assert told[0] in self.passed_on
            assert self.taken_back.setdefault(reversal_id, told) == told
        self._lose_answer()
        return f"trr_{reversal_id}"

    def held_by(self, account: str) -> int:
        """Minor units that a receiver's account got, less what was taken back of them."""
        own = {key: one for key, one in self.passed_on.items() if one.account == account}
        back = sum(money.minor for key, money in self.taken_back.values() if key in own)
        return sum(one.amount.minor for one in own.values()) - back

    def _may_share(self) -> None:
        if self.refuses_shares:
            raise GatewayRefused("The account cannot receive money.")

    def _lose_answer(self) -> None:
        with self._lock:
            lost, self.lose_answers = self.lose_answers > 0, max(0, self.lose_answers - 1)
        if lost:
            raise GatewayUnavailable("The answer was lost.")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """``{"id", "ref", "status"}`` or ``{"id", "refund", "status"}``, signed with ``good``."""
        if headers.get("X-Signature") != "good":
            raise BadSignature("The signature does not fit.")
        try:
            told = json.loads(body)
        except ValueError:
            raise Unreadable("No JSON.") from None
        if "refund" in told:
            notice = RefundNotice(f"re_{told['refund']}", told["status"])
            return Notice(told["id"], "refund", refund=notice, raw=told)
        changed = {"amount": Money.of_minor(*told["amount"])} if "amount" in told else {}
        ref = told["ref"]
        if ref not in self.charges:
            known = Evidence(self.name, self.account, ref, told["status"], Money("1", "PLN"), False)
        else:
            known = self.evidence(ref, **changed)
        evidence = replace(known, status=told["status"], event_id=told["id"])
        return Notice(told["id"], "payment", evidence=evidence, raw=told)

    def page(self) -> PagePart:
        return PagePart()

    def _called(self, name: str) -> None:
        with self._lock:
            self.calls.append(name)
        if self.is_away:
            raise GatewayUnavailable("The paper gateway is out.")


def _ref(charge: Charge) -> str:
    if charge.provider_ref is None:
        raise GatewayRefused("Never heard of it.")
    return charge.provider_ref
