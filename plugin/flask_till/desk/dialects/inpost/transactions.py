"""Payments as shops see them, and refunds that shops ask for (2.12).

The contract names the filters and statuses of a transaction, and not its other members: those
here are named like the filters.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import Response, request

from ....base.database import Work
from ....errors import BadSignature, Forbidden, NotFound, RequestError
from ....wire.inpost.amounts import to_amount, to_money
from ....wire.inpost.error_codes import WalletCode, refusal
from ....wire.inpost.message import write
from ....wire.inpost.payments import (
    COMMAND_HEADER,
    RefundReply,
    RefundRequest,
    RefundStatus,
    TransactionStatus,
)
from ....wire.inpost.values import PaymentType, read_moment, write_moment
from ... import order
from ...actions.inpost_merchants import sealed_merchant_secret
from ...actions.refunds import read_refund, request_refund
from ...actions.wallet_transactions import (
    Transaction,
    TransactionFilter,
    page_of_transactions,
    read_transaction,
)
from ...linked_basket import InpostMerchant
from ...order import Refund
from ...payment import ACTIVE
from .admission import checked_id, whole_of_query
from .answers import JSON, body_of, say
from .call_words import METHODS
from .front import Front

MEANS: Mapping[TransactionStatus, tuple[Collection[str], Collection[str] | None]] = {
    TransactionStatus.PENDING: (ACTIVE, None),
    TransactionStatus.DECLINED: (("failed",), None),
    TransactionStatus.CANCELLED: (("cancelled",), None),
    TransactionStatus.REFUNDED: (("succeeded",), (order.REFUNDED,)),
    TransactionStatus.PARTIALLY_REFUNDED: (("succeeded",), (order.PARTIALLY_REFUNDED,)),
    TransactionStatus.CAPTURED: (
        ("succeeded",),
        tuple({*order.TRANSITIONS} - {order.REFUNDED, order.PARTIALLY_REFUNDED}),
    ),
}
"""Which of our payments a status stands for: by their own, and by their order's. Together total;
what is not here (AUTHORIZED, CARD_VERIFIED) no payment of ours ever is."""
OF_REFUND: Mapping[str, RefundStatus] = {
    "pending": RefundStatus.PENDING,
    "succeeded": RefundStatus.SUCCESS,
    "failed": RefundStatus.FAILED,
}


# --- transactions -----------------------------------------------------------------------------


def show(front: Front, merchant: InpostMerchant) -> Response:
    """GET transaction, a page at a time; the first page is 1."""
    args = request.args
    page, size = whole_of_query("page", 1, 1, 100_000), whole_of_query("per_page", 20, 1, 100)
    found, total = front.database.read(
        page_of_transactions,
        merchant.merchant_id,
        _wanted(args),
        page_index=page - 1,
        page_size=size,
    )
    if args.get("merchant_pos_id", merchant.pos_id) != merchant.pos_id:
        found, total = [], 0
    content = [_listed(one, merchant) for one in found]
    body = {"content": content, "page": page, "per_page": size, "total_items": total}
    return Response(write(body), mimetype=JSON)


def _wanted(args: Mapping[str, str]) -> TransactionFilter:
    direction = args.get("sort_direction", "desc").lower()
    if direction not in ("asc", "desc"):
        raise _bad("sort_direction is asc or desc.")
    statuses, order_statuses = _statuses(args)
    return TransactionFilter(
        statuses=statuses,
        order_statuses=order_statuses,
        **_methods(args),
        transaction_id=_id(args, "transaction_id"),
        merchant_order_id=_id(args, "order_id"),
        currency=_id(args, "currency"),
        amount_from=_minor(args, "amount_from"),
        amount_to=_minor(args, "amount_to"),
        since=_moment(args, "date_from"),
        until=_moment(args, "date_to"),
        newest_first=direction == "desc",
    )


def _statuses(args: Mapping[str, str]) -> tuple[Collection[str] | None, Collection[str] | None]:
    text = args.get("status")
    if not text:
        return None, None
    if text not in TransactionStatus.__members__:
        raise _bad(f"status is one of {', '.join(TransactionStatus)}.")
    return MEANS.get(TransactionStatus(text), ((), None))


def _methods(args: Mapping[str, str]) -> dict[str, Collection[str]]:
    wanted = args.get("paymentMethod")
    if not wanted:
        return {}
    if wanted == PaymentType.PAY_BY_LINK:
        named = [name for name, word in METHODS.items() if word != PaymentType.PAY_BY_LINK]
        return {"other_methods_than": named}
    return {"methods": [name for name, word in METHODS.items() if word == wanted]}


def _id(args: Mapping[str, str], name: str) -> str | None:
    return checked_id(args[name], name) if args.get(name) else None


def _minor(args: Mapping[str, str], name: str) -> int | None:
    text = args.get(name)
    whole, _, cents = (text or "").partition(".")
    if not text:
        return None
    digits = whole + cents.ljust(2, "0")
    if not (digits.isascii() and digits.isdigit() and len(cents) <= 2 and len(digits) <= 12):
        raise _bad(f"{name} is an amount such as 12.50.")
    return int(digits)


def _moment(args: Mapping[str, str], name: str) -> datetime | None:
    text = args.get(name)
    try:
        return read_moment(text) if text else None
    except ValueError as error:
        raise _bad(f"{name}: {error}.") from None


def _listed(one: Transaction, merchant: InpostMerchant) -> dict[str, Any]:
    return {
        "transaction_id": one.id,
        "order_id": one.merchant_order_id,
        "merchant_pos_id": merchant.pos_id,
        "amount": format(to_amount(one.amount), "f"),
        "currency": one.amount.currency,
        "paymentMethod": METHODS.get(one.method, PaymentType.PAY_BY_LINK).value,
        "status": status_of(one).value,
        "created_date": write_moment(one.created_at),
    }


def status_of(one: Transaction) -> TransactionStatus:
    """A captured payment is what its order says of the money since."""
    for word, (statuses, order_statuses) in MEANS.items():
        if one.status in statuses and one.order_status in (order_statuses or order.TRANSITIONS):
            return word
    raise AssertionError(f"{one.status} of an order that is {one.order_status}")


# --- refunds ----------------------------------------------------------------------------------


def refund(front: Front, merchant: InpostMerchant, transaction_id: str) -> Response:
    """POST refund, signed with the merchant's secret. The same ``external_refund_id`` again is
    answered with how that refund stands; with another amount it is refused."""
    command_id = request.headers.get(COMMAND_HEADER, "")
    if not command_id:
        raise _bad(f"The header {COMMAND_HEADER} is missing.")
    asked = body_of(RefundRequest)
    if not asked.refund_amount:
        raise _bad("Nothing cannot be refunded.")
    _check(front, merchant, asked, command_id, transaction_id)
    reserved = front.database.write(_reserve, merchant.merchant_id, transaction_id, asked)
    done = front.cashier.carry_refund(reserved.id)
    return say(
        RefundReply(
            external_refund_id=asked.external_refund_id,
            status=OF_REFUND[done.status],
            description=done.reason,
            refund_amount=asked.refund_amount,
        )
    )


def _check(
    front: Front,
    merchant: InpostMerchant,
    asked: RefundRequest,
    command_id: str,
    transaction_id: str,
) -> None:
    secret = front.seal.open(front.database.read(sealed_merchant_secret, merchant.merchant_id))
    try:
        asked.check(secret, command_id=command_id, transaction_id=transaction_id)
    except BadSignature as error:
        raise Forbidden(error.message, code=WalletCode.FORBIDDEN) from None


def _reserve(work: Work, merchant_id: str, transaction_id: str, asked: RefundRequest) -> Refund:
    paid = read_transaction(work, merchant_id, transaction_id)
    if not paid.kept:
        raise _bad("Nothing of this transaction can be refunded.")
    amount = to_money(asked.refund_amount)
    refund_id = _refund_id(merchant_id, asked.external_refund_id)
    try:
        known, _, order_id = read_refund(work, refund_id)
    except NotFound:
        return request_refund(
            work,
            paid.order_id,
            amount,
            reason=None,
            merchant_id=merchant_id,
            refund_id=refund_id,
        )
    if (known.amount, order_id) != (amount.minor, paid.order_id):
        raise _bad("That external_refund_id belongs to another refund.")
    return known


def _refund_id(merchant_id: str, external_refund_id: str) -> str:
    """Ours, made of theirs: the primary key lets each be carried out once."""
    text = f"inpost:{merchant_id}:{external_refund_id}"
    return f"ref_{sha256(text.encode()).hexdigest()[:32]}"


def _bad(message: str) -> RequestError:
    return refusal(WalletCode.BAD_REQUEST, message)
