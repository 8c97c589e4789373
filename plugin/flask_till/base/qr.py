"""A link as a QR code that a page can draw without an image: the data of one SVG path."""

from __future__ import annotations

from itertools import groupby

import segno

QUIET = 4
"""Empty modules around a code; readers need them."""


def qr_path(text: str) -> tuple[str, int]:
    """The dark modules as path data, and the length of the square's side, in modules."""
    rows = segno.make(text, error="m", micro=False).matrix
    runs: list[str] = []
    for y, row in enumerate(rows, QUIET):
        x = QUIET
        for dark, modules in groupby(row):
            length = len(list(modules))
            if dark:
                runs.append(f"M{x} {y}h{length}v1h-{length}z")
            x += length
    return "".join(runs), len(rows) + 2 * QUIET
