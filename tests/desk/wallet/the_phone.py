"""A wallet, a shop that is played over real HTTP, and a shopper with a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from flask_till.base.relay import Relay
from flask_till.desk.actions.inpost_merchants import read_inpost
from flask_till.desk.dialects.inpost.keyring import Keyring
from flask_till.desk.errands import RETRIES
from flask_till.desk.linked_basket import InpostMerchant, LinkedBasket, Prompt, WalletOrder
from flask_till.desk.tables import outbox
from flask_till.desk.wallet import Wallet
from flask_till.desk.wallet_desk import WalletDesk, wallet_desk_of
from flask_till.desk.wallet_port import OrderWanted
from tests.desk.inpost.the_shop import TheShop
from tests.desk.the_desk import TheDesk
from tests.stand_ins.inpost_merchant import InpostMerchant as PlayedMerchant

NUMBER = "501234567"
PROFILE = {
    "name": "Anna",
    "surname": "Nowak",
    "mail": "anna@mail.example",
    "address": {
        "street": "Lipowa",
        "building": "4A",
        "flat": "7",
        "city": "Kraków",
        "postal_code": "30-001",
    },
}


class Killed(BaseException):
    """The process is gone, as by SIGKILL: nobody catches this."""


class TheWallet:
    """A desk's wallet; `carry` is what the relay's thread would do by now."""

    def __init__(self, desk: TheDesk, serve: Callable[[Any], str]) -> None:
        self.desk = desk
        self.clock = desk.clock
        self.database = desk.database
        self._serve = serve
        self._made: list[WalletDesk] = []
        self.parts = desk.desk._here.wallet_desk
        self.relay = desk.desk.relay

    @property
    def wallet(self) -> Wallet:
        return self.parts.wallet

    # --- shops ---------------------------------------------------------------------------

    def shop(self, name: str = "Mugs") -> tuple[PlayedMerchant, TheShop]:
        """A merchant that is played over HTTP, and its calls to us."""
        played = PlayedMerchant(self.clock)
        played.url = self._serve(played.app)
        merchant_id = self.desk.desk.add_merchant(name=name).merchant_id
        made = self.desk.desk.add_inpost(merchant_id, base_url=f"{played.url}/shop/")
        shop = TheShop(self.desk.app.test_client(), made.client_id, str(made.client_secret))
        shop.merchant_id, played.external_id = merchant_id, made.merchant_external_id
        published = shop.call("GET", "/v1/izi/signing-keys/public").json["public_keys"]
        played.keys = {key["version"]: key["public_key_base64"] for key in published}
        return played, shop

    def merchant(self, shop: TheShop) -> InpostMerchant:
        return self.database.read(read_inpost, shop.merchant_id)

    # --- time and death ------------------------------------------------------------------

    def carry(self, *, seconds: float = 0) -> int:
        """Everything that is due, and what gets due in that many seconds."""
        count = self.relay.drain()
        end = self.clock.now.timestamp() + seconds
        while self.clock.now.timestamp() < end:
            due = self.database.read(outbox.next_due)
            wait = 1.0 if due is None else max(0.5, (due - self.clock.now).total_seconds())
            self.clock.advance(min(wait, end - self.clock.now.timestamp()))
            count += self.relay.drain()
        return count

    def restart(self) -> None:
        """All of the wallet is thrown away and made anew, from what the database holds."""
        desk = self.desk
        keyring = Keyring(self.database, desk.desk._here.counter.seal)
        self.parts = wallet_desk_of(
            desk.desk.settings,
            self.database,
            desk.cashier,
            desk.desk._here.counter.limits,
            signing_key=keyring.signing,
            hosts=("127.0.0.1",),
            base_address=lambda: "https://pay.example",
            send_code=None,
        )
        self._made.append(self.parts)
        self.relay = Relay(
            self.database, outbox, {"inpost": self.parts.courier}, schedules={"inpost": RETRIES}
        )

    def close(self) -> None:
        for parts in self._made:
            parts.calls.close()

    # --- the outbox ----------------------------------------------------------------------

    def deliveries(self, kind: str | None = None) -> list[tuple[str, str]]:
        """(kind, state) of what was to be told, in the order of its making."""
        rows, events = outbox.deliveries, outbox.events
        query = (
            select(events.c.kind, rows.c.state)
            .join(rows, rows.c.event_id == events.c.id)
            .order_by(events.c.created_at, rows.c.seq)
        )
        found = self.database.read(lambda work: work.execute(query).all())
        return [(row.kind, row.state) for row in found if kind in (None, row.kind)]

    def replay_all(self) -> None:
        """Whatever was ever told is told again."""
        rows = outbox.deliveries
        query = select(rows.c.event_id).where(rows.c.courier == "inpost")
        for event_id in self.database.read(lambda work: work.execute(query).scalars().all()):
            self.database.write(outbox.replay, event_id)

    def waiting(self) -> int:
        return sum(state == "waiting" for _, state in self.deliveries())


class ThePhone:
    """One shopper, signed in."""

    def __init__(self, at: TheWallet, number: str = NUMBER) -> None:
        self.at = at
        self.number = number
        code = at.wallet.send_code("+48", number).shown
        assert code is not None
        self.session = at.wallet.sign_in("+48", number, code)
        shopper = at.wallet.shopper_of(self.session)
        assert shopper is not None
        self.id = shopper.id
        at.wallet.save_profile(self.id, PROFILE)

    @property
    def wallet(self) -> Wallet:
        return self.at.wallet

    def prompt(self) -> Prompt:
        [prompt] = [one for one in self.wallet.prompts(self.id) if one.status == "open"]
        return prompt

    def accept(self, *, trust: bool = False) -> None:
        self.wallet.accept(self.prompt().id, self.id, trust)

    def basket(self) -> LinkedBasket:
        [basket] = self.wallet.baskets(self.id)
        return basket

    def link(
        self, played: PlayedMerchant, shop: TheShop, name: str = "b-1", **quantities: int
    ) -> str:
        """The shop asks, the shopper agrees, the shop answers: the basket's id in the wallet."""
        played.basket(name, **quantities)
        assert shop.ask_phone(name, self.number).status_code == 202
        self.accept()
        self.at.carry()
        [linked] = [one for one in self.wallet.baskets(self.id) if one.merchant_basket_id == name]
        return linked.id

    def quantities(self, basket_id: str) -> dict[str, Any]:
        content = self.wallet.basket(basket_id, self.id).content
        assert content is not None
        return {one["product_id"]: one["quantity"]["quantity"] for one in content["products"]}

    def place(self, basket_id: str, **wanted: Any) -> WalletOrder:
        self.at.clock.advance(seconds=1)  # so that the newest order is the newest
        given: dict[str, Any] = {"delivery_type": "COURIER", "consents": {"terms": True}}
        return self.wallet.place(basket_id, self.id, OrderWanted(**given | wanted))

    def order(self) -> WalletOrder:
        return self.wallet.orders(self.id)[0]

    def pay(self, order: WalletOrder) -> None:
        """Through the gateway on paper, as the order page does it."""
        assert order.order_id is not None
        ref = self.at.desk.start(self.at.desk.read(order.order_id))
        self.at.desk.cashier.settle(self.at.desk.gateway.turn(ref, "succeeded"))


def authorized(merchant: PlayedMerchant) -> list[Any]:
    """The event data of each payment that the shop was told of, as it came, repeats included."""
    told = [call.body["event_data"] for call in merchant.of("order_event")]
    return [one for one in told if one.get("payment_status") == "AUTHORIZED"]
