"""``flask till ...``: works for an application with a shop, with a desk, or with both."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup
from werkzeug.middleware.proxy_fix import ProxyFix

from .base.database import Database
from .base.invariants import Breach
from .base.logs import printable
from .base.migrations import Migrations
from .desk.actions.audit import audit_desk
from .desk.commands.boxo import boxo
from .desk.commands.inpost import inpost
from .desk.commands.ipos import ipos
from .desk.commands.kigo import kigo
from .desk.commands.ledger import ledger, receivers
from .desk.commands.merchants import (
    addresses,
    check_desk,
    desk_here,
    events,
    evidence,
    merchants,
    rows,
)
from .desk.commands.transfers import transfers
from .desk.commands.w3block import w3block
from .desk.commands.watch import watch
from .desk.commands.web3 import web3
from .desk.counter import EXTENSION as DESK
from .desk.tables import MIGRATIONS as DESK_MIGRATIONS
from .errors import SettingsError, TillError
from .settings import settings_table
from .shop.actions.audit import audit_shop
from .shop.claim_commands import check_claims, claims
from .shop.extension import NAME as SHOP
from .shop.tables import MIGRATIONS as SHOP_MIGRATIONS
from .shop.wallet_setup import check_wallet


class TillGroup(AppGroup):
    """Says what is wrong and what to do about it, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except TillError as error:
            raise click.ClickException(printable(str(error))) from None


till = TillGroup("till", help="Flask-Till: the shop and the order desk of this application.")
till.add_command(merchants)
till.add_command(events)
till.add_command(evidence)
till.add_command(inpost)
till.add_command(ipos)
till.add_command(boxo)
till.add_command(kigo)
till.add_command(w3block)
till.add_command(watch)
till.add_command(web3)
till.add_command(claims)
till.add_command(transfers)
till.add_command(ledger)
till.add_command(receivers)


HALVES = {SHOP: ("shop", SHOP_MIGRATIONS), DESK: ("desk", DESK_MIGRATIONS)}


def halves() -> list[tuple[str, Database, Migrations]]:
    """What this application has: (name, database, migrations) of the shop, the desk, or both."""
    return [
        (HALVES[extension][0], current_app.extensions[extension].database, HALVES[extension][1])
        for extension in _extensions()
    ]


def _extensions() -> list[str]:
    found = [extension for extension in HALVES if extension in current_app.extensions]
    if not found:
        raise SettingsError(
            f"The application {current_app.name!r} has neither a Till nor an OrderDesk.",
            remedy="Set FLASK_APP to the application that calls Till(app) or OrderDesk(app).",
        )
    return found


# --- db ---------------------------------------------------------------------------------------


db = AppGroup("db", help="The tables of shop and desk.")
till.add_command(db)


@db.command("upgrade")
def upgrade() -> None:
    """Bring the tables up to date; on SQLite the first start does it by itself."""
    for name, database, migrations in halves():
        database.before_first_use = None
        migrations.upgrade(database.engine)
        click.echo(f"{name}: up to date at {migrations.head()}")


@db.command("current")
def current() -> None:
    """Say which version the tables have; exits with 1 when one is behind."""
    behind = False
    for name, database, migrations in halves():
        database.before_first_use = None
        version, head = migrations.current(database.engine), migrations.head()
        behind = behind or version != head
        click.echo(
            f"{name}: {version or 'empty'}" + ("" if version == head else f", behind {head}")
        )
    sys.exit(int(behind))


# --- running ----------------------------------------------------------------------------------


