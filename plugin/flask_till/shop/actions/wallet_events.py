"""What a shopper changed in the wallet, applied to the basket (contract 3.4, 3.5, 3.7).

Nothing that can be bought less, later or not at all is an error here: the basket is kept or
capped, and the shopper reads why in the next basket. No change is told back to the wallet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, InvalidRequest, RequestError
from ..basket import Basket
from ..binding import OF_THE_WALLET, ORDERED, Binding, LinkFacts
from ..catalog import Shelf, is_product_id
from ..notices import (
    CAPPED,
    CODES_REFUSED,
    GONE,
    NOT_ADDED,
    NOT_WHOLE,
    SOLD_OUT,
    TOO_DEAR,
    Remarks,
)
from ..promotion import MOST_CODES, code_of
from ..tables import wallet_events
from .basket import add_line, new_basket, read_basket, remove_line, set_promotions, set_quantity
from .binding import ensure_binding, link, lock_binding, refuse, set_notice, unlink_by_wallet
from .catalogs import product_now

_SEEN = Prepared(
    select(wallet_events.c.binding_id).where(
        wallet_events.c.subject == bindparam("subject"),
        wallet_events.c.event_id == bindparam("event"),
    )
)
_MADE = Prepared(
    update(wallet_events).where(
        wallet_events.c.subject == bindparam("about"),
        wallet_events.c.event_id == bindparam("event"),
    )
)
DEAREST = 10**10 - 1
"""Minor units: the largest amount that the wallet can be told."""


@dataclass(frozen=True, slots=True)
class Quantities:
    """Each product's new quantity, None for one that is not a whole number; 0 removes it."""

    wanted: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """All codes that are wanted; others leave the basket."""

    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Additions:
    """Suggested products, and how many more of each; None for a number that is not whole."""

    wanted: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True)
class BasketTold:
    """A wallet's event about a basket."""

    event_id: str
    change: Quantities | Codes | Additions
    phone: tuple[str, str] | None = field(default=None, repr=False)


def apply_basket_event(
    work: Work, shelf: Shelf, binding_id: str, told: BasketTold, *, locale: str, announce: bool
) -> bool:
    """Apply the event once. False when it is a repeat.

    Raises `NotFound` (BASKET_NOT_FOUND) and `Conflict`: ORDER_EXISTS, and BASKET_NOT_UPDATE when
    the basket is not the wallet's any more, or another phone's.
    """
    binding = _open(work, binding_id)
    if binding.status not in OF_THE_WALLET:
        raise Conflict("The basket is not linked.", code="BASKET_NOT_UPDATE")
    if told.phone is not None and not binding.is_of(*told.phone):
        raise Conflict("The basket is linked with another phone.", code="BASKET_NOT_UPDATE")
    if not _first_time(work, binding_id, told.event_id):
        return False
    remarks = Remarks(locale)
    _Change(work, shelf, binding.basket_id, remarks, announce).apply(told.change)
    notice = remarks.notice()
    if notice is not None:
        set_notice(work, binding_id, notice)
    return True


def confirm_link(work: Work, binding_id: str, request: str, facts: LinkFacts) -> bool:
    """The shopper said yes on the phone (3.4). False for the same request once more.

    Raises `NotFound` (BASKET_NOT_FOUND) and `Conflict` (ORDER_EXISTS).
    """
    _open(work, binding_id)
    if not _first_time(work, binding_id, request):
        return False
    link(work, binding_id, facts)
    return True


def reject_link(work: Work, binding_id: str, request: str) -> bool:
    """The shopper said no on the phone (3.4); raises as `confirm_link`."""
    _open(work, binding_id)
    if not _first_time(work, binding_id, request):
        return False
    refuse(work, binding_id)
    return True


def delete_link(work: Work, binding_id: str, request: str) -> bool:
    """The shopper deleted the basket in the wallet (3.6). Raises `NotFound`."""
    lock_binding(work, binding_id)
    if not _first_time(work, binding_id, request):
        return False
    unlink_by_wallet(work, binding_id)
    return True


def add_product(
    work: Work,
    shelf: Shelf,
    product_id: str,
    *,
    request: str,
    binding_id: str | None,
    phone: tuple[str, str] | None,
    announce: bool,
) -> str:
    """Put one more of a product in the basket, or in a new one of the wallet's (3.7).

    Returns the binding's id; the same ``request`` once more adds nothing. Raises `NotFound`
    (BASKET_NOT_FOUND, PRODUCT_NOT_FOUND), `OutOfStock` and `Conflict` (ORDER_EXISTS).
    """
    subject = binding_id or f"product:{product_id}"
    if binding_id is not None:
        binding = _open(work, binding_id)
        if phone is not None and not binding.is_of(*phone):
            raise Conflict("The basket is linked with another phone.", code="PRODUCT_NOT_ADDED")
    seen = {"subject": subject, "event": request}
    if not _first_time(work, subject, request):
        return str(work.execute(_SEEN, seen).scalar_one() or binding_id)
    if binding_id is None:
        binding = ensure_binding(work, new_basket(work))
        prefix, number = phone or (None, None)
        link(work, binding.id, LinkFacts(country_prefix=prefix, phone=number))
        work.execute(_MADE, {"about": subject, "event": request, "binding_id": binding.id})
    _add_one(work, shelf, binding.basket_id, product_id, announce)
    return binding.id


