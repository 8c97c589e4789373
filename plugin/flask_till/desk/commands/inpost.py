"""``flask till``: shops that speak InPost's protocol, and the keys that sign our calls to them."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..enrolment.inpost import InpostCredentials
from .merchants import desk_here, merchants, moment, rows

inpost = AppGroup("inpost", help="This desk as a wallet for shops that speak InPost Pay.")
keys = AppGroup("keys", help="The keys that sign our calls to shops; the newest live one signs.")
inpost.add_command(keys)


# --- merchants --------------------------------------------------------------------------------


@merchants.command("inpost")
@click.argument("merchant_id")
@click.option("--base-url", help="Where the shop is called: /v1/izi/... is put behind it.")
@click.option("--renew", is_flag=True, help="Make new secrets; the present ones hold no more.")
def enrol(merchant_id: str, base_url: str | None, renew: bool) -> None:
    """Give MERCHANT_ID credentials for InPost Pay and print them; the secrets this once."""
    enrolment = desk_here().inpost_enrolment
    if renew:
        if base_url is not None:
            enrolment.change(merchant_id, base_url=base_url)
        _show(enrolment.renew(merchant_id))
    elif base_url is None:
        raise click.UsageError("Say where the shop is called: --base-url.")
    else:
        _show(enrolment.add(merchant_id, base_url=base_url))


@merchants.command("switch-on")
@click.argument("merchant_id")
def switch_on(merchant_id: str) -> None:
    """Call MERCHANT_ID again, which was switched off because nearly all its answers failed."""
    was_off = desk_here().inpost_enrolment.switch_on(merchant_id)
    click.echo(f"{merchant_id} is on again." if was_off else f"{merchant_id} was on already.")


def _show(made: InpostCredentials) -> None:
    wallet = f"{desk_here().address.base() or 'https://<this desk>'}/inpost"
    shown = [
        ("merchant", made.merchant_id),
        ("called at", made.base_url),
        ("merchant_external_id", made.merchant_external_id),
        ("TILL_INPOST_API_URL", wallet),
        ("TILL_INPOST_TOKEN_URL", f"{wallet}/token"),
        ("TILL_INPOST_CLIENT_ID", made.client_id),
        ("TILL_INPOST_CLIENT_SECRET", made.client_secret),
        ("TILL_INPOST_MERCHANT_CLIENT_ID", made.merchant_client_id),
        ("TILL_INPOST_POS_ID", made.pos_id),
        ("TILL_INPOST_MERCHANT_SECRET", made.merchant_secret),
    ]
    rows(("", "the secrets are shown this once"), [row for row in shown if row[1] is not None])


# --- keys -------------------------------------------------------------------------------------


@keys.command("list")
def list_all() -> None:
    """List the keys, newest first; the first one is made when a shop first asks."""
    _print_keys()


@keys.command("rotate")
def rotate() -> None:
    """Sign with a new key from now on; the one before stays live, so that no shop is surprised."""
    desk_here().inpost.keyring.rotate()
    _print_keys()


@keys.command("retire")
@click.argument("version")
def retire(version: str) -> None:
    """Publish the key VERSION no more: what it signed is refused by shops that ask anew."""
    desk_here().inpost.keyring.retire(version)
    _print_keys()


def _print_keys() -> None:
    known = desk_here().inpost.keyring.known()
    live = [key.version for key in known if key.retired_at is None]
    rows(
        ("version", "state", "made", "retired"),
        [
            (
                key.version,
                _state(key.version, live),
                moment(key.created_at),
                moment(key.retired_at),
            )
            for key in known
        ],
    )


def _state(version: str, live: list[str]) -> str:
    if version not in live:
        return "retired"
    return "signs" if version == live[0] else "live"
