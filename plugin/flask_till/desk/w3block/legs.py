"""The legs of an order at their gateways: opened, paid anew, looked at, ended and given back.

What a leg comes to moves the whole in the transaction that moves the leg (`w3block_orders.follow`).
Here is what needs a gateway, and what a crash left undone: every step can be done again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...base.database import Database, Work
from ...base.logs import logger
from ...errors import Conflict, NotFound, RequestError, Unavailable
from ...wire.w3block.basket import PaidPart
from ...wire.w3block.error_codes import W3blockCode, refusal
from ...wire.w3block.values import AmountType
from ..actions import w3block_endings, w3block_parts
from ..actions.reading import read_order
from ..actions.w3block_orders import find_placed
from ..cashier import Cashier
from ..gateways import Method
from ..order import CAPTURED, ENDED_UNPAID, PROCESSING, Order
from ..payment import ACTIVE
from ..w3block_company import APART, TRANSFER, Placed, PlacedPart, Provider
from .inputs import inputs_of

log = logger(__name__)
WHOLE = 100


@dataclass(frozen=True, slots=True)
class Wish:
    """How a part that waits for money is to be paid from now on."""

    part: PlacedPart
    asked: PaidPart
    way: Provider


ON_PAGE = {"ui": "page"}
"""The buyer is not there yet: whatever is to be decided is, on the order page."""


class Legs:
    def __init__(self, database: Database, cashier: Cashier) -> None:
        self._database = database
        self._cashier = cashier

    def orders(self, placed: Placed) -> list[Order]:
        """The desk's orders of its parts, in their order."""
        return self._database.read(_orders, placed)

    # --- paying ---------------------------------------------------------------------------

    def open(self, placed: Placed, inputs: Sequence[Mapping[str, str]]) -> None:
        """The end of check 10: each part's payment is open, or the order is given up.

        Raises `RequestError` (payment-provider-error).
        """
        try:
            for part, leg, told in zip(placed.parts, self.orders(placed), inputs, strict=True):
                if leg.is_open:
                    self._start(leg, part.provider, told)
        except RequestError as error:
            log.info("order %s has no payment: %s", placed.order_id, error.code)
            self._give_up(placed.order_id)
            raise refusal(W3blockCode.PAYMENT_PROVIDER_ERROR) from None

    def pay(self, wishes: Sequence[Wish]) -> None:
        """Pay parts that wait for money, or pay them another way. Raises `RequestError`."""
        for wish in wishes:
            leg = self._database.read(read_order, wish.part.leg_id)
            self._start(leg, wish.way.provider, inputs_of(wish.asked.provider_inputs))
            self._database.write(
                w3block_parts.change_way,
                leg.id,
                method=wish.way.method,
                provider=wish.way.provider,
            )

    def _start(self, leg: Order, provider: str, inputs: Mapping[str, str]) -> None:
        method = chosen(self._cashier.methods(leg), provider)
        told = {**inputs, **ON_PAGE}
        self._cashier.pay(leg.id, gateway=method.gateway, method=method.name, inputs=told)

    def _give_up(self, order_id: str) -> None:
        try:
            self.cancel(order_id)
        except RequestError as error:
            log.warning("order %s waits for its time to be over: %s", order_id, error.code)

    def approve(self, order_id: str, operator: str) -> None:
        """Transfers that were waited for have arrived, says an operator of the company.

        Raises `RequestError` (invalid-order-status) when none is waited for.
        """
        placed = self._placed(order_id)
        waiting = [one for one in self.orders(placed) if one.is_open and _is_transfer(one)]
        if not waiting or not placed.is_open:
            raise refusal(W3blockCode.INVALID_ORDER_STATUS, "No transfer is waited for.")
        for leg in waiting:
            self._cashier.hear(leg.id, status="succeeded", source=operator)

    # --- looking --------------------------------------------------------------------------

    def look(self, order_id: str) -> None:
        """Ask the gateways; where one does not answer, what we know is what there is to say."""
        for leg in self._legs(order_id):
            if leg.is_open:
                self._guarded(self._cashier.look, leg.id)

    def expire(self, order_id: str) -> None:
        """End what waited too long, if the gateways agree."""
        for leg in self._legs(order_id):
            self._guarded(self._cashier.expire, leg.id)
        self.wind_up(order_id)

    # --- ending ---------------------------------------------------------------------------

    def cancel(self, order_id: str) -> None:
        """End an order that waits for money. Money that makes it whole first wins; what is under
        way and cannot be stopped goes back when it is there.

        Raises `Conflict` (ORDER_STATE) in the first case, `Unavailable` when no gateway answers.
        """
        trouble: RequestError | None = None
        for leg in self._legs(order_id):
            try:
                if leg.is_open:
                    self._cashier.cancel(leg.id)
            except (Conflict, Unavailable) as error:
                trouble = error
        self.wind_up(order_id)
        state = self._placed(order_id).state
        if state == PROCESSING:
            self._database.write(w3block_endings.call_off_under_way, order_id)
        elif state not in ENDED_UNPAID:
            raise trouble or Conflict("The order is not open any more.", code="ORDER_STATE")

    def wind_up(self, order_id: str) -> None:
        """Stop the legs that are open and give back what others took, of an order that ended."""
        if not self._database.read(w3block_endings.is_unsettled, order_id):
            return
        for leg in self._legs(order_id):
            if leg.is_open:
                self._guarded(self._cashier.cancel, leg.id)
            refund = self._database.write(w3block_endings.owe_leg, order_id, leg.id)
            if refund is not None:
                self._guarded(self._cashier.carry_refund, refund.id)
        self._database.write(w3block_endings.note_settled, order_id)

    def sweep(self) -> int:
        """Wind up what nobody looks at; returns how many orders that were."""
        found = self._database.read(w3block_endings.unsettled_orders)
        for order_id in found:
            self._guarded(self.wind_up, order_id)
        return len(found)

    def _guarded(self, verb: Callable[[str], object], subject: str) -> None:
        """What does not succeed now is tried again: by the sweeper, or with the next look."""
        try:
            verb(subject)
        except RequestError as error:
            log.info("%s is not possible for %s yet: %s", verb.__name__, subject, error.code)

    # --- reading --------------------------------------------------------------------------

    def _placed(self, order_id: str) -> Placed:
        placed = self._database.read(find_placed, order_id)
        if placed is None:
            raise NotFound("Not Found")
        return placed

    def _legs(self, order_id: str) -> list[Order]:
        return self.orders(self._placed(order_id))


