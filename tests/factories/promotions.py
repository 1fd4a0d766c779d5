"""Promotions and gift cards."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from books4all.lib.money import Money
from orders.constants import GiftFunding, PromotionKind
from orders.models import (
    BasketCode,
    GiftCard,
    GiftCardUse,
    Promotion,
    PromotionShop,
    PromotionUse,
)
from orders.services import gift_cards
from tests.factories.accounts import SellerFactory
from tests.factories.orders import BasketFactory, OrderFactory


class PromotionFactory(DjangoModelFactory[Promotion]):
    """10 % off for who types a code, at the marketplace's cost."""

    class Meta:
        model = Promotion

    name = "Spring sale"
    code = factory.Sequence(lambda n: f"SPRING{n}")
    seller = None
    kind = PromotionKind.PERCENT
    percent_bp = 1000
    borne_bp = factory.LazyAttribute(lambda p: 0 if p.seller else 10_000)
    starts_at = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class PromotionShopFactory(DjangoModelFactory[PromotionShop]):
    """A shop that has joined."""

    class Meta:
        model = PromotionShop

    promotion = factory.SubFactory(PromotionFactory, borne_bp=5000)
    seller = factory.SubFactory(SellerFactory)


class PromotionUseFactory(DjangoModelFactory[PromotionUse]):
    """A pound off an order."""

    class Meta:
        model = PromotionUse

    promotion = factory.SubFactory(PromotionFactory)
    order = factory.SubFactory(OrderFactory)
    email = factory.SelfAttribute("order.email")
    name = factory.SelfAttribute("promotion.name")
    amount_minor = 100
    subsidy_minor = 100
    currency = "GBP"


class GiftCardFactory(DjangoModelFactory[GiftCard]):
    """A card for £20.00, issued as all are; its code is its ``typed``."""

    class Meta:
        model = GiftCard

    @classmethod
    def _create(cls, model_class: type[GiftCard], *args: Any, **kwargs: Any) -> GiftCard:
        worth = Money(kwargs.pop("initial_minor", 2000), "GBP")
        kwargs.setdefault("funding", GiftFunding.SOLD)
        card, code = gift_cards.issue(worth=worth, actor=None, **kwargs)
        card.typed = code
        return card


class GiftCardUseFactory(DjangoModelFactory[GiftCardUse]):
    """A pound of an order that a card pays."""

    class Meta:
        model = GiftCardUse

    card = factory.SubFactory(GiftCardFactory)
    order = factory.SubFactory(OrderFactory)
    amount_minor = 100
    currency = "GBP"


class BasketCodeFactory(DjangoModelFactory[BasketCode]):
    """A code typed for a basket."""

    class Meta:
        model = BasketCode

    basket = factory.SubFactory(BasketFactory)
    promotion = factory.SubFactory(PromotionFactory)
