"""Habits of the sources that a reader relies on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_till

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugin" / "flask_till"
FOLDERS = ("plugin", "widget_assets", "demo_shop", "scripts", "tests", ".ci")
LONGEST_FILE = 400

SAYS_NOTHING = re.compile(r"(utils?|helpers?|common|misc|managers?)", re.IGNORECASE)
# Partners say "cart"; we say basket. Their word may stand where we speak with them.
FOREIGN_WORD = re.compile(r"(^|_)carts?(_|$)|[a-z]Carts?([A-Z]|$)|^Carts?([A-Z]|$)")
AT_A_PARTNERS_DOOR = ("wire", "desk/dialects", "shop/desks", "shop/routes/izi")


def sources(*suffixes: str) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            generated = {"instance", "__pycache__", "node_modules"} & set(path.parts)
            if path.suffix in suffixes and not generated and path.is_file():
                yield path


def here(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_source_file_is_longer_than_a_person_reads() -> None:
    lengths = {
        here(path): path.read_text().count("\n")
        for path in sources(".py", ".js", ".css", ".html")
        if "versions" not in path.parts  # Alembic writes these from the tables
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_every_name_of_a_file_or_folder_says_something() -> None:
    names = {
        part
        for path in sources(".py", ".js", ".css", ".html")
        for part in (*path.relative_to(ROOT).parent.parts, path.stem)
    }
    assert [name for name in sorted(names) if SAYS_NOTHING.fullmatch(name)] == []


def identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name):
                yield name
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name


def test_a_basket_is_never_called_a_cart() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.relative_to(PACKAGE).as_posix().startswith(AT_A_PARTNERS_DOOR):
            continue
        tree = ast.parse(path.read_text(), path)
        found += [
            f"{here(path)}: {name}" for name in identifiers(tree) if FOREIGN_WORD.search(name)
        ]
    assert found == []


def test_the_public_names_are_listed_in_order() -> None:
    assert flask_till.__all__ == sorted(flask_till.__all__)


def test_every_public_name_exists_and_none_is_forgotten() -> None:
    imported = {
        alias.asname or alias.name
        for node in ast.parse((PACKAGE / "__init__.py").read_text()).body
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert {name for name in imported if not name.startswith("_")} <= set(flask_till.__all__)
    assert [name for name in flask_till.__all__ if not hasattr(flask_till, name)] == []


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=here)
def test_a_module_says_what_it_knows(path: Path) -> None:
    tree = ast.parse(path.read_text(), path)
    assert ast.get_docstring(tree) or not tree.body
