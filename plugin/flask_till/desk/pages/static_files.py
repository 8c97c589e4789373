"""The page's own files under ``/order/static/<hash>/``: kept by browsers for ever."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from flask import Response, request

from ...errors import NotFound

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"


@cache
def static_files() -> dict[str, bytes]:
    """path -> content, read once for each process."""
    return dict(sorted(_read(files(__package__) / "static", "")))


@cache
def release() -> str:
    """Names this set of files: modules that belong together have one address."""
    seen = sha256()
    for path, content in static_files().items():
        seen.update(f"{path}\0{len(content)}\0".encode() + content)
    return seen.hexdigest()[:16]


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir():
            yield from _read(entry, f"{path}/")
        elif path.rpartition(".")[2] in TYPES:
            yield path, entry.read_bytes()


@cache
def _packed(path: str) -> bytes:
    return gzip.compress(static_files()[path], 9, mtime=0)


def send_static(name: str, path: str) -> Response:
    """A file; under the name of another release it is sent too, but not kept."""
    if path not in static_files():
        raise NotFound("There is no such file.", code="FILE_NOT_FOUND")
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(
        _packed(path) if packed else static_files()[path],
        content_type=TYPES[path.rpartition(".")[2]],
    )
    if packed:
        response.content_encoding = "gzip"
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if name == release() else "no-cache"
    return response
