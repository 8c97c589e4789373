"""The widget's files under ``/assets/<hash>/``, and the tags that load them with integrity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Response, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from ...web.files import File, Release, read_release
from .blueprint import blueprint

ENTRY = "till.js"
_STATIC_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^'"();]*?['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE
)


@cache
def widget() -> Release:
    """The installed files, read once for each process."""
    return read_release(_folder())


def _folder() -> Traversable:
    try:
        return files("flask_till.widget_assets")
    except ModuleNotFoundError:  # a checkout that is not installed
        return files("widget_assets")


def needed_at_once(release: Release) -> list[File]:
    """What the entry module loads before it runs, without the entry itself."""
    needed: dict[str, File] = {}
    waiting = [release.files[ENTRY]]
    while waiting:
        for path in _imports(waiting.pop(0)):
            if path in release.files and path != ENTRY and path not in needed:
                needed[path] = release.files[path]
                waiting.append(release.files[path])
    return list(needed.values())


def _imports(module: File) -> Iterator[str]:
    """Paths of the files that a module loads at once (not those that it loads later)."""
    folder = module.path.split("/")[:-1]
    for found in _STATIC_IMPORT.finditer(module.content.decode()):
        parts = list(folder)
        for part in found[1].split("/"):
            if part == "..":
                parts.pop()
            elif part != ".":
                parts.append(part)
        yield "/".join(parts)


def script_tags() -> Markup:
    """The tags that load the widget: its parts in parallel, each with its integrity."""
    preload = Markup('<link rel="modulepreload" href="{}" integrity="{}">\n')
    parts = [preload.format(_address(file), file.integrity) for file in needed_at_once(widget())]
    entry = widget().files[ENTRY]
    script = Markup('<script type="module" src="{}" integrity="{}"></script>')
    return Markup("").join([*parts, script.format(_address(entry), entry.integrity)])


def _address(file: File) -> str:
    return url_for("till.asset", release=widget().hash, path=file.path)


@blueprint.get("/assets/<release>/<path:path>")
def asset(release: str, path: str) -> Response:
    """A file, for pages of any origin: a shop may keep its pages elsewhere."""
    response = widget().send(release, path)
    if response is None:
        raise NotFound
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