def _is_transfer(leg: Order) -> bool:
    payment = leg.payment
    return payment is not None and payment.method == TRANSFER and payment.status in ACTIVE


def chosen(methods: Sequence[Method], provider: str) -> Method:
    """Where a payment begins: at the gateway of that name, else at the first that there is.

    A transfer begins nowhere else, and nothing else begins there; so do coins. Raises
    `RequestError` (payment-provider-not-found).
    """
    own = provider if provider in APART else None
    fit = [one for one in methods if (one.name if one.name in APART else None) == own]
    if not fit:
        raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND)
    return next((one for one in fit if one.gateway.startswith(provider)), fit[0])


def parts_to_pay(
    placed: Placed, legs: Sequence[Order], asked: Sequence[PaidPart]
) -> list[tuple[PlacedPart, PaidPart]]:
    """Which of its parts a new wish to pay is about (7).

    All parts in their order, those that are paid among them; or each the part of that currency and
    amount, or with all of it the only one that is left of a currency. What is paid stays so.
    Raises `RequestError` (payments-not-covering-total, order-not-payable).
    """
    pairs = list(zip(placed.parts, legs, asked, strict=False))
    if len(pairs) == len(asked) == len(legs) and all(_same([one], wish) for one, _, wish in pairs):
        return [(part, wish) for part, leg, wish in pairs if leg.is_open]
    waiting = [part for part, leg in zip(placed.parts, legs, strict=True) if leg.is_open]
    paid = [part for part, leg in zip(placed.parts, legs, strict=True) if leg.status in CAPTURED]
    found = []
    for wish in asked:
        part = _same(waiting, wish) or _only(waiting, wish)
        if part is not None:
            waiting.remove(part)
            found.append((part, wish))
        elif (again := _same(paid, wish)) is not None:
            paid.remove(again)
        else:
            raise refusal(W3blockCode.PAYMENTS_NOT_COVERING_TOTAL)
    if not found:
        raise refusal(W3blockCode.ORDER_NOT_PAYABLE, "What was named is paid already.")
    return found


def _same(parts: Sequence[PlacedPart], wish: PaidPart) -> PlacedPart | None:
    named = wish.currency_id, str(wish.amount_type), wish.amount
    return next(
        (one for one in parts if (one.currency_id, one.amount_type, one.amount) == named), None
    )


def _only(parts: Sequence[PlacedPart], wish: PaidPart) -> PlacedPart | None:
    """All that is left of a currency."""
    is_all = wish.amount_type == AmountType.ALL_REMAINING or (
        wish.amount_type == AmountType.PERCENTAGE and wish.amount == WHOLE
    )
    left = [one for one in parts if one.currency_id == wish.currency_id]
    return left[0] if is_all and len(left) == 1 else None


def _orders(work: Work, placed: Placed) -> list[Order]:
    return [read_order(work, part.leg_id) for part in placed.parts]
