"""Enrolling partners, programs and products of the Kigo protocol."""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from ...base.database import Database
from ...base.http import check_url
from ...base.sealing import Seal, digest, new_secret
from ...errors import Conflict, InvalidRequest, SettingsError
from ...wire.kigo.claims import MOST_TOKENS
from ...wire.kigo.values import LONGEST_ID, LONGEST_URL, check_web_url, is_storable
from ..actions import kigo_partners
from ..kigo_partner import THEMES, TYPES, KigoProduct, Partner, Program

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
LONGEST_NAME = 1000
LONGEST_CLAIM = 100 * 366 * 86_400
"""Seconds that a code may hold, if it is not for ever: what every calendar can still show."""
LARGEST_STOCK = 10**9


@dataclass(frozen=True, slots=True)
class KigoCredentials:
    """What a partner's server is set up with; key and secret are shown this once."""

    partner_id: str
    api_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


class KigoEnrolment:
    """Ids, keys and secrets are random unless they are given, which is for demos.

    ``hosts`` are those that webhooks may go to although they are private.
    """

    def __init__(self, database: Database, seal: Seal, hosts: Collection[str]) -> None:
        self._database = database
        self._seal = seal
        self._hosts = tuple(hosts)

    # --- partners -------------------------------------------------------------------------

    def add_partner(
        self,
        merchant_id: str,
        *,
        partner_id: str | None = None,
        api_key: str | None = None,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
    ) -> KigoCredentials:
        """A partner, in the environment of its merchant: live is production, test is UAT.

        Raises `InvalidRequest`, `NotFound` for the merchant, `Conflict` (PARTNER_EXISTS).
        """
        made = KigoCredentials(
            _uuid(partner_id),
            _secret(api_key or new_secret("kigo_")),
            _secret(webhook_secret or new_secret("kigo_whsec_")),
        )
        self._database.write(
            kigo_partners.add_partner,
            made.partner_id,
            merchant_id,
            api_key=digest(made.api_key),
            webhook_url=self._webhook(webhook_url),
            webhook_secret=self._seal.close(made.webhook_secret),
        )
        return made

    def ensure_partner(
        self,
        merchant_id: str,
        *,
        partner_id: str,
        api_key: str,
        webhook_secret: str,
        webhook_url: str | None = None,
    ) -> KigoCredentials:
        """As `add_partner` with fixed values, or that one with this ``webhook_url``.

        Raises `SettingsError` when it exists with other values.
        """
        partner_id = _uuid(partner_id)
        fixed = KigoCredentials(partner_id, api_key, webhook_secret)
        try:
            return self.add_partner(
                merchant_id,
                partner_id=partner_id,
                api_key=api_key,
                webhook_url=webhook_url,
                webhook_secret=webhook_secret,
            )
        except Conflict:
            pass  # it is there already
        kept = self._kept(partner_id)
        if not self._has(kept, merchant_id, fixed):
            raise _another("partner", partner_id)
        self.change_partner(partner_id, webhook_url=webhook_url)
        return fixed

    def change_partner(self, partner_id: str, **values: Any) -> Partner:
        """Change ``webhook_url`` (None: tell nothing) or ``is_on``. Raises `NotFound`."""
        if "webhook_url" in values:
            values["webhook_url"] = self._webhook(values["webhook_url"])
        change = partial(kigo_partners.change_partner, partner_id=partner_id, **values)
        return self._database.write(change)

    def renew_partner(self, partner_id: str) -> KigoCredentials:
        """Another key and webhook secret; the former, and tokens made with it, hold no more."""
        made = KigoCredentials(partner_id, new_secret("kigo_"), new_secret("kigo_whsec_"))
        change = partial(
            kigo_partners.change_partner,
            partner_id=partner_id,
            api_key=digest(made.api_key),
            webhook_secret=self._seal.close(made.webhook_secret),
        )
        self._database.write(change)
        return made

    def _kept(self, partner_id: str) -> Partner:
        found = self._database.read(kigo_partners.find_partner, partner_id)
        if found is None:
            raise _another("merchant or key of the partner", partner_id)
        return found

    def _has(self, kept: Partner, merchant_id: str, fixed: KigoCredentials) -> bool:
        secret = self._seal.open(kept.webhook_secret) if kept.webhook_secret else ""
        return (
            kept.merchant_id == merchant_id
            and hmac.compare_digest(kept.api_key, digest(fixed.api_key))
            and hmac.compare_digest(secret.encode(), fixed.webhook_secret.encode())
        )

    def _webhook(self, url: str | None) -> str | None:
        if url is not None:
            check_url(url, allowed_hosts=self._hosts, field="webhook_url")
        return url

    # --- programs -------------------------------------------------------------------------

    def set_program(self, partner_id: str, external_program_id: str, **look: Any) -> Program:
        """How the hub looks for a program: ``name``, ``theme`` ("light", "dark"), ``logo`` (an
        address), ``primary_colour``, ``secondary_colour`` (#rrggbb). Again: as it is told now.

        Raises `InvalidRequest`, `NotFound` for the partner.
        """
        program = Program(partner_id, _text(external_program_id, LONGEST_ID), **look)
        for colour in (program.primary_colour, program.secondary_colour):
            if colour is not None and not _COLOUR.fullmatch(colour):
                raise InvalidRequest("A colour is written as #rrggbb.")
        if program.theme is not None and program.theme not in THEMES:
            raise InvalidRequest(f"A theme is one of {', '.join(sorted(THEMES))}.")
        _address(program.logo)
        return self._database.write(kigo_partners.set_program, program)

    # --- products -------------------------------------------------------------------------

    def add_product(
        self, partner_id: str, *, name: str, product_id: str | None = None, **given: Any
    ) -> KigoProduct:
        """A product; see `KigoProduct` for what else can be given.

        Raises `InvalidRequest`, `NotFound` for the partner, `Conflict` (PRODUCT_EXISTS).
        """
        kind = given.pop("type", "voucher")
        product = KigoProduct(_uuid(product_id), partner_id, kind, name, **given)
        return self._database.write(kigo_partners.add_product, _checked(product))

    def ensure_product(
        self, partner_id: str, *, name: str, product_id: str, **given: Any
    ) -> KigoProduct:
        """As `add_product` with a fixed id, or that one, brought up to date but for its stock.

        Raises `SettingsError` when it is another partner's.
        """
        product_id = _uuid(product_id)
        try:
            return self.add_product(partner_id, name=name, product_id=product_id, **given)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(kigo_partners.read_product, product_id)
        if kept.partner_id != partner_id:
            raise _another("product", product_id)
        given.pop("stock", None)
        return self.change_product(product_id, name=name, **given)

    def change_product(self, product_id: str, **values: Any) -> KigoProduct:
        """Change what a `KigoProduct` has. Raises `InvalidRequest`, `NotFound`."""
        kept = self._database.read(kigo_partners.read_product, product_id)
        _checked(replace(kept, **values))
        change = partial(kigo_partners.change_product, product_id=product_id, **values)
        return self._database.write(change)