@till.command("relay")
def relay() -> None:
    """Carry callbacks, signals, refunds and shares, and end orders, until SIGTERM stops it."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    running = [current_app.extensions[extension].background for extension in _extensions()]
    for background in running:
        background.start()
    click.echo("The relay runs. Stop it with Ctrl-C or SIGTERM.")
    stopping.wait()
    click.echo("Finishing what is under way.")
    for background in running:
        background.stop()


# --- looking ----------------------------------------------------------------------------------

AUDITS: dict[str, Callable[..., list[Breach]]] = {"shop": audit_shop, "desk": audit_desk}


@till.command("audit")
def audit() -> None:
    """Check what must always be true. Silent when all holds; else prints rows and exits with 1."""
    broken = False
    for name, database, _ in halves():
        for breach in database.read(AUDITS[name]):
            broken = True
            wrong = breach.invariant
            click.secho(f"{name}: {wrong.name}: not true that {wrong.sentence}",
                        fg="red")  # fmt: skip
            head = tuple(breach.rows[0])
            rows(head, [tuple(row[column] for column in head) for row in breach.rows])
    sys.exit(int(broken))


@till.command("doctor")
def doctor() -> None:
    """Check this set-up, and print every URL that has to be pasted somewhere."""
    checks = [_check_tables(*half) for half in halves()]
    checks += _check_proxy()
    pasted: list[tuple[str, str]] = []
    if SHOP in current_app.extensions:
        shop = current_app.extensions[SHOP]
        settings, name = shop.settings, shop.desk.name
        base = settings.public_url or "https://<this shop>"
        pasted.append(("callbacks, for the desk that takes the money",
                       f"{base}{settings.url_prefix}/callbacks/{name}"))  # fmt: skip
        if settings.has_wallet:
            checks.append(check_wallet(current_app.extensions[SHOP]))
            pasted.append(("merchant, to register at InPost Pay",
                           f"{base}{settings.url_prefix}/merchant"))  # fmt: skip
        if shop.claims is not None:
            checks += check_claims(shop)
            pasted.append(("webhook, to register at Kigo",
                           f"{base}{settings.url_prefix}/callbacks/kigo"))  # fmt: skip
    if DESK in current_app.extensions:
        checks += check_desk(desk_here())
        pasted += addresses(desk_here())
    colours = {"ok": "green", "warn": "yellow", "bad": "red"}
    for word, what, remedy in checks:
        click.secho(f"{word:5}", fg=colours[word], nl=False)
        click.echo(printable(f"{what}. {remedy}".rstrip()))
    click.echo()
    rows(("address of", ""), list(pasted))
    sys.exit(int(any(word == "bad" for word, _, _ in checks)))


def _check_proxy() -> list[tuple[str, str, str]]:
    """In production something is in front, and whoever does not know takes it for all shoppers."""
    ours = [current_app.extensions[extension].settings for extension in _extensions()]
    if all(settings.in_development for settings in ours):
        return []
    if _has_proxy_fix(current_app.wsgi_app):
        return [("ok", "the proxy in front is known", "")]
    urls = {settings.public_url for settings in ours if settings.public_url}
    what = (
        f"if a proxy in front serves {', '.join(sorted(urls)) or 'https'}, the application sees"
        " http and takes the proxy for every shopper"
    )
    remedy = (
        "Then set app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0), from"
        " werkzeug.middleware.proxy_fix."
    )
    return [("warn", what, remedy)]


def _has_proxy_fix(application: object) -> bool:
    """Whether it is among the middlewares; most keep what they wrap as ``app``."""
    for _ in range(20):
        if application is None or isinstance(application, ProxyFix):
            break
        application = getattr(application, "app", None)
    return application is not None


def _check_tables(name: str, database: Database, migrations: Migrations) -> tuple[str, str, str]:
    try:
        version, head = migrations.current(database.engine), migrations.head()
    except Exception as error:  # noqa: BLE001 - whatever the driver says is for the operator
        return "bad", f"tables of the {name}: {error}", "Run `flask till db upgrade`."
    if version != head:
        return "bad", f"tables of the {name} are at {version}", "Run `flask till db upgrade`."
    return "ok", f"tables of the {name} at {version}", ""


@till.command("settings", with_appcontext=False)
def settings() -> None:
    """List every setting, its default and what it means."""
    rows(("key", "default", "meaning"), list(settings_table()))
