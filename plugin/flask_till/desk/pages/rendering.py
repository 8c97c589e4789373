"""Draws the pages with an environment of its own, so that a host's templates never interfere."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Response
from jinja2 import Environment, PackageLoader, StrictUndefined

from .headers import policy
from .own_page import Place
from .parameters import Parameters
from .static_files import static_files
from .wording import SCRIPT_TEXTS, Language


@cache
def environment(code: str) -> Environment:
    """The templates in one language."""
    made = Environment(
        loader=PackageLoader("flask_till.desk.pages"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(Language(code, code).translations, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    return made


def draw(
    template: str, language: Language, place: Place, parameters: Parameters | None, **words: Any
) -> Response:
    """One HTML page. The texts for its script come along."""
    page = environment(language.code).get_template(template)
    html = page.render(
        lang=language,
        place=place,
        parameters=parameters,
        nonce=policy().nonce,
        static=f"{place.path}/static/{static_files().hash}/",
        script_texts={text: language.text(text) for text in SCRIPT_TEXTS},
        **words,
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.content_language.add(language.code)
    response.vary.update(["Accept-Language", "Cookie"])
    return response


def draw_part(template: str, language: Language, **words: Any) -> str:
    """A piece of a page, for a script that puts it where the last one stood."""
    return environment(language.code).get_template(template).render(lang=language, **words)
