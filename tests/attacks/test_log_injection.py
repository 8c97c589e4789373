"""What callers send forges no line of a log, and sends nothing to a terminal but text."""

from __future__ import annotations

import ast
import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import flask_till
from flask_till.base.logs import logger, one_line, printable
from flask_till.desk.commands.merchants import rows
from tests.attacks.market import Market, order_query

PACKAGE = Path(flask_till.__file__).parent
FORGED = "WARNING forged: all is well"
EVIL = [
    f"a\n{FORGED}",
    f"a\r\n{FORGED}",
    f"a\x85{FORGED}",
    f"a\u2028{FORGED}",
    "\x1b[2J\x1b[31mred",
    "\x9b2J",
    "\x1b]0;title\x07",
    "a\b\b\b\x7f",
    "\u202egnp.exe",
    "\ud800",
    "%s %d %(name)s %n {0} {name}",
    "a\0b",
]


class Terminal:
    """What would be seen: a stream as strict as a real one, below a usual formatter."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._stream = io.TextIOWrapper(self._bytes, encoding="utf-8")
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))

    def lines(self) -> list[str]:
        self._stream.flush()
        return self._bytes.getvalue().decode().split("\n")[:-1]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    def fail(*_: Any) -> None:
        raise AssertionError("a record could not be written")

    shown, root = Terminal(), logging.getLogger()
    monkeypatch.setattr(shown.handler, "handleError", fail)
    monkeypatch.setattr(logging.getLogger("flask_till"), "level", logging.DEBUG)
    root.addHandler(shown.handler)
    yield shown
    root.removeHandler(shown.handler)


def harmless(line: str) -> bool:
    return line.isprintable() and not line.startswith("WARNING forged")


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_a_line_stays_a_line(text: str, terminal: Terminal) -> None:
    log = logger("flask_till.somewhere")
    log.warning("the caller said %s", text)
    log.warning("%(name)s", {"name": text})
    log.warning("the caller said " + text)  # noqa: G003  # what must not be, must not harm
    assert len(terminal.lines()) == 3
    assert all(harmless(line) for line in terminal.lines())


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_a_traceback_is_no_line_of_its_own(text: str, terminal: Terminal) -> None:
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logger("flask_till.somewhere").exception("it broke: %s", text)
    first, *rest = terminal.lines()
    assert first.startswith("ERROR flask_till.somewhere: it broke: ")
    assert all(line.startswith("    ") for line in rest)
    assert all(harmless(line) for line in terminal.lines())


def test_what_is_harmless_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    logger("flask_till.somewhere").warning("%s costs %s", "Łódź 🚢", "49,99\xa0zł")
    assert caplog.records[-1].args == ("Łódź 🚢", "49,99\xa0zł")
    assert caplog.records[-1].getMessage() == "Łódź 🚢 costs 49,99\xa0zł"


def test_all_of_ours_log_through_it() -> None:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(), path)):
            own = isinstance(node, ast.Attribute) and node.attr == "getLogger"
            if own and path.name not in ("logs.py", "quiet_logs.py"):
                found.append(path.relative_to(PACKAGE).as_posix())
    assert found == []


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_a_table_of_the_command_line_is_text(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows(("id", "what"), [("1", text), (2, None)])
    lines = capsys.readouterr().out.split("\n")
    assert len(lines) == 4
    assert all(harmless(line) for line in lines)


@pytest.mark.parametrize("text", EVIL, ids=ascii)
def test_text_of_several_lines_keeps_those_and_nothing_else(text: str) -> None:
    assert one_line(one_line(text)) == one_line(text)
    shown = printable(f"{{\n  {text}\n}}")
    assert shown.replace("\n", "").isprintable()


def test_nothing_that_a_caller_sends_forges_a_line(market: Market, terminal: Terminal) -> None:
    client, opened = market.opened()
    page = market.page(opened)
    for text in EVIL:
        sent = text.encode("utf-8", "surrogatepass").decode("latin-1")
        headers = {"User-Agent": sent, "X-Forwarded-For": sent, "Idempotency-Key": sent}
        clean = {name: value for name, value in headers.items() if not set(value) & set("\r\n\0")}
        client.get("/till/basket", headers=clean)
        client.post("/till/iziAddToCart", json={"product_id": text, text: text}, headers=clean)
        client.post("/till/iziAddToCart", json={"product_id": text}, headers=clean)
        client.put("/till/basket/promotions", json={"codes": [text]}, headers=clean)
        client.get("/till/iziCanBeBound", query_string={"product_id": text.replace("\ud800", "")})
        client.post("/till/callbacks/till", data=text.encode("utf-8", "replace"), headers=clean)
        form = {**order_query(opened), "gateway": "sandbox", "method": text.replace("\ud800", "")}
        page.post("/order/pay", data=form)
        page.get("/order", query_string={"orderId": text.replace("\ud800", ""), "token": "x"})
        market.desk_app.test_client().get("/v1/orders/x", headers={"Authorization": "Bearer x"})
    assert all(harmless(line) for line in terminal.lines())
