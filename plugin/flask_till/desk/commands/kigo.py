"""``flask till kigo``: partners, their programs and products."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from ..actions.kigo_partners import list_partners, list_products, list_programs
from ..enrolment.kigo import KigoCredentials, KigoEnrolment
from ..kigo_partner import CLAIM_SECONDS, THEMES, TYPES
from .merchants import desk_here, rows

kigo = AppGroup("kigo", help="This desk as the Kigo of partners: claim codes, and a hub for them.")
partners = AppGroup("partners", help="Companies that order claim codes for their users.")
programs = AppGroup("programs", help="How the hub looks for a partner's offerings.")
products = AppGroup("products", help="What a claim code is for.")
for group in (partners, programs, products):
    kigo.add_command(group)

ONCE = "key and secret are shown this once"


def _enrolment() -> KigoEnrolment:
    found: KigoEnrolment = desk_here().owner.kigo
    return found


# --- partners ---------------------------------------------------------------------------------


@partners.command("add")
@click.argument("merchant_id")
@click.option("--webhook-url", help="Where it is told what becomes of its orders.")
@click.option("--id", "partner_id", help="A UUID of your choice instead of a random one.")
def add_partner(merchant_id: str, webhook_url: str | None, partner_id: str | None) -> None:
    """Make MERCHANT_ID a partner and print its key, this once."""
    made = _enrolment().add_partner(merchant_id, webhook_url=webhook_url, partner_id=partner_id)
    _show(made)


@partners.command("renew")
@click.argument("partner_id")
def renew(partner_id: str) -> None:
    """Make another key and webhook secret for PARTNER_ID; the present ones hold no more."""
    _show(_enrolment().renew_partner(partner_id))


@partners.command("off")
@click.argument("partner_id")
def switch_off(partner_id: str) -> None:
    """Answer PARTNER_ID and its users with 401 from now on."""
    _enrolment().change_partner(partner_id, is_on=False)
    click.echo(f"{partner_id} is switched off.")


@partners.command("on")
@click.argument("partner_id")
def switch_on(partner_id: str) -> None:
    """Let PARTNER_ID in again."""
    _enrolment().change_partner(partner_id, is_on=True)
    click.echo(f"{partner_id} is let in again.")


@partners.command("webhook")
@click.argument("partner_id")
@click.argument("url", required=False)
def move_webhook(partner_id: str, url: str | None) -> None:
    """Tell PARTNER_ID at URL from now on what becomes of its orders; without one, nothing."""
    _enrolment().change_partner(partner_id, webhook_url=url)
    click.echo(f"{partner_id} is told at {url}." if url else f"{partner_id} is told nothing.")


@partners.command("list")
def show_partners() -> None:
    """List the partners, oldest first."""
    found = desk_here().database.read(list_partners)
    rows(
        ("id", "name", "environment", "webhooks to", "state"),
        [(p.id, p.name, _mode(p.live), p.webhook_url, "" if p.is_on else "off") for p in found],
    )


def _mode(live: bool) -> str:
    return "production" if live else "UAT"


def _show(made: KigoCredentials) -> None:
    base = f"{desk_here().address.base() or 'https://<this desk>'}/kigo"
    rows(
        ("", ONCE),
        [
            ("partner_id", made.partner_id),
            ("base URL", base),
            ("x-api-key", made.api_key),
            ("webhook secret", made.webhook_secret),
        ],
    )


# --- programs ---------------------------------------------------------------------------------


@programs.command("set")
@click.argument("partner_id")
@click.argument("external_program_id")
@click.option("--name", default="", help="What people call it.")
@click.option("--theme", type=click.Choice(sorted(THEMES)))
@click.option("--logo", help="The address of a picture.")
@click.option("--primary", "primary_colour", help="A colour, #rrggbb.")
@click.option("--secondary", "secondary_colour", help="A colour, #rrggbb.")
def set_program(partner_id: str, external_program_id: str, **look: Any) -> None:
    """Say how the hub looks for a program of PARTNER_ID, new or not."""
    _enrolment().set_program(partner_id, external_program_id, **look)
    click.echo(f"The program {external_program_id} is there.")


@programs.command("list")
def show_programs() -> None:
    """List the programs."""
    found = desk_here().database.read(list_programs)
    rows(
        ("partner", "program", "name", "theme", "colours"),
        [
            (
                one.partner_id,
                one.external_program_id,
                one.name,
                one.theme,
                " ".join(filter(None, (one.primary_colour, one.secondary_colour))),
            )
            for one in found
        ],
    )


# --- products ---------------------------------------------------------------------------------


@products.command("add")
@click.argument("partner_id")
@click.argument("name")
@click.option("--type", type=click.Choice(sorted(TYPES)), default="voucher")
@click.option("--description")
@click.option("--image-url", help="The address of a picture.")
@click.option("--part", "parts", multiple=True, help="A token inside; may be repeated.")
@click.option("--stock", type=click.IntRange(0), help="How many there are. Default: no limit.")
@click.option(
    "--claim-seconds",
    type=click.IntRange(0),
    default=CLAIM_SECONDS,
    help="How long its codes hold; 0 is for ever.",
)
@click.option("--id", "product_id", help="A UUID of your choice instead of a random one.")
def add_product(partner_id: str, claim_seconds: int, **given: Any) -> None:
    """Add the product NAME of PARTNER_ID and print its id."""
    made = _enrolment().add_product(partner_id, claim_seconds=claim_seconds or None, **given)
    click.echo(made.id)


@products.command("off")
@click.argument("product_id")
def withdraw(product_id: str) -> None:
    """Take no more orders of PRODUCT_ID; codes that are out stay good."""
    _enrolment().change_product(product_id, is_on=False)
    click.echo(f"{product_id} is switched off.")


@products.command("on")
@click.argument("product_id")
def offer(product_id: str) -> None:
    """Take orders of PRODUCT_ID again."""
    _enrolment().change_product(product_id, is_on=True)
    click.echo(f"{product_id} is offered again.")


@products.command("list")
def show_products() -> None:
    """List the products, oldest first."""
    found = desk_here().database.read(list_products)
    rows(
        ("id", "partner", "name", "type", "left", "state"),
        [(p.id, p.partner_id, p.name, p.type, p.stock, "" if p.is_on else "off") for p in found],
    )
