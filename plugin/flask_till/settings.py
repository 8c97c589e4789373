"""Every ``TILL_*`` key, its default and its check. Read once at `init_app`, then frozen.

A key is looked up in ``app.config`` first, then in the environment.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from . import setting_values as values
from .errors import SettingsError
from .inpost_settings import InpostSettings
from .setting_fields import DEVELOPMENT, PRODUCTION, is_secret, setting
from .web3_settings import Web3Settings

S = TypeVar("S")
PARTNERS = ("TILL_INPOST_", "TILL_WEB3_")
"""Settings of what not everybody has come last in the table."""


@dataclass(frozen=True, slots=True)
class ShopSettings(InpostSettings):
    """What `Till` was set up with; times in seconds."""

    database_url: str = setting(
        "TILL_DATABASE_URL",
        "sqlite:///{instance}/till.db",
        values.text,
        "Where the shop keeps baskets and orders: a SQLite file or PostgreSQL.",
    )
    url_prefix: str = setting(
        "TILL_URL_PREFIX", "/till", values.prefix, "Where the shop's blueprint is mounted."
    )
    public_url: str | None = setting(
        "TILL_PUBLIC_URL",
        None,
        values.maybe(values.url),
        "The shop's address as shoppers see it. Default: taken from each request, which in"
        " production Flask's `TRUSTED_HOSTS` must restrict.",
    )
    shop_name: str = setting(
        "TILL_SHOP_NAME",
        "This shop",
        values.text,
        "What a desk in the same process calls the shop.",
    )
    trusted_origins: tuple[str, ...] = setting(
        "TILL_TRUSTED_ORIGINS",
        (),
        values.origins,
        "Origins besides the shop's own whose pages may call the shop's endpoints.",
    )
    in_frames: bool = setting(
        "TILL_IN_FRAMES",
        False,
        values.flag,
        "The shop is shown inside other sites' pages, as a miniapp or a widget: its basket's cookie"
        " is sent there too, kept apart for each such site. Needs https, or a shop on localhost.",
    )
    currency: str | None = setting(
        "TILL_CURRENCY",
        None,
        values.maybe(values.text),
        "Currency of an empty basket. Default: that of the first product.",
    )
    desk_url: str | None = setting(
        "TILL_DESK_URL",
        None,
        values.maybe(values.url),
        "The order desk's address. Needed in production unless `Till(desk=...)` names one.",
    )
    desk_key: str | None = setting(
        "TILL_DESK_KEY", None, values.maybe(values.text), "The shop's API key at that desk."
    )
    desk_callback_secrets: tuple[str, ...] = setting(
        "TILL_DESK_CALLBACK_SECRETS",
        (),
        values.long_secrets,
        "Secrets of that desk's callbacks (`whsec_...`), newest first.",
    )
    test_orders: bool | None = setting(
        "TILL_TEST_ORDERS",
        None,
        values.maybe(values.flag),
        "Believe a desk that takes no real money (`live` is false). Default: in development only.",
    )
    most_open_orders: int = setting(
        "TILL_MOST_OPEN_ORDERS",
        100,
        values.whole(0, 1_000_000),
        "Unpaid orders, and the stock they hold, that one address may have at once; 0 for any"
        " number.",
    )
    limits_storage: str = setting(
        "TILL_LIMITS_STORAGE",
        "memory://",
        values.text,
        "Where the shop counts callers; a Redis URL when several processes share the count.",
    )
    max_waiters: int = setting(
        "TILL_MAX_WAITERS",
        24,
        values.whole(0, 100_000),
        "Websockets and long polls that a process holds at once; keep it below its threads.",
    )
    max_waiters_per_address: int = setting(
        "TILL_MAX_WAITERS_PER_ADDRESS",
        12,
        values.whole(0, 100_000),
        "How many of them one address may hold, which many shoppers of one office or one mobile"
        " network share; the others poll. 0 for any number.",
    )
    channel_idle_seconds: int = setting(
        "TILL_CHANNEL_IDLE_SECONDS",
        3600,
        values.whole(10, 86_400),
        "Seconds after which a websocket without news is closed; the page opens it again.",
    )

    @property
    def live_only(self) -> bool:
        """Whether an order counts only at a desk that takes real money."""
        return not (self.in_development if self.test_orders is None else self.test_orders)


@dataclass(frozen=True, slots=True)
class DeskSettings(Web3Settings):
    """What `OrderDesk` was set up with."""

    database_url: str = setting(
        "TILL_DESK_DATABASE_URL",
        "sqlite:///{instance}/till-desk.db",
        values.text,
        "Where the desk keeps orders and money: a SQLite file or PostgreSQL.",
    )
    public_url: str | None = setting(
        "TILL_DESK_PUBLIC_URL",
        None,
        values.maybe(values.url),
        "The desk's address as browsers see it, mount included. Default: from each request, which"
        " in production Flask's `TRUSTED_HOSTS` must restrict.",
    )
    allowed_hosts: tuple[str, ...] = setting(
        "TILL_DESK_ALLOWED_HOSTS",
        (),
        values.words,
        "Hosts of callbacks that may be private or plain http; in development also `localhost`"
        " and `127.0.0.1`.",
    )
    limits_storage: str = setting(
        "TILL_DESK_LIMITS_STORAGE",
        "memory://",
        values.text,
        "Where rate limits are counted; a Redis URL when several processes share them.",
    )
    stripe_secret_key: str | None = setting(
        "TILL_STRIPE_SECRET_KEY",
        None,
        values.maybe(values.text),
        "Turns the Stripe gateway on, with the two below.",
    )
    stripe_publishable_key: str | None = setting(
        "TILL_STRIPE_PUBLISHABLE_KEY",
        None,
        values.maybe(values.text),
        "Stripe's key for the order page.",
    )
    stripe_webhook_secrets: tuple[str, ...] = setting(
        "TILL_STRIPE_WEBHOOK_SECRETS",
        (),
        values.long_secrets,
        "Secrets of Stripe's webhook endpoint, newest first.",
    )
    stripe_mode: str = setting(
        "TILL_STRIPE_MODE",
        "elements",
        values.one_of("elements", "checkout"),
        "`elements` pays on the order page, `checkout` redirects to Stripe.",
    )
    stripe_channel: str = setting(
        "TILL_STRIPE_CHANNEL",
        "till",
        values.text,
        "Names this desk at Stripe: payments under another name are somebody else's. Two desks on"
        " one Stripe account need two names.",
    )
    wallet_prompt_seconds: int = setting(
        "TILL_WALLET_PROMPT_SECONDS",
        600,
        values.whole(30, 86_400),
        "Seconds that a shopper has to answer when a shop asks to link a basket.",
    )
    wallet_prompts_per_phone: int = setting(
        "TILL_WALLET_PROMPTS_PER_PHONE",
        10,
        values.whole(1, 1000),
        "How often one phone may be asked in that time, by all shops together.",
    )
    wallet_prompts_per_shop: int = setting(
        "TILL_WALLET_PROMPTS_PER_SHOP",
        5,
        values.whole(1, 1000),
        "How often one phone may be asked in that time by one shop.",
    )


def settings_table() -> list[tuple[str, str, str]]:
    """(key, default, meaning) of every setting, each once, the shop's first, partners' last."""
    rows = {}
    for kind in (ShopSettings, DeskSettings):
        for one in fields(kind):
            about = one.metadata
            shown = "" if about["default"] in (None, ()) else str(about["default"])
            rows[about["key"]] = (about["key"], shown, about["meaning"])
    return sorted(rows.values(), key=lambda row: row[0].startswith(PARTNERS))


def read_shop(
    config: Mapping[str, Any], *, instance: str, debug: bool, **given: Any
) -> ShopSettings:
    """The shop's settings; ``given`` (by field name) wins. Raises `SettingsError` with a remedy."""
    return _read(ShopSettings, config, instance, debug, given)


