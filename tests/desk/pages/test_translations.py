"""Every text of the pages exists in every language, and the compiled catalogs are current."""

from __future__ import annotations

import re

import pytest

from flask_till.desk.pages.static_files import static_files
from flask_till.desk.pages.wording import SCRIPT_TEXTS, choose_language
from scripts import translations

PLACEHOLDER = re.compile(r"%\(\w+\)s")


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_message_is_missing(language: str) -> None:
    assert list(translations.missing(translations.read(language))) == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_no_message_is_left_over(language: str) -> None:
    used = {message.id for message in translations.messages()}
    assert [message.id for message in translations.read(language) if message.id not in used] == []


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_the_compiled_catalog_is_current(language: str) -> None:
    fresh = translations.compiled(translations.read(language))
    assert translations.path(language, "mo").read_bytes() == fresh, "scripts/docs compiles it"


@pytest.mark.parametrize("language", translations.LANGUAGES)
def test_translations_fill_in_the_same_words(language: str) -> None:
    for message in translations.read(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        asked = {word for text in ids for word in PLACEHOLDER.findall(text)}
        for text in texts if message.id else ():
            assert set(PLACEHOLDER.findall(text)) == asked, message.id


def test_the_page_hands_scripts_all_that_they_say() -> None:
    sources = "".join(
        file.content.decode() for path, file in static_files().files.items() if path.endswith(".js")
    )
    assert translations.script_messages() <= set(SCRIPT_TEXTS)
    assert [text for text in SCRIPT_TEXTS if text not in sources] == []


@pytest.mark.parametrize(
    ("wishes", "locale"),
    [
        (["pl"], "pl"),
        (["pl-PL"], "pl_PL"),
        (["en_GB", "pl"], "en_GB"),
        (["de", "xx-klingon", "", "../pl", "pl"], "pl"),
        ([], "en"),
    ],
)
def test_the_first_wish_that_we_speak_is_granted(wishes: list[str], locale: str) -> None:
    assert choose_language(wishes).locale == locale
