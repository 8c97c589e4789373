"""Stripe as a gateway; the SDK is imported at the first call, not with this package."""

from __future__ import annotations

from .gateway import Share, StripeGateway

__all__ = ["Share", "StripeGateway"]
