"""The browser side of the shop: ES modules that are served as they are.

`till.js` is the entry, and all that a button needs; `lib/channel.js` follows when there is a
basket to hear of. The other files load when they are first used.
"""

from __future__ import annotations

EAGER = ("till.js", "lib/channel.js")
"""What a page with a button and a badge loads before the shopper asks for anything more."""
