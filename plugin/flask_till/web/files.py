"""Files that browsers keep for ever: a release of them has one address, and is compressed once.

The address holds a hash over all files together, so that modules which belong together change it
together and a page never mixes two releases.
"""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256, sha384
from importlib.resources.abc import Traversable

import brotli
from flask import Response, request

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
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
    def brotli(self) -> bytes:
        compressed: bytes = brotli.compress(self.content, mode=brotli.MODE_TEXT, quality=11)
        return compressed


@dataclass(frozen=True)
class Release:
    """All files of one folder, by path, and the hash that names this state of them."""

    files: Mapping[str, File]
    hash: str

    def send(self, name: str, path: str) -> Response | None:
        """A file, None when there is none; under another release's name it is not kept."""
        file = self.files.get(path)
        if file is None:
            return None
        content, encoding = _encoded(file)
        response = Response(content, content_type=file.content_type)
        response.headers["Cache-Control"] = FOREVER if name == self.hash else "no-cache"
        response.vary.add("Accept-Encoding")
        if encoding:
            response.content_encoding = encoding
        response.set_etag(sha256(content).hexdigest()[:20])
        return response.make_conditional(request)  # type: ignore[return-value]  # it returns itself


def read_release(folder: Traversable) -> Release:
    """The files below a folder whose `TYPES` we know, without declarations for compilers."""
    files = {path: File(path, content) for path, content in sorted(_read(folder, ""))}
    digest = sha256()
    for path, file in files.items():
        digest.update(f"{path}\0{len(file.content)}\0".encode() + file.content)
    return Release(files, digest.hexdigest()[:20])


def _read(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = prefix + entry.name
        if entry.is_dir():
            yield from _read(entry, f"{path}/")
        elif path[path.rfind(".") :] in TYPES and not path.endswith(".d.ts"):
            yield path, entry.read_bytes()


def _encoded(file: File) -> tuple[bytes, str | None]:
    accepted = request.accept_encodings
    if accepted.quality("br") > 0:
        return file.brotli, "br"
    if accepted.quality("gzip") > 0:
        return file.gzip, "gzip"
    return file.content, None
