"""Claim codes of Kigo orders: making them, finding orders by them, and limiting those who guess."""

from __future__ import annotations

from ..base.clock import Clock
from ..base.database import Database, Work
from ..base.limits import Limits
from ..base.sealing import Seal
from ..errors import NotFound, TooMany
from ..wire.kigo.claim_codes import new_claim_code, read_claim_code
from ..wire.kigo.rates import WRONG_CODES, WRONG_CODES_WINDOW
from .actions import kigo_orders, kigo_partners
from .actions.claims import find_claim
from .actions.kigo_users import account_of_shopper
from .claim import Secret
from .kigo_partner import Account, KigoOrder, KigoProduct, Program
from .product_token import ProductToken

WRONG_CODE = "kigo_wrong_code"
MOST = {WRONG_CODE: f"{WRONG_CODES} per {WRONG_CODES_WINDOW} seconds"}
"""How often an address or an account may be wrong about a code (5)."""
_PURPOSE = "kigo-claim-code"


class KigoClaims:
    """Safe to share between threads. ``address`` is always the household of who asks."""

    def __init__(self, database: Database, seal: Seal, limits: Limits, clock: Clock) -> None:
        self._database = database
        self._seal = seal
        self._limits = limits
        self.clock = clock

    def new_secret(self) -> Secret:
        code = new_claim_code()
        return Secret(self._seal.digests(code, _PURPOSE)[0], self._seal.close(code))

    def code_of(self, order: KigoOrder) -> str:
        """The code, for those who may know it."""
        return self._seal.open(order.claim.sealed)

    def find(
        self,
        code: str,
        *,
        address: str,
        account: Account | None = None,
        of_any_partner: bool = False,
    ) -> KigoOrder:
        """The order of a code. Changes nothing but the count of those who are wrong.

        Raises `NotFound`, also when the account is another partner's, unless it may be one
        ``of_any_partner``; `TooMany` for who was wrong too often, whatever the code is now.
        """
        guessers = [f"address:{address}"]
        if account is not None:
            guessers.append(f"account:{account.id}")
        if any(self._limits.is_full(WRONG_CODE, one) for one in guessers):
            raise TooMany("Too many wrong codes; wait.", retry_after=self._wait(guessers))
        try:
            digests = self._seal.digests(read_claim_code(code), _PURPOSE)
            return self._database.read(_order_of, digests, None if of_any_partner else account)
        except NotFound:
            for one in guessers:
                self._limits.hit(WRONG_CODE, one)
            raise

    def claim(self, order: KigoOrder, account: Account) -> ProductToken:
        """Raises as `kigo_orders.claim_order`."""
        return self._database.write(kigo_orders.claim_order, order, account)

    def claim_as_shopper(self, order: KigoOrder, shopper_id: str) -> ProductToken:
        """By somebody who signed in with a phone; the partner did not say who that is."""

        def act(work: Work) -> ProductToken:
            account = account_of_shopper(work, order.partner_id, shopper_id)
            return kigo_orders.claim_order(work, order, account)

        return self._database.write(act)

    def product_of(self, order: KigoOrder) -> KigoProduct:
        return self._database.read(kigo_partners.read_product, order.product_id)

    def program(self, partner_id: str, external_program_id: str | None) -> Program | None:
        return self._database.read(kigo_partners.find_program, partner_id, external_program_id)

    def sweep(self) -> int:
        """Write down whose time is over; returns how many orders those are."""
        done = 0
        while many := self._database.write(kigo_orders.expire_orders):
            done += many
        return done

    def _wait(self, guessers: list[str]) -> int:
        return max(1, *(self._limits.standing(WRONG_CODE, one).reset for one in guessers), 1)


def _order_of(work: Work, digests: tuple[str, ...], account: Account | None) -> KigoOrder:
    claim = find_claim(work, digests)
    if claim is None:
        raise _unknown()
    order = kigo_orders.order_of_claim(work, claim.id)
    if account is not None and account.partner_id != order.partner_id:
        raise _unknown()
    return order


def _unknown() -> NotFound:
    return NotFound("There is no such claim.", code="CLAIM_NOT_FOUND")
