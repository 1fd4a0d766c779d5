"""The lowest price to the visitor's door, which every card leads with."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.constants import SellerStatus
from books4all.lib.money import Money
from catalog.constants import ListingStatus, Service
from catalog.models import Listing, Work
from catalog.selectors.cards import cards_for
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    DeliveryRateFactory,
    EditionFactory,
    ListingFactory,
    WorkFactory,
)

pytestmark = pytest.mark.django_db


def pounds(minor: int) -> Money:
    return Money(minor, "GBP")


def shop_posting(**rates: int):
    """A shop that posts to the destinations of ``rates``; ``anywhere`` is "*"."""
    seller = SellerFactory()
    for destination, minor in rates.items():
        code = "*" if destination == "anywhere" else destination
        DeliveryRateFactory(seller=seller, destination=code, first_minor=minor)
    return seller


@pytest.mark.parametrize(
    ("country", "landed"),
    [("FR", 600 + 900), ("DE", 600 + 500), ("US", 600 + 300), ("GB", 600 + 300)],
)
def test_the_most_exact_destination_counts_even_if_dearer(country: str, landed: int) -> None:
    listing = ListingFactory(seller=shop_posting(FR=900, EU=500, anywhere=300))
    [card] = cards_for([listing.edition.work_id], country)
    assert card.from_price == pounds(landed)


def test_each_service_has_its_own_most_exact_rate_and_the_cheapest_counts() -> None:
    seller = shop_posting(anywhere=300)
    DeliveryRateFactory(seller=seller, destination="FR", service=Service.EXPRESS, first_minor=200)
    listing = ListingFactory(seller=seller)
    assert cards_for([listing.edition.work_id], "FR")[0].from_price == pounds(800)
    assert cards_for([listing.edition.work_id], "US")[0].from_price == pounds(900)


def test_the_lowest_price_delivered_is_not_the_lowest_price() -> None:
    edition = EditionFactory()
    ListingFactory(edition=edition, price_minor=100, seller=shop_posting(GB=1500))
    ListingFactory(edition=edition, price_minor=700, seller=shop_posting(GB=0))
    [card] = cards_for([edition.work_id], "GB")
    assert (card.from_price, card.copies) == (pounds(700), 2)


def test_a_book_that_nobody_sends_there_has_copies_and_no_price() -> None:
    listing = ListingFactory(seller=shop_posting(GB=280))
    [card] = cards_for([listing.edition.work_id], "JP")
    assert (card.from_price, card.copies) == (None, 1)


def test_only_copies_that_can_be_bought_count() -> None:
    edition = EditionFactory()
    today = timezone.now().date()
    ListingFactory(edition=edition, price_minor=900)
    ListingFactory(edition=edition, price_minor=100, status=ListingStatus.PAUSED)
    ListingFactory(edition=edition, price_minor=101, on_hand=0)
    ListingFactory(edition=edition, price_minor=102, on_hand=2, held=2)
    ListingFactory(edition=edition, price_minor=103, seller__status=SellerStatus.SUSPENDED)
    ListingFactory(edition=edition, price_minor=104, seller__closed_from=today - timedelta(days=1))
    ListingFactory(
        edition=edition,
        price_minor=1200,
        seller__closed_from=today - timedelta(days=9),
        seller__closed_to=today - timedelta(days=1),
    )
    [card] = cards_for([edition.work_id], "GB")
    assert (card.from_price, card.copies) == (pounds(900 + 280), 2)


def test_cards_keep_the_order_asked_for_and_take_one_query(django_assert_num_queries) -> None:
    works = [ListingFactory().edition.work for _ in range(3)]
    bare = WorkFactory()
    keys = [works[2].pk, bare.pk, works[0].pk, 999_999_999]
    with django_assert_num_queries(1):
        cards = cards_for(keys, "GB")
    assert [card.work.pk for card in cards] == keys[:3]
    assert (cards[1].from_price, cards[1].copies) == (None, 0)
    with django_assert_num_queries(1):
        ordered = cards_for(Work.objects.order_by("-pk")[:2], "GB")
    assert [card.work for card in ordered] == [bare, works[2]]


def test_a_line_and_a_card_agree() -> None:
    seller = shop_posting(FR=900, EU=500, anywhere=300)
    DeliveryRateFactory(seller=seller, destination="EU", service=Service.EXPRESS, first_minor=450)
    listing = ListingFactory(seller=seller)
    for country in ("FR", "DE", "US"):
        row = Listing.objects.with_delivery(country).get()
        [card] = cards_for([listing.edition.work_id], country)
        assert card.from_price == pounds(row.landed_minor)
        assert row.landed_minor == row.price_minor + row.delivery["minor"]
