"""What a storefront tells a gateway of a buyer (4): in memory, from the request to the gateway.

Only what is named here goes on, and nothing that may be the number of a card or of a person does,
under whatever name it comes. No column, event or log line has a place for any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

PASSED_ON = frozenset({"save_credit_card", "save_credit_card_name", "transparent_checkout"})
LONGEST = 100
_NUMBER = re.compile(r"\d(?:[ .\-/]?\d){6}")
"""Seven digits or more, however they are set apart: a number of something."""


def inputs_of(given: Mapping[str, Any] | None) -> dict[str, str]:
    """As gateways take it: texts by name."""
    texts = {name: _text(value) for name, value in (given or {}).items() if name in PASSED_ON}
    return {name: text for name, text in texts.items() if text is not None}


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str) or len(value) > LONGEST or _NUMBER.search(value):
        return None
    return value
