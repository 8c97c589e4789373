"""Brings the translations of the order page up to date with its sources, and compiles them.

New messages are added empty to each ``.po``; translate them there and run it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from flask_till.desk import pages

FOLDER = Path(pages.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
LANGUAGES = ("pl",)


def messages() -> Catalog:
    """Every message of the Python files and the templates."""
    found = Catalog(project="Flask-Till order page", charset="utf-8")
    method_map = [("**.py", "python"), ("templates/**.html", "jinja2")]
    options = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
    for name, _, message, comments, context in extract_from_dir(
        FOLDER, method_map, options_map=options, keywords=KEYWORDS
    ):
        found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return found


def script_messages() -> set[str]:
    """Every message that a script under ``static/`` hands to its ``text``, or keeps to do so."""
    found = set()
    for _, _, message, _, _ in extract_from_dir(
        FOLDER / "static", [("**.js", "javascript")], keywords={"text": None}
    ):
        found.add(message)
    return found


def path(language: str, suffix: str) -> Path:
    return FOLDER / "translations" / language / "LC_MESSAGES" / f"order_page.{suffix}"


def read(language: str) -> Catalog:
    with path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def missing(catalog: Catalog) -> Iterator[str]:
    """Messages of the sources that have no translation, or only a guessed one."""
    for message in messages():
        if not message.id:
            continue
        known = catalog.get(message.id)
        texts = () if known is None else known.string
        if isinstance(texts, str):
            texts = (texts,)
        if known is None or known.fuzzy or not texts or not all(texts):
            yield str(message.id)


def bring_up_to_date(language: str) -> None:
    catalog = read(language)
    written = catalog.creation_date
    catalog.update(messages(), no_fuzzy_matching=True)
    catalog.creation_date = written  # else every run would change the file
    catalog.obsolete.clear()
    with path(language, "po").open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False, sort_output=True)
    path(language, "mo").write_bytes(compiled(catalog))
    print(f"    {language} lacks", list(missing(catalog)) or "nothing")  # noqa: T201  # to a person


if __name__ == "__main__":
    for language in LANGUAGES:
        bring_up_to_date(language)
