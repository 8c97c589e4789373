"""Makes widget_assets/custom-elements.json from the comments of widget_assets/till.d.ts.

Run ``python tests/widget/manifest.py`` after changing till.d.ts; a test fails while it is behind.
The comments are there and not in the elements' own files, as shoppers wait for those bytes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parents[2] / "widget_assets"
MANIFEST = ASSETS / "custom-elements.json"
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


def events(source: str) -> list[dict[str, Any]]:
    _, body = interface(source, "TillEventMap")
    pattern = COMMENT + r"'(?P<name>[\w-]+)': (?P<type>.+);\n"
    return [
        {
            "name": found["name"],
            "type": {"text": found["type"]},
            "description": clean(found["comment"]),
        }
        for found in re.finditer(pattern, body)
    ]


def element(source: str, name: str, module: str) -> dict[str, Any]:
    comment, own = interface(source, name)
    _, shared = interface(source, "TillElement")
    theme, _ = interface(source, "TillTheme")
    fields = properties(shared) + properties(own)
    tag = dashed(name)[1:]
    return {
        "kind": "javascript-module",
        "path": module,
        "declarations": [
            {
                "kind": "class",
                "name": name,
                "customElement": True,
                "tagName": tag,
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
                "events": events(source),
                "slots": tagged(comment, "slot"),
                "cssParts": tagged(comment, "csspart"),
                "cssProperties": tagged(theme, "cssproperty"),
            }
        ],
        "exports": [
            {
                "kind": "custom-element-definition",
                "name": tag,
                "declaration": {"name": name, "module": module},
            }
        ],
    }


def manifest() -> str:
    source = (ASSETS / "till.d.ts").read_text(encoding="utf-8")
    modules = [
        element(source, "TillButton", "elements/till-button.js"),
        element(source, "TillBasket", "elements/till-basket.js"),
        element(source, "TillOrder", "till.js"),
    ]
    made = {"schemaVersion": "2.1.0", "readme": "", "modules": modules}
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    MANIFEST.write_text(manifest(), encoding="utf-8")
