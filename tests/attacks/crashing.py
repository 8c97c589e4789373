"""Kills a process at a named point of the whole flow, restarts, and looks whether all is well.

Run by `test_crashes`: ``python -m tests.attacks.crashing FOLDER SHOP_URL DESK_URL [EVERY]``. One
process that has loaded everything forks a child for each life, so that a crash is a real SIGKILL
and costs little. ``{n}`` in the URLs is the number of the point.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_till.desk.actions.reading import read_order as read_desk_order
from flask_till.desk.gateways import Charge, Evidence, RefundResult, Started
from flask_till.errors import NotFound
from flask_till.money import Money
from flask_till.shop.actions.orders import orders_of
from tests.attacks.market import HERE, PRODUCTS, Market, order_query
from tests.stand_ins.paper_gateway import PaperGateway

PRICE = 10_000
LATER = timedelta(minutes=2)
"""Leases of a dead worker last a minute."""


class BankGateway(PaperGateway):
    """Its books are files, so they outlive our process as a real provider's would."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._books = folder
        folder.mkdir(exist_ok=True)

    def _turn(self, ref: str, status: str) -> None:
        (self._books / ref).write_text(status)

    def _status(self, ref: str) -> str:
        path = self._books / ref
        return path.read_text() if path.exists() else "requires_action"

    def told(self, charge: Charge, ref: str) -> Evidence:
        status = self._status(ref)
        return Evidence(self.name, self.account, ref, status, charge.amount, self.livemode)

    def start(self, charge: Charge, inputs: Any) -> Started:
        ref = f"paper_{charge.payment_id}"
        if not (self._books / ref).exists():
            self._turn(ref, "requires_action")
        return Started(ref, self._status(ref), evidence=self.told(charge, ref))

    def act(self, charge: Charge, inputs: Any) -> Evidence:
        assert charge.provider_ref
        self._turn(charge.provider_ref, "succeeded")
        return self.told(charge, charge.provider_ref)

    def look(self, charge: Charge) -> Evidence:
        assert charge.provider_ref
        return self.told(charge, charge.provider_ref)

    def cancel(self, charge: Charge) -> Evidence:
        assert charge.provider_ref
        if self._status(charge.provider_ref) != "succeeded":
            self._turn(charge.provider_ref, "cancelled")
        return self.told(charge, charge.provider_ref)

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        (self._books / f"refund_{refund_id}").write_text(str(amount.minor))
        return RefundResult(f"re_{refund_id}", "succeeded")

    @property
    def kept(self) -> int:
        """Minor units that the bank holds for us."""
        paid = [path for path in self._books.glob("paper_*") if path.read_text() == "succeeded"]
        back = [int(path.read_text()) for path in self._books.glob("refund_*")]
        return len(paid) * PRICE - sum(back)


