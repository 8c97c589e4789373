"""Settings are read once, checked, and each refusal says what to do."""

from __future__ import annotations

import dataclasses
import stat

import pytest

from flask_till.errors import SettingsError
from flask_till.settings import read_desk, read_shop, settings_table

KEY = "k" * 32


def shop(tmp_path, debug=False, **config):
    return read_shop({"SECRET_KEY": KEY, **config}, instance=str(tmp_path), debug=debug)


def test_defaults_are_safe(tmp_path):
    settings = shop(tmp_path)
    assert settings.env == "production"
    assert settings.cookie_secure is None
    assert settings.database_url == f"sqlite:///{tmp_path}/till.db"


def test_debug_means_development_unless_said_otherwise(tmp_path):
    assert shop(tmp_path, debug=True).in_development
    assert not shop(tmp_path, debug=True, TILL_ENV="production").in_development


def test_the_environment_is_second_to_the_app_s_configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("TILL_MAX_WAITERS", "7")
    assert shop(tmp_path).max_waiters == 7
    assert shop(tmp_path, TILL_MAX_WAITERS=9).max_waiters == 9


@pytest.mark.parametrize(
    ("key", "value"),
    [("TILL_ENV", "staging"), ("TILL_URL_PREFIX", "till"), ("TILL_URL_PREFIX", "/till/"),
     ("TILL_DESK_URL", "desk.example"), ("TILL_DESK_URL", "ftp://desk.example"),
     ("TILL_MAX_WAITERS", "-1"), ("TILL_MAX_WAITERS", "many"), ("TILL_MAX_WAITERS", True),
     ("TILL_COOKIE_SECURE", "perhaps"), ("TILL_DESK_CALLBACK_SECRETS", "short"),
     ("TILL_TRUSTED_ORIGINS", "https://shop.example/path"), ("TILL_NO_SUCH_KEY", "1")],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_name_with_a_remedy(tmp_path, key, value):
    with pytest.raises(SettingsError) as refusal:
        shop(tmp_path, **{key: value})
    assert key in refusal.value.message
    assert refusal.value.remedy


def test_a_refused_secret_is_not_shown(tmp_path):
    with pytest.raises(SettingsError) as refusal:
        shop(tmp_path, TILL_SECRET_KEYS="hunter2")
    assert "hunter2" not in str(refusal.value)


def test_production_needs_a_secret_key_of_some_length(tmp_path):
    for config in ({}, {"SECRET_KEY": "dev"}):
        with pytest.raises(SettingsError, match=r"key|KEY"):
            read_desk(config, instance=str(tmp_path), debug=False)


def test_development_keeps_a_key_of_its_own_that_nobody_else_can_read(tmp_path):
    first = read_shop({}, instance=str(tmp_path / "new"), debug=True)
    again = read_shop({}, instance=str(tmp_path / "new"), debug=True)
    assert first.secret_keys == again.secret_keys
    kept = tmp_path / "new" / "till-development.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_settings_are_frozen(tmp_path):
    with pytest.raises(dataclasses.FrozenInstanceError):
        shop(tmp_path).env = "development"


def test_every_key_is_documented_once():
    rows = settings_table()
    keys = [key for key, _, _ in rows]
    assert len(keys) == len(set(keys))
    assert all(meaning.endswith(".") for _, _, meaning in rows)
