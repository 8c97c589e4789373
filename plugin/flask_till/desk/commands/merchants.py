"""``flask till``: what an operator asks of a desk."""

from __future__ import annotations

import json
from datetime import datetime

import click
from flask import current_app
from flask.cli import AppGroup

from ...base.logs import one_line, printable
from ...errors import SettingsError, TillError
from ..actions.events import list_deliveries, send_again, show_event
from ..actions.evidence import list_quarantined
from ..actions.merchants import list_merchants
from ..actions.transfers import list_reversals, list_transfers
from ..assembly import DeskState
from ..counter import EXTENSION
from ..gateway_choice import INSIDE
from ..merchant import Credentials
from .web3_doctor import check_web3

ON_CHAINS = ("web3", "test_web3", "web3_account", "test_web3_account")
"""Gateways that nobody sends webhooks of."""
STATES = ("waiting", "done", "dead", "disabled")


def desk_here() -> DeskState:
    """The desk of the present application. Raises `SettingsError` when it has none."""
    try:
        state: DeskState = current_app.extensions[EXTENSION]
    except KeyError:
        raise SettingsError(
            f"The application {current_app.name!r} has no OrderDesk.",
            remedy="Run this with FLASK_APP set to the application of the desk.",
        ) from None
    return state


def rows(head: tuple[str, ...], body: list[tuple[object, ...]]) -> None:
    """A table for people: columns as wide as they need to be."""
    texts = (tuple("" if one is None else one_line(str(one)) for one in row) for row in body)
    cells = [head, *texts]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for number, row in enumerate(cells):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.secho(line.rstrip(), bold=number == 0)


