"""What an IPOS platform answers: ``{code, msg, data}`` as data, or as our errors (2.1).

Of an order object only what decides is looked at, and that strictly: what a platform adds, or
writes in a way of its own, does not end the sale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ....errors import (
    Conflict,
    Forbidden,
    InvalidRequest,
    NotFound,
    RequestError,
    Unauthenticated,
)
from ....wire.ipos.orders import EXPIRED, OrderStatus
from ....wire.strict_json import parse_object
from ..exchange import LONGEST_TEXT, Reply, unavailable, understood

_REFUSALS: Mapping[int, type[RequestError]] = {
    400: InvalidRequest,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
}
EXISTS, NOT_FOUND = "order already exists", "order not found"


class IposOrder(BaseModel):
    """The order object, as far as it concerns a shop (5). Amounts in cents."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)

    order_id: Annotated[str, Field(min_length=1, max_length=45)]
    order_url: str
    app_id: str
    amount: Annotated[int, Field(ge=0, le=10**12)]
    metadata: Any = None
    current_status: Annotated[OrderStatus, Field(strict=False)]
    refunded_amount: Annotated[int, Field(ge=0, le=10**12)] | None = None
    cancelled_detail: Any = None
    expire_time: str | None = None
    paid_time: str | None = None
    cancelled_time: str | None = None
    updated_at: str

    @classmethod
    def read(cls, data: Any) -> Self:
        """Raises `InvalidRequest`."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            places = ", ".join(".".join(map(str, one["loc"])) for one in error.errors())
            raise InvalidRequest(f"This is no IPOS order: {places}.") from None

    @property
    def external_id(self) -> str | None:
        """The id of ours that it was created with."""
        found = self.metadata.get("external_id") if isinstance(self.metadata, dict) else None
        return found if isinstance(found, str) else None

    @property
    def is_expired(self) -> bool:
        """Whether it was cancelled because its time was over."""
        why = self.cancelled_detail
        return isinstance(why, dict) and why.get("reason") == EXPIRED


def data_of(reply: Reply) -> Any:
    """What was asked for. Raises `Conflict` (ORDER_EXISTS), `NotFound` for an unknown order, the
    error of any other refusal (``IPOS_400`` and so on), and `Unavailable` for all else."""
    if reply.status != 200 and reply.status not in _REFUSALS:
        raise unavailable(f"it answers {reply.status}")
    told = understood(parse_object, reply.body)
    code, text = told.get("code"), told.get("msg")
    if type(code) is not int or (reply.status != 200 and code != reply.status):
        raise unavailable(f"it answers {reply.status} without saying why")
    if code == 200:
        return told.get("data")
    raise _refusal(code, text[:LONGEST_TEXT] if isinstance(text, str) else "")


def _refusal(code: int, text: str) -> RequestError:
    kind, said = _REFUSALS.get(code), text.lower()
    if kind is InvalidRequest and EXISTS in said:
        return Conflict(text, code="ORDER_EXISTS")
    # Any other 404 is a wrong address, say: an order must not be forgotten for that.
    if kind is None or (kind is NotFound and NOT_FOUND not in said):
        return unavailable(f"it answers {code}: {text}")
    return kind(text or "The platform refuses.", code=f"IPOS_{code}")
