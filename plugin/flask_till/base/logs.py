"""Text of strangers in logs and on terminals: it forges no line and sends no escape sequence."""

from __future__ import annotations

import logging
import traceback

HARMLESS = "\xa0\u202f"
"""Spaces that do not break, as in amounts of money."""
MARGIN = "    "
"""What a line of a traceback begins with, so that none looks like a record of its own."""


def logger(name: str) -> logging.Logger:
    """The logger of a module; all of ours have theirs from here."""
    log = logging.getLogger(name)
    log.addFilter(_as_text)  # again is harmless
    return log


def one_line(text: str) -> str:
    """The text with all that is no visible character escaped: new lines, escapes, bidi..."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() or one in HARMLESS else one.encode("unicode_escape").decode()
        for one in text
    )


def printable(text: str) -> str:
    """As `one_line`, for text that may have several."""
    return "\n".join(one_line(line) for line in text.split("\n"))


def _as_text(record: logging.LogRecord) -> bool:
    message = record.getMessage()
    if (shown := one_line(message)) != message:
        record.msg, record.args = shown, None
    if record.exc_info and record.exc_info[0] and not record.exc_text:
        told = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_text = MARGIN + printable(told).replace("\n", f"\n{MARGIN}")
    return True
