"""``flask till boxo``: miniapps, host apps, and who is paired with whom."""

from __future__ import annotations

import json
from typing import IO, Any

import click
from flask.cli import AppGroup

from ...money import Money
from ..actions import boxo_partners as partners
from ..balance import KINDS, WALLET
from ..boxo_payment import BUILT_IN, HOST_KINDS, Proof
from ..enrolment.boxo import BoxoCredentials, BoxoEnrolment
from .merchants import desk_here, rows

boxo = AppGroup("boxo", help="This desk as the platform between Boxo miniapps and host apps.")
miniapps = AppGroup("miniapps", help="Shops that are shown inside host apps.")
hosts = AppGroup("hosts", help="Apps that show miniapps and take the money.")
pairs = AppGroup("pairs", help="Which miniapp is paired with which host app.")
for group in (miniapps, hosts, pairs):
    boxo.add_command(group)

_SIGNING = click.option(
    "--signing",
    type=click.File(),
    help='JSON file of signing settings, such as {"algorithm": "HMAC", "key": "..."}.',
)
_ADDRESS = click.option(
    "--address", "addresses", multiple=True, help="A network of its servers; may be repeated."
)
_MUST_SIGN = click.option(
    "--must-sign", is_flag=True, default=None, help="A listed address alone is not enough."
)


def _enrolment() -> BoxoEnrolment:
    return desk_here().partners.boxo.enrolment


def _given(signing: IO[str] | None, **options: Any) -> dict[str, Any]:
    """The options that were given."""
    values = {name: value for name, value in options.items() if value not in (None, ())}
    if signing is not None:
        values["signing"] = json.load(signing)
    return values


# --- miniapps ---------------------------------------------------------------------------------


@miniapps.command("add")
@click.argument("merchant_id")
@click.option("--url", help="What host apps show.")
@click.option("--webhook-url", help="Where its server is told what became of a payment.")
@click.option("--name")
@click.option("--app-id", help="An id of your choice instead of a random one.")
@_ADDRESS
@_SIGNING
@_MUST_SIGN
def add_miniapp(merchant_id: str, signing: IO[str] | None, **options: Any) -> None:
    """Make the merchant MERCHANT_ID a miniapp and print its credentials, this once."""
    _show("app_id", _enrolment().add_miniapp(merchant_id, **_given(signing, **options)))


@miniapps.command("change")
@click.argument("app_id")
@click.option("--url")
@click.option("--webhook-url")
@click.option("--name")
@click.option("--on/--off", "is_on", default=None, help="Switch it on, or off.")
@_ADDRESS
@_SIGNING
@_MUST_SIGN
def change_miniapp(app_id: str, signing: IO[str] | None, **options: Any) -> None:
    """Change the miniapp APP_ID; what is not named stays."""
    _show("app_id", _enrolment().change_miniapp(app_id, **_given(signing, **options)))


@miniapps.command("list")
def list_miniapps() -> None:
    """List the miniapps."""
    found = desk_here().database.read(partners.list_miniapps)
    rows(
        ("app_id", "merchant", "url", "told at", "known by", "state"),
        [
            (
                one.app_id,
                one.merchant_id,
                one.url,
                one.webhook_url,
                _known_by(one.proof),
                _state(one.is_on),
            )
            for one in found
        ],
    )


# --- hosts ------------------------------------------------------------------------------------


@hosts.command("add")
@click.option("--name")
@click.option("--kind", type=click.Choice(HOST_KINDS), default=BUILT_IN, show_default=True)
@click.option("--client-id", help="An id of your choice instead of a random one.")
@click.option("--create-url", help="Where an outside host is asked for a payment.")
@click.option("--status-url", help="Where an outside host is asked how a payment stands.")
@click.option("--auth-prefix", help="What stands before the credentials; Token by default.")
@click.option("--origin", "origins", multiple=True, help="Of its pages; may be repeated.")
@_ADDRESS
@_SIGNING
@_MUST_SIGN
def add_host(signing: IO[str] | None, **options: Any) -> None:
    """Add a host app and print its credentials, this once."""
    _show("client_id", _enrolment().add_host(**_given(signing, **options)))


