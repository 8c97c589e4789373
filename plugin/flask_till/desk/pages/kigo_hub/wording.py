"""What the hub says of a code, and of what went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from ..wording import N_

CLOSED: Mapping[str, tuple[int, str, str]] = {
    "CLAIM_REDEEMED": (409, N_("Already claimed"), N_("Somebody else claimed this code.")),
    "CLAIM_WITHDRAWN": (409, N_("Withdrawn"), N_("This code was withdrawn by who gave it.")),
    "CLAIM_EXPIRED": (410, N_("Its time is over"), N_("Ask who gave you the code for another.")),
    "CLAIM_BOUND": (403, N_("For somebody else"), N_("This code is for another user.")),
}
"""Code of an error -> HTTP status, headline and remedy (5.2)."""
DEAD_ENDS: Mapping[str, tuple[str, str]] = {
    "CLAIM_NOT_FOUND": (N_("Code not found"), N_("Check the code, and type it again.")),
    "claim_code_not_found": (N_("Code not found"), N_("Check the code, and type it again.")),
    "SESSION_OVER": (N_("Session over"), N_("Open the link again from where you got it.")),
    "TOO_MANY_REQUESTS": (N_("Too many tries"), N_("Wait ten minutes, then try again.")),
}
OTHER_DEAD_END = (N_("That did not work"), N_("Open the link again from where you got it."))
