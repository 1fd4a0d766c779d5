"""A book with its editions and all copies that can be bought."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.constants import SellerStatus
from catalog.constants import (
    Condition,
    Form,
    IdentifierType,
    ListingStatus,
    ReviewStatus,
    Role,
    Service,
)
from catalog.models import Listing, Work
from catalog.selectors import books
from catalog.selectors.cards import cards_for
from catalog.selectors.offers import days_line
from tests.catalog.helpers import data_blocks, get, queries
from tests.factories.accounts import SellerFactory
from tests.factories.catalog import (
    ContributionFactory,
    DeliveryRateFactory,
    EditionFactory,
    IdentifierFactory,
    ListingFactory,
    PersonFactory,
    ReviewFactory,
    SeriesEntryFactory,
    SubjectFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


def fill(work: Work, times: int) -> None:
    """Give ``work`` editions, copies, people, reviews and neighbours, ``times`` over."""
    subject = SubjectFactory(parent=SubjectFactory())
    WorkSubjectFactory(work=work, subject=subject, is_main=not work.work_subjects.exists())
    SeriesEntryFactory(work=work)
    for n in range(times):
        ContributionFactory(work=work, sequence=n)
        edition = EditionFactory(work=work)
        IdentifierFactory(edition=edition)
        ContributionFactory(work=work, edition=edition, role=Role.TRANSLATOR)
        ListingFactory.create_batch(3, edition=edition)
        ReviewFactory(work=work)
        neighbour = WorkFactory()
        WorkSubjectFactory(work=neighbour, subject=subject)
        ListingFactory(edition__work=neighbour)


def test_a_book_takes_six_queries_at_any_size() -> None:
    small, large = WorkFactory(), WorkFactory()
    fill(small, 2)
    fill(large, 10)
    # work with its people, subjects, series, stars, languages and what is beside it; counts by
    # kind and a page of copies in order; these copies; editions; reviews; cards of books beside it
    assert queries(small.get_absolute_url()) == 6
    assert queries(large.get_absolute_url()) == 6


def test_more_copies_take_three_queries() -> None:
    work = WorkFactory()
    edition = EditionFactory(work=work)
    ListingFactory.create_batch(books.OFFERS_A_PAGE + 1, edition=edition, seller=SellerFactory())
    # work; counts by kind and a page of copies in order; these copies
    assert queries(f"{work.get_absolute_url()}?page=2") == 3


def test_copies_stand_by_price_delivered_and_those_not_sent_there_last() -> None:
    edition = EditionFactory()
    near, far, home = SellerFactory(name="Near"), SellerFactory(name="Far"), SellerFactory()
    DeliveryRateFactory(seller=near, destination="EU", first_minor=100)
    DeliveryRateFactory(seller=far, destination="*", first_minor=2000)
    DeliveryRateFactory(seller=home, destination="GB", first_minor=0)
    ListingFactory(edition=edition, seller=home, price_minor=1)
    ListingFactory(edition=edition, seller=far, price_minor=2)
    ListingFactory(edition=edition, seller=near, price_minor=900)
    page = books.book_page(slug=edition.work.slug, country="FR")
    assert [offer.seller_name for offer in page.offers.items] == ["Near", "Far", home.name]
    assert [offer.total and offer.total.minor for offer in page.offers.items] == [1000, 2002, None]
    assert (page.undeliverable, page.from_price.minor) == (1, 1000)
    response = get(edition.work.get_absolute_url(), country="FR")
    assert "can’t be sent to your country" in response.content.decode()
    # What can't be sent there can't be put in the basket either.
    assert response.content.decode().count('name="listing"') == 2 + 2


def test_every_copy_is_of_one_kind_and_a_kind_can_be_chosen() -> None:
    work = WorkFactory()
    paper = EditionFactory(work=work, form=Form.PAPERBACK)
    hard = EditionFactory(work=work, form=Form.LEATHER)
    ListingFactory(edition=paper, condition=Condition.NEW)
    ListingFactory(edition=paper, condition=Condition.GOOD)
    ListingFactory(edition=hard, condition=Condition.GOOD, price_minor=1000)
    ListingFactory(edition=hard, condition=Condition.NEW, rare=True)
    page = books.book_page(slug=work.slug, country="GB", kind="hardback")
    assert {kind.code: kind.copies for kind in page.kinds} == {
        "new": 1,
        "paperback": 1,
        "hardback": 1,
        "rare": 1,
    }
    assert [offer.item_price.minor for offer in page.offers.items] == [1000]
    assert sum(kind.copies for kind in page.kinds) == page.copies == 4
    response = get(f"{work.get_absolute_url()}?kind=hardback")
    assert 'aria-current="true"><b>Used hardback</b>' in response.content.decode()
    assert "Lowest price with delivery · Used hardback" in response.content.decode()
    # An unknown kind is no kind.
    assert get(f"{work.get_absolute_url()}?kind=<script>").status_code == 200


def test_the_copies_are_paged_and_nothing_comes_twice() -> None:
    edition = EditionFactory()
    seller = SellerFactory()
    for n in range(books.OFFERS_A_PAGE + 2):
        ListingFactory(edition=edition, seller=seller, price_minor=500 + n % 3)
    seen = [
        offer.listing_id
        for number in (1, 2)
        for offer in books.book_page(
            slug=edition.work.slug, country="GB", number=number
        ).offers.items
    ]
    assert len(seen) == len(set(seen)) == books.OFFERS_A_PAGE + 2
    path = edition.work.get_absolute_url()
    assert get(f"{path}?page=3").status_code == 404
    assert get(f"{path}?page=nonsense").status_code == 200
    assert get(f"{path}?page=-1").status_code == 200


def test_the_page_says_nothing_personal_and_may_be_kept() -> None:
    work = ListingFactory().edition.work
    response = get(work.get_absolute_url())
    html = response.content.decode()
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "csrfmiddlewaretoken" not in html
    assert " style=" not in html
    again = get(work.get_absolute_url())
    assert again["ETag"] == response["ETag"]


def test_data_for_machines_has_an_offer_a_copy() -> None:
    work = WorkFactory(title="Middlemarch", author="George Eliot")
    edition = EditionFactory(work=work, form=Form.PAPERBACK)
    IdentifierFactory(edition=edition, value="9780141439549")
    ListingFactory(edition=edition, price_minor=450, condition=Condition.NEW)
    ListingFactory(edition=edition, price_minor=250, condition=Condition.GOOD)
    thing, crumbs = data_blocks(get(work.get_absolute_url()))
    assert thing["@type"] == ["Book", "Product"]
    assert thing["author"][0]["name"] == "George Eliot"
    assert [
        (offer["price"], offer["priceCurrency"], offer["itemCondition"].rpartition("/")[2])
        for offer in thing["offers"]
    ] == [("2.50", "GBP", "UsedCondition"), ("4.50", "GBP", "NewCondition")]
    assert thing["offers"][0]["seller"]["@type"] == "BookStore"
    assert thing["workExample"][0]["isbn"] == "9780141439549"
    assert crumbs["@type"] == "BreadcrumbList"


def test_a_title_can_not_end_the_data_block() -> None:
    title = "</script><script>alert(1)</script> & co"
    work = ListingFactory(edition__work__title=title).edition.work
    response = get(work.get_absolute_url())
    assert b"<script>alert(1)" not in response.content
    assert data_blocks(response)[0]["name"] == title


def test_canonical_points_to_the_book_whatever_the_tab(settings) -> None:
    work = ListingFactory().edition.work
    html = get(f"{work.get_absolute_url()}?kind=rare").content.decode()
    assert f'rel="canonical" href="{settings.PUBLIC_URL}{work.get_absolute_url()}"' in html


def test_only_published_reviews_are_shown() -> None:
    work = ListingFactory().edition.work
    ReviewFactory(work=work, text="A joy.", rating=5)
    ReviewFactory(work=work, text="Not yet.", status=ReviewStatus.PENDING, published_at=None)
    page = books.book_page(slug=work.slug, country="GB")
    assert [review.text for review in page.reviews] == ["A joy."]
    assert page.bars == [(5, 1), (4, 0), (3, 0), (2, 0), (1, 0)]


def test_a_book_without_copies_offers_to_wait() -> None:
    html = get(WorkFactory().get_absolute_url()).content.decode()
    assert "No copy on sale just now" in html
    assert "Add to wants" in html


def test_a_book_that_is_not_there_is_404() -> None:
    assert get("/books/nothing-here/").status_code == 404


def test_the_fullest_edition_comes_first_with_all_that_is_known() -> None:
    work = WorkFactory(title="Voina i mir", original_title="Война и мир", original_language="rus")
    thin = EditionFactory(work=work, language="fre", published_year=1999, completeness=10)
    full = EditionFactory(
        work=work,
        title="War and Peace",
        language="eng",
        completeness=90,
        form=Form.PAPERBACK,
        imprint="World’s Classics",
        publisher__name="Oxford University Press",
        published_year=1991,
        place="Oxford",
        pages=1350,
        height_mm=196,
        width_mm=129,
        thickness_mm=50,
        weight_g=900,
        edition_number=2,
        contributor_statement="translated by Louise and Aylmer Maude",
    )
    IdentifierFactory(edition=full, value="9780141439549")
    IdentifierFactory(edition=full, type=IdentifierType.OCLC, value="12345678")
    ContributionFactory(
        work=work, edition=full, role=Role.TRANSLATOR, person=PersonFactory(name="Louise Maude")
    )
    SeriesEntryFactory(work=work, series__name="The Russians", number="3")
    ListingFactory(edition=full, condition=Condition.GOOD)
    page = books.book_page(slug=work.slug, country="GB")
    assert [row.edition for row in page.editions] == [full, thin]
    assert page.best_edition is page.editions[0]
    assert page.editions[0].size == "196 × 129 × 50 mm, 900 g"
    assert [row.name for row in page.translations] == ["English", "French"]
    assert (page.editions_known, page.years) == (2, (1991, 1999))
    html = get(work.get_absolute_url()).content.decode()
    for words in (
        "War and Peace", "World’s Classics", "Oxford", "1350 pages", "196 × 129 × 50 mm, 900 g",
        "Edition 2", "translated by Louise and Aylmer Maude", "Louise Maude", "978-0-14-143954-9",
        "12345678", "The Russians</a>, number 3", 'lang="ru">Война и мир', "English, French",
    ):  # fmt: skip
        assert words in html, words


def test_copies_are_counted_once_by_the_rules_of_the_querysets() -> None:
    """Pages with many copies read them by SQL of their own: the two rules must be one."""
    today = timezone.now().date()
    work = WorkFactory()
    edition = EditionFactory(work=work)
    ends = (None, today - timedelta(days=1), today, today + timedelta(days=1))
    for closed_from in ends:
        for closed_to in ends:
            if closed_from and closed_to and closed_to < closed_from:
                continue
            shop = SellerFactory(closed_from=closed_from, closed_to=closed_to)
            DeliveryRateFactory(seller=shop, destination="*", first_minor=500)
            DeliveryRateFactory(seller=shop, destination="EU", first_minor=400)
            DeliveryRateFactory(
                seller=shop, destination="FR", first_minor=900, days_min=1, days_max=2
            )
            DeliveryRateFactory(
                seller=shop, destination="FR", service=Service.EXPRESS, first_minor=800
            )
            ListingFactory(edition=edition, seller=shop)
    ListingFactory(edition=edition, seller=SellerFactory(status=SellerStatus.SUSPENDED))
    ListingFactory(edition=edition, status=ListingStatus.PAUSED)
    ListingFactory(edition=edition, on_hand=2, held=2, movement=False)
    for country in ("GB", "FR", "DE", "US"):
        copies = Listing.objects.on_sale().filter(edition=edition).with_delivery(country)
        page = books.book_page(slug=work.slug, country=country)
        assert page.copies == len(copies) > 5
        assert {
            offer.listing_id: (offer.total and offer.total.minor, offer.delivery_days)
            for offer in page.offers.items
        } == {
            copy.pk: (
                copy.landed_minor,
                days_line(copy.delivery["days_min"], copy.delivery["days_max"])
                if copy.delivery
                else "",
            )
            for copy in copies
        }
        [card] = cards_for([work.pk], country)
        known = [copy.landed_minor for copy in copies if copy.landed_minor is not None]
        assert card.copies == len(copies)
        assert (card.from_price and card.from_price.minor) == min(known, default=None)
