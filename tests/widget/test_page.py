"""What the widget is to its page: small, strict, harmless twice, readable, documented."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts import widget_reference

from .conftest import OpenTab
from .world import ASSETS, HASH, World

ALL = """<till-button product="mug">Buy</till-button>
<till-button variant="secondary"></till-button>
<till-basket mode="frame"></till-basket> <till-order></till-order>"""
BUDGET = 5000
"""Bytes of brotli for a working button, badge and channel."""


def eager() -> tuple[str, ...]:
    names: dict[str, tuple[str, ...]] = {}
    exec((ASSETS / "__init__.py").read_text(), names)  # it is not importable from a checkout
    return names["EAGER"]


def test_what_a_page_waits_for_is_at_most_four_files_and_five_kilobytes(
    open_tab: OpenTab, world: World
) -> None:
    brotli = pytest.importorskip("brotli")
    tab = open_tab('<till-button product="book">Buy</till-button> <till-basket></till-basket>')
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.wait_for_timeout(300)
    assert world.till.count_of("SOCKET") == 1
    loaded = [path.split(f"{HASH}/")[1] for path in world.requests if "/assets/" in path]
    assert sorted(loaded) == sorted(eager())
    assert len(loaded) <= 4
    sizes = {
        name: len(brotli.compress((ASSETS / name).read_bytes(), quality=11)) for name in loaded
    }
    assert sum(sizes.values()) <= BUDGET, sizes


def test_it_works_under_a_strict_policy_without_styles_in_the_markup(
    open_tab: OpenTab, world: World
) -> None:
    tab = open_tab(
        ALL
    )  # every page of these tests has the strict policy; a breach of it fails the test
    answer = tab.request.get(tab.url)
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    tab.get_by_role("button", name="Buy").click()
    tab.get_by_role("button", name="Basket: 1").click()
    tab.get_by_role("dialog").get_by_role("button", name="Check out").click()
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    assert (
        tab.evaluate("""() => [...document.querySelectorAll('till-button, till-basket, till-order')]
        .flatMap((element) => [...element.shadowRoot.querySelectorAll('style, link, [style]')])
        .map((node) => node.outerHTML)""")
        == []
    )


def test_loading_it_twice_is_harmless(open_tab: OpenTab, world: World) -> None:
    again = world.script + world.script.replace(HASH, HASH[::-1])
    tab = open_tab(
        '<till-button product="mug">Buy</till-button> <till-basket></till-basket>',
        head=again + world.script,
    )
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_have_count(1)
    assert world.till.count_of("POST /iziAddToCart") == 1
    assert world.till.count_of("GET /basket") == 1


def test_elements_made_by_a_script_work_too(open_tab: OpenTab) -> None:
    tab = open_tab("<p>Nothing yet</p>", wait=False)
    tab.evaluate("""() => {
        const button = document.createElement('till-button');
        Object.assign(button, { product: 'mug', quantity: 2, textContent: 'Buy two' });
        const others = ['till-basket', 'till-order'].map((tag) => document.createElement(tag));
        document.querySelector('main').append(button, ...others);
    }""")
    tab.get_by_role("button", name="Buy two").click()
    expect(tab.get_by_role("button", name="Basket: 2")).to_be_visible()


@pytest.mark.parametrize(
    "module",
    ["till.js", "izi.js", "elements/till-miniapp.js"],
)
def test_a_server_can_import_it_and_nothing_happens(module: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    source = f"import({json.dumps((ASSETS / module).as_uri())}).then(() => console.log('imported'))"
    ran = subprocess.run(
        [node, "--input-type=module", "-e", source],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert (ran.stdout, ran.returncode) == ("imported\n", 0), ran.stderr


def test_the_manifest_is_made_from_the_comments_as_they_are() -> None:
    written = widget_reference.MANIFEST.read_text(encoding="utf-8")
    assert written == widget_reference.manifest(), "scripts/docs writes it"


def test_the_tables_of_the_docs_are_made_from_the_same_comments() -> None:
    text = widget_reference.PAGE.read_text(encoding="utf-8")
    assert text == widget_reference.page(text), "scripts/docs writes them"


def test_every_attribute_that_is_observed_is_documented_and_the_other_way_round(
    open_tab: OpenTab,
) -> None:
    tab = open_tab(ALL)
    tab.evaluate("import('/till/assets/HASH/elements/till-miniapp.js')".replace("HASH", HASH))
    for declared in widget_reference.elements():
        observed = tab.evaluate(
            "tag => customElements.get(tag).observedAttributes", declared["tagName"]
        )
        assert sorted(observed) == sorted(attribute["name"] for attribute in declared["attributes"])


def test_every_part_in_the_source_is_documented() -> None:
    source = "".join(path.read_text() for path in ASSETS.rglob("*.js"))
    used = set(re.findall(r"\bpart: '(\w+)'", source))
    documented = {
        part["name"] for declared in widget_reference.elements() for part in declared["cssParts"]
    }
    assert used == documented


def test_the_languages_say_the_same_things() -> None:
    names = {
        path.name: re.findall(r"^  '?([\w.]+)'?: ", path.read_text(), re.MULTILINE)
        for path in (ASSETS / "lib/i18n").glob("*.js")
    }
    assert set(names) == {"en.js", "pl.js"}
    assert names["en.js"] == names["pl.js"]


def test_the_types_hold(node_modules: Path) -> None:
    compiler = node_modules / ".bin" / "tsc"
    if not compiler.exists():
        pytest.skip("TypeScript is not installed")
    ran = subprocess.run(
        [compiler, "-p", Path(__file__).parent],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anyone(
    open_tab: OpenTab, axe: Callable[..., None], world: World, scheme: str
) -> None:
    style = world.file("shop.css", ":root { color-scheme: light dark; }")
    tab = open_tab(ALL, policy="", head=world.script + f'<link rel="stylesheet" href="{style}">')
    tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    axe(tab)
    tab.get_by_role("button", name="Basket: 1").click()
    drawer = tab.get_by_role("dialog", name="Basket")
    drawer.get_by_role("textbox", name="Promotion code").fill("nonsense")
    drawer.get_by_role("button", name="Apply").click()
    expect(drawer.get_by_role("alert")).to_be_visible()
    drawer.get_by_role("textbox", name="Promotion code").fill("big")
    drawer.get_by_role("button", name="Apply").click()
    expect(drawer.get_by_role("listitem")).to_have_count(2)
    world.till.desk_is_down = True
    drawer.get_by_role("button", name="Check out").click()
    expect(drawer.get_by_role("alert")).to_be_visible()
    axe(tab)
    world.till.desk_is_down = False
    drawer.get_by_role("button", name="Check out").click()
    expect(tab.get_by_role("dialog", name="Payment")).to_be_visible()
    axe(tab)
    world.till.settle(world.till.newest_order().order_id)
    expect(tab.get_by_text("Thank you!")).to_be_visible()
    axe(tab)


def test_colours_follow_the_page_and_an_attribute_forces_them(
    open_tab: OpenTab, world: World
) -> None:
    style = world.file("shop.css", ":root { color-scheme: light dark; --till-accent: #006400; }")
    tab = open_tab(
        '<till-basket></till-basket><till-basket dark-mode="false"></till-basket>',
        head=world.script + f'<link rel="stylesheet" href="{style}">',
    )
    tab.emulate_media(color_scheme="dark")

    def paper(place: int) -> str:
        tab.get_by_role("button", name="Basket: 0").nth(place).click()
        colour: str = tab.get_by_role("dialog").evaluate(
            "node => getComputedStyle(node).backgroundColor"
        )
        tab.keyboard.press("Escape")
        tab.wait_for_timeout(600)
        return colour

    assert paper(0) == "rgb(26, 26, 32)"
    assert paper(1) == "rgb(255, 255, 255)"


def test_it_is_readable_from_right_to_left(open_tab: OpenTab) -> None:
    tab: Page = open_tab("<till-basket></till-basket>")
    tab.evaluate("document.documentElement.dir = 'rtl'")
    tab.get_by_role("button", name="Basket: 0").click()
    tab.wait_for_timeout(600)
    box = tab.get_by_role("dialog").bounding_box()
    assert box
    assert box["x"] < 20
