"""What a shopper does in the shop's page and on the phone, by the names of things on the screen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

NUMBER = "600700800"
MASKED = "60*****00"


@dataclass
class Tab:
    """A page of the shop on a desktop."""

    page: Page

    def add(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def holds(self, count: int) -> None:
        expect(self.page.get_by_role("button", name=f"Basket: {count}", exact=True)).to_be_visible()

    @property
    def drawer(self) -> Locator:
        return self.page.get_by_role("dialog", name="Basket")

    def open_drawer(self) -> Locator:
        self.page.get_by_role("button", name=re.compile("^Basket: ")).click()
        expect(self.drawer).to_be_visible()
        return self.drawer

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog.binding")

    def ask_phone(self, button: str = "Buy with your phone", number: str = NUMBER) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()
        self.dialog.get_by_role("radio", name="Phone number").check()
        self.dialog.get_by_role("textbox", name="Phone number").fill(number)
        self.dialog.get_by_role("button", name="Send to my phone").click()
        expect(self.dialog.get_by_role("heading", name="Confirm on your phone")).to_be_visible()

    def is_linked(self) -> None:
        title = "Your basket is on your phone"
        expect(self.dialog.get_by_role("heading", name=title)).to_be_visible()
        self.dialog.get_by_role("button", name="Keep shopping").click()
        expect(self.dialog).to_have_count(0)
        expect(self.chip).to_be_visible()

    @property
    def chip(self) -> Locator:
        """The part of a linked button that says whose phone it is."""
        return self.page.get_by_role("button", name=re.compile("^Linked phone")).last

    def is_not_linked(self) -> None:
        expect(self.chip).to_have_count(0)

    def says(self, text: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()


@dataclass
class Phone:
    """The wallet in a hand. ``desk`` is the desk's address."""

    page: Page
    desk: str

    def sign_in(self, number: str = NUMBER) -> None:
        """By the same requests as the page's, and at once."""
        wallet, given = f"{self.desk}/wallet", {"country_prefix": "+48", "phone": number}
        shown = self.page.request.post(f"{wallet}/code", form=given).text()
        found = re.search(r"data-code>(\d{6})<", shown)
        assert found, shown
        signed_in = self.page.request.post(f"{wallet}/sign-in", form=given | {"code": found[1]})
        assert signed_in.ok
        self.page.goto(wallet)
        expect(self.page.get_by_role("navigation", name="Wallet")).to_be_visible()

    def answer(self, yes: bool = True, *, trust: bool = False) -> None:
        prompt = self.page.get_by_role("region", name="Link a basket")
        if trust:
            prompt.get_by_role("checkbox").check()
        prompt.get_by_role("button", name="Link it" if yes else "No, that was not me").click()

    def line(self, name: str) -> Locator:
        return self.page.get_by_role("listitem").filter(
            has=self.page.get_by_role("form", name=f"Quantity of {name}")
        )

    def holds(self, name: str, quantity: int) -> None:
        expect(self.line(name).get_by_role("status")).to_have_text(str(quantity))

    def press(self, name: str, button: str) -> None:
        self.line(name).get_by_role("button", name=button).click()

    def use_code(self, code: str) -> None:
        field = self.page.get_by_label("Promotion code", exact=True)
        field.fill(code)
        field.press("Enter")

    def begin_order(self) -> None:
        self.page.get_by_role("link", name="Choose delivery").click()
        expect(self.page.get_by_role("group", name="Delivery")).to_be_visible()

    def fill_in(self, **fields: str) -> None:
        given = {
            "First name": "Ola",
            "Surname": "Nowak",
            "E-mail": "ola@example.com",
            "Street": "Lipowa",
            "Building": "4A",
            "Postal code": "30-702",
            "City": "Kraków",
        }
        for label, text in (given | fields).items():
            self.page.get_by_role("textbox", name=label, exact=True).fill(text)

    def send_order(self) -> None:
        self.page.get_by_role("checkbox", name=re.compile("I accept the terms")).check()
        self.page.get_by_role("button", name=re.compile("^Order with an obligation")).click()

    def order(self) -> None:
        """To a parcel locker, up to where it waits for its money."""
        self.begin_order()
        self.page.get_by_role("radio", name=re.compile("^Parcel locker")).check()
        self.fill_in(**{"Parcel locker": "KRA010"})
        self.send_order()
        self.shows("Waiting for your payment")

    def shows(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    def open_payment(self) -> None:
        self.page.get_by_role("button", name=re.compile("^Pay PLN")).click()
        expect(self.page.get_by_role("radio", name=re.compile("^Paid"))).to_be_visible()

    def pay(self, outcome: str = "Paid") -> None:
        self.page.get_by_role("radio", name=re.compile(f"^{outcome}")).check()
        self.page.get_by_role("button", name=re.compile("^Pay")).click()
