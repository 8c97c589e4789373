"""What a node means when it refuses. The protocol has few codes: clients say it in their own words.

Collected from geth, Erigon, Nethermind, Besu, Reth, anvil and the large providers.
"""

from __future__ import annotations

import re
from typing import Final

REVERTED: Final = "reverted"
KNOWN: Final = "known"
NONCE_USED: Final = "nonce_used"
UNDERPRICED: Final = "underpriced"
NO_FUNDS: Final = "no_funds"
NO_STATE: Final = "no_state"
OTHER: Final = "other"

# In this order: a contract that reverts may give any words as its reason.
_WORDS: Final = {
    REVERTED: r"revert",
    KNOWN: r"already.?known|already imported|known transaction|same hash",
    NONCE_USED: r"nonce.{0,3}too.?low|old.?nonce|nonce has already",
    UNDERPRICED: r"under.?priced|could not replace|fee.?too.?low|replacement.?not.?allowed"
    r"|less than (the )?block base fee|gas price.{0,40}below|gas price too low",
    NO_FUNDS: r"insufficient.?funds|upfront cost|insufficient balance|out of funds",
    NO_STATE: r"missing trie node|pruned|historical|state.{0,80}(not |un)available|no state|archive"
    r"|header not found|(unknown|could not find) block|block.{0,12}not found|block.?out.?of.?range"
    r"|distance to target block",
}
_KINDS: Final = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _WORDS.items())
_REVERT_CODES: Final = (3, -32015)
_SLOW_DOWN_CODES: Final = (429, -32007, -32029)
_SLOW_DOWN: Final = re.compile(
    r"rate.?limit|too many requests|requests? (limit|per|rate|count)|requests/|compute units"
    r"|capacity|throttl|daily",
    re.IGNORECASE,
)


def kind_of(code: int, message: str) -> str:
    """The name of a refusal: one of the constants above."""
    if code in _REVERT_CODES:
        return REVERTED
    return next((kind for kind, words in _KINDS if words.search(message)), OTHER)


def wants_rest(code: int, message: str) -> bool:
    """Whether a node refuses only because it was asked too often."""
    if code in _REVERT_CODES:
        return False
    return code in _SLOW_DOWN_CODES or _SLOW_DOWN.search(message) is not None
