"""From a button to a basket that is linked with a phone (InPost Pay contract, 1.3 to 1.6, 5.5).

Each call to the wallet stands between two transactions. What the shopper need not wait for goes
through the outbox (`wallet_courier`): a wallet that is down disturbs nobody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

from ..base.columns import EPOCH
from ..base.database import Database
from ..base.logs import logger
from ..errors import Conflict, RequestError, Unavailable
from .actions.basket import read_basket
from .actions.binding import (
    ask_binding,
    delete_binding,
    ensure_binding,
    find_binding,
    refuse,
    set_key,
)
from .actions.telling import read_told
from .actions.wallet_calls import (
    end_prompt,
    link_told,
    links_to_renew,
    renew_link,
    stale_prompts,
    tell_untrusted,
    waits_for_unlinking,
)
from .binding import LINKED, PENDING, UNBOUND, Binding
from .catalog import Shelf
from .terms import Terms
from .wallet import (
    AlreadyLinked,
    Keys,
    LinkState,
    NotLinked,
    OrderNews,
    PayLink,
    PhoneNumber,
    Visitor,
    Wallet,
)

log = logger(__name__)
CURRENCY = "PLN"
"""The only one that the wallet knows (4.0)."""
LOOK_EVERY = 10.0
"""Seconds for which a hurried look is remembered, and of rest after one that failed."""
MOST_REMEMBERED = 2000
RENEW_EVERY = timedelta(minutes=10)
"""Between two looks for links that have to be renewed."""


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """What a page may know of a basket's link, and of whether its browser is trusted."""

    status: str = UNBOUND
    browser_trusted: bool = False
    masked_phone_number: str | None = None
    name: str | None = None
    refusal: str | None = None

    @property
    def basket_linked(self) -> bool:
        return self.status == LINKED