def moment(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%d %H:%M:%S")


# --- merchants --------------------------------------------------------------------------------

merchants = AppGroup("merchants", help="The shops that this desk takes money for.")


@merchants.command("add")
@click.argument("name")
@click.option("--callback-url", help="Where the merchant is told what happens to its orders.")
@click.option("--origin", "origins", multiple=True, help="An origin of its shop; may be repeated.")
@click.option(
    "--live", is_flag=True, help="Real money. Without it, only test gateways are offered."
)
@click.option("--id", "merchant_id", help="An id of your choice instead of a random one.")
def add(
    name: str,
    callback_url: str | None,
    origins: tuple[str, ...],
    live: bool,
    merchant_id: str | None,
) -> None:
    """Add the merchant NAME and print its credentials, this once."""
    _show(
        desk_here().enrolment.add(
            name=name,
            callback_url=callback_url,
            origins=origins,
            live=live,
            merchant_id=merchant_id,
        )
    )


@merchants.command("change")
@click.argument("merchant_id")
@click.option("--name")
@click.option("--callback-url", help="A new address; callbacks are sent again if they rested.")
@click.option("--origin", "origins", multiple=True, help="All its origins; may be repeated.")
def change(
    merchant_id: str, name: str | None, callback_url: str | None, origins: tuple[str, ...]
) -> None:
    """Change the merchant MERCHANT_ID."""
    given = {"name": name, "callback_url": callback_url, "origins": list(origins) or None}
    values = {key: value for key, value in given.items() if value is not None}
    if not values:
        raise click.UsageError("Say what to change: --name, --callback-url or --origin.")
    desk_here().enrolment.change(merchant_id, **values)
    click.echo(f"{merchant_id} is changed.")


@merchants.command("list")
def show_all() -> None:
    """List the merchants."""
    found = desk_here().database.read(list_merchants)
    rows(
        ("id", "name", "mode", "callbacks to", "origins"),
        [
            (one.id, one.name, "live" if one.live else "test", one.callback_url,
             " ".join(one.origins))
            for one in found
        ],
    )  # fmt: skip


@merchants.command("rotate")
@click.argument("merchant_id")
def rotate(merchant_id: str) -> None:
    """Give MERCHANT_ID a new key and secret; the present ones hold for another 24 hours."""
    _show(desk_here().enrolment.rotate(merchant_id))


def _show(credentials: Credentials) -> None:
    rows(
        ("", "shown this once"),
        [
            ("merchant", credentials.merchant_id),
            ("TILL_DESK_KEY", credentials.api_key),
            ("TILL_DESK_CALLBACK_SECRETS", credentials.callback_secret),
        ],
    )


# --- events -----------------------------------------------------------------------------------

events = AppGroup("events", help="What happened, and whether everybody was told.")


@events.command("list")
@click.option("--state", type=click.Choice(STATES), help="dead: given up after three days.")
@click.option("--order", help="Only those of this order.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def list_events(state: str | None, order: str | None, limit: int) -> None:
    """List events and their deliveries, newest first."""
    found = desk_here().database.read(list_deliveries, state=state, subject=order, limit=limit)
    rows(
        ("event", "at", "of", "no", "kind", "by", "to", "state", "tries"),
        [
            (d.event_id, moment(d.created_at), d.subject, d.seq, d.kind, d.courier, d.address,
             d.state, d.tries)
            for d in found
        ],
    )  # fmt: skip


@events.command("show")
@click.argument("event_id")
def show(event_id: str) -> None:
    """Show EVENT_ID with its contents and every attempt to deliver it."""
    told = desk_here().database.read(show_event, event_id)
    click.echo(
        f"{told.id}  {told.kind}, number {told.seq} of {told.subject}, {moment(told.created_at)}"
    )
    click.echo(printable(json.dumps(told.data, indent=2, ensure_ascii=False)))
    rows(
        ("by", "to", "state", "tries", "next"),
        [
            (
                d.courier,
                d.address,
                d.state,
                d.tries,
                moment(d.next_at) if d.state == "waiting" else "",
            )
            for d in told.deliveries
        ],
    )
    if told.attempts:
        click.echo()
        rows(
            ("tried", "outcome", "status", "ms", "why"),
            [
                (moment(a["at"]), a["outcome"], a["status"], a["took_ms"], a["detail"])
                for a in told.attempts
            ],
        )


@events.command("replay")
@click.argument("event_id")
def replay(event_id: str) -> None:
    """Deliver EVENT_ID once more, whatever became of it before."""
    event = desk_here().database.write(send_again, event_id)
    click.echo(f"{event.id} ({event.kind} of {event.subject}) is on its way again.")


# --- doctor -----------------------------------------------------------------------------------


def check_desk(state: DeskState) -> list[tuple[str, str, str]]:
    """Each check as (ok, warn or bad; what; remedy)."""
    return [
        _check_database(state),
        _check_merchants(state),
        _check_public_url(state),
        *[_check_gateway(state, name) for name in state.cashier.gateways if name not in INSIDE],
        _check_dead(state),
        _check_transfers(state),
        *check_web3(state),
    ]


def addresses(state: DeskState) -> list[tuple[str, str]]:
    """Every URL that somebody has to paste somewhere."""
    base = state.address.base() or "https://<this desk>"
    webhooks = [
        (f"webhook of {name}, for its dashboard", f"{base}/gateways/{name}/webhook")
        for name in state.cashier.gateways
        if name not in ("sandbox", *INSIDE, *ON_CHAINS)
    ]
    return [
        ("desk, for TILL_DESK_URL of shops", base),
        ("API document", f"{base}/v1/openapi.json"),
        ("wallet, for TILL_INPOST_API_URL of shops", f"{base}/inpost"),
        ("IPOS platform, base URL of its clients", f"{base}/ipos"),
        ("Boxo platform, base URL of its clients", f"{base}/boxo/api/v1"),
        *webhooks,
    ]


def _check_database(state: DeskState) -> tuple[str, str, str]:
    shown = state.database.url.render_as_string(hide_password=True)
    try:
        state.database.read(list_merchants)
    except TillError as error:
        return "bad", f"database {shown}: {error.message}", error.remedy
    except Exception as error:  # noqa: BLE001 - whatever the driver says is for the operator
        return "bad", f"database {shown}: {error}", "Check TILL_DESK_DATABASE_URL."
    return "ok", f"database {shown}", ""


def _check_merchants(state: DeskState) -> tuple[str, str, str]:
    try:
        found = state.database.read(list_merchants)
    except Exception:  # noqa: BLE001 - said above already
        return "bad", "merchants cannot be read", "Mend the database first."
    if not found:
        return "warn", "no merchant yet", "Run `flask till merchants add NAME --origin ...`."
    return "ok", f"{len(found)} merchant{'s' if len(found) > 1 else ''}", ""


def _check_public_url(state: DeskState) -> tuple[str, str, str]:
    url = state.settings.public_url
    if url is None:
        word = "warn" if state.settings.in_development else "bad"
        return word, "no public URL", "Set TILL_DESK_PUBLIC_URL; callbacks carry it."
    if not state.settings.in_development and url.startswith("http://"):
        return "bad", f"public URL {url} is not https", "Serve the desk over https."
    return "ok", f"public URL {url}", ""


def _check_gateway(state: DeskState, name: str) -> tuple[str, str, str]:
    gateway = state.cashier.gateways[name]
    try:
        account = gateway.account
    except TillError as error:
        return "bad", f"gateway {name}: {error.message}", error.remedy or "Check its keys."
    mode = "live" if gateway.livemode else "test"
    return "ok", f"gateway {name}, account {account}, {mode} mode", ""


def _check_dead(state: DeskState) -> tuple[str, str, str]:
    try:
        dead = state.database.read(list_deliveries, state="dead", limit=1)
    except Exception:  # noqa: BLE001 - said above already
        return "bad", "events cannot be read", "Mend the database first."
    if dead:
        return "warn", "some events were given up", "See `flask till events list --state dead`."
    return "ok", "no event was given up", ""


def _check_transfers(state: DeskState) -> tuple[str, str, str]:
    try:
        read = state.database.read
        refused = [*read(list_transfers, status="failed", limit=1)]
        refused += [one for _, one in read(list_reversals, status="failed", limit=1)]
    except Exception:  # noqa: BLE001 - said above already
        return "bad", "transfers cannot be read", "Mend the database first."
    if refused:
        return "warn", "a share was refused", "See `flask till transfers list --state failed`."
    return "ok", "no share was refused", ""


# --- evidence ---------------------------------------------------------------------------------

evidence = AppGroup("evidence", help="What payment providers told and the desk did not believe.")


@evidence.command("list")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
def show_quarantined(limit: int) -> None:
    """List genuine news that did not fit its payment, newest first: it changed nothing."""
    found = desk_here().database.read(list_quarantined, limit=limit)
    if not found:
        click.echo("All that providers told fitted.")
        return
    rows(
        ("at", "gateway", "event", "kind", "order", "why"),
        [(moment(o.at), o.gateway, o.event_id, o.kind, o.order_id, o.why) for o in found],
    )
