"""Writes what is said about the widget from the comments of widget_assets/till.d.ts.

That is widget_assets/custom-elements.json and the tables of docs/widget.md. The comments are there
and not in the elements' own files, as shoppers wait for those bytes. With ``--check`` it changes
nothing and exits with 1 when something is not up to date.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ASSETS = ROOT / "widget_assets"
SHOP = ("TillButton", "TillBasket", "TillOrder")
MODULES = {"till.js": SHOP, "elements/till-miniapp.js": ("TillMiniapp",)}
"""The elements that each file registers."""
MANIFEST = ASSETS / "custom-elements.json"
PAGE = ROOT / "docs" / "widget.md"
START, END = "<!-- elements, written by scripts/docs -->", "<!-- end of elements -->"
COMMENT = r"/\*\*(?P<comment>(?:[^*]|\*(?!/))*)\*/\s*"


def clean(comment: str) -> str:
    """The text of a comment, one paragraph, without its tags."""
    text = "\n".join(line.strip().removeprefix("*").strip() for line in comment.splitlines())
    return " ".join(text.split("\n@")[0].split())


def tagged(comment: str, tag: str) -> list[dict[str, str]]:
    """The ``@tag name - description`` lines of a comment."""
    found = re.findall(rf"@{tag}(?: (\S+))? - (.+)", comment)
    return [{"name": name, "description": text} for name, text in found]


def interface(source: str, name: str) -> tuple[str, str]:
    """The comment above an interface, and its body."""
    found = re.search(
        rf"{COMMENT}export interface {name}\b[^{{]*{{(?P<body>.*?)\n?}}\n", source, re.DOTALL
    )
    if found is None:
        raise ValueError(f"till.d.ts does not have {name} with a comment")
    return found["comment"], found["body"] + "\n"


def properties(body: str) -> list[dict[str, Any]]:
    """The properties of an interface: pairs of ``get`` and ``set`` below a comment."""
    pattern = (
        COMMENT + r"get (?P<name>\w+)\(\): (?P<read>[^;]+);\s+set \w+\(value: (?P<write>[^)]+)\);"
    )
    return [
        {"name": found["name"], "text": clean(found["comment"]), "type": found["write"]}
        for found in re.finditer(pattern, body)
    ]


def dashed(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: "-" + letter[0].lower(), name)


def events(source: str, name: str) -> list[dict[str, Any]]:
    _, body = interface(source, name)
    pattern = COMMENT + r"'(?P<name>[\w-]+)': (?P<type>.+);\n"
    return [
        {
            "name": found["name"],
            "type": {"text": found["type"]},
            "description": clean(found["comment"]),
        }
        for found in re.finditer(pattern, body)
    ]


def element(source: str, name: str) -> dict[str, Any]:
    comment, own = interface(source, name)
    _, shared = interface(source, "TillElement") if name in SHOP else ("", "")
    theme, _ = interface(source, "TillTheme")
    fields = properties(shared) + properties(own)
    told = events(source, "TillEventMap" if name in SHOP else f"{name}EventMap")
    return {
        "kind": "class",
        "name": name,
        "customElement": True,
        "tagName": dashed(name)[1:],
        "description": clean(comment),
        "attributes": [
            {
                "name": dashed(field["name"]),
                "fieldName": field["name"],
                "description": field["text"],
                "type": {"text": field["type"]},
            }
            for field in fields
        ],
        "members": [
            {
                "kind": "field",
                "name": field["name"],
                "attribute": dashed(field["name"]),
                "reflects": True,
                "description": field["text"],
                "type": {"text": field["type"]},
            }
            for field in fields
        ],
        "events": told,
        "slots": tagged(comment, "slot"),
        "cssParts": tagged(comment, "csspart"),
        "cssProperties": tagged(theme, "cssproperty"),
    }


def elements() -> list[dict[str, Any]]:
    source = (ASSETS / "till.d.ts").read_text(encoding="utf-8")
    return [element(source, name) for names in MODULES.values() for name in names]


def manifest() -> str:
    made = {element["name"]: element for element in elements()}
    modules = [module(path, [made[name] for name in names]) for path, names in MODULES.items()]
    written = {"schemaVersion": "2.1.0", "readme": "", "modules": modules}
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def module(path: str, made: list[dict[str, Any]]) -> dict[str, Any]:
    exports = [
        {
            "kind": "custom-element-definition",
            "name": element["tagName"],
            "declaration": {"name": element["name"], "module": path},
        }
        for element in made
    ]
    return {"kind": "javascript-module", "path": path, "declarations": made, "exports": exports}


def table(head: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| `{name}` | {text.replace('|', chr(92) + '|')} |" for name, text in rows]
    return "\n".join([f"| {head} | meaning |", "| --- | --- |", *lines])


def reference() -> str:
    """The tables of the page: each element of a shop, what these share, then the host's."""
    *made, host = elements()
    shared = _names(made[1], "attributes")
    chapters = []
    for element in made:
        own = [row for row in _rows(element, "attributes") if row[0] not in shared]
        chapters += [f"### `<{element['tagName']}>`", _in_code(element["description"])]
        chapters += [table("attribute", own)] if own else []
        chapters += [table("part", _rows(element, "cssParts"))]
    common = [row for row in _rows(made[0], "attributes") if row[0] in shared]
    chapters += ["### Attributes of all three", table("attribute", common)]
    chapters += ["### Events", table("event", _rows(made[0], "events"))]
    chapters += [f"### `<{host['tagName']}>`", _in_code(host["description"])]
    for head, kind in ("attribute", "attributes"), ("part", "cssParts"), ("event", "events"):
        chapters += [table(head, _rows(host, kind))]
    chapters += ["### Custom properties", table("property", _rows(made[0], "cssProperties"))]
    return "\n\n".join(chapters)


def _in_code(text: str) -> str:
    """Tags in a sentence, so that Markdown shows them."""
    return re.sub(r"<[a-z-]+>", lambda tag: f"`{tag[0]}`", text)


def _rows(element: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    return [(one["name"], one["description"]) for one in element[kind]]


def _names(element: dict[str, Any], kind: str) -> list[str]:
    return [one["name"] for one in element[kind]]


def page(text: str) -> str:
    """The text with its tables replaced. Raises `ValueError` when a mark is missing."""
    before, start, rest = text.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"docs/widget.md needs the lines {START!r} and {END!r}")
    return f"{before}{start}\n\n{reference()}\n\n{end}{after}"


def main() -> int:
    wanted = {MANIFEST: manifest(), PAGE: page(PAGE.read_text(encoding="utf-8"))}
    behind = [path for path, text in wanted.items() if path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        return int(bool(behind))
    for path in behind:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
