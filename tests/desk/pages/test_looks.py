"""What a style sheet cannot promise by itself."""

from __future__ import annotations

import re

from flask_till.desk.pages.static_files import static_files


def sheet(name: str) -> str:
    return static_files().files[f"look/{name}.css"].content.decode()


def values(selector: str) -> dict[str, str]:
    block = sheet("colours").split(f"{selector} {{")[1].split("}")[0]
    return dict(re.findall(r"([\w-]+): ([^;]+);", block))


def test_dark_is_the_same_whoever_asks_for_it() -> None:
    asked, by_system = values(":root[data-theme='dark']"), values(":root:not([data-theme])")
    assert asked == by_system
    assert set(asked) == set(values(":root"))


def test_every_colour_that_is_used_has_a_value() -> None:
    used = {
        name
        for path, file in static_files().files.items()
        if path.startswith("look/")
        for name in re.findall(r"var\((--[\w-]+)", file.content.decode())
    }
    set_by_script = {"--left"}
    assert used - set_by_script <= set(values(":root"))
    assert set(values(":root")) - used - {"color-scheme"} == set()