def read_desk(
    config: Mapping[str, Any], *, instance: str, debug: bool, **given: Any
) -> DeskSettings:
    """The desk's settings; ``given`` (by field name) wins. Raises `SettingsError` with a remedy."""
    return _read(DeskSettings, config, instance, debug, given)


def _read(
    kind: type[S],
    config: Mapping[str, Any],
    instance: str,
    debug: bool,
    given: dict[str, Any],
) -> S:
    _refuse_unknown(config)
    read = {one.name: _value(one, config, given) for one in fields(kind)}  # type: ignore[arg-type]  # a dataclass by construction
    read["env"] = read["env"] or (DEVELOPMENT if debug else PRODUCTION)
    read["secret_keys"] = read["secret_keys"] or _app_key(config, read["env"], instance)
    read["database_url"] = read["database_url"].replace("{instance}", instance)
    return kind(**read)


def require_address(settings: ShopSettings | DeskSettings, config: Mapping[str, Any]) -> None:
    """Anybody may send any ``Host``: in production our addresses are not made of just that.

    Raises `SettingsError` when nothing says which host is ours.
    """
    if settings.in_development or settings.public_url or config.get("TRUSTED_HOSTS"):
        return
    key = type(settings).__dataclass_fields__["public_url"].metadata["key"]
    raise SettingsError(
        "Nothing says at which address browsers find this application.",
        remedy=f'Set {key}, e.g. to "https://shop.example", or Flask\'s TRUSTED_HOSTS.',
    )


def _value(one: Field[Any], config: Mapping[str, Any], given: Mapping[str, Any]) -> Any:
    key, default = one.metadata["key"], one.metadata["default"]
    if given.get(one.name) is not None:
        raw = given[one.name]
    else:
        raw = config.get(key, os.environ.get(key, default))
    if raw is default:
        return raw
    try:
        return one.metadata["parse"](raw)
    except ValueError as error:
        raise SettingsError(f"{key} is {_shown(key, raw)}.", remedy=f"{error}.") from None


def _shown(key: str, raw: Any) -> str:
    return "not usable" if is_secret(key) else repr(raw)


def _app_key(config: Mapping[str, Any], env: str, instance: str) -> tuple[str, ...]:
    key = config.get("SECRET_KEY")
    if not key and env == DEVELOPMENT:
        return (_kept_key(Path(instance)),)
    if not key:
        raise SettingsError(
            "There is no secret key to sign cookies with.",
            remedy="Set SECRET_KEY (or TILL_SECRET_KEYS) to 32 random characters, e.g. from"
            " `python -c 'import secrets; print(secrets.token_hex())'`.",
        )
    text = key.decode("latin-1") if isinstance(key, bytes) else str(key)
    if env == PRODUCTION and len(text) < 16:
        raise SettingsError(
            "SECRET_KEY is too short for production.", remedy="Use at least 32 random characters."
        )
    return (text,)


def _kept_key(instance: Path) -> str:
    """A key for development, made once, so that a quickstart needs none and a reload keeps it."""
    path = instance / "till-development.key"
    try:
        instance.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex())
    except FileExistsError:
        pass
    return path.read_text()


def _refuse_unknown(config: Mapping[str, Any]) -> None:
    known = {key for key, _, _ in settings_table()}
    for key in config:
        if key.startswith("TILL_") and key not in known:
            raise SettingsError(
                f"{key} is not a setting.", remedy="The README lists them all; check the spelling."
            )
