"""``flask till claims``: goods that are handed over as claims. Codes are never printed."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from ..base.logs import printable
from ..errors import RequestError, SettingsError
from .actions.claims import list_claims
from .claim_delivery import ClaimDelivery
from .claims import MOVES, KeptClaim
from .routes.shopfront import Shopfront

claims = AppGroup("claims", help="Goods of the shop that are handed over as claims.")
LINE = "{:24} {:10} {:20} {:>3}  {:10} {}"


def _front() -> tuple[Shopfront, ClaimDelivery]:
    """Raises `SettingsError` for an application that hands over no claims."""
    front: Shopfront | None = current_app.extensions.get("till")
    if front is None or front.claims is None:
        raise SettingsError(
            f"The application {current_app.name!r} hands over no claims.",
            remedy="Give Till(app, claims=KigoClaims(...)).",
        )
    return front, front.claims


@claims.command("list")
@click.option("--status", type=click.Choice(sorted(MOVES)), help="failed: ask again, see below.")
@click.option("--limit", default=50, show_default=True)
def show(status: str | None, limit: int) -> None:
    """List claims, those that changed last first."""
    front, _ = _front()
    click.echo(LINE.format("claim", "order", "product", "no", "status", "why"))
    for number, claim in front.database.read(list_claims, status=status, limit=limit):
        click.echo(printable(_line(number, claim)))


@claims.command("retry")
@click.argument("claim_id")
def retry(claim_id: str) -> None:
    """Ask anew for a claim that failed, or for the end of one that could not be withdrawn."""
    claim = _front()[1].ask_again(claim_id)
    click.echo(f"{claim.id} is {claim.status}, and is asked for anew.")


@claims.command("withdraw")
@click.argument("claim_id")
def withdraw(claim_id: str) -> None:
    """Take the code of one piece back, unless it is claimed: after a refund of a part."""
    claim = _front()[1].take_back(claim_id)
    word = "is being withdrawn" if claim.is_open else f"is {claim.status}"
    click.echo(f"{claim.id} {word}.")


def check_claims(front: Shopfront) -> list[tuple[str, str, str]]:
    """How the shop and the maker of its claims get on: a word, what was found, a remedy."""
    if front.claims is None:
        return []
    maker = front.claims.maker
    found = [_check_failed(front)]
    try:
        maker.check()
    except RequestError as error:
        remedy = "Check base_url, api_key and partner_id; the log says more."
        return [("bad", f"{maker!r}: {error.message}", remedy), *found]
    return [("ok", f"{maker!r} knows this shop", ""), *found]


def _check_failed(front: Shopfront) -> tuple[str, str, str]:
    if front.database.read(list_claims, status="failed", limit=1):
        return "warn", "some claims failed", "See `flask till claims list --status failed`."
    return "ok", "no claim failed", ""


def _line(number: str, claim: KeptClaim) -> str:
    why = claim.reason or ("being withdrawn" if claim.is_open and claim.unwanted_at else "")
    return LINE.format(
        claim.id, number, claim.product_id[:20], claim.number, claim.status, why
    ).rstrip()