def _checked(product: KigoProduct) -> KigoProduct:
    """Raises `InvalidRequest`: what is kept has to fit into every answer that tells it."""
    if product.type not in TYPES:
        raise InvalidRequest(f"A type is one of {', '.join(sorted(TYPES))}.")
    words = (product.parts, product.actions, product.creators, product.tags)
    for text in (product.name, *(one for many in words for one in many)):
        _text(text, LONGEST_NAME)
    if product.description is not None:
        _text(product.description, 10_000)
    _address(product.image_url)
    if any(len(many) > MOST_TOKENS for many in words):
        raise InvalidRequest(f"There are at most {MOST_TOKENS} of anything in a product.")
    if product.stock is not None and not 0 <= product.stock <= LARGEST_STOCK:
        raise InvalidRequest(f"A stock is 0 to {LARGEST_STOCK}.")
    if product.claim_seconds is not None and not 0 < product.claim_seconds <= LONGEST_CLAIM:
        raise InvalidRequest(f"A code holds for 1 to {LONGEST_CLAIM} seconds.")
    return product


def _uuid(text: str | None) -> str:
    try:
        return str(uuid4() if text is None else UUID(text))
    except ValueError:
        raise InvalidRequest("An id is a UUID.") from None


def _text(text: str, most: int) -> str:
    if not 0 < len(text) <= most or not is_storable(text):
        raise InvalidRequest(f"A text is 1 to {most} characters.")
    return text


def _address(url: str | None) -> None:
    if url is None:
        return
    try:
        check_web_url(url)
    except ValueError:
        raise InvalidRequest("A picture has an http or https address.") from None
    if len(url) > LONGEST_URL:
        raise InvalidRequest(f"An address has at most {LONGEST_URL} characters.")


def _secret(secret: str) -> str:
    if not 16 <= len(secret) <= LONGEST_ID or not re.fullmatch(r"[\x21-\x7e]+", secret):
        raise InvalidRequest("A secret has 16 to 255 printable ASCII characters.")
    return secret


def _another(kind: str, name: str) -> SettingsError:
    return SettingsError(
        f"The {kind} {name} exists with other values.", remedy="Choose another id for it."
    )
