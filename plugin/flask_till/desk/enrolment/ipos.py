"""Enrolling portals, widgets and users of the IPOS protocol, and what operators do for them."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ...base.database import Database, Work
from ...base.sealing import Seal, digest, new_secret
from ...errors import Conflict, InvalidRequest, NotFound, SettingsError
from ...money import Money
from ...wire.ipos.tokens import ACCESS_KEY, SECRET_KEY, new_access_key, new_secret_key
from ..actions import balances, ipos_apps, ipos_rewards, ipos_users
from ..balance import KINDS
from ..ipos_portal import CURRENCY, SESSION_LIFE, App, Pool, User, Widget, payer_of
from ..ipos_user_tokens import UserTokens
from ..origins import as_origin

_NAME = re.compile(r"[\x21-\x7e]{1,128}")
_ACCESS = re.compile(ACCESS_KEY + r"[0-9A-Za-z]{25}")
_SECRET = re.compile(SECRET_KEY + r"[0-9A-Za-z]{57}")


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """``login_secret`` makes the checksum of the host-side login (9); shown this once."""

    app_id: str
    login_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WidgetCredentials:
    """What a widget's backend is set up with (2.2); the secret key is shown this once."""

    tag: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """``api_key`` is for ``x-api-key``; shown this once."""

    user_id: str
    api_key: str = field(repr=False)


