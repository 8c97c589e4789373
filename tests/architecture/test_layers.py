"""The table of who may import whom holds, and would be noticed if it did not."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ROOT_LAYERS = "the package root puts the parts together"
INSIDE_SHOP, INSIDE_DESK = "inside the shop", "inside the desk"
HALVES = "shop and desk meet only on the wire"
EDGES = "routes, dialects and pages never"

CROSSINGS = [
    # the module that gets the import, the import, the contract that must break
    ("money", "flask_till.cli", ROOT_LAYERS),
    ("base/clock", "flask_till.wire.till", ROOT_LAYERS),
    ("base/clock", "flask_till.web.body", ROOT_LAYERS),
    ("base/clock", "werkzeug", "base knows no Flask"),
    ("web/body", "flask_till.shop.order", ROOT_LAYERS),
    ("shop/extension", "flask_till.desk.order", HALVES),
    ("desk/cashier", "flask_till.shop.basket", HALVES),
    ("wire/till", "flask", "wire is pure"),
    ("wire/till", "httpx", "wire is pure"),
    ("wire/till", "flask_till.base.clock", "wire is pure"),
    ("shop/basket", "sqlalchemy", "shop rules know"),
    ("shop/basket", "flask_till.base.clock", "shop rules know"),
    ("shop/basket", "flask_till.shop.tables", INSIDE_SHOP),
    ("desk/order", "httpx", "desk rules know"),
    ("desk/order", "flask_till.desk.actions", INSIDE_DESK),
    ("shop/actions/a_new_verb", "httpx", "actions know"),
    ("shop/actions/a_new_verb", "flask_till.shop.routes.izi", INSIDE_SHOP),
    ("shop/actions/a_new_verb", "flask_till.shop.desks", INSIDE_SHOP),
    ("desk/actions/a_new_verb", "flask_till.wire.till", "actions know"),
    ("desk/actions/a_new_verb", "flask_till.desk.gateways", INSIDE_DESK),
    ("base/clock", "flask", "actions never reach flask or wire"),
    ("shop/checkout", "flask", "checkout and the cashier run"),
    ("shop/checkout", "flask_till.shop.tables", "checkout and the cashier run"),
    ("shop/checkout", "flask_till.shop.desks.till", "checkout and the cashier run"),
    ("desk/cashier", "flask_till.desk.gateways.sandbox", "checkout and the cashier run"),
    ("desk/cashier", "flask_till.desk.pages", INSIDE_DESK),
    ("desk/sharing", "flask_till.desk.gateways.stripe", "checkout and the cashier run"),
    ("desk/refunding", "flask_till.desk.paying", INSIDE_DESK),
    ("desk/counter", "flask_till.desk.tables", EDGES),
    ("shop/routes/izi", "flask_till.shop.tables", EDGES),
    ("shop/routes/izi", "sqlalchemy", EDGES),
    ("desk/dialects/till", "flask_till.desk.tables", EDGES),
    ("desk/pages/a_new_page", "flask_till.desk.gateways.sandbox", EDGES),
    ("desk/pages/a_new_page", "flask_till.desk.dialects.till", INSIDE_DESK),
    ("desk/gateways/sandbox", "flask", "a gateway knows"),
    ("desk/gateways/sandbox", "flask_till.desk.tables", "a gateway knows"),
    ("desk/gateways/sandbox", "flask_till.desk.actions", INSIDE_DESK),
    ("desk/gateways/sandbox", "flask_till.desk.gateways.stripe", "gateways do not know"),
    ("shop/desks/till", "flask_till.shop.tables", "a desk client knows"),
]
NEW_FILES = [("drawer", ROOT_LAYERS), ("shop/drawer", INSIDE_SHOP), ("desk/drawer", INSIDE_DESK)]


def check_imports(tree: Path) -> tuple[int, str]:
    """Run lint-imports on a copy of the sources; return its exit code and what it said."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": f"{tree / 'plugin'}{os.pathsep}{tree}", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def assert_broken(tree: Path, contract: str) -> None:
    code, said = check_imports(tree)
    broken = said.partition("Broken contracts")[2]
    assert code == 1, said
    assert contract in broken, said


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what the contracts are about."""
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    for folder in ("plugin", "demo_shop", "tests/architecture"):
        shutil.copytree(
            ROOT / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("__pycache__", "instance", "*.egg-info"),
        )
    return tmp_path


def test_the_sources_keep_every_contract(tree: Path) -> None:
    code, said = check_imports(tree)
    assert code == 0, said


@pytest.mark.parametrize(("module", "imported", "contract"), CROSSINGS)
def test_a_crossed_line_is_noticed(tree: Path, module: str, imported: str, contract: str) -> None:
    with (tree / "plugin" / "flask_till" / f"{module}.py").open("a") as file:
        file.write(f"\nimport {imported}\n")
    assert_broken(tree, contract)


@pytest.mark.parametrize(("module", "contract"), NEW_FILES)
def test_a_new_file_needs_a_place_in_the_layers(tree: Path, module: str, contract: str) -> None:
    (tree / "plugin" / "flask_till" / f"{module}.py").touch()
    assert_broken(tree, contract)


def test_the_demo_shop_may_not_reach_inside(tree: Path) -> None:
    (tree / "demo_shop" / "curious.py").write_text("import flask_till.shop.extension\n")
    assert_broken(tree, "the demo shop uses public names only")


@pytest.mark.parametrize("half", ["shop", "desk"])
def test_what_lies_at_the_bottom_of_a_half_is_held_to_be_a_rule(half: str) -> None:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / "setup.cfg")
    lowest = contracts[f"importlinter:contract:{half}-layers"]["layers"].split("\n")[-1]
    rules = contracts[f"importlinter:contract:{half}-rules"]["modules"].split()
    assert [f"flask_till.{half}.{name}" for name in lowest.split(" : ")] == rules
