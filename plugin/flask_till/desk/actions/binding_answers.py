"""What a shopper says to a shop's wish to link a basket, and how the shop hears of it (3.4, 3.6).

Recorded with the answer itself; the relay carries it.
"""

from __future__ import annotations

from ...base.database import Work
from ...base.outbox import Receiver
from ...errors import Conflict
from ..linked_basket import ACCEPTED, OPEN, UNBOUND, LinkedBasket, Prompt
from ..tables import outbox
from .basket_edits import LATEST, Outcome, drop_edits, hurry
from .linked_baskets import lock_basket
from .linking import fail_prompt, unlink_for_shopper
from .merchant_health import require_on
from .prompts import accept_prompt, lock_prompt, refuse_prompt
from .wallet_orders import is_placing
from .wallet_payments import COURIER

CONFIRM, REJECT, DELETE = "binding_confirm", "binding_reject", "binding_delete"


def accept(work: Work, prompt_id: str, shopper_id: str, *, trust: bool) -> Prompt:
    """Say yes: the shop is told, and links when it answers with its basket. A repeat does nothing.

    Raises `NotFound`, `Gone` (PROMPT_OVER), `Conflict` (MERCHANT_DISABLE).
    """
    before = lock_prompt(work, prompt_id)
    prompt = accept_prompt(work, prompt_id, shopper_id, trust=trust)
    require_on(work, prompt.merchant_id)
    if before.status == OPEN:
        _tell(work, prompt.linked_basket_id, prompt.merchant_id, CONFIRM, prompt_id=prompt.id)
    return prompt


def refuse(work: Work, prompt_id: str, shopper_id: str) -> Prompt:
    """Say no: the shop is told. A repeat does nothing. Raises `NotFound`, `Gone`."""
    before = lock_prompt(work, prompt_id)
    prompt = refuse_prompt(work, prompt_id, shopper_id)
    if before.status == OPEN:
        _tell(work, prompt.linked_basket_id, prompt.merchant_id, REJECT, prompt_id=prompt.id)
    return prompt


def give_up_prompt(work: Work, prompt_id: str, reason: str, *, tell: bool) -> None:
    """The shop did not answer a yes with its basket. With ``tell`` it may think that it is linked,
    and hears that it is not: now, and when a yes that the network kept can do nothing any more."""
    before = lock_prompt(work, prompt_id)
    if before.status != ACCEPTED:
        return
    fail_prompt(work, prompt_id, reason[:64])
    if tell:
        basket_id, merchant_id = before.linked_basket_id, before.merchant_id
        _tell(work, basket_id, merchant_id, DELETE)
        outbox.record(
            work,
            subject=f"late:{basket_id}",  # it holds up nothing that is said to the shop till then
            kind=DELETE,
            data={"basket_id": basket_id},
            receivers=[Receiver(COURIER, merchant_id)],
            not_before=work.now + LATEST,
        )


def unlink(work: Work, basket_id: str, shopper_id: str) -> LinkedBasket:
    """Take a basket out of the wallet; the shop is told (1.9, 3.6).

    Raises `NotFound`, `Conflict` (BASKET_STATE, ORDER_PLACING).
    """
    lock_basket(work, basket_id, shopper_id=shopper_id)
    if is_placing(work, basket_id):
        raise Conflict("An order is being placed.", code="ORDER_PLACING")
    basket = unlink_for_shopper(work, basket_id, shopper_id)
    drop_edits(work, basket_id, Outcome("The basket was unlinked.", "BASKET_NOT_BOUND"))
    _tell(work, basket.id, basket.merchant_id, DELETE)
    return basket


def _tell(work: Work, basket_id: str, merchant_id: str, kind: str, **data: str) -> None:
    """What still waits to be told of an earlier binding does not hold this up."""
    hurry(work, basket_id)
    outbox.record(
        work,
        subject=basket_id,
        kind=kind,
        data={"basket_id": basket_id, **data},
        receivers=[Receiver(COURIER, merchant_id)],
    )


def may_be_told_of_the_end(work: Work, basket_id: str) -> LinkedBasket | None:
    """The basket, if it is still nobody's: one that was asked for anew must not be ended again."""
    basket = lock_basket(work, basket_id)
    return basket if basket.status == UNBOUND else None
