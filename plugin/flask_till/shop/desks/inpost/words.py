"""Our basket in the wallet's words (contract 4.1, 4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from ....money import Money
from ....wire.inpost.amounts import Price, to_amount
from ....wire.inpost.basket import Basket as BasketMessage
from ....wire.inpost.basket import (
    Consent,
    ConsentLink,
    Delivery,
    DeliveryOption,
    MerchantStore,
    PromoCode,
    PromotionAvailable,
    PromotionDetails,
    PromotionKind,
    RegulationType,
    RequirementType,
    Summary,
)
from ....wire.inpost.products import (
    LONGEST_ATTRIBUTE,
    LONGEST_DESCRIPTION,
    MOST_IMAGES,
    Attribute,
    Image,
    ProductType,
    Quantity,
    QuantityType,
    RelatedProduct,
)
from ....wire.inpost.products import Product as ProductMessage
from ....wire.inpost.values import Currency, DeliveryType, NoticeType, Parameter
from ....wire.inpost.values import Notice as NoticeMessage
from ...basket import Basket, BasketLine
from ...binding import Binding, Notice
from ...catalog import Product
from ...terms import LIFE, Offer, Terms
from ...terms import Consent as OurConsent
from ...terms import Delivery as OurDelivery
from ...terms import DeliveryService as OurService

UNLIMITED = Decimal(9999)
"""What is said of a stock that nobody counts (4.1.3)."""
UNITS = {"pl": "szt.", "en": "pcs."}


def basket_message(
    binding: Binding,
    basket: Basket,
    products: Mapping[str, Product],
    terms: Terms,
    notice: Notice | None,
    now: datetime,
) -> BasketMessage:
    """The whole basket (4.1). ``products`` are those in it, and those to suggest.

    Raises `MoneyError` when it comes to more than this wire can say.
    """
    within = {line.product_id for line in basket.lines}
    related = [product for key, product in products.items() if key not in within]
    return BasketMessage(
        basket_id=binding.id,
        summary=_summary(binding, basket, products, terms, notice, now),
        delivery=[
            delivery_message(one, basket.total, terms, now)
            for one in terms.deliveries_for(basket, products)
        ],
        promo_codes=[
            PromoCode(
                name=one.label,
                promo_code_value=one.code,
                regulation_type=RegulationType.OMNIBUS if one.code in terms.omnibus else None,
            )
            for one in basket.promotions
            if one.applied
        ],
        products=[_line(line, products[line.product_id], terms) for line in basket.lines],
        related_products=[_related(product, terms) for product in related],
        consents=[_consent(one) for one in terms.consents_for(basket)],
        promotions_available=[_offer(one) for one in terms.offers_at(now)],
        merchant_store=MerchantStore(url=terms.store_url) if terms.store_url else None,
    )


def _summary(
    binding: Binding,
    basket: Basket,
    products: Mapping[str, Product],
    terms: Terms,
    notice: Notice | None,
    now: datetime,
) -> Summary:
    sold = [(products[line.product_id], line.quantity) for line in basket.lines]
    reduced = any(_is_reduced(product) for product, _ in sold)
    after = final_price(
        [(product, many, terms.vat_of(product)) for product, many in sold], basket.discount
    )
    return Summary(
        basket_base_price=Price.sum(
            Price.at_rate(_base(one), terms.vat_of(one)).times(many) for one, many in sold
        ),
        basket_promo_price=final_price(
            [(one, many, terms.vat_of(one)) for one, many in sold], Money.zero(basket.currency)
        )
        if reduced
        else None,
        basket_final_price=after,
        free_basket=True if sold and not basket.total else None,
        currency=Currency.PLN,
        basket_expiration_date=now + LIFE,
        payment_type=list(terms.payment_types),
        basket_notice=_notice(notice),
        basket_additional_parameters=[
            Parameter(key=key, value=value) for key, value in binding.parameters
        ],
    )


def final_price(goods: Iterable[tuple[Product, int, int | Decimal]], discount: Money) -> Price:
    """What products cost after a discount, which is zero or negative (4.2).

    It is spread over the tax rates by their share, and the net of each is rounded anew.
    """
    lines: dict[Decimal, list[Price]] = {}
    for product, many, rate in goods:
        price = Price.at_rate(product.price, rate).times(many)
        lines.setdefault(Decimal(rate), []).append(price)
    groups = {rate: Price.sum(prices) for rate, prices in lines.items()}
    if not discount:
        return Price.sum(groups.values())
    weights = [group.money().minor for group in groups.values()]
    shares = (-discount).allocate(weights)
    return Price.sum(
        Price.at_rate(group.money() - share, rate)
        for (rate, group), share in zip(groups.items(), shares, strict=True)
    )


def _notice(notice: Notice | None) -> NoticeMessage | None:
    if notice is None:
        return None
    return NoticeMessage(type=NoticeType(notice[0]), description=notice[1])


def delivery_message(delivery: OurDelivery, goods: Money, terms: Terms, now: datetime) -> Delivery:
    """A way of delivery for goods of that price (4.1.2)."""
    free_from = delivery.free_from
    return Delivery(
        delivery_type=DeliveryType(delivery.type),
        delivery_date=delivery.expected(now),
        delivery_price=Price.at_rate(delivery.price_for(goods), terms.vat_rate),
        delivery_options=[option_message(one, terms.vat_rate) for one in delivery.services],
        free_delivery_minimum_gross_price=None if free_from is None else to_amount(free_from),
    )


def option_message(service: OurService, vat_rate: int | Decimal) -> DeliveryOption:
    return DeliveryOption(
        delivery_name=service.name,
        delivery_code_value=service.code,
        delivery_option_price=Price.at_rate(service.price, vat_rate),
    )


def _consent(consent: OurConsent) -> Consent:
    return Consent(
        consent_id=consent.id,
        consent_link=consent.link,
        label_link=consent.label,
        additional_consent_links=[
            ConsentLink(id=one.id, consent_link=one.link, label_link=one.label)
            for one in consent.links
        ],
        consent_description=consent.text,
        consent_version=consent.version,
        requirement_type=RequirementType(consent.requirement),
    )


def _offer(offer: Offer) -> PromotionAvailable:
    return PromotionAvailable(
        type=PromotionKind.ONLY_IN_APP if offer.only_in_app else PromotionKind.MERCHANT,
        promo_code_value=offer.code,
        description=offer.text,
        start_date=offer.starts,
        end_date=offer.ends,
        priority=offer.priority,
        details=PromotionDetails(link=offer.link),
    )


def _line(line: BasketLine, product: Product, terms: Terms) -> ProductMessage:
    rate = terms.vat_of(product)
    return ProductMessage(
        **facts_of(product, terms),
        base_price=Price.at_rate(_base(product), rate),
        promo_price=Price.at_rate(product.price, rate) if _is_reduced(product) else None,
        lowest_price=_lowest(product, rate),
        quantity=_quantity(product, line.quantity, line.left, terms),
    )


def _related(product: Product, terms: Terms) -> RelatedProduct:
    """One tap adds one of it (4.1.3)."""
    rate = terms.vat_of(product)
    return RelatedProduct(
        **facts_of(product, terms),
        base_price=Price.at_rate(_base(product), rate),
        promo_price=Price.at_rate(product.price, rate) if _is_reduced(product) else None,
        lowest_price=_lowest(product, rate),
        quantity=_quantity(product, 1, product.stock, terms),
    )


def facts_of(product: Product, terms: Terms) -> dict[str, Any]:
    """What a product is, wherever it stands (4.1.3); HTML is stripped, long texts are cut."""
    return {
        "product_id": product.id,
        "product_category": product.category or None,
        "ean": product.ean,
        "product_name": product.name,
        "product_description": plain(product.description)[:LONGEST_DESCRIPTION] or None,
        "product_link": _address(product.url, terms),
        "product_image": _address(product.image, terms),
        "additional_product_images": _images(product, terms),
        "product_attributes": [
            Attribute(
                attribute_name=name[:LONGEST_ATTRIBUTE], attribute_value=value[:LONGEST_ATTRIBUTE]
            )
            for name, value in product.properties
            if name
        ],
        "product_type": ProductType.DIGITAL if product.digital else ProductType.PRODUCT,
    }


def _images(product: Product, terms: Terms) -> list[Image]:
    """Those that have an absolute address in both sizes, ten at most (6)."""
    both = [(_address(small, terms), _address(normal, terms)) for small, normal in product.pictures]
    found = [Image(small_size=one, normal_size=two) for one, two in both if one and two]
    return found[:MOST_IMAGES]


def unit_of(terms: Terms) -> str:
    return UNITS.get(terms.locale, UNITS["en"])


def _quantity(product: Product, many: int, left: int | None, terms: Terms) -> Quantity:
    return Quantity(
        quantity=Decimal(many),
        quantity_type=QuantityType.INTEGER,
        quantity_unit=unit_of(terms),
        available_quantity=UNLIMITED if left is None else Decimal(max(0, min(left, 10**9))),
        max_quantity=None if product.max_quantity is None else Decimal(product.limit(None)),
    )


def _base(product: Product) -> Money:
    return product.regular_price or product.price


def _is_reduced(product: Product) -> bool:
    return product.regular_price is not None and product.regular_price > product.price


def _lowest(product: Product, rate: int | Decimal) -> Price | None:
    lowest = product.lowest_price
    return None if lowest is None else Price.at_rate(lowest, rate)


def _address(where: str | None, terms: Terms) -> str | None:
    """An absolute address; None for one that cannot be made so."""
    if not where:
        return None
    try:
        address = urljoin(terms.store_url or "", where)
    except ValueError:
        return None
    whole = address.lower().startswith(("http://", "https://")) and len(address) <= 4096
    return address if whole and not any(map(str.isspace, address)) else None


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attributes: object) -> None:
        self.found.append(" ")


def plain(text: str) -> str:
    """The text without its HTML."""
    if "<" not in text and "&" not in text:
        return text
    words = _Words()
    words.feed(text)
    words.close()
    return " ".join("".join(words.found).split())
