"""The widget's files: immutable, compressed, with integrity."""

from __future__ import annotations

import gzip
import hashlib
import re
from base64 import b64encode
from collections.abc import Callable

import brotli
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from flask_till.shop.routes.assets import needed_at_once, widget
from flask_till.web.files import File, Release


def tags(app: Flask, base_url: str = "http://localhost") -> str:
    with app.test_request_context("/", base_url=base_url):
        return render_template_string("{{ till.script() }}")


def test_the_script_names_every_part_with_its_integrity(app: Flask) -> None:
    client = app.test_client()
    found = re.findall(r'(?:href|src)="([^"]+)" integrity="([^"]+)"', tags(app))
    assert found[-1][0].endswith("/till.js")
    for address, integrity in found:
        answer = client.get(address)
        assert answer.status_code == 200
        digest = b64encode(hashlib.sha384(answer.data).digest()).decode()
        assert integrity == f"sha384-{digest}"
    assert tags(app).count("modulepreload") == len(found) - 1
    assert '<script type="module"' in tags(app)


def test_an_address_is_good_forever(app: Flask) -> None:
    answer = app.test_client().get(f"/till/assets/{widget().hash}/till.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_an_address_of_another_release_serves_the_file_and_keeps_nothing(
    client: FlaskClient,
) -> None:
    answer = client.get("/till/assets/0123456789abcdef0123/till.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get(
        "/till/assets/0123456789abcdef0123/till.js",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_files_come_compressed_to_those_who_can_read_it(client: FlaskClient) -> None:
    address = f"/till/assets/{widget().hash}/till.js"
    plain = client.get(address)
    assert "Content-Encoding" not in plain.headers
    squeezed = client.get(address, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert squeezed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(squeezed.data) == plain.data
    older = client.get(address, headers={"Accept-Encoding": "gzip, br;q=0"})
    assert older.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(older.data) == plain.data
    assert len({plain.headers["ETag"], squeezed.headers["ETag"], older.headers["ETag"]}) == 3


def test_only_the_widgets_files_are_served(client: FlaskClient) -> None:
    base = f"/till/assets/{widget().hash}"
    for path in (
        "nothing.js",
        "../settings.py",
        "%2e%2e/settings.py",
        "__init__.py",
        "till.d.ts",
        "lib",
        "lib/",
        "/etc/passwd",
        "till.js/",
        "%00",
    ):
        assert client.get(f"{base}/{path}").status_code in (404, 308), path
    assert client.post(f"{base}/till.js").status_code == 405


def test_the_parts_that_load_at_once_are_followed_through_their_imports() -> None:
    files = {
        "till.js": b"import { A } from './elements/a.js';\nexport * from './lib/b.js';\n",
        "elements/a.js": b"import {\n  B,\n} from '../lib/b.js';"
        b"const later = () => import('./later.js');",
        "lib/b.js": b"import './c.js';\n// import './never.js'\n",
        "lib/c.js": b"export const c = 1;",
        "elements/later.js": b"",
        "lib/never.js": b"",
    }
    release = Release({path: File(path, content) for path, content in files.items()}, "hash")
    needed = {file.path for file in needed_at_once(release)}
    assert needed == {"elements/a.js", "lib/b.js", "lib/c.js"}


def test_the_addresses_follow_the_prefix_and_the_mount(new_shop: Callable[..., Flask]) -> None:
    app = new_shop(url_prefix="/kasa")
    assert f'src="/kasa/assets/{widget().hash}/till.js"' in tags(app)
    assert f'src="/sub/kasa/assets/{widget().hash}/till.js"' in tags(app, "http://localhost/sub")
