"""Enrolling companies, users, products and coupons of the W3block protocol."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from werkzeug.security import generate_password_hash

from ...base.database import Database, Work
from ...base.sealing import digest, new_secret
from ...errors import Conflict, InvalidRequest
from ...wire.eip55 import checksummed
from ...wire.w3block.products import DOLLAR, REAL
from ...wire.w3block.values import read_id
from ..actions import coupons, products, w3block_companies, w3block_listing
from ..coupon import Coupon
from ..product import Product
from ..w3block.hooks import Hooks
from ..w3block.identity import Keyring
from ..w3block.quotes import FixedGas
from ..w3block_company import BankAccount, Coin, Company, CompanyUser, Provider
from ..w3block_token import NUMBER, read_number
from .w3block_chains import W3blockChains

CURRENCIES = (
    Coin(REAL, "BRL", "R$", "Real", is_crypto=False, decimals=2),
    Coin(DOLLAR, "USD", "$", "Dollar", is_crypto=False, decimals=2),
)
"""What storefronts have built in (7)."""


@dataclass(frozen=True, slots=True)
class CompanyCredentials:
    """What a company's server signs in with (2.1); shown this once."""

    company_id: str
    key: str
    secret: str = field(repr=False)


class W3blockEnrolment:
    """Ids, keys and secrets are random unless they are given, which is for demos.

    ``hooks`` are where companies are told of their orders, ``chains`` where tokens are delivered
    and coins paid.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        gas: FixedGas,
        hooks: Hooks,
        chains: W3blockChains,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self.gas = gas
        self.hooks = hooks
        self.chains = chains

    def add_company(
        self,
        merchant_id: str,
        *,
        name: str,
        company_id: str | None = None,
        key: str | None = None,
        secret: str | None = None,
        providers: Sequence[Provider] = (),
        **given: Any,
    ) -> CompanyCredentials:
        """A seller whose orders are that merchant's. ``given`` are other fields of `Company`.

        Raises `NotFound`, `Conflict` (COMPANY_EXISTS), `InvalidRequest`.
        """
        made = CompanyCredentials(
            _id(company_id), key or new_secret("w3k_"), secret or new_secret("w3s_")
        )
        company = Company(
            id=made.company_id,
            merchant_id=merchant_id,
            name=name,
            key_digest=digest(made.key),
            secret_digest=digest(made.secret),
            providers=tuple(providers),
            **given,
        )
        self._database.write(_add_company, company)
        return made

    def ensure_company(
        self, merchant_id: str, *, company_id: str, key: str, secret: str, **given: Any
    ) -> CompanyCredentials:
        """As `add_company` with fixed values, or that company brought up to date with them."""
        try:
            return self.add_company(
                merchant_id, company_id=company_id, key=key, secret=secret, **given
            )
        except Conflict:
            pass  # it is there already
        kept = self._database.read(w3block_companies.read_company, read_id(company_id))
        if kept.merchant_id != merchant_id:
            raise Conflict("That company is another merchant's.", code="COMPANY_EXISTS")
        digests = {"key_digest": digest(key), "secret_digest": digest(secret)}
        self.change_company(kept.id, **digests, **given)
        return CompanyCredentials(kept.id, key, secret)

    def change_company(self, company_id: str, **given: Any) -> Company:
        """Other values for fields of `Company`. Raises `NotFound`."""
        kept = self._database.read(w3block_companies.read_company, company_id)
        return self._database.write(w3block_companies.change_company, replace(kept, **given))

    def offer(
        self,
        company_id: str,
        currency_id: str,
        method: str,
        provider: str,
        *,
        selected: bool = False,
        expires_in: int | None = None,
    ) -> Company:
        """Have that method in that currency paid through that provider; the last word counts.

        ``selected`` goes before others, ``expires_in`` is an order's life in seconds.
        """
        way = Provider(currency_id, method, provider, selected, expires_in)
        return self._provide(company_id, way, is_offered=True)

    def withdraw(self, company_id: str, currency_id: str, method: str, provider: str) -> Company:
        """Offer that way to pay no more."""
        way = Provider(currency_id, method, provider)
        return self._provide(company_id, way, is_offered=False)

    def _provide(self, company_id: str, way: Provider, *, is_offered: bool) -> Company:
        kept = self._database.read(w3block_companies.read_company, company_id)
        others = [one for one in kept.providers if not one.is_same(way)]
        return self.change_company(company_id, providers=(*others, *([way] * is_offered)))

    def set_bank(self, company_id: str, **account: str) -> Company:
        """Where transfers go: ``kind`` pix or bank_transfer, and other fields of `BankAccount`."""
        return self.change_company(company_id, bank=BankAccount(**account))

    def renew_company(self, company_id: str) -> CompanyCredentials:
        """Another key and secret for its server; the present ones hold no more."""
        made = CompanyCredentials(_id(company_id), new_secret("w3k_"), new_secret("w3s_"))
        digests = {"key_digest": digest(made.key), "secret_digest": digest(made.secret)}
        self.change_company(made.company_id, **digests)
        return made

    def add_user(
        self,
        company_id: str,
        *,
        email: str,
        password: str,
        name: str,
        user_id: str | None = None,
        roles: Sequence[str] = ("user",),
        wallet: str | None = None,
        **given: Any,
    ) -> str:
        """Somebody who signs in by e-mail; the id.

        Raises `NotFound`, `Conflict` (USER_EXISTS), `InvalidRequest` (ADDRESS_INVALID) for a
        ``wallet`` that is no address.
        """
        user = CompanyUser(
            id=_id(user_id),
            company_id=company_id,
            email=email.lower(),
            password=generate_password_hash(password),
            name=name,
            roles=tuple(roles),
            wallet=None if wallet is None else _address(wallet),
            **given,
        )
        return self._database.write(w3block_companies.add_user, user).id

    def ensure_user(self, company_id: str, *, email: str, **given: Any) -> str:
        """As `add_user`, unless that address is a user's of the company already; the id."""
        try:
            return self.add_user(company_id, email=email, **given)
        except Conflict:
            pass  # he is there already
        kept = self._database.read(w3block_companies.find_user_by_mail, email.lower(), company_id)
        if kept is None:
            raise Conflict("That id is another user's.", code="USER_EXISTS")
        return kept.id

    def add_product(
        self,
        company_id: str,
        *,
        name: str,
        prices: Mapping[str, str],
        product_id: str | None = None,
        slug: str | None = None,
        tokens: int | Sequence[str] = (),
        fixed_to: str | None = None,
        **given: Any,
    ) -> Product:
        """A product with so many tokens, or with tokens of these ids; ``prices`` by currency id.

        ``given`` are other fields of `Product`: ``stock`` is for what has no tokens.
        """
        company = self._database.read(w3block_companies.read_company, company_id)
        product_id = _id(product_id)
        product = Product(
            id=product_id,
            merchant_id=company.merchant_id,
            slug=slug or product_id,
            name=name,
            prices={currency: Decimal(amount) for currency, amount in prices.items()},
            **given,
        )
        ids = [_id(None) for _ in range(tokens)] if isinstance(tokens, int) else tokens
        return self._database.write(_add_product, product, [(_id(one), fixed_to) for one in ids])

    def ensure_product(self, company_id: str, *, product_id: str, **given: Any) -> Product:
        """As `add_product`, unless it is there already: then as it is."""
        try:
            return self.add_product(company_id, product_id=product_id, **given)
        except Conflict:
            pass  # it is there already
        company = self._database.read(w3block_companies.read_company, company_id)
        wanted = company.merchant_id, read_id(product_id)
        return self._database.read(products.read_product, *wanted)

    def change_product(self, product_id: str, **given: Any) -> Product:
        """Other values for fields of `Product`. Raises `NotFound` (PRODUCT_NOT_FOUND)."""
        return self._database.write(_change_product, product_id, given)

    def add_tokens(
        self,
        product_id: str,
        many: int,
        *,
        fixed_to: str | None = None,
        first_number: str | None = None,
    ) -> None:
        """So many pieces more; with ``fixed_to``, for that user only.

        From ``first_number`` on they have these numbers in the company's contract, else such as
        follow from their ids. Raises `NotFound`, `InvalidRequest` (NO_TOKEN_NUMBER), `Conflict`
        (NUMBER_TAKEN).
        """
        made = [(_id(None), fixed_to) for _ in range(many)]
        terms = None
        if first_number is not None:
            first = read_number(first_number)
            read_number(str(first + many - 1))
            terms = [{NUMBER: str(first + place)} for place in range(many)]
        self._database.write(products.add_tokens, product_id, made, terms)

    def add_coupon(self, company_id: str, *, code: str, percent: str, **given: Any) -> Coupon:
        """So many percent off; ``given`` are other fields of `Coupon`."""
        company = self._database.read(w3block_companies.read_company, company_id)
        off = _percent(percent)
        made = Coupon(_id(None), company.merchant_id, code, off, **given)
        return self._database.write(coupons.add_coupon, made)

    def rotate_keys(self) -> None:
        """A new key signs tokens; earlier ones stay published while their tokens live."""
        self._keyring.rotate()


