"""The widget's files under ``/assets/<hash>/``: immutable, compressed once, with integrity.

The hash is over all files together, so that modules which belong together have one address and
a page never mixes two releases.
"""

from __future__ import annotations

import gzip
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256, sha384
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Response, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from .blueprint import blueprint

ENTRY = "till.js"
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"
_STATIC_IMPORT = re.compile(
    r"""^\s*(?:import|export)\b[^'"();]*?['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE
)


@dataclass(frozen=True)
class WidgetFile:
    """One file as it is served."""

    path: str
    content: bytes

    @property
    def content_type(self) -> str:
        return TYPES[self.path[self.path.rindex(".") :]]

    @cached_property
    def integrity(self) -> str:
        return "sha384-" + b64encode(sha384(self.content).digest()).decode()

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.content, 9, mtime=0)

    @cached_property
    def brotli(self) -> bytes | None:
        """None when the optional package is not installed."""
        try:
            import brotli
        except ImportError:
            return None
        compressed: bytes = brotli.compress(self.content, mode=brotli.MODE_TEXT, quality=11)
        return compressed

    def imports(self) -> Iterator[str]:
        """Paths of the files that this module loads at once (not those that it loads later)."""
        folder = self.path.split("/")[:-1]
        for found in _STATIC_IMPORT.finditer(self.content.decode()):
            parts = list(folder)
            for part in found[1].split("/"):
                if part == "..":
                    parts.pop()
                elif part != ".":
                    parts.append(part)
            yield "/".join(parts)


@dataclass(frozen=True)
class Widget:
    """All files, by path, and the hash that names this release of them."""

    files: dict[str, WidgetFile]
    hash: str

    def needed_at_once(self) -> list[WidgetFile]:
        """What the entry module loads before it runs, without the entry itself."""
        needed: dict[str, WidgetFile] = {}
        waiting = [self.files[ENTRY]]
        while waiting:
            for path in waiting.pop(0).imports():
                if path in self.files and path != ENTRY and path not in needed:
                    needed[path] = self.files[path]
                    waiting.append(self.files[path])
        return list(needed.values())


@cache
def widget() -> Widget:
    """The installed files, read once for each process."""
    found = {path: WidgetFile(path, content) for path, content in sorted(_read(_folder(), ""))}
    digest = sha256()
    for path, file in found.items():
        digest.update(f"{path}\0{len(file.content)}\0".encode() + file.content)
    return Widget(found, digest.hexdigest()[:20])


def _folder() -> Traversable:
    try:
        return files("flask_till.widget_assets")
    except ModuleNotFoundError:  # a checkout that is not installed
        return files("widget_assets")


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir():
            yield from _read(entry, f"{path}/")
        elif path[path.rfind(".") :] in TYPES and not path.endswith(".d.ts"):
            yield path, entry.read_bytes()


def script_tags() -> Markup:
    """The tags that load the widget: its parts in parallel, each with its integrity."""
    preload = Markup('<link rel="modulepreload" href="{}" integrity="{}">\n')
    parts = [preload.format(_address(file), file.integrity) for file in widget().needed_at_once()]
    entry = widget().files[ENTRY]
    script = Markup('<script type="module" src="{}" integrity="{}"></script>')
    return Markup("").join([*parts, script.format(_address(entry), entry.integrity)])


def _address(file: WidgetFile) -> str:
    return url_for("till.asset", release=widget().hash, path=file.path)


@blueprint.get("/assets/<release>/<path:path>")
def asset(release: str, path: str) -> Response:
    """A file. Under the address of another release it is served too, but not kept."""
    file = widget().files.get(path)
    if file is None:
        raise NotFound
    content, encoding = _encoded(file)
    response = Response(content, content_type=file.content_type)
    response.headers["Cache-Control"] = FOREVER if release == widget().hash else "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.add("Accept-Encoding")
    if encoding:
        response.content_encoding = encoding
    response.set_etag(sha256(content).hexdigest()[:20])
    return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def _encoded(file: WidgetFile) -> tuple[bytes, str | None]:
    accepted = request.accept_encodings
    brotli = file.brotli if accepted.quality("br") > 0 else None
    if brotli is not None:
        return brotli, "br"
    if accepted.quality("gzip") > 0:
        return file.gzip, "gzip"
    return file.content, None
