"""Writes the table of settings into README.md, between its two marks, from `flask_till.settings`.

With ``--check`` it changes nothing and exits with 1 when the table is not up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask_till.settings import settings_table

README = Path(__file__).parents[1] / "README.md"
START, END = "<!-- settings, written by scripts/docs -->", "<!-- end of settings -->"


def table() -> str:
    head = ["| key | default | meaning |", "| --- | --- | --- |"]
    rows = (
        f"| `{key}` | {f'`{default}`' if default else ''} | {meaning} |"
        for key, default, meaning in settings_table()
    )
    return "\n".join([*head, *rows])


def with_table(text: str) -> str:
    """The text with its table replaced. Raises `ValueError` when a mark is missing."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"README.md needs the lines {START!r} and {END!r} around the table")
    return f"{before}{start}\n{table()}\n{end}{after}"


def main() -> int:
    text = README.read_text()
    wanted = with_table(text)
    if "--check" in sys.argv:
        return int(text != wanted)
    README.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
