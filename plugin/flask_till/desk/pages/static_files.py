"""The page's own files under ``/order/static/<hash>/``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from flask import Response

from ...errors import NotFound
from ...web.files import Release, read_release


@cache
def static_files() -> Release:
    """The installed files, read once for each process."""
    return read_release(files(__package__) / "static")


def send_static(name: str, path: str) -> Response:
    """A file; raises `NotFound` when there is none."""
    response = static_files().send(name, path)
    if response is None:
        raise NotFound("There is no such file.", code="FILE_NOT_FOUND")
    return response
