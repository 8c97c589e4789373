"""What is installed is all that is in the sources, and it says all that it needs."""

from __future__ import annotations

import ast
import configparser
import re
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = {
    "flask_till": ROOT / "plugin" / "flask_till",
    "flask_till/widget_assets": ROOT / "widget_assets",
    "demo_shop": ROOT / "demo_shop",
}
LEFT_OUT = {"__pycache__", "instance"}


@pytest.fixture(scope="module")
def settings() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg")
    return parser


def files(suffix: str = "") -> Iterator[tuple[str, Path]]:
    """Each source file with the path that it has once installed."""
    for place, folder in PLACES.items():
        for path in sorted(folder.rglob(f"*{suffix}")):
            if path.is_file() and not LEFT_OUT & set(path.parts):
                yield f"{place}/{path.relative_to(folder).as_posix()}", path


def test_every_package_is_listed(settings: configparser.ConfigParser) -> None:
    found = {
        str(Path(installed).parent).replace("/", ".")
        for installed, _ in files(".py")
        if Path(installed).name == "__init__.py"
    }
    assert sorted(settings["options"]["packages"].split()) == sorted(found)


def test_every_folder_with_modules_is_a_package() -> None:
    """Alembic's folders are read as files; any other module must be importable."""
    bare = {
        str(path.parent.relative_to(ROOT))
        for _, path in files(".py")
        if not (path.parent / "__init__.py").exists() and "migrations" not in path.parts
    }
    assert bare == set()


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_sources(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    assert sorted({installed for installed, _ in files()} - held) == []


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: Path) -> None:
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert sorted(held - {installed for installed, _ in files()}) == []


def test_every_translation_is_compiled() -> None:
    for _, path in files(".po"):
        assert path.with_suffix(".mo").exists(), f"{path} has no .mo beside it"


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(), path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"flask_till", "demo_shop"}


def declared(requirements: str) -> set[str]:
    names = re.findall(r"^\s*([A-Za-z0-9_.-]+)", requirements, re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_every_import_is_declared(settings: configparser.ConfigParser) -> None:
    distributions = packages_distributions()
    used = {
        re.sub(r"[-_.]+", "-", distribution).lower()
        for _, path in files(".py")
        for name in imported(path)
        for distribution in distributions.get(name, [name])
    }
    required = declared(settings["options"]["install_requires"])
    extras = settings["options.extras_require"]
    optional = declared(extras["postgres"]) | declared(extras["redis"]) | declared(extras["web3"])
    assert sorted(used - required - optional) == []
