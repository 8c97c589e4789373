"""An order that passed all checks, as the desk's own and as what is kept beside it (4). No I/O."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from ...wire.w3block.amounts import to_money
from ...wire.w3block.basket import CreateOrder
from ...wire.w3block.statuses import ORDER_LIFE
from ..order import Adjustment, Line, OrderDraft
from ..origins import origin_of
from ..product import Product
from ..reckoning import Reckoning
from ..w3block_company import DIALECT, Company, Placed, PlacedLine, PlacedPart, Sums
from .checks import Ready, ReadyPart

SERVICE, GAS, ELSEWHERE = "Service fee", "Network fee", "Paid separately"


def leg_ids(ready: Ready) -> list[str]:
    """New ones, one for each part; the first is the order's own."""
    return [str(uuid.uuid4()) for _ in ready.parts]


def draft_of(
    leg_id: str, part: ReadyPart, ready: Ready, buyer: str, success_url: str | None
) -> OrderDraft:
    """The desk's order for a part: the whole basket, less what the other parts pay."""
    code = part.coin.code
    extras = (
        (SERVICE, part.sums.service_fee),
        (GAS, part.gas),
        (ELSEWHERE, part.pays - part.whole),
    )
    return OrderDraft(
        id=leg_id,
        external_id=leg_id,
        dialect=DIALECT,
        amount=to_money(part.pays, code),
        lines=tuple(
            Line(
                line.item.product.id,
                line.item.product.name,
                line.item.quantity,
                to_money(line.price, code).minor,
                _picture(line.item.product),
            )
            for line in part.sums.lines
        ),
        adjustments=tuple(
            Adjustment(label, _minor(amount, code)) for label, amount in extras if amount
        ),
        redirect_url=success_url,
        methods=part.methods or None,
        expires_in=_life(ready.parts),
        payer=f"{DIALECT}:{buyer}",
        processing_expires=False,
    )


def placed_of(
    ids: Sequence[str],
    deliver_id: str,
    company: Company,
    buyer: str,
    asked: CreateOrder,
    ready: Ready,
    wanted: str,
) -> Placed:
    """What is kept beside the legs; lines are priced in the first part's currency."""
    return Placed(
        order_id=ids[0],
        company_id=company.id,
        buyer=buyer,
        deliver_id=deliver_id,
        wallet=ready.wallet,
        destination_user_id=asked.destination_user_id,
        address_id=asked.address_id,
        likeness=wanted,
        parts=tuple(_part(*one) for one in zip(ids, ready.parts, strict=True)),
        lines=_lines(ready.parts[0].sums),
        coupon=None if ready.coupon is None else ready.coupon.code,
        utm={} if asked.utm_params is None else asked.utm_params.to_data(),
        success_url=asked.success_url,
    )


def _minor(amount: Decimal, code: str) -> int:
    """Minor units, also of less than nothing."""
    return to_money(amount, code).minor if amount >= 0 else -to_money(-amount, code).minor


def _life(parts: Sequence[ReadyPart]) -> int:
    """Seconds that all parts have to be paid: the shortest that one of their providers gives."""
    usual = int(ORDER_LIFE.total_seconds())
    lives = [part.way.expires_in or usual for part in parts if part.pays]
    return min(lives, default=usual)


def _part(leg_id: str, part: ReadyPart) -> PlacedPart:
    sums = part.sums
    return PlacedPart(
        leg_id=leg_id,
        currency_id=part.coin.id,
        amount_type=str(part.asked.amount_type),
        amount=part.asked.amount,
        method=part.way.method or None,
        provider=part.way.provider,
        total=part.pays,
        sums=Sums(
            sums.basket,
            sums.original_basket,
            sums.service_fee,
            sums.original_service_fee,
            part.gas,
        ),
    )


def _picture(product: Product) -> str | None:
    """The first that a browser can show, small if there is a small one."""
    found = (one.get(size) for one in product.images for size in ("thumb", "original"))
    return next((url for url in found if isinstance(url, str) and origin_of(url)), None)


def _lines(sums: Reckoning) -> tuple[PlacedLine, ...]:
    return tuple(
        PlacedLine(
            line.item.product.id,
            line.item.product.name,
            line.item.quantity,
            line.price,
            line.original,
            line.item.choices,
            line.item.product.images,
        )
        for line in sums.lines
    )
