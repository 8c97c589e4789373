"""Which gateways a desk offers: those it was given, or those that its settings turn on."""

from __future__ import annotations

from collections.abc import Iterable

from ..base.clock import Clock
from ..errors import SettingsError
from ..settings import DeskSettings
from .gateways import Gateway
from .gateways.sandbox import SandboxGateway

INSIDE = ("balance", "host", "transfer", "test_balance", "test_host", "test_transfer")
"""Gateways that every desk has: they need no account with a provider, and no setting."""


def choose_gateways(
    settings: DeskSettings,
    given: Iterable[Gateway] | None,
    clock: Clock,
    of_this_desk: Iterable[Gateway] = (),
    of_chains: Iterable[Gateway] = (),
) -> dict[str, Gateway]:
    """By name; ``of_this_desk`` are beside whatever takes money from outside, as chains do.

    Raises `SettingsError` when there is none of those, or one that must not be here.
    """
    gateways = list(given) if given is not None else _configured(settings, clock)
    gateways += of_chains
    if not gateways:
        raise SettingsError(
            "The desk has no gateway to take money with.",
            remedy="Set TILL_STRIPE_SECRET_KEY and its companions, or TILL_ENV=development to try"
            " things out with the sandbox.",
        )
    if not settings.in_development and any(isinstance(one, SandboxGateway) for one in gateways):
        raise SettingsError(
            "The sandbox gateway takes no money and does not start in production.",
            remedy="Set up a real gateway, or TILL_ENV=development to try things out.",
        )
    gateways += of_this_desk
    named = {gateway.name: gateway for gateway in gateways}
    if len(named) != len(gateways):
        raise SettingsError("Two gateways have the same name.", remedy="Give each its own.")
    return named


def _configured(settings: DeskSettings, clock: Clock) -> list[Gateway]:
    gateways: list[Gateway] = []
    stripe = {
        "TILL_STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "TILL_STRIPE_PUBLISHABLE_KEY": settings.stripe_publishable_key,
        "TILL_STRIPE_WEBHOOK_SECRETS": settings.stripe_webhook_secrets,
    }
    missing = [key for key, value in stripe.items() if not value]
    if len(missing) < len(stripe):
        if missing:
            raise SettingsError(
                f"Stripe is half set up: {', '.join(missing)} is missing.",
                remedy="Stripe's dashboard shows all three; an empty webhook secret is refused.",
            )
        gateways.append(_stripe(settings, clock))
    if settings.in_development:
        gateways.append(SandboxGateway(in_development=True, clock=clock))
    return gateways


def _stripe(settings: DeskSettings, clock: Clock) -> Gateway:
    from .gateways.stripe import StripeGateway

    assert settings.stripe_secret_key
    assert settings.stripe_publishable_key
    gateway: Gateway = StripeGateway(
        settings.stripe_secret_key,
        settings.stripe_publishable_key,
        webhook_secrets=list(settings.stripe_webhook_secrets),
        mode=settings.stripe_mode,  # type: ignore[arg-type]  # checked when it was read
        channel=settings.stripe_channel,
        clock=clock,
    )
    return gateway