@hosts.command("change")
@click.argument("client_id")
@click.option("--name")
@click.option("--create-url")
@click.option("--status-url")
@click.option("--auth-prefix")
@click.option("--origin", "origins", multiple=True, help="All its origins; may be repeated.")
@click.option("--on/--off", "is_on", default=None, help="Switch it on, or off.")
@_ADDRESS
@_SIGNING
@_MUST_SIGN
def change_host(client_id: str, signing: IO[str] | None, **options: Any) -> None:
    """Change the host app CLIENT_ID; what is not named stays."""
    _show("client_id", _enrolment().change_host(client_id, **_given(signing, **options)))


@hosts.command("list")
def list_hosts() -> None:
    """List the host apps."""
    found = desk_here().database.read(partners.list_hosts)
    rows(
        ("client_id", "name", "kind", "pages", "known by", "state"),
        [
            (
                one.client_id,
                one.name,
                one.kind,
                " ".join(one.origins) or "anywhere",
                _known_by(one.proof),
                _state(one.is_on),
            )
            for one in found
        ],
    )


# --- pairs ------------------------------------------------------------------------------------


@pairs.command("add")
@click.argument("app_id")
@click.argument("client_id")
@click.option("--payments/--no-payments", "on", default=True, show_default=True)
def add_pair(app_id: str, client_id: str, on: bool) -> None:
    """Pair the miniapp APP_ID with the host app CLIENT_ID, or switch payments of the pair."""
    _enrolment().add_partnership(app_id, client_id, payments_on=on)
    click.echo(f"{app_id} and {client_id} are paired, payments are {_state(on)}.")


@pairs.command("list")
def list_pairs() -> None:
    """List the pairs."""
    found = desk_here().database.read(partners.list_partnerships)
    rows(
        ("app_id", "client_id", "payments"),
        [(one.app_id, one.client_id, _state(one.payments_on)) for one in found],
    )


# --- users ------------------------------------------------------------------------------------


@boxo.command("auth-code")
@click.argument("client_id")
@click.argument("user_reference")
def auth_code(client_id: str, user_reference: str) -> None:
    """Print a code for a user of the host app CLIENT_ID, good once within five minutes."""
    click.echo(_enrolment().issue_auth_code(client_id, user_reference))


@boxo.command("grant")
@click.argument("client_id")
@click.argument("user_reference")
@click.argument("amount")
@click.argument("currency")
@click.option("--kind", type=click.Choice(KINDS), default=WALLET, show_default=True)
@click.option("--live", is_flag=True, help="Real money; test money without it.")
def give(
    client_id: str, user_reference: str, amount: str, currency: str, kind: str, live: bool
) -> None:
    """Give AMOUNT, such as 25.00, to a user of the host app CLIENT_ID."""
    money = Money(amount, currency)
    _enrolment().grant(client_id, user_reference, money, kind=kind, live=live)
    click.echo(f"{user_reference} got {money} {currency}.")


def _show(name: str, made: BoxoCredentials) -> None:
    address = desk_here().address.base() or "https://<this desk>"
    shown = [
        (name, made.id),
        ("platform", f"{address}/boxo"),
        ("SDK's baseUrl", f"{address}/boxo/api/v1"),
        ("secret_key", made.secret_key),
        ("our public key", made.public_key),
    ]
    rows(("", "the secret is shown this once"), [row for row in shown if row[1] is not None])


def _known_by(proof: Proof) -> str:
    """How its servers prove that they call."""
    signed = [] if proof.scheme is None else [f"{proof.scheme['algorithm']} signature"]
    listed = [] if proof.must_sign else list(proof.addresses)
    return ", ".join(signed + listed) or "nothing yet"


def _state(is_on: bool) -> str:
    return "on" if is_on else "off"
