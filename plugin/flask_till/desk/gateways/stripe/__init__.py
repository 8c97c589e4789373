"""Stripe as a gateway; the SDK is imported at the first call, not with this package."""

from __future__ import annotations

from .gateway import StripeGateway

__all__ = ["StripeGateway"]
