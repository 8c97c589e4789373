"""The economic model of an order: who gets how many cents of it (3.2). Computed by `revenue`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ....errors import Forbidden, RequestError
from ....money import Money
from ....wire.ipos.requests import CreateOrder, RewardsModel
from ...order import Share
from ...revenue import Cost, Ratio, Reallocation, share_out


@dataclass(frozen=True, slots=True)
class Economics:
    """What a developer says of an order's money, as it was asked for."""

    costs: tuple[dict[str, Any], ...] = ()
    reallocation: tuple[dict[str, Any], ...] = ()
    model: RewardsModel | None = None

    @classmethod
    def asked(cls, asked: CreateOrder) -> Economics:
        return cls(
            tuple(one.model_dump(exclude_none=True) for one in asked.costs_allocation or ()),
            tuple(one.model_dump() for one in asked.ip_holder_revenue_reallocation or ()),
            asked.rewards_model,
        )

    def shares(self, amount: Money) -> tuple[Share, ...]:
        """To the cent; a remainder goes to the largest fractions. The rest is the merchant's.

        Costs come off first, by email, else by ``<type>``. Ratios are of what they leave, and the
        ip-holder's part is passed on by the reallocation. Without a model that whole part is the
        merchant's own, and the reallocation is of that.
        """
        costs = [
            Cost(one.get("email") or f"<{one['type']}>", _cents(one["amount"], amount.currency))
            for one in self.costs
        ]
        passed_on = [Reallocation(one["email"], one["percent"]) for one in self.reallocation]
        if self.model is None:
            ratios = [Ratio(one.receiver, one.percent) for one in passed_on]
            passed_on = []
        else:
            given = self.model.revenue_ratio
            ratios = [Ratio(one.address, one.ratio, role=one.role) for one in given]
        return share_out(amount, costs=costs, ratios=ratios, reallocations=passed_on)

    def snapshot(self, shares: Iterable[Share]) -> dict[str, Any] | None:
        """The model with the cents that each receiver gets, costs included; None without one."""
        if self.model is None:
            return None
        cents: Counter[str] = Counter()
        for share in shares:
            cents[share.receiver] += share.amount
        computed = [{"receiver": name, "amount": amount} for name, amount in cents.items()]
        return {**self.model.model_dump(mode="json"), "computed": computed}


def require_developer(asked: CreateOrder) -> None:
    """What a user may not say, in the order of the contract's table (3.2).

    Raises `RequestError` (400) for ``buyback_after_paid`` and ``rewards_model``, `Forbidden` (403)
    for ``costs_allocation`` and ``ip_holder_revenue_reallocation``.
    """
    if asked.buyback_after_paid:
        raise _developers_only("buyback_after_paid", RequestError)
    if asked.rewards_model is not None:
        raise _developers_only("rewards_model", RequestError)
    if asked.costs_allocation is not None:
        raise _developers_only("costs_allocation", Forbidden)
    if asked.ip_holder_revenue_reallocation is not None:
        raise _developers_only("ip_holder_revenue_reallocation", Forbidden)


def require_sum(model: RewardsModel | None, *, may_share_all: bool) -> None:
    """Raises `RequestError` unless the ratios come to 90, or to at most 100 with permission."""
    if model is not None and not model.fits(may_share_all=may_share_all):
        raise RequestError("The sum of revenue_ratio must be 90", code="RATIO_SUM")


def _cents(minor: int, currency: str) -> Money:
    return Money.of_minor(minor, currency)


def _developers_only(name: str, kind: type[RequestError]) -> RequestError:
    return kind(f"{name} is for developers only", code="DEVELOPERS_ONLY")
