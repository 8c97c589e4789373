"""A company, a product and a storefront of the wire alone: paths and JSON of the contract."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from flask_till.desk.w3block_company import Provider
from tests.desk.the_desk import TheDesk

BASE = "/w3block"
REAL = "65fe1119-6ec0-4b78-8d30-cb989914bdcb"
DOLLAR = "8c43ece8-99b0-4877-aed3-2170d2deb4bf"
COMPANY = "b9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"
PRODUCT = "0c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
USER = "d2f4a6b8-1c3e-4d5f-8a7b-9c0d1e2f3a4b"
WALLET = "0x7A3c9e5B1d8f2046a1B3C5D7E9F0a2b4c6D8E0f1"
PASSWORD = "a long password of hers"
KEY, SECRET = "key-of-the-company", "secret-of-the-company"
WAYS = (
    Provider(REAL, "pix", "asaas"),
    Provider(REAL, "credit_card", "pagar_me"),
    Provider(DOLLAR, "credit_card", "stripe"),
)


def refused(answer: Any, status: int, code: str | None) -> None:
    """The answer is a refusal in the contract's shape, with that word."""
    assert answer.status_code == status, answer.data
    assert answer.json["statusCode"] == status
    assert answer.json["errorCode"] == code, answer.json
    assert answer.json["message"]
    assert set(answer.json) == {
        "statusCode", "error", "message", "errorCode", "timestamp", "path",
    }  # fmt: skip


class Storefront:
    """One caller with its headers, and a call for each thing to do."""

    def __init__(self, client: FlaskClient, company: str = COMPANY, **headers: str) -> None:
        self.client = client
        self.company = company
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def call(self, method: str, path: str, **options: Any) -> Any:
        return self.client.open(BASE + path, method=method, headers=self.headers, **options)

    def of(self, path: str) -> str:
        return f"/companies/{self.company}{path}"

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", self.of(path), query_string=query or None)

    def post(self, path: str, body: Any) -> Any:
        return self.call("POST", self.of(path), json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self.call("PATCH", self.of(path), json=body)

    # --- shorthands -----------------------------------------------------------------------

    def preview(self, *lines: dict[str, Any], **more: Any) -> Any:
        body = {"orderProducts": list(lines) or [line()], "payments": [part()]} | more
        return self.post("/orders/preview", body)

    def previewed(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = self.preview(*lines, **more)
        assert answer.status_code == 201, answer.data
        data: dict[str, Any] = answer.json
        return data

    def wanted(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        """What to post for these lines, as a preview says it now."""
        asked = list(lines) or [line()]
        keep = ("couponCode",)
        shown = self.previewed(*asked, **{name: more[name] for name in keep if name in more})
        prices = {one["id"]: one["prices"] for one in shown["products"]}
        ordered = [one | {"expectedPrices": _expected(prices[one["productId"]])} for one in asked]
        signed = [
            {"currencyId": one["currencyId"], "signedGasFee": one["gasFee"]["signature"]}
            for one in shown["payments"]
        ]
        return {
            "orderProducts": ordered,
            "signedGasFees": signed,
            "payments": [part()],
            "destinationWalletAddress": WALLET,
        } | more

    def create(self, *lines: dict[str, Any], **more: Any) -> Any:
        return self.post("/orders", self.wanted(*lines, **more))

    def created(self, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        answer = self.create(*lines, **more)
        assert answer.status_code == 201, answer.data
        data: dict[str, Any] = answer.json
        return data

    def order(self, order_id: str, **query: Any) -> dict[str, Any]:
        answer = self.get(f"/orders/{order_id}", **query)
        assert answer.status_code == 200, answer.data
        data: dict[str, Any] = answer.json
        return data


def _expected(prices: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [{"currencyId": one["currencyId"], "expectedPrice": one["amount"]} for one in prices]


def line(quantity: Any = "1", product: str = PRODUCT, **more: Any) -> dict[str, Any]:
    return {"productId": product, "quantity": quantity} | more


def part(method: str | None = "pix", currency: str = REAL, **more: Any) -> dict[str, Any]:
    given = {"currencyId": currency, "amountType": "percentage", "amount": "100"}
    return given | ({} if method is None else {"paymentMethod": method}) | more


class TheCompany:
    """Enrolled at a desk, with one product; it hands out storefronts."""

    def __init__(self, desk: TheDesk) -> None:
        self.desk = desk
        self.enrolment = desk.desk.w3block
        self.made = 0
        self.enrol(COMPANY, desk.credentials.merchant_id)

    def enrol(self, company_id: str, merchant_id: str, **given: Any) -> None:
        self.enrolment.add_company(
            merchant_id,
            name="Passes",
            company_id=company_id,
            **{"key": KEY, "secret": SECRET, "providers": WAYS} | given,
        )

    def change(self, **given: Any) -> None:
        self.enrolment.change_company(COMPANY, **given)

    def sell(self, **given: Any) -> str:
        """The contract's product, unless something else is said."""
        values = {
            "name": "Founder pass",
            "product_id": PRODUCT,
            "prices": {REAL: "100", DOLLAR: "20"},
            "tokens": 12 if "stock" not in given else (),
        }
        return self.enrolment.add_product(COMPANY, **values | given).id

    def user(self, email: str = "ann@example.org", **given: Any) -> str:
        return self.enrolment.add_user(
            COMPANY, **{"email": email, "password": PASSWORD, "name": "Ann Lee"} | given
        )

    def signed_in(self, email: str = "ann@example.org", **given: Any) -> Storefront:
        """A new user who signed in."""
        self.user(email, **given)
        return self.storefront(self.sign_in(email).json["token"])

    def storefront(self, token: str) -> Storefront:
        return Storefront(self.desk.browserless, Authorization=f"Bearer {token}")

    @property
    def public(self) -> Storefront:
        return Storefront(self.desk.browserless)

    @property
    def server(self) -> Storefront:
        """The company's own, by the three headers."""
        return Storefront(
            self.desk.browserless,
            x_w3block_id=COMPANY,
            x_w3block_api_key=KEY,
            x_w3block_secret=SECRET,
        )

    def sign_in(self, email: str = "ann@example.org", password: str = PASSWORD, **more: Any) -> Any:
        body = {"email": email, "password": password} | more
        return self.public.call("POST", "/auth/signin", json=body)