class Points:
    """Counts the points that are passed, and dies at the chosen one."""

    def __init__(self, die_at: int | None) -> None:
        self.names: list[str] = []
        self._die_at = die_at

    def here(self, name: str) -> None:
        if len(self.names) == self._die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.names.append(name)

    def watch_database(self, half: str, database: Any) -> None:
        write = database.write

        def watched(action: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            name = f"{half} {getattr(action, '__name__', 'change')}"

            def inside(work: Any, *args: Any, **kwargs: Any) -> Any:
                result = action(work, *args, **kwargs)
                self.here(f"{name}: before the commit")
                return result

            result = write(inside, *args, **kwargs)
            self.here(f"{name}: after the commit")
            return result

        database.write = watched

    def watch_gateway(self, gateway: Any) -> None:
        for verb in ("start", "act", "cancel"):
            self._wrap(gateway, verb)

    def _wrap(self, gateway: Any, verb: str) -> None:
        call = getattr(gateway, verb)

        def watched(*args: Any) -> Any:
            self.here(f"gateway {verb}: before")
            result = call(*args)
            self.here(f"gateway {verb}: after")
            return result

        setattr(gateway, verb, watched)


class Life:
    """One process from its start to its end, in good order or not."""

    def __init__(self, folder: Path, urls: tuple[str, str]) -> None:
        self.folder = folder
        self.gateway = BankGateway(folder / "bank")
        self.market = Market(
            *urls, folder, gateways=[self.gateway], catalog=PRODUCTS, TILL_LIMITS=False
        )
        self.market.till.on_order_paid(self._hear)
        self.browser = self.market.browser()
        jar = folder / "cookie"
        if jar.exists():
            self.browser.set_cookie("till_basket", jar.read_text())

    def _hear(self, _: Any, order: Any) -> None:
        with open(self.folder / "signals", "a") as heard:
            heard.write(f"{order.id}\n")

    def buy(self) -> None:
        """What a shopper does, as far as it was not done before."""
        if self.browser.get("/till/basket").json["count"] == 0:
            if self._paid():
                return
            filled = self.market.fill(self.browser, "last")
            assert filled.status_code == 200, filled.text
            cookie = self.browser.get_cookie("till_basket")
            assert cookie is not None
            (self.folder / "cookie").write_text(cookie.value)
        opened = self.market.check_out(self.browser)
        if opened.status_code == 409 and opened.json["error_code"] == "ORDER_ALREADY_PAID":
            self._settle_down()
            return
        assert opened.status_code == 200, opened.text
        self._pay(opened.json)
        self._settle_down()

    def _pay(self, opened: dict[str, str]) -> None:
        page, query = self.market.page(opened), order_query(opened)
        page.get("/order", query_string=query)
        paying = {**query, "gateway": "paper", "method": "card"}
        assert page.post("/order/pay", data=paying).status_code == 303
        acted = page.post("/order/act", data={**query, "status": "succeeded"})
        assert acted.status_code in (303, 409), acted.text

    def _settle_down(self) -> None:
        for _ in range(3):
            self.market.deliver()

    def _paid(self) -> bool:
        return self.browser.get("/till/iziGetOrderComplete").status_code == 200

    def recover(self) -> None:
        """A new process, two minutes later, with nobody there; then the shopper comes back."""
        for database in (self.market.front.database, self.market.desk.database):
            database.clock = lambda: datetime.now(UTC) + LATER
        self.market.desk.cashier.sweep()
        self._settle_down()
        self.market.front.checkout.sweep()
        self.market.audit()
        self.buy()
        self.market.desk.cashier.sweep()
        self._settle_down()
        self.market.front.checkout.sweep()
        self.market.audit()
        self._check()

    def _check(self) -> None:
        front = self.market.front
        with self.market.app.test_request_context(headers={"Cookie": self._cookie()}):
            orders = front.database.read(orders_of, front.basket_id())
        paid = [order for order in orders if order.status == "paid"]
        assert len(paid) == 1, [order.status for order in orders]
        assert self.gateway.kept == PRICE, self.gateway.kept
        heard = (self.folder / "signals").read_text().split()
        assert set(heard) == {paid[0].id}
        assert len(heard) <= 2, "once, and once more if the crash was just after it"
        for order in orders:
            with suppress(NotFound):
                if order.desk_order_id:
                    at_desk = self.market.desk.database.read(read_desk_order, order.desk_order_id)
                    assert at_desk.status == order.status
        assert self.market.fill(self.market.browser(), "last").status_code == 409, "sold once"
        assert self.browser.get("/till/basket").json["count"] == 0

    def _cookie(self) -> str:
        return f"till_basket={(self.folder / 'cookie').read_text()}"


def fork(run: Callable[[], None]) -> int:
    """Run it in a child; returns the status of its end (negative: the signal that killed it)."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            run()
            status = 0
        except BaseException:  # noqa: BLE001  # a child says why it failed, whatever it was
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def live(folder: Path, urls: tuple[str, str], die_at: int | None) -> None:
    life, points = Life(folder, urls), Points(die_at)
    points.watch_database("shop", life.market.front.database)
    points.watch_database("desk", life.market.desk.database)
    points.watch_gateway(life.gateway)
    life.buy()
    (folder / "points").write_text(json.dumps(points.names))


def attempt(folder: Path, shop_url: str, desk_url: str, number: int | None) -> bool:
    """One life to the point, and one after it; True when the first one ended early."""
    name = "whole" if number is None else str(number)
    own, urls = folder / name, (shop_url.format(n=name), desk_url.format(n=name))
    own.mkdir()
    ended = fork(lambda: live(own, urls, number))
    assert ended in (0, -signal.SIGKILL), f"point {name}: ended with {ended}"
    assert fork(lambda: Life(own, urls).recover()) == 0, f"no recovery from point {name}"
    return ended != 0


def main() -> None:
    folder, shop_url, desk_url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    attempt(folder, shop_url, desk_url, None)
    names = json.loads((folder / "whole" / "points").read_text())
    for number in range(0, len(names), every):
        try:
            assert attempt(folder, shop_url, desk_url, number), "it did not die"
        except AssertionError as error:
            print(f"NOT WELL after a kill at {names[number]!r}: {error}", flush=True)
    print(f"{len(names)} points at {HERE}")


if __name__ == "__main__":
    main()
