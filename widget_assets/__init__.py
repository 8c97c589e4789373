"""The browser side of the shop: ES modules that are served as they are.

`till.js` is the entry. The files of EAGER are what a page waits for before its buttons work, in the order
in which they are needed; everything else loads when it is first used. A page that prints a
`<link rel="modulepreload">` for each of them gets them all in one round trip.
"""

from __future__ import annotations

EAGER = ("till.js", "lib/shop.js", "elements/till-button.js", "elements/till-basket.js")
