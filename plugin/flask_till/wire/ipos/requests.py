"""What callers ask for (3). Amounts are whole US cents."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from .envelope import faults

DEAREST = 99_999_999
MOST_OF_A_LIST = 100
SHARED = 90
"""Percent of an order that costs may take, and that a rewards model hands out (3.2)."""


class PaymentMethod(StrEnum):
    """The names of payment methods; ``credit-line`` cannot be chosen (3.2)."""

    STRIPE = "stripe"
    PAYPAL = "paypal"
    WALLET = "wallet"
    WECHAT = "wechat"
    ALIPAY_GLOBAL = "alipay_global"
    GIGGLE_CHINA = "giggle_china"
    CREDIT = "credit"
    TWO_C_CREDIT = "2c-credit"
    CUSTOMIZED = "customized"
    CREDIT_LINE = "credit-line"


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError("must be a UUID") from None


def _mail(text: str) -> str:
    name, at, host = text.rpartition("@")
    if not at or not name or "." not in host or any(c.isspace() for c in text):
        raise ValueError("must be an email")
    return text


def _numbers(value: Any) -> Any:
    """Fractions, which are read as exact ones, as JSON has them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list):
        return [_numbers(part) for part in value]
    if isinstance(value, dict):
        return {name: _numbers(part) for name, part in value.items()}
    return value


Cents = Annotated[int, Field(ge=1, le=DEAREST)]
OrderId = Annotated[str, StringConstraints(max_length=45), AfterValidator(_uuid)]
WebUrl = Annotated[str, StringConstraints(min_length=1, pattern="^https?://[^\\s]+$")]
Mail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_mail)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=250)]


class Request(BaseModel):
    """Strict types; members that nobody knows are ignored, as the platform does."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def read(cls, data: Any) -> Self:
        """The request. Raises `RequestError` (400) with all faults in one message (2.1)."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise faults(error) from None


class RevenueRatio(Request):
    """Who gets how much of the revenue; ``ratio`` in percent (3.2)."""

    address: Address
    ratio: Annotated[int, Field(gt=0, le=100)]
    role: Literal["buyback", "customized", "platform", "ip-holder"]
    allocate_type: Literal["usdc"]
    remark: Annotated[str, StringConstraints(max_length=250)] | None = None


class RewardsModel(Request):
    """How revenue is handed out. The sum is 90, or up to 100 for those who may (3.2)."""

    revenue_ratio: Annotated[list[RevenueRatio], Field(max_length=100)]
    released_token_ratio: Annotated[int, Field(ge=0, le=200)] | None = None

    @property
    def percent(self) -> int:
        return sum(one.ratio for one in self.revenue_ratio)

    def fits(self, *, may_share_all: bool = False) -> bool:
        """Whether the ratios come to 90 percent, or to at most 100 for a platform's permission."""
        return self.percent == SHARED or (may_share_all and SHARED <= self.percent <= 100)


class CostsAllocation(Request):
    """A cost that is taken out of the order first (3.2)."""

    amount: Cents
    type: Literal["developer_cost", "goods_cost", "creator_cost", "platform"]
    email: Mail | None = None


class RevenueReallocation(Request):
    """What an IP's holder passes on, in percent of its own part (3.2)."""

    email: Mail
    allocate_role: Literal["creator", "uploader", "remixer", "other"]
    percent: Annotated[int, Field(ge=1, le=100)]


class CreateOrder(Request):
    """``order/create`` and ``order/preview``, and the create-and-pay calls (3.2, 3.3, 3.8)."""

    amount: Cents
    order_id: OrderId | None = None
    item: Annotated[str, StringConstraints(max_length=64)] | None = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None
    allowed_payment_methods: Annotated[list[str], Field(max_length=50)] | None = None
    redirect_url: Annotated[WebUrl, StringConstraints(max_length=4096)] | None = None
    callback_url: Annotated[WebUrl, StringConstraints(max_length=1024)] | None = None
    user_jwt: Annotated[
        Annotated[str, StringConstraints(max_length=8192)] | None, Field(repr=False)
    ] = None
    metadata: Annotated[dict[str, JsonValue] | None, BeforeValidator(_numbers)] = None
    release_rewards_after_paid: bool | None = None
    buyback_after_paid: bool | None = None
    allow_free_credit: bool | None = None
    reward_token: Annotated[str, StringConstraints(max_length=250)] | None = None
    rewards_model: RewardsModel | None = None
    costs_allocation: Annotated[list[CostsAllocation], Field(max_length=100)] | None = None
    ip_holder_revenue_reallocation: (
        Annotated[list[RevenueReallocation], Field(max_length=100)] | None
    ) = None

    @model_validator(mode="after")
    def _shares_fit(self) -> CreateOrder:
        costs = sum(cost.amount for cost in self.costs_allocation or [])
        if costs * 100 > self.amount * SHARED:
            raise ValueError(f"costs_allocation must not be more than {SHARED}% of the amount")
        passed_on = sum(one.percent for one in self.ip_holder_revenue_reallocation or [])
        if passed_on > 100:
            raise ValueError("ip_holder_revenue_reallocation must not be more than 100%")
        return self

    def methods(self, enabled: list[str]) -> list[str]:
        """Of the enabled methods those that the order allows; empty when none is left (3.2)."""
        if self.allowed_payment_methods is None:
            return list(enabled)
        return [name for name in enabled if name in self.allowed_payment_methods]


class OneOrder(Request):
    """``payWithWallet`` and ``payWithStripe`` (3.6, 3.7)."""

    order_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]


class Refund(OneOrder):
    """``order/refund``: everything that is left when no amount is given (3.9)."""

    refund_amount: Cents | None = None


class ResendCallback(OneOrder):
    """``order/resend-callback``: the new URL is used once and not stored (3.10)."""

    new_callback_url: Annotated[WebUrl, StringConstraints(max_length=1024)] | None = None


class AccessKeys(Request):
    """``get-access-token`` (3.1)."""

    access_key: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    secret_key: Annotated[str, StringConstraints(min_length=1, max_length=128), Field(repr=False)]


def _digits(text: str) -> str:
    if not re.fullmatch("-?[0-9]{1,9}", text):
        raise ValueError("must be a number string")
    return text


class ListOrders(Request):
    """``order/list``: pages from 1 on; 0 or less behaves as 1 (3.5)."""

    page: Annotated[str, AfterValidator(_digits)]
    page_size: Annotated[str, AfterValidator(_digits)]
    status: str | None = None

    @property
    def page_number(self) -> int:
        return max(1, int(self.page))

    @property
    def size(self) -> int:
        return min(max(1, int(self.page_size)), MOST_OF_A_LIST)


def moment(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, or None (2)."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