def _add_one(work: Work, shelf: Shelf, basket_id: str, product_id: str, announce: bool) -> None:
    try:
        add_line(work, shelf, basket_id, product_id, announce=announce, told_by_wallet=True)
    except InvalidRequest as error:
        raise Conflict(error.message, code="PRODUCT_NOT_ADDED") from None


def _open(work: Work, binding_id: str) -> Binding:
    """The binding, locked. Raises `NotFound` and `Conflict` (ORDER_EXISTS)."""
    binding = lock_binding(work, binding_id)
    if binding.status == ORDERED:
        raise Conflict("The basket is an order already.", code="ORDER_EXISTS")
    return binding


def _first_time(work: Work, subject: str, event_id: str) -> bool:
    return work.insert_once(
        wallet_events, {"subject": subject, "event_id": event_id, "at": work.now}
    )


class _Change:
    """Applies one event to one basket, in the shop's own rules."""

    def __init__(
        self, work: Work, shelf: Shelf, basket_id: str, remarks: Remarks, announce: bool
    ) -> None:
        self._work = work
        self._shelf = shelf
        self._basket_id = basket_id
        self._remarks = remarks
        self._how = {"announce": announce, "told_by_wallet": True}

    def apply(self, change: Quantities | Codes | Additions) -> None:
        if isinstance(change, Quantities):
            for product_id, wanted in change.wanted:
                self._set(product_id, wanted)
        elif isinstance(change, Codes):
            self._set_codes(change.wanted)
        else:
            for product_id, wanted in change.wanted:
                self._add(product_id, wanted)

    def _basket(self) -> Basket:
        return read_basket(self._work, self._shelf, self._basket_id)

    def _set(self, product_id: str, wanted: int | None) -> None:
        line = self._basket().line(product_id)
        if line is None:
            if wanted != 0:
                self._remarks.add(GONE, name=product_id)
            return
        if wanted is None:
            self._remarks.add(NOT_WHOLE, name=line.name)
        elif wanted == 0:
            self._do(remove_line, product_id)
        elif line.max_quantity == 0:
            self._remarks.add(SOLD_OUT, name=line.name)
        else:
            if wanted > line.max_quantity:
                self._remarks.add(CAPPED, name=line.name, most=line.max_quantity)
            quantity = min(wanted, line.max_quantity)
            if quantity != line.quantity:
                self._try(line.name, set_quantity, product_id, quantity)

    def _add(self, product_id: str, wanted: int | None) -> None:
        product = None
        if is_product_id(product_id):
            product = product_now(self._work, self._shelf.catalog, product_id)
        name = product_id if product is None else product.name
        if product is None or wanted is None:
            self._remarks.add(NOT_ADDED if product is None else NOT_WHOLE, name=name)
            return
        line = self._basket().line(product_id)
        held = 0 if line is None else line.quantity
        most = product.limit(product.stock) if line is None else line.max_quantity
        if held + wanted > most:
            self._remarks.add(CAPPED if most else SOLD_OUT, name=name, most=most)
        if min(held + wanted, most) > held:
            self._try(name, set_quantity, product_id, min(held + wanted, most))

    def _set_codes(self, typed: Sequence[str]) -> None:
        """Apply the difference; what is refused is told in one notice (7.12)."""
        wanted = list(dict.fromkeys(code_of(code) for code in typed))
        basket = self._basket()
        before = {one.code: one for one in basket.promotions}
        refused = [code for code in wanted if code in before and not before[code].applied]
        kept, new = wanted[:MOST_CODES], wanted[MOST_CODES:]
        refused += new
        if set(kept) != set(before):
            refused += self._put_codes(kept)
        if refused:
            self._remarks.add(CODES_REFUSED, name=", ".join(one[:64] for one in refused[:10]))

    def _put_codes(self, codes: list[str]) -> list[str]:
        """Have these codes, without those that cannot be used; returns the latter."""
        try:
            with self._apart():
                self._do(set_promotions, codes)
        except InvalidRequest as error:
            wrong = [code for code in codes if code in error.fields]
            if not wrong:
                return codes
            return wrong + self._put_codes([code for code in codes if code not in wrong])
        return []

    def _try(self, name: str, verb: Callable[..., Basket], *arguments: Any) -> None:
        """Do it, unless the shop's rules or the wallet's largest amount forbid it."""
        try:
            with self._apart():
                basket = self._do(verb, *arguments)
                if basket.subtotal.minor > DEAREST:
                    raise InvalidRequest("Too dear for the wallet.")
        except InvalidRequest:
            self._remarks.add(TOO_DEAR)
        except RequestError:
            self._remarks.add(NOT_ADDED, name=name)

    def _do(self, verb: Callable[..., Basket], *arguments: Any) -> Basket:
        return verb(self._work, self._shelf, self._basket_id, *arguments, **self._how)

    def _apart(self) -> AbstractContextManager[Any]:
        return self._work.connection.begin_nested()
