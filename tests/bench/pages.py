"""Two pages of one shop: a button of ours, and a hand-written one that does as little as it can."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, jsonify, render_template_string

pages = Blueprint("pages", __name__)
SCRIPT = (Path(__file__).parent / "minimal_element.js").read_text()
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,">{{ script }}</head>
<body><h1>Shop</h1>{{ tags | safe }}</body></html>"""
OURS = PAGE.replace("{{ script }}", "{{ till.script() }}")
MINIMAL = PAGE.replace("{{ script }}", '<script type="module" src="/minimal.js"></script>')


@pages.get("/ours")
def ours() -> str:
    return render_template_string(OURS, tags='<till-button product="mug">Buy now</till-button>')


@pages.get("/ours-with-basket")
def ours_with_basket() -> str:
    tags = '<till-button product="mug">Buy now</till-button><till-basket></till-basket>'
    return render_template_string(OURS, tags=tags)


@pages.get("/minimal")
def minimal() -> str:
    return render_template_string(MINIMAL, tags="<minimal-button>Buy now</minimal-button>")


@pages.get("/minimal.js")
def minimal_script() -> Response:
    return Response(SCRIPT, mimetype="text/javascript")


@pages.get("/minimal-count")
def minimal_count() -> Response:
    return jsonify(count=0)
