"""A stand-in for Stripe: its protocol on a loopback port, stateful, with its own ledger.

``with StripeStandIn() as stripe:`` serves the API at ``stripe.url``. ``stripe.faults`` makes it
misbehave, ``stripe.hooks`` sends its webhooks, ``stripe.books`` is what it holds to be true.
"""

from __future__ import annotations

from .faults import Fault, Faults, Gate
from .hooks import Hooks, signature
from .server import StripeStandIn

__all__ = ["Fault", "Faults", "Gate", "Hooks", "StripeStandIn", "signature"]