def _add_company(work: Work, company: Company) -> None:
    for coin in CURRENCIES:
        w3block_companies.ensure_currency(work, coin)
    w3block_companies.add_company(work, company)


def _add_product(work: Work, product: Product, tokens: Sequence[tuple[str, str | None]]) -> Product:
    _require_prices(work, product)
    added = products.add_product(work, product)
    products.add_tokens(work, product.id, tokens)
    return added


def _change_product(work: Work, product_id: str, given: Mapping[str, Any]) -> Product:
    def changed(present: Product) -> Product:
        made = replace(present, **given)
        _require_prices(work, made)
        return made

    return w3block_listing.amend_product(work, product_id, changed)


def _require_prices(work: Work, product: Product) -> None:
    """Raises `InvalidRequest` (NO_AMOUNT) for a price that cannot be paid to its last digit."""
    coins = w3block_companies.read_currencies(work)
    extras = [value.extra for variant in product.variants for value in variant.values]
    for prices in (product.prices, *extras):
        for currency_id, amount in prices.items():
            if currency_id not in coins:
                raise InvalidRequest(f"There is no currency {currency_id}.", code="NO_AMOUNT")
            coins[currency_id].require_payable(amount)


def _id(given: str | None) -> str:
    if given is None:
        return str(uuid.uuid4())
    try:
        return read_id(given)
    except ValueError as error:
        raise InvalidRequest(f"{given!r}: {error}.", code="INVALID_ID") from None


def _address(text: str) -> str:
    try:
        return checksummed(text)
    except ValueError as error:
        raise InvalidRequest(f"{text!r} {error}.", code="ADDRESS_INVALID") from None


def _percent(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("nan")
    if not (found.is_finite() and 0 < found <= 100):
        raise InvalidRequest("percent must be more than 0 and at most 100.")
    return found
