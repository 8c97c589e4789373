"""The order object (5) and its status words (6)."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ...errors import RequestError
from ..strict_json import parse_object

EXPIRED = "Order expired"
"""The reason in ``cancelled_detail`` when nobody paid in time."""


class OrderStatus(StrEnum):
    """Where an order is in its life (6)."""

    PENDING = "pending"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    PARTIAL_REFUNDED = "partial_refunded"
    REFUNDED = "refunded"
    REWARDS_RELEASED = "rewards_released"


class EstimatedRewards(BaseModel):
    """What a reward pool would give; zeros and null without one (5)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    base_rewards: int = 0
    bonus_rewards: int = 0
    total_rewards: int = 0
    rewards_after_credit_deduct: int = 0
    limit_offer: JsonValue = None


class RefundDetail(BaseModel):
    """One refund; amounts in cents (3.9)."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")

    amount: int
    order_amount_after_refund: int
    refunded_time: str


class Quote(BaseModel):
    """An order as ``preview`` shows it: without id, URL and status (3.3)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    owner: str
    ip_id: int | None = None
    widget_tag: str
    app_id: str
    amount: int
    item: str | None = None
    description: str | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    is_credit_top_up: bool = False
    supported_payment_method: list[str] = Field(default_factory=list)
    paid_method: str | None = None
    paid_time: str | None = None
    expire_time: str | None = None
    cancelled_time: str | None = None
    cancelled_detail: dict[str, str] | None = None
    free_credit_paid: int | None = 0
    credit_paid_amount: int | None = None
    refunded_amount: int | None = 0
    refund_time: str | None = None
    refund_status: str | None = None
    refund_error: str | None = None
    refund_detail: list[RefundDetail] | None = None
    redirect_url: str | None = None
    release_rewards_after_paid: bool = False
    buyback_after_paid: bool = False
    costs_allocation: list[dict[str, JsonValue]] = Field(default_factory=list)
    ip_holder_revenue_reallocation: list[dict[str, JsonValue]] = Field(default_factory=list)
    related_reward_id: int | None = None
    rewards_model_snapshot: dict[str, JsonValue] | None = None
    current_reward_pool_detail: dict[str, JsonValue] | None = None
    estimated_rewards: EstimatedRewards = Field(default_factory=EstimatedRewards)
    from_source_link: str = ""
    source_link_summary: JsonValue = None
    created_at: str
    updated_at: str

    def to_data(self) -> dict[str, Any]:
        """As JSON values; members without a value are null (5)."""
        return self.model_dump()


class Order(Quote):
    """An order as all answers and callbacks show it (5). Times as `requests.moment` writes them."""

    order_id: str
    order_url: str
    current_status: OrderStatus

    @classmethod
    def read(cls, data: Any) -> Self:
        """The order in an answer or a callback. Raises `RequestError` (ORDER_UNREADABLE)."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            places = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise RequestError(
                f"This is no IPOS order: {places}.", code="ORDER_UNREADABLE"
            ) from None


def read_callback(body: bytes) -> tuple[Order, str]:
    """The order of a callback and its ``jwt_verify`` (7). Raises `RequestError`."""
    data = parse_object(body)
    proof = data.get("jwt_verify")
    return Order.read(data), proof if isinstance(proof, str) else ""
