"""What a shopper's profile may hold. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidRequest

LONGEST = 200
"""Characters of each text."""
NAMES = ("name", "surname", "mail")
ADDRESS = ("name", "street", "building", "flat", "postal_code", "city", "country_code")
INVOICE = (
    "legal_form", "tax_id_prefix", "tax_id", "company_name", "name", "surname", "street",
    "building", "flat", "postal_code", "city", "country_code", "mail",
)  # fmt: skip
PARTS: Mapping[str, tuple[str, ...]] = {"address": ADDRESS, "invoice": INVOICE}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_COUNTRY = re.compile("[A-Z]{2}")


def checked_profile(given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to store: names as they are, and ``profile`` with what was kept of the rest.

    An empty text takes away what was there. Raises `InvalidRequest` (PROFILE_INVALID) with fields.
    """
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    profile = dict(kept)
    for name, value in given.items():
        if name in NAMES:
            values[name] = _text(name, value, faults)
        elif name in PARTS:
            profile[name] = _part(name, value, faults)
        else:
            faults[name] = "is not known"
    if values.get("mail") and not _MAIL.fullmatch(values["mail"]):
        faults["mail"] = "is no mail address"
    if faults:
        raise InvalidRequest("The profile is not right.", code="PROFILE_INVALID", fields=faults)
    if profile != kept:
        values["profile"] = {name: part for name, part in profile.items() if part}
    return values


def _part(name: str, value: Any, faults: dict[str, str]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        faults[name] = "is not an object"
        return {}
    part = {}
    for inside, text in value.items():
        place = f"{name}.{inside}"
        if inside not in PARTS[name]:
            faults[place] = "is not known"
        elif checked := _text(place, text, faults):
            part[inside] = checked
    country = part.get("country_code")
    if country and not _COUNTRY.fullmatch(country):
        faults[f"{name}.country_code"] = "is two capital letters"
    return part


def _text(place: str, value: Any, faults: dict[str, str]) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        faults[place] = f"is no text of at most {LONGEST} characters"
        return None
    return value.strip() or None
