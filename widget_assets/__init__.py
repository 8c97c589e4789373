"""The browser side of the shop: ES modules that are served as they are.

`till.js` is the entry. A page waits for the files of EAGER before its buttons work; all others load
when they are first used. With a `<link rel="modulepreload">` for each they come in one round trip.
"""

from __future__ import annotations

EAGER = ("till.js", "lib/shop.js", "elements/till-button.js", "elements/till-basket.js")
