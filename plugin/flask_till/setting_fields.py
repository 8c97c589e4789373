"""What a setting is, and those that shop and desk have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from . import setting_values as values

DEVELOPMENT, PRODUCTION = "development", "production"


def setting(key: str, default: Any, parse: values.Parse, meaning: str) -> Any:
    """One key: its default, how it is read, what it means (the README's table is made of this)."""
    about = {"key": key, "default": default, "parse": parse, "meaning": meaning}
    return field(metadata=about, repr=not is_secret(key))


def is_secret(key: str) -> bool:
    """Whether it is a secret or, like the URL of a database or a node, may hold one."""
    return any(word in key for word in ("SECRET", "KEY", "DATABASE_URL", "STORAGE", "CHAINS"))


@dataclass(frozen=True, slots=True)
class Both:
    env: str = setting(
        "TILL_ENV",
        None,
        values.maybe(values.one_of(DEVELOPMENT, PRODUCTION)),
        "`development` allows the built-in desk and the sandbox gateway. Default: `production`,"
        " unless the app runs in debug or testing mode.",
    )
    secret_keys: tuple[str, ...] = setting(
        "TILL_SECRET_KEYS",
        (),
        values.long_secrets,
        "Keys that sign cookies and encrypt stored secrets, newest first; older ones still verify."
        " Default: the app's `SECRET_KEY`.",
    )
    locale: str = setting(
        "TILL_LOCALE",
        "en",
        values.text,
        "Language when the browser asks for none that is there (`en`, `pl`).",
    )
    cookie_secure: bool | None = setting(
        "TILL_COOKIE_SECURE",
        None,
        values.maybe(values.flag),
        "Whether cookies need https. Default: always, except on localhost.",
    )
    limits: bool = setting(
        "TILL_LIMITS",
        True,
        values.flag,
        "Turn away (429) who asks too often; off where a proxy in front does it, and for load"
        " tests. Callers are told apart by address, so behind a proxy put `ProxyFix`.",
    )
    background: bool = setting(
        "TILL_BACKGROUND",
        True,
        values.flag,
        "Run the relay and the sweeper as threads of the app; off when `flask till relay` does it.",
    )

    @property
    def in_development(self) -> bool:
        return self.env == DEVELOPMENT