class Linking:
    """The shop's side of linking.

    ``keys`` are those that the wallet signs with. ``prompt_seconds`` is how long a shopper has
    to confirm.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        terms: Terms,
        wallet: Wallet,
        keys: Keys,
        *,
        prompt_seconds: int = 300,
    ) -> None:
        self.keys = keys
        self._database = database
        self._shelf = shelf
        self._terms = terms
        self._wallet = wallet
        self._life = timedelta(seconds=prompt_seconds)
        self._looks = _Looks()
        self._renew_at = EPOCH

    @property
    def speaks_currency(self) -> bool:
        """Whether the shop sells in the wallet's currency; else the wallet is never called."""
        return self._shelf.currency == CURRENCY

    # ---- what is known ----

    def binding(self, basket_id: str | None) -> Binding | None:
        """The basket's binding as it is here; a prompt that nobody answered is over."""
        found = None if basket_id is None else self._database.read(find_binding, basket_id)
        if found is None or not self._is_over(found):
            return found
        return self._database.write(end_prompt, found.id)

    def _is_over(self, binding: Binding) -> bool:
        ends = binding.expires_at
        return binding.status == PENDING and ends is not None and ends <= self._database.clock()

    def status(self, basket_id: str | None) -> LinkStatus:
        """How the basket is linked, without a word to the wallet."""
        return status_of(self.binding(basket_id))

    def look(self, basket_id: str | None, browser_id: str | None) -> LinkStatus:
        """The same with what the wallet may know better; in a hurry, and silent when it is down.

        It is asked on the first involvement with a basket, and about a browser that was trusted
        once while the basket is not linked (1.3, 2.4).
        """
        known = self.binding(basket_id)
        is_settled = known is not None and (known.status != UNBOUND or browser_id is None)
        nothing_to_ask = basket_id is None and browser_id is None
        if is_settled or nothing_to_ask or not self.speaks_currency:
            return status_of(known)
        key = f"{basket_id} {browser_id}"
        if (recent := self._looks.recent(key)) is not None:
            return recent
        if self._looks.resting:
            return status_of(known)
        try:
            found = self._ask_about(basket_id, known, browser_id)
        except RequestError as error:
            log.info("the wallet does not say whether a basket is linked: %s", error)
            self._looks.rest()
            return status_of(known)
        return self._looks.keep(key, found)

    def _ask_about(
        self, basket_id: str | None, known: Binding | None, browser_id: str | None
    ) -> LinkStatus:
        if known is None and basket_id is not None:
            known = self._database.write(ensure_binding, basket_id)
        # Without a basket the question is about the browser alone, and any new id will do.
        state = self._wallet.look(known.id if known is not None else str(uuid4()), browser_id)
        if state.linked and known is not None:
            return status_of(self._linked(known, state))
        facts = state.facts
        return replace(
            status_of(known),
            browser_trusted=state.browser_trusted,
            masked_phone_number=facts.masked_phone_number if state.browser_trusted else None,
            name=facts.name if state.browser_trusted else None,
        )

    # ---- linking ----

    def start(
        self,
        basket_id: str | None,
        phone: PhoneNumber | None,
        place: str | None,
        visitor: Visitor,
        browser_id: str | None = None,
    ) -> PayLink | None:
        """Link the basket, or ask the shopper to; without a phone by the links returned (5.5).

        None when it is linked, or when the phone was asked. Raises `Conflict` (WALLET_CURRENCY,
        BASKET_EMPTY) before any call, `WalletRefused`, and `Unavailable` (WALLET_UNAVAILABLE).
        """
        binding = self._ready(basket_id)
        if binding.is_linked:
            if phone is None or binding.is_of(phone.country_prefix, phone.phone):
                return None
            self._database.write(delete_binding, binding.id)  # it moves to another phone
        if self._database.read(waits_for_unlinking, binding.id):
            self._wallet.unlink(binding.id)
        state = self._wallet.look(binding.id, browser_id)
        if state.linked:
            self._linked(binding, state)
            return None
        trusted = state.browser_trusted and _same_phone(state, phone)
        if trusted and self._link_trusted(binding, state, browser_id):
            return None
        return self._prompt(binding, phone, place, visitor)

    def _ready(self, basket_id: str | None) -> Binding:
        """A binding of a basket that could be linked at all."""
        if not self.speaks_currency:
            raise Conflict(
                f"The wallet takes {CURRENCY} only, and this shop sells in {self._shelf.currency}.",
                code="WALLET_CURRENCY",
            )
        basket = self._database.read(read_basket, self._shelf, basket_id)
        if basket.id is None or not basket.count:
            raise Conflict("There is nothing in the basket.", code="BASKET_EMPTY")
        self.binding(basket.id)  # a prompt whose time is over ends here
        return self._database.write(ensure_binding, basket.id)

    def _linked(self, binding: Binding, state: LinkState) -> Binding:
        """The wallet says that it is linked, and may know an old basket: it is told this one."""
        return self._database.write(link_told, binding.id, state.facts)

    def _link_trusted(self, binding: Binding, state: LinkState, browser_id: str | None) -> bool:
        """Create and link with the first PUT (1.5); False when the trust is gone.

        Without an answer nobody knows whether it is linked: then it is not, and the wallet is
        told so.
        """
        told = self._database.read(read_told, self._shelf, self._terms, binding.id)
        try:
            inpost_basket_id = self._wallet.put(told, browser_id)
        except NotLinked:
            return False
        except Unavailable:
            self._database.write(delete_binding, binding.id)
            raise
        facts = replace(state.facts, inpost_basket_id=inpost_basket_id)
        self._database.write(link_told, binding.id, facts, told.basket.version)
        return True

    def _prompt(
        self, binding: Binding, phone: PhoneNumber | None, place: str | None, visitor: Visitor
    ) -> PayLink | None:
        now = self._database.clock()
        # Pending before the call: the shopper may confirm before its answer is here.
        try:
            self._database.write(ask_binding, binding.id, now + self._life)
        except Conflict as error:
            if error.code == "BASKET_IS_LINKED":  # by another tab, a moment ago
                return None
            raise
        try:
            return self._wallet.ask(binding.id, phone, place, visitor, now)
        except AlreadyLinked:
            state = self._wallet.look(binding.id)
            if state.linked:
                self._linked(binding, state)
                return None
            self._database.write(refuse, binding.id, "BASKET_IS_BINDED")
            raise
        except RequestError as error:
            self._database.write(refuse, binding.id, error.code)
            raise

    def key(self, basket_id: str | None, *, refresh: bool = False) -> str:
        """The key of the vendor's second widget (2.7). Raises as `start` does."""
        binding = self._ready(basket_id)
        if binding.binding_key is not None and not refresh:
            return binding.binding_key
        if self._database.read(waits_for_unlinking, binding.id):
            self._wallet.unlink(binding.id)
        key = self._wallet.key(binding.id)
        self._database.write(set_key, binding.id, key)
        return key

    # ---- the end of it ----

    def unlink(self, basket_id: str | None) -> None:
        """The shopper unlinks; the wallet is told afterwards (1.9)."""
        binding = self.binding(basket_id)
        if binding is not None and (binding.status != UNBOUND or binding.binding_key is not None):
            self._database.write(delete_binding, binding.id)

    def sweep(self) -> int:
        """End the prompts that nobody answered, renew old links; returns how many there were."""
        stale = self._database.read(stale_prompts)
        for binding_id in stale:
            self._database.write(end_prompt, binding_id)
        return len(stale) + self._renew()

    def _renew(self) -> int:
        now = self._database.clock()
        if now < self._renew_at:
            return 0
        due = self._database.read(links_to_renew)
        for binding_id in due:
            self._database.write(renew_link, binding_id)
        if not due:
            self._renew_at = now + RENEW_EVERY
        return len(due)

    def sendable(self, news: OrderNews) -> OrderNews:
        """News of an order as they can be kept. Raises `InvalidRequest`."""
        return self._wallet.sendable(news)

    def untrust(self, browser_id: str) -> None:
        """The shopper no longer trusts this browser; the wallet is told afterwards (1.9)."""
        self._database.write(tell_untrusted, browser_id)

    def close(self) -> None:
        self._wallet.close()


class _Looks:
    """What hurried looks found, for a moment, and whether they are worth the wait just now."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, LinkStatus]] = {}
        self._rest_until = 0.0

    @property
    def resting(self) -> bool:
        return time.monotonic() < self._rest_until

    def rest(self) -> None:
        self._rest_until = time.monotonic() + LOOK_EVERY

    def recent(self, key: str) -> LinkStatus | None:
        at, found = self._found.get(key, (0.0, None))
        return found if time.monotonic() - at < LOOK_EVERY else None

    def keep(self, key: str, found: LinkStatus) -> LinkStatus:
        if len(self._found) >= MOST_REMEMBERED:
            self._found.clear()
        self._found[key] = (time.monotonic(), found)
        return found


def status_of(binding: Binding | None) -> LinkStatus:
    """What a page may know of it."""
    if binding is None:
        return LinkStatus()
    linked = binding.status == LINKED
    return LinkStatus(
        status=binding.status,
        browser_trusted=linked and binding.browser_trusted,
        masked_phone_number=binding.masked_phone_number if linked else None,
        name=binding.name if linked else None,
        refusal=binding.refusal,
    )


def _same_phone(state: LinkState, phone: PhoneNumber | None) -> bool:
    """A number that the shopper typed wins over the one that the browser is trusted for."""
    told = (state.facts.country_prefix, state.facts.phone)
    return phone is None or told == (phone.country_prefix, phone.phone)
