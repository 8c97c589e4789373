"""Money that leaves the platform: refunds to shoppers, transfers to connected accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .amounts import check_amount
from .books import Books, Thing
from .refusals import Refusal


class Refunds:
    def __init__(self, books: Books) -> None:
        self._books = books
        self.pending = False
        """Whether refunds take their time, as they do for bank debits."""

    def create(self, params: dict[str, Any]) -> Thing:
        intent = self._books.get("payment_intent", params["payment_intent"])
        if intent["status"] != "succeeded":
            raise Refusal(f"This PaymentIntent ({intent['id']}) does not have a successful charge.")
        charge = self._books.get("charge", intent["latest_charge"])
        left = charge["amount"] - charge["amount_refunded"]
        amount = params.get("amount", left)
        check_amount(amount, charge["currency"], smallest=False)
        if left == 0:
            raise Refusal("Charge has already been refunded.", code="charge_already_refunded")
        if amount > left:
            raise Refusal(f"Refund amount ({amount}) is greater than unrefunded amount ({left}).")
        refund = self._books.new(
            "refund",
            "re_3",
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            metadata=dict(params.get("metadata") or {}),
            payment_intent=intent["id"],
            reason=params.get("reason"),
            status="pending" if self.pending else "succeeded",
        )
        del refund["livemode"]
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        self._books.post("platform", "shoppers", amount, charge["currency"])
        self._books.tell("refund.created", refund)
        self._books.tell("charge.refunded", charge)
        return refund

    def settle(self, reference: str, *, success: bool = True) -> Thing:
        """End a pending refund; a failed one brings the money back."""
        refund = self._books.get("refund", reference)
        charge = self._books.get("charge", refund["charge"])
        refund["status"] = "succeeded" if success else "failed"
        if not success:
            refund["failure_reason"] = "expired_or_canceled_card"
            charge["amount_refunded"] -= refund["amount"]
            charge["refunded"] = False
            self._books.post("shoppers", "platform", refund["amount"], refund["currency"])
        self._books.tell("refund.updated" if success else "refund.failed", refund)
        return refund

    def get(self, reference: str) -> Thing:
        return self._books.get("refund", reference)

    def of_intent(self, params: dict[str, Any]) -> Thing:
        intent = params.get("payment_intent")
        return _listed(
            self._books,
            "/v1/refunds",
            params,
            lambda thing: thing["object"] == "refund" and intent in (None, thing["payment_intent"]),
        )


class Transfers:
    def __init__(self, books: Books) -> None:
        self._books = books

    def create(self, params: dict[str, Any]) -> Thing:
        amount, currency = params["amount"], params["currency"]
        check_amount(amount, currency, smallest=False)
        source = params.get("source_transaction")
        if source is not None:
            self._check_room(self._books.get("charge", source), amount)
        elif amount > self._books.balance("platform", currency):
            raise Refusal("You have insufficient available funds.", code="balance_insufficient")
        transfer = self._books.new(
            "transfer",
            "tr_3",
            amount=amount,
            amount_reversed=0,
            currency=currency,
            description=params.get("description"),
            destination=params["destination"],
            metadata=dict(params.get("metadata") or {}),
            reversed=False,
            source_transaction=source,
            transfer_group=params.get("transfer_group"),
        )
        self._books.post("platform", params["destination"], amount, currency)
        self._books.tell("transfer.created", transfer)
        return transfer

    def reverse(self, reference: str, params: dict[str, Any]) -> Thing:
        transfer = self.get(reference)
        left = transfer["amount"] - transfer["amount_reversed"]
        amount = params.get("amount", left)
        if not 0 < amount <= left:
            raise Refusal(f"Reversal amount ({amount}) is greater than what is left ({left}).")
        reversal = self._books.new(
            "transfer_reversal",
            "trr_3",
            amount=amount,
            currency=transfer["currency"],
            metadata=dict(params.get("metadata") or {}),
            transfer=transfer["id"],
        )
        del reversal["livemode"]
        transfer["amount_reversed"] += amount
        transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
        self._books.post(transfer["destination"], "platform", amount, transfer["currency"])
        self._books.tell("transfer.reversed", transfer)
        return reversal

    def get(self, reference: str) -> Thing:
        return self._books.get("transfer", reference)

    def of_group(self, params: dict[str, Any]) -> Thing:
        group = params.get("transfer_group")
        return _listed(
            self._books,
            "/v1/transfers",
            params,
            lambda thing: (
                thing["object"] == "transfer" and group in (None, thing["transfer_group"])
            ),
        )

    def reversals(self, reference: str, params: dict[str, Any]) -> Thing:
        self.get(reference)
        return _listed(
            self._books,
            f"/v1/transfers/{reference}/reversals",
            params,
            lambda thing: thing["object"] == "transfer_reversal" and thing["transfer"] == reference,
        )

    def _check_room(self, charge: Thing, amount: int) -> None:
        passed_on = sum(
            thing["amount"] - thing["amount_reversed"]
            for thing in self._books.things.values()
            if thing["object"] == "transfer" and thing["source_transaction"] == charge["id"]
        )
        if not charge["paid"] or passed_on + amount > charge["amount"]:
            raise Refusal("The transfers of a charge cannot exceed it.", param="amount")


def _listed(books: Books, url: str, params: dict[str, Any], fits: Callable[[Thing], bool]) -> Thing:
    newest_first = [thing for thing in reversed(list(books.things.values())) if fits(thing)]
    seen = [thing["id"] for thing in newest_first]
    after = seen.index(params["starting_after"]) + 1 if "starting_after" in params else 0
    rest, size = newest_first[after:], params.get("limit", 10)
    return {"object": "list", "url": url, "has_more": len(rest) > size, "data": rest[:size]}