class IposEnrolment:
    """Ids, keys and secrets are random unless they are given, which is for demos."""

    def __init__(self, database: Database, seal: Seal, tokens: UserTokens) -> None:
        self._database = database
        self._seal = seal
        self._tokens = tokens

    # --- apps -----------------------------------------------------------------------------

    def add_app(
        self,
        merchant_id: str,
        *,
        ip_id: int | None,
        name: str = "",
        app_id: str | None = None,
        login_secret: str | None = None,
        login_origins: Sequence[str] = (),
        shares_all: bool = False,
    ) -> AppCredentials:
        """A portal, whose orders are that merchant's where a widget has none of its own.

        ``login_origins`` are those that may sign users in. Raises `InvalidRequest`, `NotFound`,
        `Conflict` (APP_EXISTS).
        """
        app_id = _checked(app_id or f"app_{secrets.token_hex(8)}", "app_id")
        login_secret = _checked_secret(login_secret or new_secret())
        app = App(
            app_id=app_id,
            merchant_id=merchant_id,
            name=name or app_id,
            ip_id=ip_id,
            login_secret=self._seal.close(login_secret),
            login_origins=tuple(as_origin(origin) for origin in login_origins),
            shares_all=shares_all,
        )
        self._database.write(ipos_apps.add_app, app)
        return AppCredentials(app_id, login_secret)

    def ensure_app(
        self, merchant_id: str, *, app_id: str, login_secret: str, **given: Any
    ) -> AppCredentials:
        """As `add_app` with fixed values, or that app brought up to date with them."""
        try:
            return self.add_app(merchant_id, app_id=app_id, login_secret=login_secret, **given)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(ipos_apps.read_app, app_id)
        sealed = kept.login_secret
        if kept.merchant_id != merchant_id or sealed is None:
            raise _another("app", app_id)
        if not hmac.compare_digest(self._seal.open(sealed).encode(), login_secret.encode()):
            raise _another("app", app_id)
        if "login_origins" in given:
            given["login_origins"] = [as_origin(origin) for origin in given["login_origins"]]
        if given:
            self._database.write(partial(ipos_apps.change_app, app_id=app_id, **given))
        return AppCredentials(app_id, login_secret)

    # --- widgets --------------------------------------------------------------------------

    def add_widget(
        self,
        app_id: str | None,
        *,
        tag: str,
        merchant_id: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
    ) -> WidgetCredentials:
        """A third party's app in a portal; its orders are ``merchant_id``'s, else the portal's.

        Raises `InvalidRequest`, `NotFound`, `Conflict` (WIDGET_EXISTS).
        """
        made = WidgetCredentials(
            _checked(tag, "tag", most=64),
            _fitting(_ACCESS, access_key or new_access_key(), "access_key"),
            _fitting(_SECRET, secret_key or new_secret_key(), "secret_key"),
        )

        def add(work: Work) -> Widget:
            owner = merchant_id or _merchant_of(work, app_id)
            sealed = self._seal.close(made.secret_key)
            return ipos_apps.add_widget(work, Widget(tag, app_id, owner, made.access_key, sealed))

        self._database.write(add)
        return made

    def ensure_widget(
        self, app_id: str, *, tag: str, access_key: str, secret_key: str, **given: Any
    ) -> WidgetCredentials:
        """As `add_widget` with fixed values. Raises `SettingsError` when it has other ones."""
        fixed = WidgetCredentials(tag, access_key, secret_key)
        try:
            return self.add_widget(
                app_id, tag=tag, access_key=access_key, secret_key=secret_key, **given
            )
        except Conflict:
            pass  # it is there already
        kept = self._database.read(ipos_apps.find_widget, tag)
        if kept is None or (kept.app_id, kept.access_key) != (app_id, access_key):
            raise _another("widget", tag)
        if not hmac.compare_digest(self.secret_of(kept).encode(), secret_key.encode()):
            raise _another("widget", tag)
        return fixed

    def renew_widget(self, tag: str) -> WidgetCredentials:
        """Another secret key; the present one holds no more. Raises `NotFound`."""
        kept = self._database.read(ipos_apps.read_widget, tag)
        secret_key = new_secret_key()
        self._database.write(ipos_apps.renew_widget, tag, self._seal.close(secret_key))
        return WidgetCredentials(tag, kept.access_key, secret_key)

    def secret_of(self, widget: Widget) -> str:
        """Its secret key, opened."""
        return self._seal.open(widget.secret_key)

    # --- users ----------------------------------------------------------------------------

    def add_user(
        self,
        username: str,
        *,
        short_name: str | None = None,
        email: str | None = None,
        avatar: str = "",
        app_id: str | None = None,
        user_id: str | None = None,
        api_key: str | None = None,
    ) -> UserCredentials:
        """A user; only the portal ``app_id`` may sign this one in by email.

        Raises `InvalidRequest`, `NotFound`, `Conflict` (USER_EXISTS).
        """
        user_id = _checked(user_id or f"usr_{secrets.token_hex(12)}", "user_id")
        api_key = _checked_secret(api_key or new_secret("ipos_key_"))
        short = short_name or username
        user = User(user_id, app_id, _text(username), _text(short), email, avatar, False)
        self._database.write(ipos_users.add_user, user, api_key=digest(api_key))
        return UserCredentials(user_id, api_key)

    def ensure_user(
        self, username: str, *, user_id: str, api_key: str, **given: Any
    ) -> UserCredentials:
        """As `add_user` with fixed values. Raises `SettingsError` when the key is another's."""
        try:
            return self.add_user(username, user_id=user_id, api_key=api_key, **given)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(ipos_users.user_of_api_key, digest(api_key))
        if kept is None or kept.id != user_id:
            raise _another("user", user_id)
        return UserCredentials(user_id, api_key)

    def block_user(self, user_id: str, *, is_blocked: bool = True) -> User:
        """A blocked user is answered 401, whatever token or key is shown. Raises `NotFound`."""
        return self._database.write(ipos_users.block_user, user_id, is_blocked=is_blocked)

    def issue_token(self, user_id: str, widget_tag: str | None = None) -> str:
        """A user's token for seven days, bound to a widget when one is named. Raises `NotFound`."""

        def open_session(work: Work) -> tuple[User, str]:
            user = ipos_users.read_user(work, user_id)
            if widget_tag is None:
                return user, ""
            until = work.now + SESSION_LIFE
            return user, ipos_users.open_session(work, user_id, widget_tag, expires_at=until)

        user, session_id = self._database.write(open_session)
        return self._tokens.issue(user, session_id, self._database.clock())

    def end_sessions(self, user_id: str, widget_tag: str) -> int:
        """Tokens of that user in that widget end now; returns how many sessions that were."""
        return self._database.write(ipos_users.end_sessions, user_id, widget_tag)

    def grant(
        self, user_id: str, kind: str, cents: int, *, live: bool, reason: str = "grant"
    ) -> None:
        """Give money to a user's ``wallet``, ``credit`` or ``free_credit``, in US cents.

        ``live`` False is test money, which pays for orders of test merchants. Raises
        `InvalidRequest`, `NotFound`.
        """
        if kind not in KINDS or cents <= 0:
            raise InvalidRequest(f"Grant more than nothing to one of {', '.join(KINDS)}.")
        amount = Money.of_minor(cents, CURRENCY)

        def give(work: Work) -> None:
            ipos_users.read_user(work, user_id)
            balances.grant(work, payer_of(user_id), kind, amount, live=live, reason=reason)

        self._database.write(give)

    def ensure_balance(self, user_id: str, kind: str, cents: int, *, live: bool = False) -> None:
        """Grant what is missing to that many US cents, so that a demo starts with them."""
        having = self._database.read(
            balances.read_balances, payer_of(user_id), currency=CURRENCY, live=live
        )
        missing = cents - having.of(kind).minor
        if missing > 0:
            self.grant(user_id, kind, missing, live=live)

    # --- reward pools ---------------------------------------------------------------------

    def add_pool(
        self,
        pool_id: int,
        *,
        token: str,
        ip_id: int,
        parent_ip_id: int | None = None,
        name: str = "",
        tokens_per_dollar: int = 0,
    ) -> Pool:
        """Rewards of an IP, for orders of its apps. Raises `Conflict` (POOL_EXISTS)."""
        token = _checked(token, "token")
        pool = Pool(pool_id, token, name or token, ip_id, parent_ip_id, tokens_per_dollar)
        return self._database.write(ipos_rewards.add_pool, pool)

    def ensure_pool(self, pool_id: int, *, token: str, **given: Any) -> Pool:
        """As `add_pool`, or the one that is there. Raises `SettingsError` when it is another."""
        try:
            return self.add_pool(pool_id, token=token, **given)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(ipos_rewards.find_pool, token)
        if kept is None or kept.id != pool_id:
            raise _another("reward pool", str(pool_id))
        return kept


def _merchant_of(work: Work, app_id: str | None) -> str:
    if app_id is None:
        raise NotFound("A widget without an app needs a merchant.", code="MERCHANT_NOT_FOUND")
    return ipos_apps.read_app(work, app_id).merchant_id


def _checked(text: str, name: str, *, most: int = 128) -> str:
    if not _NAME.fullmatch(text) or len(text) > most:
        raise InvalidRequest(f"{name} is 1 to {most} ASCII characters without spaces.")
    return text


def _fitting(form: re.Pattern[str], text: str, name: str) -> str:
    if not form.fullmatch(text):
        raise InvalidRequest(f"That is no {name}: it looks like {form.pattern}.")
    return text


def _text(text: str) -> str:
    if not 0 < len(text) <= 250 or not text.isprintable():
        raise InvalidRequest("A name is 1 to 250 printable characters.")
    return text


def _checked_secret(secret: str) -> str:
    if len(secret) < 16 or not secret.isprintable() or not secret.isascii():
        raise InvalidRequest("A secret has at least 16 printable ASCII characters.")
    return secret


def _another(kind: str, name: str) -> SettingsError:
    return SettingsError(
        f"The {kind} {name} exists with other values.", remedy="Choose another id for it."
    )
