"""Secrets at rest: sealed with the newest key, opened with any, hashed when only compared."""

from __future__ import annotations

import pytest

from flask_till.base.sealing import Seal, digest, new_secret
from flask_till.errors import SettingsError


def test_what_is_sealed_opens_with_any_of_the_keys_and_with_no_other() -> None:
    sealed = Seal(["old key"]).close("whsec_x")
    assert "whsec" not in sealed
    assert Seal(["new key", "old key"]).open(sealed) == "whsec_x"
    with pytest.raises(SettingsError, match="old key back"):
        Seal(["new key"]).open(sealed)


def test_secrets_are_long_and_never_the_same() -> None:
    made = {new_secret("till_key_") for _ in range(100)}
    assert len(made) == 100
    assert all(len(secret) == len("till_key_") + 32 for secret in made)


def test_any_text_can_be_hashed() -> None:
    assert digest("\ud800") != digest("")
    assert digest("a") == digest("a")
