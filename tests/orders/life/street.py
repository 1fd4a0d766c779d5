"""Where the stories of orders play: two shops, their books and terms, offers and gift cards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Seller
from catalog.models import Listing
from orders.constants import GiftFunding, PromotionKind
from orders.models import CommissionRule, GiftCard, RemitRule
from tests.factories.accounts import SellerDetailsFactory, SellerFactory
from tests.factories.catalog import DeliveryRateFactory, EditionFactory, ListingFactory
from tests.factories.orders import CommissionRuleFactory, RemitRuleFactory, TaxRateFactory
from tests.factories.payouts import PayoutTermsFactory
from tests.factories.promotions import GiftCardFactory, PromotionFactory, PromotionShopFactory

# Of each shop a book and a map, at prices that divide badly.
PRICES = (733, 2001, 101, 1999)
# Britain: our own and overseas tax; the States: tax on top; Australia: exports.
COUNTRIES = ("GB", "GB", "US", "AU")
CODES = ("", "", "MARKET", "SHOP", "HALVES", "POST", "ALL")


@dataclass(frozen=True)
class Street:
    """What is there before a story begins."""

    shops: Sequence[Seller]
    listings: Sequence[Listing]
    cards: Sequence[GiftCard]

    @classmethod
    def opened(cls) -> "Street":
        """Return a British and a German shop with offers of every kind."""
        shops = [
            SellerDetailsFactory(seller=SellerFactory(**told)).seller
            for told in (
                {"country": "GB", "vat_number": "GB123456789"},
                {"country": "DE", "vat_number": "DE123456789"},
            )
        ]
        for shop in shops:
            DeliveryRateFactory(seller=shop, destination="*", first_minor=333, further_minor=77)
        forms = ("BC", "PC")
        listings = [
            ListingFactory(
                seller=shops[n // 2],
                edition=EditionFactory(form=forms[n % 2]),
                price_minor=price,
                on_hand=20,
            )
            for n, price in enumerate(PRICES)
        ]
        _terms(shops)
        _offers(shops)
        cards = [
            GiftCardFactory(initial_minor=1001),
            GiftCardFactory(initial_minor=30_000, funding=GiftFunding.GOODWILL),
            GiftCardFactory(
                initial_minor=2500,
                funding=GiftFunding.PROMOTION,
                expires_at=timezone.now() + timedelta(days=20),
            ),
        ]
        return cls(shops, listings, cards)


def _terms(shops: Sequence[Seller]) -> None:
    for country, kind, rate in (("US", "other", 725), ("AU", "other", 1000)):
        _rate(country, kind, rate)
    RemitRule.objects.all().delete()
    RemitRuleFactory(name="Overseas", destination="GB", most_minor=13_500)
    RemitRuleFactory(name="America", destination="US", from_abroad=False)
    CommissionRule.objects.all().delete()
    CommissionRuleFactory(percent_bp=1333, of_delivery=True, floor_minor=30, seller=shops[0])
    CommissionRuleFactory(percent_bp=None, flat_minor=45)
    PayoutTermsFactory(seller=shops[0], minimum_minor=500)
    PayoutTermsFactory(seller=shops[1], minimum_minor=0, reserve_bp=1111, reserve_days=30)


def _rate(country: str, kind: str, rate: int) -> None:
    from orders.models import TaxRate

    TaxRate.objects.filter(country=country).delete()
    TaxRateFactory(country=country, kind=kind, rate_bp=rate)


def _offers(shops: Sequence[Seller]) -> None:
    PromotionFactory(code="MARKET", percent_bp=3333)
    PromotionFactory(code="SHOP", seller=shops[0], percent_bp=1500)
    halves: Any = PromotionFactory(code="HALVES", percent_bp=2500, borne_bp=5000)
    for shop in shops:
        PromotionShopFactory(promotion=halves, seller=shop)
    PromotionFactory(code="POST", kind=PromotionKind.FREE_DELIVERY, percent_bp=None)
    PromotionFactory(code="ALL", percent_bp=10_000, uses_total=2)
